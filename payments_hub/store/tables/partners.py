"""Who reports, what each owes, and the keys they come with."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Identity, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class PartnerRow(Base):
    """
    An organisation that reports, in one currency.

    A simulated one's past follows its messages' own times.
    """

    __tablename__ = "partner"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]
    currency: Mapped[str]
    simulated: Mapped[bool]
    created_at: Mapped[datetime]


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
