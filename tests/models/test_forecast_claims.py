from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from models.errors import InvalidRequestError, InvalidSeriesError, ShortHistoryError
from models.results import LEVELS, Forecast, KnownLimit
from models.selection import forecast
from models.series import FloatArray, Frequency, Series

HORIZON = 6


def amounts(count: int, length: int, seed: int = 21) -> FloatArray:
    """Give payments that grow, slow down, have a season and noise; shape (count, length)."""
    rng = np.random.default_rng(seed)
    month = np.arange(length)
    season = 0.15 * np.sin(2 * np.pi * month / 12)
    growth = np.cumsum(0.06 * 0.97**month + rng.normal(0, 0.03, (count, length)), axis=1)
    return 1e9 * np.exp(rng.normal(0, 1, (count, 1)) + growth + season)


def shares(count: int, length: int, seed: int = 22) -> FloatArray:
    """Give adoption curves with ceilings of their own; shape (count, length)."""
    rng = np.random.default_rng(seed)
    ceiling, pace = rng.uniform(0.3, 0.9, (count, 1)), rng.uniform(0.08, 0.2, (count, 1))
    middle = rng.uniform(10, 40, (count, 1))
    noise = np.cumsum(rng.normal(0, 0.03, (count, length)), axis=1)
    curves: FloatArray = ceiling / (1 + np.exp(-pace * (np.arange(length) - middle) - noise))
    return curves


def batch(values: FloatArray, cap: float | None = None) -> list[Series]:
    first = date(2023, 1, 1)
    return [Series(f"s{index:02d}", Frequency.MONTH, first, row, cap=cap) for index, row in enumerate(values)]


def share_inside(answers: list[Forecast], future: FloatArray) -> float:
    low = np.array([answer.quantile(0.1) for answer in answers])
    high = np.array([answer.quantile(0.9) for answer in answers])
    return float(np.mean((future >= low) & (future <= high)))


def mean_error(predicted: FloatArray, future: FloatArray, unit: FloatArray) -> float:
    return float(np.mean(np.abs(predicted - future) / unit))


def test_the_error_on_growing_payments_is_below_the_floor() -> None:
    values = amounts(20, 36 + HORIZON)
    past, future, unit = values[:, :36], values[:, 36:], values[:, 35:36]

    predicted = np.array([answer.quantile(0.5) for answer in forecast(batch(past), HORIZON)])

    floor = past[:, 24 : 24 + HORIZON]
    assert mean_error(predicted, future, unit) < 0.6 * mean_error(floor, future, unit)


@pytest.mark.parametrize("length", [24, 36], ids=["two years", "three years"])
def test_eighty_percent_intervals_of_payments_cover_about_eighty_percent(length: int) -> None:
    values = amounts(40, length + HORIZON)

    answers = forecast(batch(values[:, :length]), HORIZON)

    assert 0.65 < share_inside(answers, values[:, length:]) < 0.97


@pytest.mark.parametrize("length", [9, 12])
def test_eighty_percent_intervals_of_short_histories_cover_about_eighty_percent(length: int) -> None:
    steps = np.random.default_rng(23).normal(0.03, 0.05, (60, length + 4))
    values = np.exp(np.cumsum(steps, axis=1))

    answers = forecast(batch(values[:, :length]), 4)

    assert 0.65 < share_inside(answers, values[:, length:]) < 0.95


def test_eighty_percent_intervals_of_adoption_cover_about_eighty_percent() -> None:
    values = shares(40, 30 + HORIZON)

    answers = forecast(batch(values[:, :30], cap=1.0), HORIZON)

    assert 0.68 < share_inside(answers, values[:, 30:]) < 0.97


@pytest.mark.parametrize("length", [6, 8, 13, 30])
def test_quantiles_rise_and_stay_within_bounds_at_any_length(length: int) -> None:
    answers = forecast(batch(shares(5, length), cap=1.0), 24)

    quantiles = np.array([answer.quantiles for answer in answers])
    assert quantiles.shape == (5, 24, len(LEVELS))
    assert np.isfinite(quantiles).all()
    assert (np.diff(quantiles, axis=2) >= 0).all()
    assert quantiles.min() >= 0
    assert quantiles.max() <= 1.0


def test_the_same_batch_in_another_order_gives_the_same_numbers() -> None:
    series = batch(amounts(6, 20)) + [
        Series(f"q{index}", Frequency.QUARTER, date(2019, 1, 1), row) for index, row in enumerate(amounts(5, 28))
    ]

    straight = forecast(series, HORIZON)
    reverse = forecast(series[::-1], HORIZON)[::-1]

    assert [answer.series_id for answer in straight] == [each.series_id for each in series]
    for one, other in zip(straight, reverse, strict=True):
        np.testing.assert_array_equal(one.quantiles, other.quantiles)


def test_a_forecast_says_which_periods_it_is_about_and_what_it_rests_on() -> None:
    answer = forecast(batch(amounts(10, 30)), HORIZON)[0]

    assert answer.periods[0] == date(2025, 7, 1)
    assert answer.periods[-1] == date(2025, 12, 1)
    assert answer.history_length == 30
    assert sum(weight for _, weight in answer.models) == pytest.approx(1.0)
    assert answer.score is not None
    assert answer.score.mase < answer.score.floor_mase
    assert answer.known_limits == ()


def test_eight_points_are_forecast_and_called_short() -> None:
    answer = forecast(batch(amounts(1, 8)), 3)[0]

    assert answer.known_limits[0] is KnownLimit.SHORT_HISTORY
    assert KnownLimit.SMALL_PANEL in answer.known_limits
    assert KnownLimit.FEW_ORIGINS in answer.known_limits
    assert (np.diff(answer.quantiles, axis=1) > 0).all()


def test_six_points_among_holes_are_forecast_without_a_backtest_and_say_so() -> None:
    values = amounts(1, 12)[0]
    values[1:7] = np.nan
    series = Series("s", Frequency.MONTH, date(2023, 1, 1), values, missing=dict.fromkeys(range(1, 7), "outage"))

    answer = forecast([series], 6)[0]

    assert answer.score is None
    assert KnownLimit.NO_BACKTEST in answer.known_limits


def test_bridged_holes_are_told() -> None:
    values = amounts(1, 24)[0]
    values[10] = np.nan
    series = Series("s", Frequency.MONTH, date(2023, 1, 1), values, missing={10: "outage"})

    answer = forecast([series], 3)[0]

    assert KnownLimit.MISSING_VALUES_BRIDGED in answer.known_limits
    assert answer.history_length == 23


def test_a_flat_series_stays_flat() -> None:
    answer = forecast(batch(np.full((3, 20), 5.0)), HORIZON)[0]

    np.testing.assert_allclose(answer.quantile(0.5), 5.0, rtol=1e-3)


def test_a_series_of_zeros_is_forecast() -> None:
    answer = forecast(batch(np.zeros((2, 20))), HORIZON)[0]

    np.testing.assert_allclose(answer.mean, 0.0, atol=1e-3)


def test_five_points_are_refused_by_name() -> None:
    with pytest.raises(ShortHistoryError, match="s00 has 5 values") as caught:
        forecast(batch(amounts(1, 5)), 3)

    assert caught.value.code == "MODELS_SHORT_HISTORY"


def test_a_horizon_below_one_is_refused() -> None:
    with pytest.raises(InvalidRequestError):
        forecast(batch(amounts(1, 12)), 0)


def test_two_series_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidSeriesError, match="same id"):
        forecast(batch(amounts(1, 12)) * 2, 3)
