"""The two scales of a chart: which values and days its sides stand for, and which of them are written there."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from payments_hub.domain import formatting
from payments_hub.domain.languages import Language
from payments_hub.domain.series_chart import SeriesChart, Unit, Width
from payments_hub.domain.units import value_parts
from payments_hub.kernel.periods import Frequency, Period

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_GAPS_WANTED = 5
_CUT_ABOVE = 0.35
_MOST_DAY_TICKS = {Width.WIDE: 10, Width.NARROW: 5}
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 36, 60)
_DAY_STEPS = (1, 2, 7, 14)


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on a scale and what is written there."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Scale:
    """
    One side of a chart.

    Args:
        low: The value at its beginning.
        high: The value at its end.
        ticks: What is written along it.
        is_cut: It does not begin at 0, so it wears the double stroke.

    """

    low: float
    high: float
    ticks: tuple[Tick, ...]
    is_cut: bool


def position(period: Period) -> float:
    """Tell where a period stands on the scale of days: in its middle."""
    return (period.start.toordinal() + period.end.toordinal() + 1) / 2


def value_scale(chart: SeriesChart, language: Language) -> Scale:
    """Choose the scale of values: from 0, unless everything is far above it."""
    low, high = _extent(chart)
    step = _step((high - (low if low > _CUT_ABOVE * high else 0.0)) / _GAPS_WANTED)
    first = math.floor(low / step) if low > _CUT_ABOVE * high else min(0, math.floor(low / step))
    last = max(math.ceil(high / step - 1e-9), first + 1)
    ends = [index * step for index in range(first, last + 1)]
    top = min(ends[-1], 1.0) if chart.unit is Unit.SHARE else ends[-1]
    ticks = tuple(Tick(at, text) for at, text in _value_texts([at for at in ends if at <= top], chart.unit, language))
    return Scale(ends[0], top, ticks, is_cut=ends[0] > 0)


def day_scale(chart: SeriesChart, width: Width, language: Language) -> Scale:
    """Choose the scale of days: from the first period to the last of anything drawn."""
    periods = [*(point.period for line in chart.lines for point in line.points)]
    periods += [point.period for point in chart.forecast]
    first = min(period.start for period in periods)
    last = max([*(period.end for period in periods), *(point.day for point in chart.target)])
    by_day = all(period.frequency is Frequency.DAY for period in periods)
    most = _MOST_DAY_TICKS[width]
    ticks = _day_ticks(first, last, most, language) if by_day else _month_ticks(first, last, most, language)
    return Scale(first.toordinal(), last.toordinal() + 1, tuple(ticks), is_cut=False)


def _extent(chart: SeriesChart) -> tuple[float, float]:
    values = [point.value for line in chart.lines for point in line.points if point.value is not None]
    values += [end for point in chart.forecast for end in (point.low_95, point.high_95)]
    values += [point.value for point in chart.target]
    if not values:
        return 0.0, 1.0
    return min(values), max(*values, 1e-9)


def _step(wanted: float) -> float:
    """Round a step up to 1, 2, 2.5 or 5 times a power of ten."""
    size = 10.0 ** math.floor(math.log10(wanted)) if wanted > 0 else 1.0
    return next(factor * size for factor in _STEPS if factor * size >= wanted * 0.999)


def _value_texts(values: list[float], unit: Unit, language: Language) -> Iterable[tuple[float, str]]:
    """Write the unit at the top and wherever it differs from the top's; elsewhere the number alone."""
    if unit is Unit.SHARE:
        whole = [formatting.decimal(value * 100, 0 if _in_hundredths(values) else 1, language) for value in values]
        percent = f"{formatting.NO_BREAK}%" if language is Language.VI else "%"
        return [*zip(values, [*whole[:-1], whole[-1] + percent], strict=True)]
    parts = [value_parts(value, unit, language) for value in values]
    top = parts[-1]
    return [
        (value, part.number if part is not top and (part.after == top.after or not value) else str(part))
        for value, part in zip(values, parts, strict=True)
    ]


def _in_hundredths(values: list[float]) -> bool:
    return all(abs(value * 100 - round(value * 100)) < 1e-6 for value in values)  # noqa: PLR2004  float dust


def _month_ticks(first: date, last: date, most: int, language: Language) -> list[Tick]:
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next((step for step in _MONTH_STEPS if months / step <= most), _MONTH_STEPS[-1])
    numbers = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    starts = [date(number // 12, number % 12 + 1, 1) for number in numbers if number % step == 0]
    return [
        Tick(start.toordinal(), formatting.period_short(Period(start, Frequency.MONTH), language))
        for start in starts
        if start >= first
    ]


def _day_ticks(first: date, last: date, most: int, language: Language) -> list[Tick]:
    days = (last - first).days + 1
    step = next((step for step in _DAY_STEPS if days / step <= most), math.ceil(days / most))
    return [
        Tick(ordinal + 0.5, formatting.day(date.fromordinal(ordinal), language))
        for ordinal in range(first.toordinal(), last.toordinal() + 1, step)
    ]
