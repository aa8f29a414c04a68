"""Closing and opening a place: each day is as it was said last, and the stretches stay in order and apart."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_hub.domain.open_days import close_days, open_days
from payments_hub.domain.sites import Interval, check_intervals, open_on

FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(40)]
SPANS = st.tuples(st.integers(0, 39), st.integers(0, 39) | st.none()).map(
    lambda ends: Interval(DAYS[ends[0]], None if ends[1] is None else DAYS[max(ends[0], ends[1])])
)


@pytest.mark.parametrize(("change", "opens"), [(close_days, False), (open_days, True)], ids=["close", "open"])
@given(spans=st.lists(SPANS, max_size=5), changed=SPANS)
def test_only_the_days_named_change(
    change: Callable[[tuple[Interval, ...], Interval], tuple[Interval, ...]],
    opens: bool,  # noqa: FBT001  a table's column
    spans: list[Interval],
    changed: Interval,
) -> None:
    opened: tuple[Interval, ...] = ()
    for span in spans:
        opened = open_days(opened, span)

    left = change(opened, changed)

    check_intervals(left)
    wanted = [opens if changed.covers(day) else open_on(opened, day) for day in DAYS]
    assert [open_on(left, day) for day in DAYS] == wanted
