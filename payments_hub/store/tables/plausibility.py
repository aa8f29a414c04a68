"""What is usual of each series, what was remarkable, and what partners answered to it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class BandRow(Base):
    """
    The range in which a measure of one series usually lies; computed nightly, only compared with at ingest.

    `measure` is amount, count or mean_ticket; `instrument` is '' for the whole slice; `season` is the day of the week
    ('1' is Monday) or the month ('1' to '12') that it holds for, '' for any. Amounts are whole currency.
    """

    __tablename__ = "plausibility_band"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    flow: Mapped[str] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), primary_key=True)
    frequency: Mapped[str] = mapped_column(primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    instrument: Mapped[str] = mapped_column(primary_key=True)
    season: Mapped[str] = mapped_column(primary_key=True)
    low: Mapped[int] = mapped_column(BigInteger)
    high: Mapped[int] = mapped_column(BigInteger)
    median: Mapped[float]
    deviation: Mapped[float]
    observations: Mapped[int]
    computed_on: Mapped[date]


class SeriesWarningRow(Base):
    """
    A warning that no message could carry, found at night: a series fell silent (W5002), two sources disagree (W5004).

    `finding` is in the receipt's own shape. `resolved_on` is the night on which it was found no more.
    """

    __tablename__ = "series_warning"
    __table_args__ = (
        UniqueConstraint("partner_id", "flow", "place_id", "frequency", "start", "code", name="series_warning_of"),
        CheckConstraint("code IN ('W5002', 'W5004')", "code"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    flow: Mapped[str]
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    frequency: Mapped[str]
    start: Mapped[date]
    code: Mapped[str]
    finding: Mapped[dict[str, object]] = mapped_column(JSONB)
    raised_on: Mapped[date]
    resolved_on: Mapped[date | None]


class WarningAnswerRow(Base):
    """
    A partner's typed answer to a warning, of a receipt or of a series.

    `flow`, `place_id` and `instrument` name the series that the warning was about, so that an answer for the future
    ('NORMAL') is found when the next slice comes; `instrument` is '' for the whole slice.
    """

    __tablename__ = "warning_answer"
    __table_args__ = (
        CheckConstraint("(receipt_id IS NULL) <> (series_warning_id IS NULL)", "about_one"),
        UniqueConstraint("receipt_id", "code", "pointer", name="warning_answer_of_receipt"),
        UniqueConstraint("series_warning_id", name="warning_answer_of_series"),
        Index("warning_answer_series", "partner_id", "flow", "place_id", "code", "instrument"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"))
    receipt_id: Mapped[str | None] = mapped_column(ForeignKey("receipt.id"))
    series_warning_id: Mapped[int | None] = mapped_column(ForeignKey("series_warning.id"))
    code: Mapped[str]
    pointer: Mapped[str]
    flow: Mapped[str]
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    instrument: Mapped[str]
    answer: Mapped[str]
    note: Mapped[str | None]
    answered_by: Mapped[str]
    answered_at: Mapped[datetime]
