"""Intervals that hold what they promise: the spread is calibrated on forecasts of the past."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from models.estimators import Prediction
from models.results import LEVELS
from models.series import FloatArray
from models.transforms import Transform

NORMAL_SCORES = np.array([NormalDist().inv_cdf(level) for level in LEVELS])
# Residuals that the normal law counts for: with as many from the back-test, each has half a say.
NORMAL_WEIGHT = 10.0
# One broken series must not widen the intervals of all others without bound.
LARGEST_RESIDUAL = 6.0


def calibrate(residuals: Sequence[FloatArray], horizon: int) -> FloatArray:
    """
    Learn how many spreads each quantile lies from the median, period ahead by period ahead.

    Split conformal prediction with absolute residuals pooled over series, cut-offs and neighbouring periods; drawn
    towards the normal law where residuals are few. Beyond the periods tried, the last one tried holds.
    Source: Lei and others (2018), Distribution-free predictive inference for regression, section 2.2; pooled over
    series as in Stankevičiūtė and others (2021), Conformal time-series forecasting.

    Args:
        residuals: One array a cut-off, shape (n_series, periods tried), in spreads; NaN where not known.
        horizon: Periods ahead wanted.

    Returns:
        Shape (horizon, n_levels), in spreads, rising along `LEVELS`.

    """
    if not residuals:
        return np.tile(NORMAL_SCORES, (horizon, 1))
    pooled = np.abs(np.concatenate(residuals))
    tried = pooled.shape[1]
    learnt = np.array([_distances(pooled[:, max(0, k - 1) : k + 2]) for k in range(tried)])
    distances: FloatArray = learnt[np.minimum(np.arange(horizon), tried - 1)]
    return distances


def quantiles_of(
    prediction: Prediction, distances: FloatArray, transforms: Sequence[Transform], caps: Sequence[float | None]
) -> FloatArray:
    """
    Lay the calibrated quantiles around the medians and bring them back to each series' unit.

    Args:
        prediction: Shapes (n_series, horizon), on the model's scale.
        distances: Shape (horizon, n_levels), from `calibrate`.
        transforms: One a series.
        caps: One a series; None means no upper bound.

    Returns:
        Shape (n_series, horizon, n_levels), in each series' unit, rising, within [0, cap].

    """
    scaled = prediction.median[..., np.newaxis] + prediction.spread[..., np.newaxis] * distances
    levels = [
        np.clip(transform.invert(rows), 0.0, cap) for transform, rows, cap in zip(transforms, scaled, caps, strict=True)
    ]
    return np.array(levels)


def draw_paths(quantiles: FloatArray, cap: float | None, count: int, rng: np.random.Generator) -> FloatArray:
    """
    Draw whole futures that agree with the quantiles of every period and move like a random walk.

    A standard normal random walk, divided by the root of time, gives each period's rank; the quantiles, joined by
    straight lines over normal scores and prolonged beyond the ends, turn the rank into a value.

    Args:
        quantiles: Shape (horizon, n_levels), in the series' unit.
        cap: The series' bound, or None.
        count: Futures to draw.
        rng: Where chance comes from.

    Returns:
        Shape (count, horizon), in the series' unit, within [0, cap].

    """
    horizon = len(quantiles)
    scores = np.cumsum(rng.standard_normal((count, horizon)), axis=1) / np.sqrt(np.arange(1, horizon + 1))
    below = np.clip(np.searchsorted(NORMAL_SCORES, scores) - 1, 0, len(LEVELS) - 2)
    period = np.arange(horizon)
    low, high = quantiles[period, below], quantiles[period, below + 1]
    share = (scores - NORMAL_SCORES[below]) / (NORMAL_SCORES[below + 1] - NORMAL_SCORES[below])
    paths: FloatArray = np.clip(low + share * (high - low), 0.0, cap)
    return paths


def _distances(residuals: FloatArray) -> FloatArray:
    """Give one period's distances: shape (n_levels,)."""
    known = np.minimum(residuals[np.isfinite(residuals)], LARGEST_RESIDUAL)
    if not len(known):
        return NORMAL_SCORES
    central = np.abs(2 * np.array(LEVELS) - 1)
    found = np.quantile(known, np.minimum(1.0, central * (len(known) + 1) / len(known)))
    say = len(known) / (len(known) + NORMAL_WEIGHT)
    signed = np.sign(NORMAL_SCORES) * np.where(central > 0, found, 0.0)
    distances: FloatArray = say * signed + (1 - say) * NORMAL_SCORES
    return distances
