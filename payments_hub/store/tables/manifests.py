"""Manifests: what a partner says that it has sent for a period of a flow, and whether that is what came."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class ManifestRevisionRow(Base):
    """One recorded revision of a manifest; its verdict is ACCEPTED, SUPERSEDED or NO_CHANGE."""

    __tablename__ = "manifest_revision"
    __table_args__ = (
        UniqueConstraint("partner_id", "flow", "frequency", "start", "revision", name="manifest_revision_key"),
        CheckConstraint("verdict IN ('ACCEPTED', 'SUPERSEDED', 'NO_CHANGE')", "verdict"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), unique=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    flow: Mapped[str]
    frequency: Mapped[str]
    start: Mapped[date]
    revision: Mapped[int]
    verdict: Mapped[str]
    slices: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int | None] = mapped_column(BigInteger)
    amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str | None]
    source: Mapped[str]
    event_id: Mapped[str]
    event_time: Mapped[datetime]
    event_sha256: Mapped[bytes]
    content_sha256: Mapped[bytes]
    known_at: Mapped[datetime]


class ManifestStateRow(Base):
    """
    The manifest that holds for a period of a flow, and what came so far: computed anew whenever a slice under it comes.

    `matched_at` is when it first matched; a later accepted revision makes it outdated.
    """

    __tablename__ = "manifest_state"
    __table_args__ = (CheckConstraint("state IN ('WAITING', 'MATCHES', 'DIFFERS', 'OUTDATED')", "state"),)

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    flow: Mapped[str] = mapped_column(primary_key=True)
    frequency: Mapped[str] = mapped_column(primary_key=True)
    start: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[date]
    revision: Mapped[int]
    manifest_id: Mapped[int] = mapped_column(ForeignKey("manifest_revision.id"))
    content_sha256: Mapped[bytes]
    state: Mapped[str]
    slices: Mapped[int] = mapped_column(BigInteger)
    count: Mapped[int | None] = mapped_column(BigInteger)
    amount: Mapped[int | None] = mapped_column(BigInteger)
    received_slices: Mapped[int] = mapped_column(BigInteger)
    received_count: Mapped[Decimal | None] = mapped_column(Numeric(38, 0))
    received_amount: Mapped[Decimal | None] = mapped_column(Numeric(38, 0))
    known_at: Mapped[datetime]
    matched_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]
