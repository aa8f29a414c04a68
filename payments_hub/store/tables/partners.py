"""Who reports, what each owes, and the keys they come with."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Identity, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class PartnerRow(Base):
    """
    An organisation that reports, in one currency.

    A simulated one's past follows its messages' own times. The feeds of one `feed_group` are read by one worker.
    """

    __tablename__ = "partner"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]
    currency: Mapped[str]
    simulated: Mapped[bool]
    created_at: Mapped[datetime]
    feed_group: Mapped[str] = mapped_column(server_default="main")


class ObligationRow(Base):
    """What a partner owes: one flow of one place at one frequency, due so many days after each period's end."""

    __tablename__ = "obligation"
    __table_args__ = (UniqueConstraint("partner_id", "flow", "place_id", "valid_from"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    flow: Mapped[str]
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    frequency: Mapped[str]
    due_days: Mapped[int] = mapped_column(SmallInteger)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class ApiKeyRow(Base):
    """
    A partner's key: the prefix finds it, the hash of its 256 random bits proves it.

    `scopes` is what it may do: 'send' slices, 'read' receipts and lists. The hash is read only where it is asked for:
    those who read for pages may not see it.
    """

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), index=True)
    prefix: Mapped[str] = mapped_column(unique=True)
    secret_sha256: Mapped[bytes] = mapped_column(deferred=True)
    label: Mapped[str | None]
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class SigningKeyRow(Base):
    """
    A key that a partner signs its messages with: Ed25519's public key, or the secret shared for HMAC-SHA256.

    `kid` names it in a signature. The material is read only to verify: those who read for pages may not see it.
    """

    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), index=True)
    algorithm: Mapped[str]
    material: Mapped[bytes] = mapped_column(deferred=True)
    label: Mapped[str | None]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
