"""
What is usual of a series: ranges from its own past, silence after a steady past, two sources that disagree.

Everything here warns and never refuses: a rule that blocks what is unlikely makes correct reports impossible to file.
The ranges are of logarithms, for sums of money grow and vary by parts of themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice
from math import ceil, exp, floor, log
from types import MappingProxyType
from typing import Final, NamedTuple

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.places import Place
from payments_hub.kernel.periods import Frequency, Period


class BandMeasure(StrEnum):
    """What a band is of: a slice's totals, or the mean of a payment in its cells."""

    AMOUNT = "amount"
    COUNT = "count"
    MEAN_TICKET = "mean_ticket"


ANY_SEASON: Final = ""
WHOLE_SLICE: Final = ""
"""The instrument of a band that is of the slice's total, or of the cells of a flow without instruments."""

NORMAL_SCALE: Final = 1.4826
"""
By this the median of the absolute deviations becomes a standard deviation where the figures are normal.

Source: P. J. Rousseeuw, C. Croux, "Alternatives to the Median Absolute Deviation", JASA 88 (1993), 1273-1283.
"""

LEAST_DEVIATION: Final = 0.10
"""A series that hardly moves is taken for one that moves by a tenth, or every second day of it would be remarkable."""

DEVIATIONS: Final = 6.0
"""
Half a band's width, so that it is never narrower than from 0.55 to 1.8 times the median.

In the simulated city's eighteen months 3 of 1,000 days then lie outside, all but some of them days of Tết on which
markets and malls stand nearly still; with five deviations it would be 5, half of them ordinary days.
"""

WIDEST: Final = log(30)
"""
No band is wider than from 1/30 to 30 times the median, however restless the series.

The upper end is then 900 times the lower, so that whatever lies inside lies outside once it is a thousand times too
large or too small: a slip of a thousand never passes for an ordinary figure.
"""

_THOUSAND: Final = 1_000

FEWEST_CELLS: Final = 20
"""Mean payments are of cells, of which a slice has several: some days of a site, a few months of a commune."""


class Band(NamedTuple):
    """A range, both ends included, in whole units."""

    low: int
    high: int

    def holds(self, value: int) -> bool:
        """Tell whether a value is inside."""
        return self.low <= value <= self.high


class Spread(NamedTuple):
    """
    How the logarithms of some observations lie.

    Args:
        median: Their median.
        deviation: The median of their distances from it, not scaled.
        observations: How many they are.

    """

    median: float
    deviation: float
    observations: int


@dataclass(frozen=True, slots=True)
class History:
    """
    What of the past a band of slices' totals is made from.

    Args:
        days: How far back it goes. A day's series has a year and a month, so that it knows its last summer and Tết.
        fewest: Below so many observations there is no band: four weekends, half a year of months, a year of quarters.
        fewest_in_season: Below so many of its own season a season takes the band of all. A month comes once a year,
            and is told apart once there are two years; its deviation is that of all months from their own medians.
        ticket_days: How far back mean payments are looked at; they change slowly, and there are many more of them.

    """

    days: int
    fewest: int
    fewest_in_season: int
    ticket_days: int


HISTORIES: Final[Mapping[Frequency, History]] = MappingProxyType(
    {
        Frequency.DAY: History(400, 14, 8, 92),
        Frequency.MONTH: History(4 * 366, 6, 2, 2 * 366),
        Frequency.QUARTER: History(6 * 366, 4, 2, 6 * 366),
        Frequency.YEAR: History(10 * 366, 4, 2, 10 * 366),
    }
)
MONTHS_OF_SEASONS: Final = 24


def band_of(spread: Spread, *, fewest: int) -> Band | None:
    """
    Make the band of a series or of one of its seasons; None where too little is known.

    >>> band_of(Spread(log(1_000_000), 0.001, 30), fewest=8)
    Band(low=548811, high=1822119)
    >>> band_of(Spread(log(1_000_000), 9.0, 30), fewest=8)
    Band(low=33333, high=30000000)
    """
    if spread.observations < fewest:
        return None
    half = min(DEVIATIONS * scaled(spread.deviation), WIDEST)
    return Band(floor(exp(spread.median - half)), ceil(round(exp(spread.median + half), 3)))


def is_off_by_a_thousand(amount: int, count: int, low: int, high: int) -> bool:
    """
    Tell whether a mean payment lies inside a range once it is multiplied or divided by a thousand.

    >>> is_off_by_a_thousand(250, 10, 20_000, 30_000), is_off_by_a_thousand(900_000, 10, 20_000, 30_000)
    (True, False)
    """
    least, greatest = low * count, high * count
    return least <= amount * _THOUSAND <= greatest or least * _THOUSAND <= amount <= greatest * _THOUSAND


def scaled(deviation: float) -> float:
    """Scale a median distance to a standard deviation, not below the least one."""
    return max(NORMAL_SCALE * deviation, LEAST_DEVIATION)


def season_of(period: Period) -> str:
    """
    Name a period's season: the day of the week, 1 for Monday, or the month.

    >>> season_of(Period.parse("2026-07-03")), season_of(Period.parse("2026-07")), season_of(Period.parse("2026-Q3"))
    ('5', '7', '')
    """
    match period.frequency:
        case Frequency.DAY:
            return str(period.start.isoweekday())
        case Frequency.MONTH:
            return str(period.start.month)
        case _:
            return ANY_SEASON


def drops_over_a_third(before: int | None, after: int | None) -> bool:
    """
    Tell whether a revision leaves less than two thirds of what was there.

    >>> drops_over_a_third(9, 6), drops_over_a_third(9, 5), drops_over_a_third(None, 5)
    (False, True, False)
    """
    return before is not None and 3 * (after or 0) < 2 * before


STEADY_PERCENT: Final = 90
"""A series that was received on nine of ten due dates is steady: of such a one silence says something."""


class Steadiness(NamedTuple):
    """How many due slices before a silence must have been steady, and how many missing ones make a silence."""

    before: int
    missing: int


STEADINESS: Final[Mapping[Frequency, Steadiness]] = MappingProxyType(
    {
        # One or two missing days are late ones, which the feeds' page shows; after three nobody is at work on it.
        Frequency.DAY: Steadiness(28, 3),
        Frequency.MONTH: Steadiness(6, 1),
        Frequency.QUARTER: Steadiness(4, 1),
        Frequency.YEAR: Steadiness(3, 1),
    }
)
LONGEST_SILENCE: Final = 400
"""Periods walked back at most: a series that has been silent for over a year is no news."""


class Silence(NamedTuple):
    """The first period of which nothing came, and the last one of which something did."""

    first_missing: Period
    last_received: Period


def due_periods(duty: Obligation, place: Place, today: date) -> Iterator[Period]:
    """Walk back through the periods whose slice should be here by now, the newest first."""
    period = Period.containing(today, duty.frequency)
    for _ in range(LONGEST_SILENCE + STEADINESS[duty.frequency].before):
        if period.start < duty.valid_from:
            return
        if duty.is_due(period, today) and duty.covers(period) and place.open_during(period):
            yield period
        period = period.shift(-1)


def find_silence(due: Iterator[Period], received: Collection[date], steadiness: Steadiness) -> Silence | None:
    """
    Find the silence that a steady series fell into, if it did.

    Args:
        due: The periods of which a slice is due, the newest first.
        received: First days of the periods of which one came.
        steadiness: Of the series' frequency.

    """
    missing: list[Period] = []
    for period in due:
        if period.start in received:
            before = [period, *islice(due, steadiness.before - 1)]
            steady = _is_steady(before, received, steadiness)
            return Silence(missing[-1], period) if steady and len(missing) >= steadiness.missing else None
        missing.append(period)
    return None


def _is_steady(before: list[Period], received: Collection[date], steadiness: Steadiness) -> bool:
    came = sum(period.start in received for period in before)
    return len(before) == steadiness.before and came * 100 >= STEADY_PERCENT * len(before)


APART_PERCENT: Final = 20
"""Two counts of one site's sales differ by returns and by where a day ends; over a fifth, one of them is wrong."""

LEAST_APART: Final[Mapping[str, int]] = MappingProxyType({"VND": 5_000_000, "INR": 20_000, "": 20})
"""By currency, '' for counts: below it two small sources may differ by one sale."""

SOURCES_COMPARED: Final = timedelta(days=45)
"""How long after its first day a period is compared; what was found to differ is looked at until it agrees."""


def are_apart(one: int, other: int, currency: str) -> bool:
    """
    Tell whether two sources disagree about one site's period.

    >>> are_apart(100_000_000, 79_000_000, "VND"), are_apart(100_000_000, 81_000_000, "VND"), are_apart(9, 1, "")
    (True, False, False)
    """
    difference = abs(one - other)
    return difference >= LEAST_APART[currency] and difference * 100 > APART_PERCENT * max(one, other)


NORMAL_FOR: Final = timedelta(days=365)
"""So long a warning that was answered as normal is not raised again."""
