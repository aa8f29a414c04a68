"""Attempts that failed, counted among the security events: one row each, so that a limit holds for all processes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import Session

from payments_hub.domain.security_events import Kind, SecurityEvent
from payments_hub.store.tables.audit import SecurityEventRow

_LOCK_SPACE = 0x7369676E
"""The first key of the advisory locks under which attempts are counted ('sign')."""


def wait_for_turn(session: Session, name: str) -> None:
    """Let one attempt of a name be judged at a time: of many at once each sees the failures before it."""
    session.execute(select(func.pg_advisory_xact_lock(_LOCK_SPACE, func.hashtext(name))))


def add_failure(session: Session, event: SecurityEvent, now: datetime) -> None:
    """Add a failed attempt; each has its row, for the limit bounds how many there are."""
    values = {name: getattr(event, name) for name in SecurityEvent.__slots__}
    session.execute(insert(SecurityEventRow).values(at=now, **values))


def failures_of_actor(session: Session, kind: Kind, actor: str, since: datetime) -> int:
    """Count the failed attempts against one account since an instant."""
    return _count(session, SecurityEventRow.actor == actor, kind, since)


def failures_of_address(session: Session, kind: Kind, address: str, since: datetime) -> int:
    """Count the failed attempts from one address since an instant."""
    return _count(session, SecurityEventRow.address == address, kind, since)


def _count(session: Session, whose: ColumnElement[bool], kind: Kind, since: datetime) -> int:
    query = select(func.count()).where(SecurityEventRow.at > since, SecurityEventRow.kind == kind, whose)
    return session.execute(query).scalar_one()
