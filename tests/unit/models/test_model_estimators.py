from __future__ import annotations

import inspect

import numpy as np
import pytest
from sklearn.base import clone

from models.baselines import Drift, SeasonalNaive
from models.errors import TooFewRowsError
from models.estimators import Forecaster
from models.regressors import PooledLinear
from models.saturation import SaturatingMixture, pool_weights, weighted_quantile
from models.series import FloatArray

FORECASTERS = [
    SeasonalNaive(season_length=4),
    Drift(season_length=4, window=8, damping=0.9),
    PooledLinear(horizon=3, season_length=4),
    SaturatingMixture(ceiling_count=12, memory=0.9, pooling_rounds=2),
]


def panel(length: int = 24) -> list[FloatArray]:
    rng = np.random.default_rng(7)
    return [np.cumsum(rng.normal(0.1, 0.05, length)) - 2 for _ in range(6)]


@pytest.mark.parametrize("forecaster", FORECASTERS, ids=lambda each: type(each).__name__)
def test_a_clone_has_the_parameters_and_nothing_learnt(forecaster: Forecaster) -> None:
    fitted = clone(forecaster).fit(panel())

    copied = clone(fitted)

    assert copied.get_params() == forecaster.get_params()
    assert not [name for name in vars(copied) if name.endswith("_")]


@pytest.mark.parametrize("forecaster", FORECASTERS, ids=lambda each: type(each).__name__)
def test_the_constructor_only_stores(forecaster: Forecaster) -> None:
    parameters = inspect.signature(type(forecaster)).parameters

    assert set(vars(forecaster)) == set(parameters) == set(forecaster.get_params())


@pytest.mark.parametrize("forecaster", FORECASTERS, ids=lambda each: type(each).__name__)
def test_fit_returns_the_forecaster_and_learns_only_underscored_names(forecaster: Forecaster) -> None:
    fresh = clone(forecaster)

    returned = fresh.fit(panel())

    assert returned is fresh
    assert all(name.endswith("_") for name in set(vars(fresh)) - set(forecaster.get_params()))


@pytest.mark.parametrize("forecaster", FORECASTERS, ids=lambda each: type(each).__name__)
def test_the_same_panel_gives_the_same_numbers_and_sane_shapes(forecaster: Forecaster) -> None:
    first = clone(forecaster).fit(panel()).predict(7)
    second = clone(forecaster).fit(panel()).predict(7)

    assert first.median.shape == first.spread.shape == (6, 7)
    assert np.isfinite(first.median).all()
    assert (first.spread > 0).all()
    np.testing.assert_array_equal(first.median, second.median)
    np.testing.assert_array_equal(first.spread, second.spread)


def test_the_seasonal_naive_repeats_the_last_season() -> None:
    history = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])

    predicted = SeasonalNaive(season_length=4).fit([history]).predict(5)

    assert predicted.median.tolist() == [[5.0, 6.0, 7.0, 8.0, 5.0]]


def test_a_drift_continues_a_straight_line() -> None:
    predicted = Drift().fit([np.array([1.0, 3.0, 5.0])]).predict(2)

    assert predicted.median.tolist() == [[7.0, 9.0]]


def test_a_damped_drift_slows_down() -> None:
    predicted = Drift(damping=0.5).fit([np.array([0.0, 4.0, 8.0])]).predict(3)

    assert predicted.median.tolist() == [[10.0, 11.0, 11.5]]


def test_the_pooled_model_learns_a_law_that_all_series_share() -> None:
    start = np.random.default_rng(8).uniform(1, 5, 20)
    decaying = [value * 0.8 ** np.arange(16) for value in start]

    predicted = PooledLinear(horizon=4).fit([series[:12] for series in decaying]).predict(4)

    np.testing.assert_allclose(predicted.median, [series[12:] for series in decaying], atol=0.02)


def test_the_pooled_model_refuses_a_panel_that_teaches_nothing() -> None:
    with pytest.raises(TooFewRowsError) as caught:
        PooledLinear(horizon=2).fit([np.arange(8.0)])

    assert caught.value.code == "MODELS_TOO_FEW_ROWS"


def test_the_mixture_finds_the_ceiling_of_a_curve_that_has_bent() -> None:
    share = 0.4 / (1 + np.exp(-0.25 * (np.arange(60.0) - 20)))
    history = np.log(share[:40]) - np.log1p(-share[:40])

    predicted = SaturatingMixture().fit([history]).predict(20)

    assert abs(1 / (1 + np.exp(-predicted.median[0, -1])) - 0.4) < 0.02


def test_the_mixture_is_less_sure_before_the_bend_than_after_it() -> None:
    share = 0.6 / (1 + np.exp(-0.25 * (np.arange(60.0) - 30)))
    noisy = np.log(share) - np.log1p(-share) + np.random.default_rng(9).normal(0, 0.03, 60)

    early = SaturatingMixture().fit([noisy[:20]]).predict(20).spread[0, -1]
    late = SaturatingMixture().fit([noisy[:40]]).predict(20).spread[0, -1]

    assert early > 1.5 * late


def test_the_panel_shares_what_it_knows_of_ceilings() -> None:
    likelihood = np.log(np.array([[0.01, 0.99], [0.01, 0.99], [0.5, 0.5]]))

    undecided = pool_weights(likelihood, rounds=5)[2]

    assert undecided[1] > 0.9


def test_a_weighted_quantile_follows_the_weights() -> None:
    paths = np.array([[[1.0], [2.0], [3.0]]])

    assert weighted_quantile(paths, np.array([[0.1, 0.1, 0.8]]), 0.5).tolist() == [[3.0]]
