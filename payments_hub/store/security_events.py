"""Refusals in the database: of those alike, one row a second."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Exists, exists, func, insert, select
from sqlalchemy.orm import Session

from payments_hub.domain.security_events import SecurityEvent
from payments_hub.store.tables.audit import SecurityEventRow

_LOCK_SPACE = 0x7365_6375
"""The first key of the advisory locks under which a row is added ('secu')."""


def add(session: Session, event: SecurityEvent, now: datetime) -> bool:
    """
    Add one event, unless one of its kind, address and actor was added in the same second.

    Returns:
        Whether it was added; who folds it tells so in the next one's `folded`.

    """
    likeness = "|".join((event.kind, event.address or "", event.actor or ""))
    session.execute(select(func.pg_advisory_xact_lock(_LOCK_SPACE, func.hashtext(likeness))))
    if session.scalar(select(_same_second(event, now))):
        return False
    values = {name: getattr(event, name) for name in SecurityEvent.__slots__}
    session.execute(insert(SecurityEventRow).values(at=now, **values))
    return True


def _same_second(event: SecurityEvent, now: datetime) -> Exists:
    return exists().where(
        SecurityEventRow.at >= now.replace(microsecond=0),
        SecurityEventRow.kind == event.kind,
        SecurityEventRow.address.is_not_distinct_from(event.address),
        SecurityEventRow.actor.is_not_distinct_from(event.actor),
    )
