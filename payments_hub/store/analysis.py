"""Targets, and the forecasts that were made of what leads to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_hub.kernel.clock import end_of_local_day
from payments_hub.store.places import place_ids
from payments_hub.store.tables.analysis import ForecastRow, TargetRow
from payments_hub.store.tables.places import PlaceRow


@dataclass(frozen=True, slots=True)
class Target:
    """
    A value that an indicator of a place shall reach by a day.

    Args:
        value: In the indicator's unit; a share is 0-1.
        source: The document that sets it, or what makes it up.
        simulated: It belongs to a demonstration.

    """

    code: str
    indicator: str
    place: str
    value: Decimal
    due_on: date
    title_vi: str
    title_en: str
    source: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class KeptForecast:
    """
    A forecast as it was made.

    Args:
        known_on: The day whose knowledge it was made from.
        data_digest: Tells whether the series has changed since.
        body: Periods, quantiles, models, scores and attainment, as `jobs.forecasting` wrote them.

    """

    id: str
    indicator: str
    place: str
    made_at: datetime
    known_on: date
    data_digest: str
    body: Mapping[str, Any]


def save_target(session: Session, target: Target) -> None:
    """Save a target under its code."""
    values = asdict(target)
    values["place_id"] = place_ids(session, [values["place"]])[values.pop("place")]
    statement = insert(TargetRow).values(values)
    changed = {name: statement.excluded[name] for name in values if name != "code"}
    session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=changed))


def all_targets(session: Session) -> list[Target]:
    """Read every target, by the day it is due and its code."""
    rows = session.execute(
        select(TargetRow, PlaceRow.code)
        .join(PlaceRow, PlaceRow.id == TargetRow.place_id)
        .order_by(TargetRow.due_on, TargetRow.code)
    )
    return [
        Target(
            code=row.code,
            indicator=row.indicator,
            place=place,
            value=row.value,
            due_on=row.due_on,
            title_vi=row.title_vi,
            title_en=row.title_en,
            source=row.source,
            simulated=row.simulated,
        )
        for row, place in rows
    ]


def save_forecast(session: Session, forecast: KeptForecast) -> None:
    """Keep a forecast for ever."""
    values = asdict(forecast)
    values["place_id"] = place_ids(session, [values["place"]])[values.pop("place")]
    session.add(ForecastRow(**values))


def latest_forecast(session: Session, indicator: str, place: str, as_of: date | None = None) -> KeptForecast | None:
    """Find the newest forecast of an indicator at a place: of all, or of those made by the end of a day."""
    statement = (
        select(ForecastRow)
        .join(PlaceRow, PlaceRow.id == ForecastRow.place_id)
        .where(ForecastRow.indicator == indicator, PlaceRow.code == place)
        .order_by(ForecastRow.made_at.desc())
        .limit(1)
    )
    if as_of is not None:
        statement = statement.where(ForecastRow.made_at < end_of_local_day(as_of))
    row = session.scalar(statement)
    if row is None:
        return None
    return KeptForecast(row.id, row.indicator, place, row.made_at, row.known_on, row.data_digest, row.body)
