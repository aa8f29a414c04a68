"""People who sign in, and their sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class AccountRow(Base):
    """
    A person who signs in; one with the partner role sees that partner's figures alone.

    The password's hash is read only where it is asked for: those who read for pages may not see it.
    """

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("(role = 'partner') = (partner_id IS NOT NULL)", "partner_role_has_partner"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str] = mapped_column(deferred=True)
    role: Mapped[str]
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    language: Mapped[str]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class WebSessionRow(Base):
    """One signed-in browser; the cookie holds a token, the table only its hash."""

    __tablename__ = "web_session"

    token_sha256: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class PasswordResetRow(Base):
    """A one-time link by which a person sets a new password; the link holds a token, the table only its hash."""

    __tablename__ = "password_reset"

    token_sha256: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
