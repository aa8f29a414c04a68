from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_hub.demo.calendar import Rhythm, day_factor, days_from_tet, summer_factor, tet_factor
from payments_hub.demo.curves import SCurve
from payments_hub.demo.profiles import SITE_PROFILES, TRADES, SiteProfile
from payments_hub.demo.sales import instrument_shares, sales_of
from payments_hub.demo.slices import owners_behind
from payments_hub.domain.holidays import TET_DAYS

days = st.dates(date(2025, 1, 1), date(2030, 12, 31))
MARKET = next(profile for profile in SITE_PROFILES if profile.kind == "MARKET")


@given(days, st.sampled_from(Rhythm), st.floats(0, 4))
def test_the_calendar_never_makes_sales_negative_or_absurd(day: date, rhythm: Rhythm, height: float) -> None:
    assert 0 < day_factor(day, rhythm, height) < 25


@pytest.mark.parametrize("tet", TET_DAYS, ids=str)
def test_malls_sell_more_before_tet_and_little_on_its_first_day(tet: date) -> None:
    assert tet_factor(tet - timedelta(days=2), Rhythm.MALL) > 1.5
    assert tet_factor(tet, Rhythm.MALL) < 0.2


def test_people_travel_on_the_third_day_of_tet() -> None:
    assert tet_factor(date(2026, 2, 19), Rhythm.TOURISM) > 2


def test_tet_is_felt_only_near_it() -> None:
    assert days_from_tet(date(2026, 2, 17)) == 0
    assert days_from_tet(date(2026, 1, 19)) is None
    assert days_from_tet(date(2026, 3, 4)) is None


def test_the_summer_peaks_in_july_and_is_over_in_december() -> None:
    assert summer_factor(date(2026, 7, 15), 3.0) == pytest.approx(4.0, abs=0.01)
    assert summer_factor(date(2026, 12, 15), 3.0) == pytest.approx(1.0, abs=0.02)


@given(days, days)
def test_a_habit_only_spreads(one: date, other: date) -> None:
    curve = SCurve(0.2, 0.8, date(2026, 6, 1), 0.8)

    assert (curve.at(one) <= curve.at(other)) == (one <= other) or curve.at(one) == curve.at(other)


@given(st.sampled_from(SITE_PROFILES), days, st.floats(0.01, 0.97))
def test_the_instruments_share_all_of_the_sales(profile: SiteProfile, day: date, cashless: float) -> None:
    shares = instrument_shares(profile, day, cashless)

    assert sum(shares.values()) == pytest.approx(1.0)
    assert min(shares.values()) >= 0


def test_sectors_and_instruments_of_each_trade_add_up_to_one() -> None:
    for trade in TRADES.values():
        assert sum(trade.sectors.values()) == pytest.approx(1.0)
        assert sum(trade.cashless_mix.values()) == pytest.approx(1.0)


def test_markets_stand_still_on_the_first_two_days_of_tet() -> None:
    sold = [bool(sales_of(MARKET, date(2026, 2, day), 1).cells) for day in (16, 17, 18, 19)]

    assert sold == [True, False, False, True]


@given(st.integers(1, 30_000), st.integers(1, 30_000), st.floats(0, 2))
def test_owners_and_their_shares_are_always_possible(owners: int, payments: int, inequality: float) -> None:
    found = owners_behind(owners, payments, inequality)

    assert found is not None
    assert found.are_possible()
    assert found.n == min(owners, payments)
