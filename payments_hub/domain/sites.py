"""Malls, markets and tourist sites: when they were open, and in which area they lay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.periods import Period

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Interval:
    """
    Days from a first to a last one, both included; without a last one it goes on.

    >>> Interval(date(2026, 1, 1), date(2026, 1, 31)).covers(date(2026, 1, 31))
    True
    """

    first: date
    last: date | None = None

    def __post_init__(self) -> None:
        """Refuse an interval that ends before it begins."""
        if self.last is not None and self.last < self.first:
            raise InvalidValueError(f"The interval ends on {self.last}, before it begins on {self.first}.")

    def covers(self, day: date) -> bool:
        """Tell whether a day lies inside."""
        return self.first <= day and (self.last is None or day <= self.last)

    def meets(self, period: Period) -> bool:
        """Tell whether at least one day of a period lies inside."""
        return self.first <= period.end and (self.last is None or period.start <= self.last)

    def holds(self, period: Period) -> bool:
        """Tell whether the whole of a period lies inside."""
        return self.first <= period.start and (self.last is None or period.end <= self.last)


@dataclass(frozen=True, slots=True)
class SiteArea:
    """The area unit that a site lay in for some time: a place code with its dated scheme."""

    interval: Interval
    place_code: str


@dataclass(frozen=True, slots=True)
class Site:
    """
    One mall, market or tourist site.

    It may close and open again, so it has many open intervals; at each open day it lies in exactly one area.

    Args:
        code: The hub's code, such as MALL-0021.
        kind: A value of PlaceKind.
        name_vi: Its name in Vietnamese.
        name_en: Its name in English.
        open_intervals: In order of time, without overlap.
        areas: In order of time, without overlap, and covering every open day.

    Raises:
        InvalidValueError: Two intervals overlap or stand out of order, or an open day lies in no area.

    """

    code: str
    kind: str
    name_vi: str
    name_en: str
    open_intervals: tuple[Interval, ...]
    areas: tuple[SiteArea, ...]

    def __post_init__(self) -> None:
        """Check the laws of the intervals."""
        check_intervals(self.open_intervals)
        area_intervals = [area.interval for area in self.areas]
        check_intervals(area_intervals)
        for stretch in self.open_intervals:
            gap = first_gap(stretch, area_intervals)
            if gap is not None:
                raise InvalidValueError(f"{self.code} is open on {gap} and lies in no area.", site=self.code, day=gap)

    def open_on(self, day: date) -> bool:
        """Tell whether the site is open on a day."""
        return open_on(self.open_intervals, day)

    def open_during(self, period: Period) -> bool:
        """Tell whether the site is open on at least one day of a period."""
        return open_during(self.open_intervals, period)

    def area_on(self, day: date) -> str | None:
        """Name the area unit that the site lies in on a day, or None where it has none."""
        return area_on(self.areas, day)


def open_on(intervals: Sequence[Interval], day: date) -> bool:
    """Tell whether one of the intervals covers a day."""
    return any(interval.covers(day) for interval in intervals)


def open_during(intervals: Sequence[Interval], period: Period) -> bool:
    """Tell whether one of the intervals shares a day with a period."""
    return any(interval.meets(period) for interval in intervals)


def area_on(areas: Sequence[SiteArea], day: date) -> str | None:
    """Name the area of a day, or None where there is none."""
    return next((area.place_code for area in areas if area.interval.covers(day)), None)


def check_intervals(intervals: Sequence[Interval]) -> None:
    """
    Refuse intervals that overlap or stand out of order.

    Raises:
        InvalidValueError: An interval begins on or before the last day of the one before it.

    """
    for earlier, later in pairwise(intervals):
        if earlier.last is None or later.first <= earlier.last:
            raise InvalidValueError(f"The interval from {later.first} begins inside the one before it.")


def first_gap(stretch: Interval, intervals: Sequence[Interval]) -> date | None:
    """
    Find the first day of a stretch that ordered intervals leave uncovered, or None where they cover it.

    >>> january = Interval(date(2026, 1, 1), date(2026, 1, 31))
    >>> first_gap(Interval(date(2026, 1, 30)), [january])
    datetime.date(2026, 2, 1)
    """
    day = stretch.first
    for interval in intervals:
        if not interval.covers(day):
            continue
        if interval.last is None:
            return None
        day = interval.last + _ONE_DAY
        if stretch.last is not None and day > stretch.last:
            return None
    return day
