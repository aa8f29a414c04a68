from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_hub.kernel.clock import SystemClock, end_of_local_day, local_day, start_of_local_day
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.ids import new_id
from payments_hub.kernel.money import Currency, Money

days = st.dates(date(2001, 1, 1), date(2099, 12, 31))


@given(days)
def test_a_local_day_begins_at_its_first_instant_and_ends_before_the_next(day: date) -> None:
    assert local_day(start_of_local_day(day)) == day
    assert local_day(end_of_local_day(day) - timedelta(microseconds=1)) == day
    assert local_day(end_of_local_day(day)) == day + timedelta(days=1)


def test_the_machines_clock_is_aware_and_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_currencies_never_add() -> None:
    with pytest.raises(InvalidValueError):
        Money(1, Currency.VND) + Money(1, Currency.INR)


def test_amounts_of_one_currency_add_and_subtract() -> None:
    assert Money(5, Currency.VND) + Money(2, Currency.VND) - Money(7, Currency.VND) == Money(0, Currency.VND)


def test_later_ids_sort_later() -> None:
    early = datetime(2026, 7, 3, tzinfo=UTC)

    assert new_id(early) < new_id(early + timedelta(milliseconds=1))


def test_ids_of_one_instant_differ() -> None:
    now = datetime(2026, 7, 3, tzinfo=UTC)

    assert len({new_id(now) for _ in range(100)}) == 100
