"""Growth towards a ceiling that nobody knows: many logistic curves, weighed by how well they fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from models.estimators import Forecaster, Prediction, step_sizes
from models.series import FloatArray

LOWEST_CEILING = 0.01
# A ceiling must lie this much above all that was seen, or the curve has no finite slope.
HEADROOM = 1.01
# Neighbouring errors of a fitted curve are alike, so n values are worth fewer than n independent ones.
INDEPENDENT_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Curves:
    """
    The logistic curves of one series, one for each ceiling.

    Attributes:
        intercept: Shape (n_ceilings,), log odds of the ceiling's share at the last period.
        slope: Shape (n_ceilings,), their change a period.
        likelihood: Shape (n_ceilings,), logarithms; minus infinity where the ceiling was already passed.

    """

    intercept: FloatArray
    slope: FloatArray
    likelihood: FloatArray


class SaturatingMixture(Forecaster):
    """
    Mix logistic curves over a grid of ceilings; the ceiling's uncertainty becomes the forecast's.

    It works on the logit scale to the cap. For a fixed ceiling K the logistic curve is a straight line in
    logit(share / K), fitted by weighted least squares; the weight of K is its likelihood times a prior that the
    whole panel shares and that is learnt from it. Each curve is moved to start at the last value.

    Sources: Fisher and Pry (1971), A simple substitution model of technological change (the linear form);
    Meade and Islam (2006), Modelling and forecasting the diffusion of innovation (unknown ceilings, combining).

    Attributes:
        ceilings_: Shape (n_ceilings,), shares of the cap with its margin.
        curves_: One `Curves` a series.
        weights_: Shape (n_series, n_ceilings), rows add up to one.
        last_: Shape (n_series,), the last value, on the logit scale.
        steps_: Shape (n_series,), the usual size of a step, on the logit scale.

    """

    def __init__(self, ceiling_count: int = 48, memory: float = 0.93, pooling_rounds: int = 8) -> None:
        self.ceiling_count = ceiling_count
        self.memory = memory
        self.pooling_rounds = pooling_rounds

    def fit(self, values: Sequence[FloatArray], y: None = None) -> Self:  # noqa: ARG002  # scikit-learn's signature
        """Fit every ceiling's curve to every series, then weigh the ceilings."""
        self.ceilings_ = np.geomspace(LOWEST_CEILING, 1.0, self.ceiling_count)
        self.curves_ = [fit_curves(_logistic(history), self.ceilings_, self.memory) for history in values]
        self.weights_ = pool_weights(np.array([curves.likelihood for curves in self.curves_]), self.pooling_rounds)
        self.last_ = np.array([history[-1] for history in values])
        self.steps_ = step_sizes(values, lag=1)
        return self

    def predict(self, horizon: int) -> Prediction:
        """Give the mixture's median; the spread joins the ceilings' disagreement and the usual steps."""
        paths = (
            np.array([self._paths(curves, horizon) for curves in self.curves_]) + self.last_[:, np.newaxis, np.newaxis]
        )
        low, median, high = (weighted_quantile(paths, self.weights_, level) for level in (0.16, 0.5, 0.84))
        walk = self.steps_[:, np.newaxis] * np.sqrt(np.arange(1, horizon + 1))
        return Prediction(median, np.hypot((high - low) / 2, walk))

    def _paths(self, curves: Curves, horizon: int) -> FloatArray:
        """Change since the last period along each curve: shape (n_ceilings, horizon), logit scale."""
        ahead = np.arange(horizon + 1)
        odds = curves.intercept[:, np.newaxis] + curves.slope[:, np.newaxis] * ahead
        share = np.clip(self.ceilings_[:, np.newaxis] * _logistic(odds), 1e-9, 1 - 1e-9)
        levels = _log_odds(share)
        return levels[:, 1:] - levels[:, :1]


def fit_curves(shares: FloatArray, ceilings: FloatArray, memory: float) -> Curves:
    """
    Fit a logistic curve for each ceiling, recent values counting more.

    Args:
        shares: Shape (n_periods,), strictly between 0 and 1.
        ceilings: Shape (n_ceilings,), the last above all shares.
        memory: Share of its weight a value keeps a period later.

    """
    age = np.arange(1.0 - len(shares), 1.0)
    allowed = ceilings > HEADROOM * shares.max()
    allowed[-1] = True
    ratio = np.clip(shares / ceilings[:, np.newaxis], 1e-9, 1 - 1e-9)
    # An error of the share is an error of its log odds divided by ratio (1 - ratio): the delta method.
    weight = memory**-age * (ratio * (1 - ratio)) ** 2
    intercept, slope = _weighted_line(age, _log_odds(ratio), weight)
    fitted = ceilings[:, np.newaxis] * _logistic(intercept[:, np.newaxis] + slope[:, np.newaxis] * age)
    error = np.sum(memory**-age * (shares - fitted) ** 2, axis=1) + 1e-12
    evidence = INDEPENDENT_SHARE * np.sum(memory**-age)
    return Curves(intercept, slope, np.where(allowed, -evidence / 2 * np.log(error), -np.inf))


def pool_weights(likelihood: FloatArray, rounds: int) -> FloatArray:
    """
    Weigh the ceilings of each series by likelihood times a prior shared by the panel, learnt by EM.

    >>> pool_weights(np.log(np.array([[0.5, 0.5], [0.9, 0.1]])), rounds=1).round(2).tolist()
    [[0.7, 0.3], [0.95, 0.05]]

    Args:
        likelihood: Shape (n_series, n_ceilings), logarithms.
        rounds: Times the prior is learnt again; none leaves it flat.

    Returns:
        Shape (n_series, n_ceilings), rows add up to one.

    """
    relative = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    flat = np.full(likelihood.shape[1], 1 / likelihood.shape[1])
    weights = _normalised(relative * flat)
    for _ in range(rounds):
        weights = _normalised(relative * weights.mean(axis=0))
    return weights


def weighted_quantile(paths: FloatArray, weights: FloatArray, level: float) -> FloatArray:
    """
    Give the quantile of weighted paths, series by series and period by period.

    Args:
        paths: Shape (n_series, n_paths, horizon).
        weights: Shape (n_series, n_paths), rows add up to one.
        level: Share between 0 and 1.

    Returns:
        Shape (n_series, horizon).

    """
    order = np.argsort(paths, axis=1)
    reached = np.cumsum(np.take_along_axis(weights[:, :, np.newaxis], order, axis=1), axis=1)
    position = np.argmax(reached >= level * reached[:, -1:], axis=1)[:, np.newaxis]
    return np.take_along_axis(np.take_along_axis(paths, order, axis=1), position, axis=1)[:, 0]


def _weighted_line(age: FloatArray, height: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Fit height = intercept + slope · age by rows: shapes (n,), (rows, n), (rows, n) give (rows,), (rows,)."""
    total = weight.sum(axis=1)
    mean_age, mean_height = (weight @ age) / total, np.sum(weight * height, axis=1) / total
    centred = age - mean_age[:, np.newaxis]
    slope = np.sum(weight * centred * height, axis=1) / (np.sum(weight * centred**2, axis=1) + 1e-12 * total)
    return mean_height - slope * mean_age, slope


def _logistic(odds: FloatArray) -> FloatArray:
    return 1 / (1 + np.exp(-np.clip(odds, -40.0, 40.0)))


def _log_odds(share: FloatArray) -> FloatArray:
    odds: FloatArray = np.log(share) - np.log1p(-share)
    return odds


def _normalised(weights: FloatArray) -> FloatArray:
    normalised: FloatArray = weights / weights.sum(axis=1, keepdims=True)
    return normalised
