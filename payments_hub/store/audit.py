"""The chain of acts in the database: appended one at a time, read in its order."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from payments_hub.domain.audit import GENESIS, Act, Anchor, Entry, chained
from payments_hub.store.tables.audit import AuditEntryRow

_APPEND_LOCK = 0x61756474
"""The advisory lock under which the next number is taken ('audt')."""

_READ_AT_ONCE = 1000


def append(session: Session, act: Act, now: datetime) -> Entry:
    """
    Append one act in the caller's transaction.

    Whoever appends next waits until this transaction ends, so that numbers have no gaps: append last, and let no
    transaction that has appended wait for anything else.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _APPEND_LOCK})
    last = head(session)
    entry = chained(1, now, act, GENESIS) if last is None else chained(last.number + 1, now, act, last.sha256)
    session.add(
        AuditEntryRow(
            number=entry.number,
            at=entry.at,
            actor=act.actor,
            action=act.action,
            subject=act.subject,
            details=dict(act.details),
            previous_sha256=entry.previous_sha256,
            sha256=entry.sha256,
        )
    )
    session.flush()
    return entry


def head(session: Session) -> Anchor | None:
    """Read the newest entry's number and hash; None while the chain is empty."""
    newest = select(AuditEntryRow.number, AuditEntryRow.sha256).order_by(AuditEntryRow.number.desc()).limit(1)
    found = session.execute(newest).one_or_none()
    return None if found is None else Anchor(found.number, found.sha256)


@contextmanager
def entries(session: Session) -> Iterator[Iterator[Entry]]:
    """Open the whole chain in the order of its numbers, read some at a time."""
    query = select(AuditEntryRow).order_by(AuditEntryRow.number)
    with closing(session.scalars(query.execution_options(yield_per=_READ_AT_ONCE))) as rows:
        yield (entry_of(row) for row in rows)


def entries_of(session: Session, actions: Collection[str]) -> Iterator[Entry]:
    """Read the entries of some actions in the order of their numbers."""
    query = select(AuditEntryRow).where(AuditEntryRow.action.in_(actions)).order_by(AuditEntryRow.number)
    return (entry_of(row) for row in session.scalars(query))


def entry_of(row: AuditEntryRow) -> Entry:
    """Take an entry out of its row."""
    details = {name: value for name, value in row.details.items() if value is None or isinstance(value, str | int)}
    act = Act(row.actor, row.action, row.subject, details)
    return Entry(row.number, row.at, act, row.previous_sha256, row.sha256)
