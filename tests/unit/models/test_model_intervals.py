from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.estimators import Prediction
from models.intervals import NORMAL_SCORES, calibrate, draw_paths, quantiles_of
from models.results import LEVELS
from models.transforms import Logit, ScaledLevel


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=60))
def test_calibrated_distances_rise_with_the_level(residuals: list[float]) -> None:
    distances = calibrate([np.array(residuals).reshape(-1, 1)], horizon=3)

    assert (np.diff(distances, axis=1) >= -1e-12).all()


@given(st.floats(-30, 30), st.floats(1e-6, 100))
def test_quantiles_rise_and_stay_between_zero_and_the_cap(median: float, spread: float) -> None:
    prediction = Prediction(median=np.array([[median]]), spread=np.array([[spread]]))

    quantiles = quantiles_of(prediction, NORMAL_SCORES[np.newaxis], [Logit(cap=2.0)], [2.0])

    assert (np.diff(quantiles, axis=-1) >= 0).all()
    assert quantiles.min() >= 0
    assert quantiles.max() <= 2.0


def test_without_residuals_the_normal_law_holds() -> None:
    assert calibrate([], horizon=2).tolist() == [NORMAL_SCORES.tolist()] * 2


def test_wide_residuals_widen_the_intervals() -> None:
    rng = np.random.default_rng(1)

    narrow = calibrate([rng.normal(0, 0.5, (200, 2))], horizon=2)
    wide = calibrate([rng.normal(0, 2.0, (200, 2))], horizon=2)

    assert (wide[:, -1] > 3 * narrow[:, -1]).all()


def test_calibrated_intervals_cover_new_values_at_their_level() -> None:
    rng = np.random.default_rng(2)
    distances = calibrate([rng.standard_t(4, (150, 1)) for _ in range(3)], horizon=1)[0]

    new = rng.standard_t(4, 20_000)

    inside = np.mean((new >= distances[LEVELS.index(0.1)]) & (new <= distances[LEVELS.index(0.9)]))
    assert 0.76 < inside < 0.84


def test_drawn_futures_have_the_quantiles_they_were_drawn_from() -> None:
    rng = np.random.default_rng(3)
    prediction = Prediction(median=np.array([[5.0, 6.0]]), spread=np.array([[0.5, 1.0]]))
    quantiles = quantiles_of(prediction, np.tile(NORMAL_SCORES, (2, 1)), [ScaledLevel(size=1.0)], [None])[0]

    paths = draw_paths(quantiles, None, 20_000, rng)

    np.testing.assert_allclose(np.quantile(paths, LEVELS, axis=0).T, quantiles, atol=0.06)


def test_drawn_futures_remember_where_they_were() -> None:
    rng = np.random.default_rng(4)
    quantiles = np.outer(np.arange(1, 13) ** 0.5, NORMAL_SCORES) + 10

    paths = draw_paths(quantiles, None, 5_000, rng)

    assert np.corrcoef(paths[:, 10], paths[:, 11])[0, 1] > 0.9


def test_drawn_futures_stay_between_zero_and_the_cap() -> None:
    rng = np.random.default_rng(5)
    quantiles = np.tile(np.linspace(0.0, 1.0, len(LEVELS)), (4, 1))

    paths = draw_paths(quantiles, 1.0, 1_000, rng)

    assert paths.min() >= 0.0
    assert paths.max() <= 1.0
