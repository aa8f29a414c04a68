"""Signed-in browsers in the database: of each only the hash of its token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from payments_hub.store.accounts import Account, account_of
from payments_hub.store.tables.accounts import AccountRow, WebSessionRow
from payments_hub.store.tables.partners import PartnerRow


@dataclass(frozen=True, slots=True)
class WebSession:
    """A signed-in browser's session and whose it is."""

    account: Account
    created_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One of an account's sessions that nobody ended."""

    token_sha256: bytes
    created_at: datetime
    last_seen_at: datetime


def add_web_session(session: Session, token_sha256: bytes, account_id: int, now: datetime) -> None:
    """Begin a session; the database never sees the token itself."""
    session.add(WebSessionRow(token_sha256=token_sha256, account_id=account_id, created_at=now, last_seen_at=now))
    session.flush()


def find_web_session(session: Session, token_sha256: bytes) -> WebSession | None:
    """Find a session that nobody ended, of an account that nobody disabled."""
    query = (
        select(WebSessionRow, AccountRow, PartnerRow.code)
        .join(AccountRow, AccountRow.id == WebSessionRow.account_id)
        .outerjoin(PartnerRow, PartnerRow.id == AccountRow.partner_id)
        .where(
            WebSessionRow.token_sha256 == token_sha256,
            WebSessionRow.ended_at.is_(None),
            AccountRow.disabled_at.is_(None),
        )
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    return WebSession(account_of(found[1], found[2]), found[0].created_at, found[0].last_seen_at)


def touch_web_session(session: Session, token_sha256: bytes, now: datetime) -> None:
    """Remember that a session was used."""
    session.execute(update(WebSessionRow).where(WebSessionRow.token_sha256 == token_sha256).values(last_seen_at=now))


def end_web_session(session: Session, token_sha256: bytes, now: datetime) -> None:
    """End a session; ending it again changes nothing."""
    session.execute(
        update(WebSessionRow)
        .where(WebSessionRow.token_sha256 == token_sha256, WebSessionRow.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_account_sessions(session: Session, account_id: int, now: datetime, *, keep: bytes | None = None) -> int:
    """
    End an account's sessions.

    Args:
        session: The session of the database.
        account_id: Whose.
        now: The present instant.
        keep: The hash of the token of the one session that goes on.

    Returns:
        How many were ended.

    """
    statement = update(WebSessionRow).where(WebSessionRow.account_id == account_id, WebSessionRow.ended_at.is_(None))
    if keep is not None:
        statement = statement.where(WebSessionRow.token_sha256 != keep)
    return len(session.execute(statement.values(ended_at=now).returning(WebSessionRow.token_sha256)).all())


def open_sessions(
    session: Session, account_id: int, *, began_after: datetime, used_after: datetime
) -> list[OpenSession]:
    """List an account's sessions that go on, the last used first."""
    query = (
        select(WebSessionRow)
        .where(
            WebSessionRow.account_id == account_id,
            WebSessionRow.ended_at.is_(None),
            WebSessionRow.created_at >= began_after,
            WebSessionRow.last_seen_at >= used_after,
        )
        .order_by(WebSessionRow.last_seen_at.desc(), WebSessionRow.token_sha256)
    )
    return [OpenSession(row.token_sha256, row.created_at, row.last_seen_at) for row in session.scalars(query)]
