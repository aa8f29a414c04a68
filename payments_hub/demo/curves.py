"""How a habit spreads: slowly, then fast, then up to a ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import exp

_YEAR_DAYS = 365.25


@dataclass(frozen=True, slots=True)
class SCurve:
    """
    A logistic curve between a floor and a ceiling.

    Source: P.-F. Verhulst, "Notice sur la loi que la population suit dans son accroissement", 1838.

    Args:
        floor: The value long before.
        ceiling: The value long after.
        midpoint: The day on which half of the way is done.
        years: How slowly; from a quarter to three quarters of the way takes about 2.2 of it.

    """

    floor: float
    ceiling: float
    midpoint: date
    years: float

    def at(self, day: date) -> float:
        """
        Tell the curve's value on a day.

        >>> SCurve(0.2, 0.8, date(2026, 1, 1), 1.0).at(date(2026, 1, 1))
        0.5
        """
        progress = (day - self.midpoint).days / _YEAR_DAYS / self.years
        return self.floor + (self.ceiling - self.floor) / (1 + exp(-progress))
