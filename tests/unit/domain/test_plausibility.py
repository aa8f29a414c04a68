from collections.abc import Sequence
from datetime import date, timedelta
from math import log
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_hub.domain.plausibility import (
    HISTORIES,
    STEADINESS,
    Band,
    Spread,
    Steadiness,
    are_apart,
    band_of,
    drops_over_a_third,
    due_periods,
    find_silence,
    season_of,
)
from payments_hub.domain.sites import Interval
from payments_hub.kernel.periods import Frequency, Period
from tests.builders import mall, obligation

TODAY = date(2026, 7, 31)
DAILY = STEADINESS[Frequency.DAY]
amounts = st.integers(1_000, 10**15)


def spread(values: Sequence[int]) -> Spread:
    logarithms = [log(value) for value in values]
    center = median(logarithms)
    return Spread(center, median(abs(value - center) for value in logarithms), len(values))


def band(values: Sequence[int]) -> Band:
    made = band_of(spread(values), fewest=1)
    assert made is not None
    return made


def days_before(number: int) -> list[date]:
    return [TODAY - timedelta(days=2 + count) for count in range(number)]


def silence_after(missing: int, *, before: int = 28, gaps: int = 0) -> object:
    """Look for a silence of some days at the end of others, of which the last but one and those before may be gaps."""
    came = days_before(missing + before)[missing:]
    received = {came[0], *came[1 + gaps :]}
    return find_silence(due_periods(obligation(), mall(), TODAY), received, DAILY)


def test_a_flat_series_does_not_warn_at_one_percent() -> None:
    flat = band([1_000_000] * 30)

    assert flat.holds(1_010_000)
    assert flat.holds(600_000)
    assert not flat.holds(2_000_000)


@given(st.lists(amounts, min_size=1, max_size=60), st.sampled_from([1000, 0.001]))
def test_whatever_lies_inside_lies_outside_once_it_is_a_thousand_times_off(values: list[int], slip: float) -> None:
    usual = band(values)
    inside = [value for value in values if usual.holds(value)]

    assert not any(usual.holds(round(value * slip)) for value in inside)


@given(st.lists(st.integers(500_000, 2_000_000), min_size=14, max_size=60), amounts)
def test_however_large_one_outlier_is_the_band_stays_near_the_others(values: list[int], outlier: int) -> None:
    moved = band([*values, outlier])

    assert moved.high <= 30 * max(values) + 1
    assert moved.low >= min(values) // 30


def test_an_outlier_among_two_weeks_leaves_the_band_where_it_was() -> None:
    values = [900_000, 950_000, 1_000_000, 1_050_000, 1_100_000] * 3

    assert band([*values, 10**12]).high < 1.2 * band(values).high


@pytest.mark.parametrize("frequency", Frequency)
def test_too_few_observations_make_no_band(frequency: Frequency) -> None:
    fewest = HISTORIES[frequency].fewest

    assert band_of(Spread(10.0, 0.1, fewest - 1), fewest=fewest) is None
    assert band_of(Spread(10.0, 0.1, fewest), fewest=fewest) is not None


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_day_has_the_season_of_its_weekday(day: date) -> None:
    week_later = Period(day + timedelta(days=7), Frequency.DAY)

    assert season_of(Period(day, Frequency.DAY)) == season_of(week_later)


@pytest.mark.parametrize(
    ("before", "after", "drops"),
    [(9, 6, False), (9, 5, True), (9, None, True), (0, 0, False), (None, 0, False), (5, 50, False)],
    ids=["a-third", "over-a-third", "all", "nothing-was-there", "no-head", "more"],
)
def test_a_revision_drops_over_a_third(before: int | None, after: int | None, drops: bool) -> None:  # noqa: FBT001 - a value of the table
    assert drops_over_a_third(before, after) is drops


def test_three_missing_days_after_a_steady_month_are_a_silence() -> None:
    silence = silence_after(3)

    assert silence == (Period.parse("2026-07-27"), Period.parse("2026-07-26"))


def test_two_missing_days_are_late_and_no_silence() -> None:
    assert silence_after(2) is None


def test_a_series_that_was_not_steady_does_not_fall_silent() -> None:
    assert silence_after(5, gaps=2) is not None
    assert silence_after(5, gaps=4) is None


def test_a_series_of_which_little_is_known_does_not_fall_silent() -> None:
    assert silence_after(5, before=20) is None
    assert find_silence(due_periods(obligation(), mall(), TODAY), set(), DAILY) is None


def test_days_on_which_the_place_is_closed_are_no_silence() -> None:
    closed = mall(Interval(date(2020, 1, 1), date(2026, 7, 26)))

    due = due_periods(obligation(), closed, TODAY)

    assert find_silence(due, set(days_before(60)), DAILY) is None


def test_what_is_not_due_yet_is_not_missing() -> None:
    newest = next(due_periods(obligation(Frequency.MONTH, due_days=10), mall(), date(2026, 7, 10)))

    assert newest == Period.parse("2026-05")


def test_a_month_is_silent_once_it_is_overdue() -> None:
    due = [Period.parse(f"2026-{month:02d}") for month in range(7, 0, -1)]
    received = {period.start for period in due[1:]}

    assert find_silence(iter(due), received, Steadiness(6, 1)) == (due[0], due[1])


@pytest.mark.parametrize(
    ("one", "other", "currency", "apart"),
    [
        (100_000_000, 121_000_000, "VND", False),
        (100_000_000, 126_000_000, "VND", True),
        (1_000_000, 5_000_000, "VND", False),
        (0, 5_000_000, "VND", True),
        (30, 9, "", True),
    ],
    ids=["within-a-fifth", "over-a-fifth", "both-small", "one-says-nothing", "counts"],
)
def test_two_sources_are_apart(one: int, other: int, currency: str, apart: bool) -> None:  # noqa: FBT001 - a value of the table
    assert are_apart(one, other, currency) is apart
    assert are_apart(other, one, currency) is apart
