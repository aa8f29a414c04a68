"""What needs an operator: raised where it is seen, open until it is over, one at a time for each thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_hub.store.tables.feeds import AlertRow


class AlertKind(StrEnum):
    """What it is about; its subject says which one."""

    FEED_BLOCKED = "FEED_BLOCKED"
    """A partition cannot be read on without leaving records out. Subject: topic-partition."""

    FEED_FAILING = "FEED_FAILING"
    """What a feed brought could not be stored, again and again, for a fault of ours. Subject: topic-partition."""

    FEED_SUSPENDED = "FEED_SUSPENDED"
    """A partner sent too much that was refused; its feed is not read. Subject: partner."""

    FEED_HELD_BACK = "FEED_HELD_BACK"
    """A transaction of a sender stays open, so that nothing behind it can be read. Subject: topic-partition."""

    TOPIC_PARTITIONS = "TOPIC_PARTITIONS"
    """A topic has more than one partition, so its order is lost. Subject: topic."""

    WORKER_ENDED = "WORKER_ENDED"
    """A worker ended without being asked to. Subject: machine/group."""

    BROKER_OPEN = "BROKER_OPEN"
    """The broker lets somebody write or read what is not theirs. Subject: topic."""

    RECONCILIATION = "RECONCILIATION"
    """Deliveries and answers of a day do not add up. Subject: partner/day."""


@dataclass(frozen=True, slots=True)
class Alert:
    """
    One alert.

    Args:
        detail: What its sentence is made of; by kind, see `payments_hub.services.alerts`.
        resolved_at: When it was over; None while it is open.

    """

    kind: AlertKind
    subject: str
    detail: Mapping[str, object]
    raised_at: datetime
    seen_at: datetime
    resolved_at: datetime | None


def raise_alert(
    session: Session, kind: AlertKind, subject: str, detail: Mapping[str, object], *, now: datetime
) -> bool:
    """Raise an alert, or note that it still holds, with what is known of it now; tell whether it is news."""
    values = {"kind": kind, "subject": subject, "detail": dict(detail), "raised_at": now, "seen_at": now}
    raised = insert(AlertRow).values(values)
    raised = raised.on_conflict_do_update(
        index_elements=["kind", "subject"],
        index_where=AlertRow.resolved_at.is_(None),
        set_={"detail": raised.excluded.detail, "seen_at": raised.excluded.seen_at},
    )
    return session.scalars(raised.returning(AlertRow.raised_at)).one() == now


def resolve_alert(session: Session, kind: AlertKind, subject: str, *, now: datetime) -> bool:
    """Note that an alert is over; tell whether one was open."""
    open_one = (AlertRow.kind == kind, AlertRow.subject == subject, AlertRow.resolved_at.is_(None))
    resolved = session.scalars(update(AlertRow).where(*open_one).values(resolved_at=now).returning(AlertRow.id))
    return resolved.one_or_none() is not None


def open_alerts(session: Session) -> tuple[Alert, ...]:
    """Read what needs an operator now, oldest first."""
    rows = session.scalars(select(AlertRow).where(AlertRow.resolved_at.is_(None)).order_by(AlertRow.id))
    return tuple(_alert(row) for row in rows)


def recent_alerts(session: Session, *, at_most: int) -> tuple[Alert, ...]:
    """Read the alerts raised last, open or over, newest first."""
    return tuple(_alert(row) for row in session.scalars(select(AlertRow).order_by(AlertRow.id.desc()).limit(at_most)))


def _alert(row: AlertRow) -> Alert:
    return Alert(AlertKind(row.kind), row.subject, row.detail, row.raised_at, row.seen_at, row.resolved_at)
