"""An indicator's periods, worked out of rollups: the one way by which pages, charts and forecasts read a series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from payments_hub.domain.coverage import is_complete
from payments_hub.domain.flows import FLOWS, Dimension
from payments_hub.domain.indicators import Indicator, Sums, indicator_value
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.store.figures import FigureKey, PeriodFigures, period_figures
from payments_hub.store.partners import longest_due_days


@dataclass(frozen=True, slots=True)
class IndicatorPoint:
    """
    One period of an indicator.

    Args:
        value: A share from 0 to 1, or a whole number; None where nothing was received or there is nothing to divide.
        sums: The count and the amount that the period's slices add up to.
        complete: The period is due, and enough of its expected slices were received to be shown in headlines.

    """

    period: Period
    value: float | int | None
    sums: Sums
    received: int
    expected: int
    complete: bool


@dataclass(frozen=True, slots=True)
class SeriesQuestion:
    """
    Which series: an indicator at a place, of one partner or of all, now or as known at the end of a day.

    Args:
        partner_id: None for all partners together.
        as_of: None for now.
        today: The day on which it is asked; a period that is not due by then is not complete.

    """

    indicator: Indicator
    place: str
    currency: str
    today: date
    frequency: Frequency = Frequency.MONTH
    partner_id: int | None = None
    as_of: date | None = None


def indicator_points(session: Session, question: SeriesQuestion) -> list[IndicatorPoint]:
    """Read a series, oldest period first."""
    flow = FLOWS[question.indicator.flow]
    key = FigureKey(
        flow=flow.code,
        place=question.place,
        frequency=question.frequency,
        currency=question.currency if flow.has_amount else "",
        partner_id=question.partner_id,
    )
    dimensions = [Dimension.INSTRUMENT] if question.indicator.formula.is_share else []
    figures = period_figures(session, key, as_of=question.as_of, dimensions=dimensions)
    due_days = longest_due_days(session, flow.code)
    return [_point(found, question, due_days) for found in figures]


def latest_complete(points: Sequence[IndicatorPoint]) -> IndicatorPoint | None:
    """Pick the newest period that may stand in a headline."""
    return next((point for point in reversed(points) if point.complete and point.value is not None), None)


def _point(found: PeriodFigures, question: SeriesQuestion, due_days: int) -> IndicatorPoint:
    asked_on = question.today if question.as_of is None else min(question.as_of, question.today)
    is_due = (asked_on - found.period.end).days > due_days
    return IndicatorPoint(
        period=found.period,
        value=indicator_value(question.indicator.formula, found.whole, found.by_code.get(Dimension.INSTRUMENT, {})),
        sums=found.whole,
        received=found.received,
        expected=found.expected,
        complete=is_complete(received=found.received, expected=found.expected, due=is_due),
    )
