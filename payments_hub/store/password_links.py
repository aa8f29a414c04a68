"""One-time links in the database, by which people set a password: of each only the hash of its token."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from payments_hub.store.tables.accounts import AccountRow, PasswordResetRow


def add_link(
    session: Session, token_sha256: bytes, account_id: int, *, by: str, now: datetime, expires_at: datetime
) -> None:
    """Add a link."""
    session.add(
        PasswordResetRow(
            token_sha256=token_sha256,
            account_id=account_id,
            made_by=by,
            made_at=now,
            expires_at=expires_at,
            used_at=None,
        )
    )
    session.flush()


def end_links(session: Session, account_id: int, now: datetime) -> None:
    """Let no earlier link of an account be used any more."""
    session.execute(
        update(PasswordResetRow)
        .where(
            PasswordResetRow.account_id == account_id,
            PasswordResetRow.used_at.is_(None),
            PasswordResetRow.expires_at > now,
        )
        .values(expires_at=now)
    )


def account_of_link(session: Session, token_sha256: bytes, now: datetime) -> int | None:
    """Find whose a link is; None where it is unknown, used or over, or the account is disabled."""
    return session.scalar(
        select(PasswordResetRow.account_id)
        .join(AccountRow, AccountRow.id == PasswordResetRow.account_id)
        .where(
            PasswordResetRow.token_sha256 == token_sha256,
            PasswordResetRow.used_at.is_(None),
            PasswordResetRow.expires_at > now,
            AccountRow.disabled_at.is_(None),
        )
    )


def use_link(session: Session, token_sha256: bytes, now: datetime) -> bool:
    """
    Use a link up.

    Returns:
        False where another call was first, or its time is over.

    """
    statement = update(PasswordResetRow).where(
        PasswordResetRow.token_sha256 == token_sha256,
        PasswordResetRow.used_at.is_(None),
        PasswordResetRow.expires_at > now,
    )
    return session.scalar(statement.values(used_at=now).returning(PasswordResetRow.account_id)) is not None
