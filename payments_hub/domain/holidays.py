"""
Days on which much of the country stands still, as far as they are known here: a hint beside a gap, never an excuse.

Tết's first days agree with holidays 0.109 (MIT), country Vietnam. The day of the Hùng Kings, which follows the lunar
calendar too, is not listed.
"""

from __future__ import annotations

from datetime import date

from payments_hub.domain.languages import Words

TET_DAYS = (
    date(2025, 1, 29),
    date(2026, 2, 17),
    date(2027, 2, 6),
    date(2028, 1, 26),
    date(2029, 2, 13),
    date(2030, 2, 2),
)
"""First days of the lunar year at UTC+7."""

FIXED_HOLIDAYS = {
    (1, 1): Words("Tết Dương lịch", "New Year's Day"),
    (4, 30): Words("Ngày Thống nhất", "Reunification Day"),
    (5, 1): Words("Quốc tế Lao động", "Labour Day"),
    (9, 2): Words("Quốc khánh", "National Day"),
}

_TET = Words("Tết Nguyên đán", "Tết")
_TET_REACH = range(-1, 4)  # five days off (Labour Code 2019, article 112): from the eve to the fourth day


def holiday_on(day: date) -> Words | None:
    """
    Name the holiday of a day, or None where none is known.

    >>> holiday_on(date(2026, 2, 16)).en, holiday_on(date(2026, 2, 22)), holiday_on(date(2026, 9, 2)).en
    ('Tết', None, 'National Day')
    """
    if any((day - tet).days in _TET_REACH for tet in TET_DAYS):
        return _TET
    return FIXED_HOLIDAYS.get((day.month, day.day))
