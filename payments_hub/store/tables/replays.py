"""Replays: rejected deliveries judged again, after the code lists were mended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class ReplayRow(Base):
    """Somebody's act of judging rejected deliveries again, and what they were chosen by."""

    __tablename__ = "replay"

    id: Mapped[str] = mapped_column(primary_key=True)
    replayed_by: Mapped[str]
    replayed_at: Mapped[datetime]
    reason: Mapped[str]
    selection: Mapped[str]


class ReplayedDeliveryRow(Base):
    """
    What a replay made of one delivery.

    `receipt_id` is the new receipt; NULL where the delivery is rejected for the same faults as before, so that nothing
    was written.
    """

    __tablename__ = "replayed_delivery"

    replay_id: Mapped[str] = mapped_column(ForeignKey("replay.id"), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True, index=True)
    partner_id: Mapped[int]
    verdict: Mapped[str]
    receipt_id: Mapped[str | None]
