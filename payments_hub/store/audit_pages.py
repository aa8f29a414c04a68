"""Acts and refusals as people look for them: narrowed, the newest first, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from payments_hub.domain.audit import Entry
from payments_hub.domain.security_events import Kind, SecurityEvent
from payments_hub.kernel.clock import end_of_local_day, start_of_local_day
from payments_hub.store.audit import entry_of
from payments_hub.store.tables.audit import AuditEntryRow, SecurityEventRow


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What is looked for.

    Args:
        limit: How many lines at most.
        behind: The number of the last line of the page before; 0 for the first page.
        what: One action, or one kind of refusal; empty for all.
        who: A part of who it was or, for a refusal, of where it came from; empty for all.
        day: Of one day of the city alone.

    """

    limit: int
    behind: int = 0
    what: str = ""
    who: str = ""
    day: date | None = None


@dataclass(frozen=True, slots=True)
class KeptEvent:
    """A security event with its number and its instant."""

    number: int
    at: datetime
    event: SecurityEvent


def listed_entries(session: Session, asked: Asked) -> list[Entry]:
    """Read acts, the newest first."""
    query = select(AuditEntryRow).order_by(AuditEntryRow.number.desc()).limit(asked.limit)
    if asked.behind:
        query = query.where(AuditEntryRow.number < asked.behind)
    if asked.what:
        query = query.where(AuditEntryRow.action == asked.what)
    if asked.who:
        query = query.where(AuditEntryRow.actor.icontains(asked.who, autoescape=True))
    if asked.day is not None:
        begin, end = start_of_local_day(asked.day), end_of_local_day(asked.day)
        query = query.where(AuditEntryRow.at >= begin, AuditEntryRow.at < end)
    return [entry_of(row) for row in session.scalars(query)]


def recorded_actions(session: Session) -> Sequence[str]:
    """List the actions that were ever recorded."""
    return session.scalars(select(AuditEntryRow.action).distinct().order_by(AuditEntryRow.action)).all()


def listed_events(session: Session, asked: Asked) -> list[KeptEvent]:
    """Read refusals, the newest first."""
    query = select(SecurityEventRow).order_by(SecurityEventRow.id.desc()).limit(asked.limit)
    if asked.behind:
        query = query.where(SecurityEventRow.id < asked.behind)
    if asked.what:
        query = query.where(SecurityEventRow.kind == asked.what)
    if asked.who:
        of_actor = SecurityEventRow.actor.icontains(asked.who, autoescape=True)
        query = query.where(of_actor | SecurityEventRow.address.icontains(asked.who, autoescape=True))
    if asked.day is not None:
        begin, end = start_of_local_day(asked.day), end_of_local_day(asked.day)
        query = query.where(SecurityEventRow.at >= begin, SecurityEventRow.at < end)
    return [_event(row) for row in session.scalars(query)]


def _event(row: SecurityEventRow) -> KeptEvent:
    return KeptEvent(
        row.id,
        row.at,
        SecurityEvent(Kind(row.kind), row.actor, row.partner, row.address, row.endpoint, row.request_id, row.folded),
    )
