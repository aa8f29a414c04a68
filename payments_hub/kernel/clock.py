"""The one place that looks at the wall clock, and the city's local days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""Vietnam keeps one time zone, seven hours ahead of UTC, without summer time."""


class Clock(Protocol):
    """Whatever can tell the time."""

    def now(self) -> datetime:
        """Tell the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Tell the present instant, aware, in UTC."""
        return datetime.now(UTC)


# All that comes in a batch is known at nearly the same instant, and asked for its day several times.
@lru_cache(maxsize=1024)
def local_day(instant: datetime) -> date:
    """
    Tell the city's day at an instant.

    >>> local_day(datetime(2026, 7, 3, 17, 0, tzinfo=UTC))
    datetime.date(2026, 7, 4)
    """
    return instant.astimezone(CITY_ZONE).date()


def start_of_local_day(day: date) -> datetime:
    """
    Tell the first instant of a day of the city, in UTC.

    >>> start_of_local_day(date(2026, 7, 4)).isoformat()
    '2026-07-03T17:00:00+00:00'
    """
    return datetime.combine(day, time.min, tzinfo=CITY_ZONE).astimezone(UTC)


def end_of_local_day(day: date) -> datetime:
    """Tell the first instant after a day of the city, in UTC."""
    return start_of_local_day(day + timedelta(days=1))
