"""Close a place for some days, or open it: the stretches on which it is open, before and after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from payments_hub.domain.sites import Interval

_ONE_DAY = timedelta(days=1)


def close_days(opened: Iterable[Interval], closed: Interval) -> tuple[Interval, ...]:
    """
    Cut days out of the stretches on which a place is open.

    >>> from datetime import date
    >>> since, july = Interval(date(2026, 1, 1)), Interval(date(2026, 7, 1), date(2026, 7, 31))
    >>> [(str(left.first), str(left.last)) for left in close_days([since], july)]
    [('2026-01-01', '2026-06-30'), ('2026-08-01', 'None')]
    """
    left: list[Interval] = []
    for stretch in opened:
        if stretch.first < closed.first:
            before = closed.first - _ONE_DAY
            left.append(Interval(stretch.first, min(before, stretch.last or before)))
        if closed.last is not None and (stretch.last is None or stretch.last > closed.last):
            left.append(Interval(max(stretch.first, closed.last + _ONE_DAY), stretch.last))
    return tuple(left)


def open_days(opened: Sequence[Interval], added: Interval) -> tuple[Interval, ...]:
    """
    Add days to the stretches on which a place is open; what then touches becomes one.

    >>> from datetime import date
    >>> june, july = (Interval(date(2026, month, 1), date(2026, month, 30)) for month in (6, 7))
    >>> [(str(left.first), str(left.last)) for left in open_days([june], july)]
    [('2026-06-01', '2026-07-30')]
    """
    joined: list[Interval] = []
    for stretch in sorted((*opened, added), key=lambda one: one.first):
        last = joined[-1].last if joined else None
        if joined and (last is None or stretch.first <= last + _ONE_DAY):
            ends = None if last is None or stretch.last is None else max(last, stretch.last)
            joined[-1] = Interval(joined[-1].first, ends)
        else:
            joined.append(stretch)
    return tuple(joined)
