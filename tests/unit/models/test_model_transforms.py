from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidSeriesError
from models.series import Frequency, Series
from models.transforms import Log, Logit, Scale, ScaledLevel, natural_scale, transform_for

shares = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20)
amounts = st.lists(st.floats(0.0, 1e13), min_size=1, max_size=20)


def series_of(values: list[float], cap: float | None = None) -> Series:
    return Series("s", Frequency.QUARTER, date(2024, 1, 1), np.array(values), cap=cap)


@given(shares, st.floats(0.01, 1e6))
def test_the_logit_to_a_cap_comes_back(values: list[float], cap: float) -> None:
    transform = Logit(cap=cap)
    given_values = np.array(values) * cap

    returned = transform.invert(transform.apply(given_values))

    np.testing.assert_allclose(returned, given_values, atol=1e-9 * cap)


@given(amounts, st.floats(0.001, 1e6))
def test_the_logarithm_comes_back(values: list[float], offset: float) -> None:
    transform = Log(offset=offset)

    returned = transform.invert(transform.apply(np.array(values)))

    np.testing.assert_allclose(returned, values, rtol=1e-9, atol=1e-6)


@given(amounts, st.floats(0.001, 1e12))
def test_the_scaled_level_comes_back(values: list[float], size: float) -> None:
    transform = ScaledLevel(size=size)

    np.testing.assert_allclose(transform.invert(transform.apply(np.array(values))), values, rtol=1e-12, atol=1e-9)


@given(amounts, st.sampled_from([Scale.LEVEL, Scale.LOG]))
def test_every_series_is_finite_on_its_scale(values: list[float], scale: Scale) -> None:
    series = series_of(values)

    scaled = transform_for(scale, series).apply(series.values)

    assert np.isfinite(scaled).all()


def test_shares_of_nothing_and_of_all_are_finite_log_odds() -> None:
    assert np.isfinite(Logit(cap=1.0).apply(np.array([0.0, 1.0]))).all()


@given(st.floats(-1e6, 1e6))
def test_no_log_odds_lead_further_out_of_the_bounds_than_the_margins(scaled: float) -> None:
    value = Logit(cap=1.0).invert(np.array([scaled]))[0]

    assert -0.0011 <= value <= 1.0201


def test_the_logit_needs_a_cap() -> None:
    with pytest.raises(InvalidSeriesError, match="has no cap"):
        transform_for(Scale.LOGIT, series_of([1.0, 2.0]))


def test_a_pace_is_told_in_log_odds_below_a_cap_and_in_logarithms_without_one() -> None:
    assert natural_scale(series_of([0.5], cap=1.0)) is Scale.LOGIT
    assert natural_scale(series_of([0.5])) is Scale.LOG
