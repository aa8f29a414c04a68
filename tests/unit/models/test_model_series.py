from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidSeriesError
from models.series import Frequency, Series, ordinal, period_start


def monthly(values: list[float], **detail: object) -> Series:
    details = {"cap": None, "missing": {}} | detail
    return Series("s", Frequency.MONTH, date(2025, 11, 1), np.array(values), **details)  # type: ignore[arg-type]  # any field


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)), st.sampled_from(Frequency))
def test_the_first_day_of_a_period_has_the_number_of_all_its_days(day: date, frequency: Frequency) -> None:
    first = period_start(ordinal(day, frequency), frequency)

    assert first <= day
    assert ordinal(first, frequency) == ordinal(day, frequency)
    assert period_start(ordinal(first, frequency) + 1, frequency) > day


@pytest.mark.parametrize(
    ("frequency", "length"),
    [(Frequency.DAY, 7), (Frequency.MONTH, 12), (Frequency.QUARTER, 4), (Frequency.YEAR, 1)],
)
def test_each_frequency_knows_its_season(frequency: Frequency, length: int) -> None:
    assert frequency.season_length == length


def test_the_values_are_a_copy_that_nobody_can_change() -> None:
    given_values = np.array([1.0, 2.0])
    series = Series("s", Frequency.MONTH, date(2026, 1, 1), given_values)

    given_values[0] = 9.0

    assert series.values.tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        series.values[0] = 9.0


@pytest.mark.parametrize(
    ("values", "detail", "message"),
    [
        ([], {}, "at least one number"),
        ([1.0, float("nan")], {}, "needs a reason"),
        ([1.0, 2.0], {"missing": {1: "outage"}}, "each reason a missing value"),
        ([float("nan")], {"missing": {0: "outage"}}, "every value is missing"),
        ([1.0, -2.0], {}, "-2 lies outside"),
        ([0.5, 1.5], {"cap": 1.0}, "1.5 lies outside 0 to 1"),
        ([0.5], {"cap": 0.0}, "cap must be above zero"),
        ([1.0, float("inf")], {}, "inf lies outside"),
    ],
    ids=["empty", "hole", "reason", "nothing", "negative", "above cap", "no cap", "infinite"],
)
def test_a_series_that_breaks_a_rule_is_refused(values: list[float], detail: dict[str, object], message: str) -> None:
    with pytest.raises(InvalidSeriesError, match=message) as caught:
        monthly(values, **detail)

    assert caught.value.code == "MODELS_INVALID_SERIES"


def test_a_series_as_it_stood_keeps_only_its_past_and_the_reasons_in_it() -> None:
    series = monthly([1.0, float("nan"), 3.0, float("nan")], missing={1: "outage", 3: "late"})

    earlier = series.until(series.first_number + 2)

    assert earlier is not None
    assert len(earlier) == 3
    assert earlier.missing == {1: "outage"}


def test_a_series_that_had_not_begun_is_none() -> None:
    series = monthly([1.0, 2.0])

    assert series.until(series.first_number - 1) is None


def test_what_came_after_is_nan_where_nothing_is_known() -> None:
    series = monthly([1.0, 2.0, 3.0])

    after = series.after(series.first_number + 1, 3)

    assert after[0] == 3.0
    assert np.isnan(after[1:]).all()


def test_holes_are_bridged_by_a_straight_line_and_not_counted() -> None:
    series = monthly([1.0, float("nan"), 3.0], missing={1: "outage"})

    assert series.filled().tolist() == [1.0, 2.0, 3.0]
    assert series.known_count() == 2
