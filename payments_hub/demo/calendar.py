"""What the calendar does to sales: weekends, Tết, public holidays, the summer at the sea."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from math import cos, exp, pi

from payments_hub.domain.holidays import FIXED_HOLIDAYS, TET_DAYS

LAST_YEAR = 2030

_SATURDAY = 5
_MIDSUMMER = 196  # day of the year: 15 July, the middle of the bathing season
_YEAR_DAYS = 365.25
_DAYS_SEEN = range(-28, 15)


class Rhythm(StrEnum):
    """Whose calendar it is."""

    MALL = "mall"
    MARKET = "market"
    TOURISM = "tourism"
    BUSINESS = "business"


# Before Tết everybody shops; on its first days malls and markets stand still while people travel.
_BEFORE_TET = {Rhythm.MALL: 0.75, Rhythm.MARKET: 0.95, Rhythm.TOURISM: -0.25, Rhythm.BUSINESS: 0.35}
_ON_TET = {
    Rhythm.MALL: (0.12, 0.25, 0.55, 0.85, 0.95),
    Rhythm.MARKET: (0.05, 0.05, 0.15, 0.45, 0.70),
    Rhythm.TOURISM: (1.10, 1.80, 2.30, 2.40, 2.00),
    Rhythm.BUSINESS: (0.10, 0.15, 0.30, 0.60, 0.80),
}
_WEEKEND = {Rhythm.MALL: 1.55, Rhythm.MARKET: 1.18, Rhythm.TOURISM: 1.70, Rhythm.BUSINESS: 0.92}
_HOLIDAY = {Rhythm.MALL: 1.45, Rhythm.MARKET: 0.90, Rhythm.TOURISM: 2.20, Rhythm.BUSINESS: 0.80}


def days_from_tet(day: date) -> int | None:
    """
    Count the days from the first day of Tết, from 28 before to 14 after; further away Tết changes nothing.

    >>> days_from_tet(date(2026, 2, 15)), days_from_tet(date(2026, 7, 1))
    (-2, None)
    """
    offsets = ((day - tet).days for tet in TET_DAYS)
    return next((offset for offset in offsets if offset in _DAYS_SEEN), None)


def tet_factor(day: date, rhythm: Rhythm) -> float:
    """Tell by how much Tết multiplies a day's sales."""
    offset = days_from_tet(day)
    if offset is None:
        return 1.0
    if offset < 0:
        return 1.0 + _BEFORE_TET[rhythm] * exp(offset / 8)
    on_days = _ON_TET[rhythm]
    if offset < len(on_days):
        return on_days[offset]
    return 1.0 + (on_days[-1] - 1.0) * exp(-(offset - len(on_days) + 1) / 4)


def summer_factor(day: date, height: float) -> float:
    """
    Tell by how much the summer multiplies a day's sales: one plus the height in mid-July, almost one in winter.

    >>> round(summer_factor(date(2026, 7, 15), 2.5), 2), round(summer_factor(date(2026, 1, 15), 2.5), 2)
    (3.5, 1.0)
    """
    angle = 2 * pi * (day.timetuple().tm_yday - _MIDSUMMER) / _YEAR_DAYS
    return 1.0 + height * ((1 + cos(angle)) / 2) ** 3


def day_factor(day: date, rhythm: Rhythm, summer_height: float) -> float:
    """Tell by how much the whole calendar multiplies a day's sales."""
    weekend = _WEEKEND[rhythm] if day.weekday() >= _SATURDAY else 1.0
    holiday = _HOLIDAY[rhythm] if (day.month, day.day) in FIXED_HOLIDAYS else 1.0
    return max(weekend, holiday) * tet_factor(day, rhythm) * summer_factor(day, summer_height)
