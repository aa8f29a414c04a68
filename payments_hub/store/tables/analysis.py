"""Targets, forecasts and drawn charts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from payments_hub.store.base import Base


class TargetRow(Base):
    """A value that an indicator of a place shall reach by a day; `simulated` ones belong to a demonstration."""

    __tablename__ = "target"

    code: Mapped[str] = mapped_column(primary_key=True)
    indicator: Mapped[str]
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    value: Mapped[Decimal] = mapped_column(Numeric)
    due_on: Mapped[date]
    title_vi: Mapped[str]
    title_en: Mapped[str]
    source: Mapped[str]
    simulated: Mapped[bool]


class ForecastRow(Base):
    """A forecast that was made, kept for ever with the digest of the data it was made from."""

    __tablename__ = "forecast"
    __table_args__ = (Index("forecast_latest", "indicator", "place_id", "made_at"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    indicator: Mapped[str]
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    made_at: Mapped[datetime]
    known_on: Mapped[date]
    data_digest: Mapped[str]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)


class ChartRow(Base):
    """A chart as drawn, kept by what it shows: its spec, the digest of its data, its language and width."""

    __tablename__ = "chart"

    spec: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    width: Mapped[str] = mapped_column(primary_key=True)
    svg: Mapped[str]
    drawn_at: Mapped[datetime]
