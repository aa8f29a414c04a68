"""
What arrived, what was made of it, and what holds now. Deliveries, receipts, revisions and cells only grow.

One function writes all rows of a slice in one transaction. Foreign keys stand where they say something of their own: a
delivery's partner and a revision's place. The other columns repeat these, or name a row of the same transaction.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, SmallInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class DeliveryRow(Base):
    """
    One arrival: where it came from and the hash of its bytes.

    `position` is topic-partition-offset, or the request's id and line.
    """

    __tablename__ = "delivery"
    __table_args__ = (Index(None, "received_at", postgresql_using="brin"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    transport: Mapped[str]
    position: Mapped[str]
    received_at: Mapped[datetime]
    bytes_sha256: Mapped[bytes]
    byte_count: Mapped[int]


class ReceiptRow(Base):
    """
    What the hub answered to a delivery, for ever.

    A decision or a replay answers the same delivery again: its receipt names the one before it in `previous_id`, and
    the one that no other names holds. `number` grows in the order in which one partner's receipts are committed, for
    it is taken under the partner's lock: who reads on from a number misses none. `cause` is why it was written.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        Index(None, "issued_at"),
        Index("receipt_cursor", "partner_id", "number", unique=True),
        Index("receipt_follows", "previous_id", unique=True, postgresql_where="previous_id IS NOT NULL"),
        Index("receipt_slice", "partner_id", "flow", "site", "period"),
        Index("receipt_warned", "id", postgresql_where="""findings @> '[{"severity": "warning"}]'::jsonb"""),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity())
    partner_id: Mapped[int]
    delivery_id: Mapped[int] = mapped_column(BigInteger, index=True)
    previous_id: Mapped[str | None]
    cause: Mapped[str]
    replay_id: Mapped[str | None]
    issued_at: Mapped[datetime]
    verdict: Mapped[str]
    rules_version: Mapped[str]
    source: Mapped[str | None]
    event_id: Mapped[str | None]
    flow: Mapped[str | None]
    site: Mapped[str | None]
    period: Mapped[str | None]
    revision: Mapped[str | None]
    known_at: Mapped[datetime | None]
    first_receipt_id: Mapped[str | None]
    current_revision: Mapped[int | None]
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    has_more_findings: Mapped[bool]


class QuarantineRow(Base):
    """
    The raw bytes of a rejected delivery; of an oversize one its first 4 KiB.

    After `keep_until` the bytes go; the receipt stays.
    """

    __tablename__ = "quarantine"

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    body: Mapped[bytes | None]
    truncated: Mapped[bool]
    headers: Mapped[list[list[str | None]]] = mapped_column(JSONB)
    content_type: Mapped[str | None]
    keep_until: Mapped[datetime]


class SeenEventRow(Base):
    """
    An event id that was used in an event that was not rejected: the duplicate rule's memory.

    An officer's refusal of a held slice takes its id out again.
    """

    __tablename__ = "seen_event"

    partner_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    event_sha256: Mapped[bytes]
    receipt_id: Mapped[str]


class SliceRevisionRow(Base):
    """
    One recorded revision of a slice, with every decoded field but its cells.

    `content_revision_id` is the revision whose cells the view reads once this one is the head: itself, or for a
    NO_CHANGE the one it equals. `replaces_id` is that of the head before, so that a view's change is a difference.
    `known_on` is the city's day of `known_at`. `rollup_currency` is that of the rollups that the slice counts in:
    the partner's, also where a NIL names none, and '' where the flow has no amount.
    """

    __tablename__ = "slice_revision"
    __table_args__ = (
        UniqueConstraint("partner_id", "flow", "place_id", "frequency", "start", "revision", name="slice_revision_key"),
        Index("slice_revision_view", "flow", "start", postgresql_where="verdict = 'ACCEPTED'"),
        CheckConstraint("verdict IN ('ACCEPTED', 'SUPERSEDED', 'NO_CHANGE')", "verdict"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    delivery_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    partner_id: Mapped[int]
    flow: Mapped[str]
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    frequency: Mapped[str]
    start: Mapped[date]
    revision: Mapped[int]
    verdict: Mapped[str]
    content_revision_id: Mapped[int] = mapped_column(BigInteger)
    replaces_id: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str]
    finality: Mapped[str]
    reason: Mapped[str | None]
    note: Mapped[str | None]
    currency: Mapped[str | None]
    rollup_currency: Mapped[str]
    coverage_reporting: Mapped[int | None] = mapped_column(BigInteger)
    coverage_total: Mapped[int | None] = mapped_column(BigInteger)
    contributors_n: Mapped[int | None] = mapped_column(BigInteger)
    contributors_top1_bp: Mapped[int | None] = mapped_column(SmallInteger)
    contributors_top2_bp: Mapped[int | None] = mapped_column(SmallInteger)
    control_count: Mapped[int | None] = mapped_column(BigInteger)
    control_amount: Mapped[int | None] = mapped_column(BigInteger)
    source: Mapped[str]
    event_id: Mapped[str]
    event_time: Mapped[datetime]
    subject: Mapped[str | None]
    partition_key: Mapped[str | None]
    data_schema: Mapped[str | None]
    event_sha256: Mapped[bytes]
    content_sha256: Mapped[bytes]
    known_at: Mapped[datetime]
    known_on: Mapped[date]


class SliceCellRow(Base):
    """
    One cell of a revision, in the order of the canonical event.

    It has no foreign key to its revision: both are written by the same COPY-only function, and the check would cost a
    look-up for each cell of each feed.
    """

    __tablename__ = "slice_cell"

    revision_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ordinal: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    instrument: Mapped[str | None]
    initiation: Mapped[str | None]
    sector: Mapped[str | None]
    purpose: Mapped[str | None]
    status: Mapped[str]
    count: Mapped[int | None] = mapped_column(BigInteger)
    amount: Mapped[int | None] = mapped_column(BigInteger)
    refund_count: Mapped[int | None] = mapped_column(BigInteger)
    refund_amount: Mapped[int | None] = mapped_column(BigInteger)
    contributors_n: Mapped[int | None] = mapped_column(BigInteger)
    contributors_top1_bp: Mapped[int | None] = mapped_column(SmallInteger)
    contributors_top2_bp: Mapped[int | None] = mapped_column(SmallInteger)


class SliceHeadRow(Base):
    """
    The highest accepted revision of each slice: what a view reads now.

    `cell_count`, `total_count`, `total_amount` and `cells_sha256` are of its cells, so that the next revision and the
    next period are compared without reading cells; the hash is NULL without cells.
    """

    __tablename__ = "slice_head"

    partner_id: Mapped[int] = mapped_column(primary_key=True)
    flow: Mapped[str] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(primary_key=True)
    frequency: Mapped[str] = mapped_column(primary_key=True)
    start: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int]
    content_revision_id: Mapped[int] = mapped_column(BigInteger)
    content_sha256: Mapped[bytes]
    known_at: Mapped[datetime]
    cell_count: Mapped[int]
    total_count: Mapped[int | None] = mapped_column(BigInteger)
    total_amount: Mapped[int | None] = mapped_column(BigInteger)
    cells_sha256: Mapped[bytes | None]


class TouchedSliceRow(Base):
    """A slice whose view changed on a day: the rollups over it are rebuilt from that day onward, then this row goes."""

    __tablename__ = "touched_slice"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    partner_id: Mapped[int]
    flow: Mapped[str]
    place_id: Mapped[int]
    frequency: Mapped[str]
    start: Mapped[date]
    currency: Mapped[str]
    known_on: Mapped[date]
    touched_at: Mapped[datetime]
