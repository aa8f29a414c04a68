"""Days, months, quarters and years of the city's calendar: parse, order, range, nest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from payments_hub.kernel.errors import InvalidValueError

_FORM = re.compile(
    r"(?P<year>[0-9]{4})(?:-Q(?P<quarter>[1-4])|-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?",
    re.ASCII,
)
_EARLIEST, _LATEST = 2000, 2100


class Frequency(StrEnum):
    """How long a period is; the letters are SDMX's."""

    DAY = "D"
    MONTH = "M"
    QUARTER = "Q"
    YEAR = "Y"

    @property
    def rank(self) -> int:
        """Tell the order from fine (day, 0) to coarse (year, 3)."""
        return _RANKS[self]


_RANKS = {Frequency.DAY: 0, Frequency.MONTH: 1, Frequency.QUARTER: 2, Frequency.YEAR: 3}
_MONTHS = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.YEAR: 12}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """
    One period: its first day and how long it is. Periods order by first day, finer before coarser.

    >>> Period.parse("2026-Q3").end
    datetime.date(2026, 9, 30)
    """

    start: date
    frequency: Frequency

    def __post_init__(self) -> None:
        """Refuse a first day that does not begin a period of this length."""
        if _first_day(self.start, self.frequency) != self.start:
            raise InvalidValueError(f"{self.start} does not begin a period of frequency {self.frequency}.")

    @classmethod
    def parse(cls, text: str) -> Period:
        """
        Read '2026-07-03', '2026-07', '2026-Q3' or '2026', and nothing else.

        Raises:
            InvalidValueError: The text has another form, or names no day between 2000 and 2100.

        >>> Period.parse("2026-07")
        Period(start=datetime.date(2026, 7, 1), frequency=<Frequency.MONTH: 'M'>)
        """
        return _parse(text)

    @classmethod
    def containing(cls, day: date, frequency: Frequency) -> Period:
        """Find the period of a frequency that a day lies in."""
        return cls(_first_day(day, frequency), frequency)

    def __str__(self) -> str:
        """Write the period as the contract does."""
        match self.frequency:
            case Frequency.DAY:
                return self.start.isoformat()
            case Frequency.MONTH:
                return f"{self.start:%Y-%m}"
            case Frequency.QUARTER:
                return f"{self.start.year}-Q{(self.start.month + 2) // 3}"
            case Frequency.YEAR:
                return f"{self.start.year}"

    @property
    def end(self) -> date:
        """Tell the last day that belongs to the period."""
        return _last_day(self.start, self.frequency)

    def shift(self, steps: int) -> Period:
        """
        Go forward, or back with a negative number, by whole periods.

        >>> str(Period.parse("2026-01").shift(-1))
        '2025-12'
        """
        if self.frequency is Frequency.DAY:
            return Period(self.start + timedelta(days=steps), self.frequency)
        months = self.start.year * 12 + self.start.month - 1 + steps * _MONTHS[self.frequency]
        return Period(date(months // 12, months % 12 + 1, 1), self.frequency)

    def contains(self, other: Period | date) -> bool:
        """Tell whether a day, or the whole of another period, lies inside."""
        if isinstance(other, Period):
            return self.start <= other.start and other.end <= self.end
        return self.start <= other <= self.end

    def coarser(self, frequency: Frequency) -> Period:
        """Find the period of a coarser (or the same) frequency that this one lies in."""
        if frequency.rank < self.frequency.rank:
            raise InvalidValueError(f"{frequency} is finer than {self.frequency}.")
        return Period.containing(self.start, frequency)

    def split(self, frequency: Frequency) -> tuple[Period, ...]:
        """Cut into the periods of a finer (or the same) frequency that fill it."""
        if frequency.rank > self.frequency.rank:
            raise InvalidValueError(f"{frequency} is coarser than {self.frequency}.")
        last = Period.containing(self.end, frequency)
        return tuple(period_range(Period.containing(self.start, frequency), last))


def period_range(first: Period, last: Period) -> Iterator[Period]:
    """Walk from the first period to the last, both included, of one frequency."""
    if first.frequency is not last.frequency:
        raise InvalidValueError(f"{first} and {last} are not of one frequency.")
    period = first
    while period <= last:
        yield period
        period = period.shift(1)


# A calendar asks for the same few days for each of thousands of places.
@lru_cache(maxsize=4096)
def _last_day(start: date, frequency: Frequency) -> date:
    return Period(start, frequency).shift(1).start - timedelta(days=1)


def _first_day(day: date, frequency: Frequency) -> date:
    match frequency:
        case Frequency.DAY:
            return day
        case Frequency.MONTH:
            return day.replace(day=1)
        case Frequency.QUARTER:
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case Frequency.YEAR:
            return date(day.year, 1, 1)


# One poll of a feed names few different periods many times; the cache saves a regex and three objects each time.
@lru_cache(maxsize=4096)
def _parse(text: str) -> Period:
    found = _FORM.fullmatch(text)
    if not found or not _EARLIEST <= int(found["year"]) <= _LATEST:
        raise InvalidValueError(
            f"{text[:40]!r} is not a period: write 2026-07-03, 2026-07, 2026-Q3 or 2026, from 2000 to 2100.", got=text
        )
    year = int(found["year"])
    if found["quarter"]:
        return Period(date(year, int(found["quarter"]) * 3 - 2, 1), Frequency.QUARTER)
    try:
        start = date(year, int(found["month"] or 1), int(found["day"] or 1))
    except ValueError as error:
        raise InvalidValueError(f"{text!r} is not in the calendar.", got=text) from error
    if found["day"]:
        return Period(start, Frequency.DAY)
    return Period(start, Frequency.MONTH if found["month"] else Frequency.YEAR)
