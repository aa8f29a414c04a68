"""Imported public data as the overview shows them: beside the city's figures, never among them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from payments_hub.aggregates.points import IndicatorPoint, SeriesQuestion, indicator_points
from payments_hub.domain.geography import AreaLevel
from payments_hub.domain.indicators import PLATFORM_TRAFFIC
from payments_hub.domain.overview import PulseForecast, PulseRow, PulseSection
from payments_hub.ingest.pulse import PARTNER, PULSE_SCHEME
from payments_hub.kernel.money import Currency
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.store.analysis import latest_forecast
from payments_hub.store.figures import newest_known
from payments_hub.store.partners import partner_number
from payments_hub.store.places import areas_of_levels

SOURCE = "PhonePe Pulse"
LICENCE = "CDLA-Permissive-2.0"
_QUARTERS_A_YEAR = 4


def pulse_section(session: Session, today: date) -> PulseSection | None:
    """Load the newest quarter of the country and of each state; None where nothing was imported."""
    number = partner_number(session, PARTNER)
    imported_at = None if number is None else newest_known(session, PLATFORM_TRAFFIC.flow, number)
    if imported_at is None:
        return None
    rows = (_row(session, code, name, platform_points(session, code, today)) for code, name in platform_places(session))
    return PulseSection(SOURCE, LICENCE, imported_at, tuple(row for row in rows if row is not None))


def platform_places(session: Session) -> list[tuple[str, str]]:
    """List the country and its states that were imported: place code and name."""
    return areas_of_levels(session, PULSE_SCHEME.code, [AreaLevel.COUNTRY, AreaLevel.STATE])


def platform_points(session: Session, place: str, today: date) -> list[IndicatorPoint]:
    """Read the quarters of one place."""
    question = SeriesQuestion(
        indicator=PLATFORM_TRAFFIC, place=place, currency=Currency.INR, today=today, frequency=Frequency.QUARTER
    )
    return indicator_points(session, question)


def _row(session: Session, code: str, name: str, points: Sequence[IndicatorPoint]) -> PulseRow | None:
    known = {point.period: point for point in points if point.complete and point.sums.amount is not None}
    if not known:
        return None
    newest = known[max(known)]
    amount, count = newest.sums.amount or 0, newest.sums.count or 0
    base = known.get(newest.period.shift(-_QUARTERS_A_YEAR))
    growth = amount / base.sums.amount - 1 if base is not None and base.sums.amount else None
    return PulseRow(name, newest.period, count, amount, growth, _forecast(session, code))


def _forecast(session: Session, code: str) -> PulseForecast | None:
    kept = latest_forecast(session, PLATFORM_TRAFFIC.code, code)
    if kept is None:
        return None
    quantiles = kept.body["quantiles"]
    first = Period.parse(kept.body["periods"][0])
    return PulseForecast(first, quantiles["0.5"][0], quantiles["0.1"][0], quantiles["0.9"][0])
