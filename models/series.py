"""A series as the models take it: equal steps, known bounds, and every hole with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import assert_never

import numpy as np
import numpy.typing as npt

from models.errors import InvalidSeriesError

FloatArray = npt.NDArray[np.float64]


class Frequency(StrEnum):
    """How far apart two neighbouring periods are."""

    DAY = "D"
    MONTH = "M"
    QUARTER = "Q"
    YEAR = "Y"

    @property
    def season_length(self) -> int:
        """Periods after which the calendar repeats itself: a week of days, a year of months or quarters."""
        match self:
            case Frequency.DAY:
                return 7
            case Frequency.MONTH:
                return 12
            case Frequency.QUARTER:
                return 4
            case Frequency.YEAR:
                return 1
            case _:
                assert_never(self)


def ordinal(day: date, frequency: Frequency) -> int:
    """
    Give the number of the period that holds a day; neighbouring periods differ by one.

    >>> ordinal(date(2026, 7, 1), Frequency.QUARTER) - ordinal(date(2025, 12, 31), Frequency.QUARTER)
    3
    """
    match frequency:
        case Frequency.DAY:
            return day.toordinal()
        case Frequency.MONTH:
            return day.year * 12 + day.month - 1
        case Frequency.QUARTER:
            return day.year * 4 + (day.month - 1) // 3
        case Frequency.YEAR:
            return day.year
        case _:
            assert_never(frequency)


def period_start(number: int, frequency: Frequency) -> date:
    """
    Give the first day of a numbered period: the inverse of `ordinal`.

    >>> period_start(ordinal(date(2026, 8, 15), Frequency.QUARTER), Frequency.QUARTER)
    datetime.date(2026, 7, 1)
    """
    match frequency:
        case Frequency.DAY:
            return date.fromordinal(number)
        case Frequency.MONTH:
            return date(number // 12, number % 12 + 1, 1)
        case Frequency.QUARTER:
            return date(number // 4, number % 4 * 3 + 1, 1)
        case Frequency.YEAR:
            return date(number, 1, 1)
        case _:
            assert_never(frequency)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """
    One history to forecast.

    Attributes:
        series_id: Name of the series, unique in a batch.
        frequency: Step between two values.
        first: A day of the first period; kept as that period's first day.
        values: Shape (n,), in `unit`, one value a period without gaps; kept as a read-only copy. NaN only where
            `missing` says why.
        unit: What one is: "VND", "payments", "share".
        cap: The largest value that can be, or None. It is a bound of the forecast, not a belief about the ceiling.
        calendar: ISO country whose holidays apply, or empty.
        missing: Position in `values` to the reason why there is no value.

    """

    series_id: str
    frequency: Frequency
    first: date
    values: FloatArray
    unit: str = ""
    cap: float | None = None
    calendar: str = ""
    missing: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep a read-only copy and check every rule the models rely on."""
        values = np.array(self.values, dtype=np.float64)
        values.setflags(write=False)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "first", period_start(ordinal(self.first, self.frequency), self.frequency))
        self._check_shape()
        self._check_holes()
        self._check_bounds()

    def _check_shape(self) -> None:
        if self.values.ndim != 1 or not len(self.values):
            raise InvalidSeriesError(
                f"Series {self.series_id}: the values must be one row of at least one number.",
                series_id=self.series_id,
                shape=self.values.shape,
            )

    def _check_holes(self) -> None:
        holes = {int(position) for position in np.flatnonzero(np.isnan(self.values))}
        if holes != set(self.missing) or not all(self.missing.values()):
            raise InvalidSeriesError(
                f"Series {self.series_id}: each missing value needs a reason, and each reason a missing value.",
                series_id=self.series_id,
                positions=sorted(holes ^ set(self.missing)),
            )
        if len(holes) == len(self.values):
            raise InvalidSeriesError(f"Series {self.series_id}: every value is missing.", series_id=self.series_id)

    def _check_bounds(self) -> None:
        if self.cap is not None and not (np.isfinite(self.cap) and self.cap > 0):
            raise InvalidSeriesError(
                f"Series {self.series_id}: the cap must be above zero.", series_id=self.series_id, cap=self.cap
            )
        upper = np.inf if self.cap is None else self.cap
        known = self.values[~np.isnan(self.values)]
        wrong = known[(known < 0) | (known > upper) | np.isinf(known)]
        if len(wrong):
            raise InvalidSeriesError(
                f"Series {self.series_id}: {wrong[0]:g} lies outside 0 to {upper:g}.",
                series_id=self.series_id,
                value=float(wrong[0]),
                cap=self.cap,
            )

    def __len__(self) -> int:
        """Count the periods from the first to the last, holes included."""
        return len(self.values)

    @property
    def first_number(self) -> int:
        """The number of the first period (see `ordinal`)."""
        return ordinal(self.first, self.frequency)

    @property
    def last_number(self) -> int:
        """The number of the last period (see `ordinal`)."""
        return self.first_number + len(self.values) - 1

    def until(self, last_number: int) -> Series | None:
        """Give the series as it stood at the end of a period, or None if it had not begun to have values."""
        kept = self.values[: max(0, last_number - self.first_number + 1)]
        if np.isnan(kept).all():
            return None
        missing = {position: reason for position, reason in self.missing.items() if position < len(kept)}
        return replace(self, values=kept, missing=missing)

    def after(self, last_number: int, horizon: int) -> FloatArray:
        """Give the values of the periods that follow one: shape (horizon,), NaN where there are none."""
        wanted = np.arange(1, horizon + 1) + last_number - self.first_number
        inside = (wanted >= 0) & (wanted < len(self.values))
        found = np.full(horizon, np.nan)
        found[inside] = self.values[wanted[inside]]
        return found

    def filled(self) -> FloatArray:
        """Give the values with holes bridged by straight lines (models need numbers); shape (n,), never scored."""
        position = np.arange(len(self.values))
        known = ~np.isnan(self.values)
        return np.interp(position, position[known], self.values[known])

    def known_count(self) -> int:
        """Count the periods that have a value."""
        return int((~np.isnan(self.values)).sum())
