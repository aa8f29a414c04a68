"""Sums that pages read, each with the days between which it was what the hub knew."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import ForeignKey, Identity, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base

ALL_PARTNERS = 0
"""The partner number of the rollup over all partners."""

STILL_KNOWN = date(9999, 12, 31)
"""`known_to` of what still holds; PostgreSQL's own infinity is no date in Python."""


class RollupKeyRow(Base):
    """What is summed: a flow at a place in a period, of one partner or of all; `currency` is '' without amounts."""

    __tablename__ = "rollup_key"
    __table_args__ = (
        UniqueConstraint("place_id", "flow", "frequency", "partner_id", "currency", "start", name="rollup_key_of"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    flow: Mapped[str]
    frequency: Mapped[str]
    partner_id: Mapped[int]
    currency: Mapped[str]
    start: Mapped[date]


class RollupRow(Base):
    """
    One sum of one key as known from a day up to, not including, another.

    `dimension` is '' for the whole, or the dimension that `code` is of. Sums are NULL where nothing was received:
    missing is not zero. `received` and `expected` count slices, on the whole's rows alone. `count` and `amount` are
    numeric because a sum of the largest allowed values does not fit 64 bits. Only the drain writes here, with numbers
    that it takes from the keys' table: a foreign key would cost a look-up for each row.
    """

    __tablename__ = "rollup"

    key_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    known_from: Mapped[date] = mapped_column(primary_key=True)
    known_to: Mapped[date]
    received: Mapped[int | None]
    expected: Mapped[int | None]
    count: Mapped[Decimal | None] = mapped_column(Numeric(38, 0))
    amount: Mapped[Decimal | None] = mapped_column(Numeric(38, 0))
    refund_count: Mapped[Decimal | None] = mapped_column(Numeric(38, 0))
    refund_amount: Mapped[Decimal | None] = mapped_column(Numeric(38, 0))
