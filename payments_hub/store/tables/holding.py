"""Locked periods, and the slices that wait for an officer because of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class PeriodLockRow(Base):
    """
    An officer's lock on one period of a flow; it covers every period inside it until somebody unlocks it.

    `last` is the period's last day. One row a lock: locking again after an unlock is a new one.
    """

    __tablename__ = "period_lock"
    __table_args__ = (
        Index("period_lock_open", "flow", "frequency", "start", unique=True, postgresql_where="unlocked_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    flow: Mapped[str]
    frequency: Mapped[str]
    start: Mapped[date]
    last: Mapped[date]
    reason: Mapped[str]
    locked_by: Mapped[str]
    locked_at: Mapped[datetime]
    unlock_reason: Mapped[str | None]
    unlocked_by: Mapped[str | None]
    unlocked_at: Mapped[datetime | None]


class HeldSliceRow(Base):
    """
    A slice without fault that came for a locked period, with its raw bytes, until an officer decides.

    Its revision number is taken while it is held. After `keep_until` the bytes go, if it is decided by then.
    """

    __tablename__ = "held_slice"
    __table_args__ = (
        Index(
            "held_slice_waiting",
            "partner_id",
            "flow",
            "place_id",
            "frequency",
            "start",
            "revision",
            unique=True,
            postgresql_where="decided_at IS NULL",
        ),
        CheckConstraint("decision IN ('RELEASED', 'REFUSED')", "decision"),
        CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", "decided_with_decision"),
    )

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    lock_id: Mapped[int] = mapped_column(ForeignKey("period_lock.id"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    flow: Mapped[str]
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    frequency: Mapped[str]
    start: Mapped[date]
    revision: Mapped[int]
    event_id: Mapped[str]
    content_sha256: Mapped[bytes]
    receipt_id: Mapped[str] = mapped_column(ForeignKey("receipt.id"))
    held_at: Mapped[datetime]
    body: Mapped[bytes | None]
    headers: Mapped[list[list[str | None]]] = mapped_column(JSONB)
    content_type: Mapped[str | None]
    keep_until: Mapped[datetime]
    decision: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
