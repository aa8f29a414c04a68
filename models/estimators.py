"""
What every forecaster promises, by scikit-learn's rules.

`__init__` only stores, `fit` returns the forecaster, what was learnt ends in an underscore, and `clone` works.
A forecaster sees a panel of numbers on one scale and knows neither calendars nor units. This module and
`regressors` are the two that touch scikit-learn.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, clone

from models.series import FloatArray

# How many steps' worth of evidence the panel's typical size of a step counts for against a series' own.
PANEL_WEIGHT = 4.0
# The mean absolute deviation of a normal variable is this share of its standard deviation: sqrt(2 / pi).
MEAN_ABSOLUTE_OF_NORMAL = 0.7979
SMALLEST_SPREAD = 1e-6


@dataclass(frozen=True, slots=True)
class Prediction:
    """
    Where each series is expected to be, and how far off that may be, on the model's scale.

    Attributes:
        median: Shape (n_series, horizon), the model's scale.
        spread: Shape (n_series, horizon), about one standard deviation, above zero; `intervals` calibrates it.

    """

    median: FloatArray
    spread: FloatArray


class Forecaster(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types, so its base class is Any
    """Learn from many series at once, then continue each of them; not to be shared between threads while fitting."""

    @abstractmethod
    def fit(self, values: Sequence[FloatArray], y: None = None) -> Self:
        """
        Learn from the panel.

        Args:
            values: One array a series, each of shape (n_periods,), on the model's scale, oldest first, no NaN.
            y: Nothing; scikit-learn's signature.

        Returns:
            The forecaster itself.

        """

    @abstractmethod
    def predict(self, horizon: int) -> Prediction:
        """Continue each series of the panel by `horizon` periods."""


def fresh_copy(forecaster: Forecaster) -> Forecaster:
    """Copy a forecaster's parameters and nothing that it learnt."""
    copied: Forecaster = clone(forecaster)
    return copied


def step_sizes(values: Sequence[FloatArray], lag: int) -> FloatArray:
    """
    Measure how far each series usually strays from its own drift in one step, drawn towards the panel's.

    Args:
        values: One array a series, shape (n_periods,), on the model's scale.
        lag: Periods in a step: one, or a season.

    Returns:
        Shape (n_series,), about one standard deviation of a step, above zero.

    """
    own, counts = np.zeros(len(values)), np.zeros(len(values))
    for index, history in enumerate(values):
        steps = history[lag:] - history[:-lag] if len(history) > lag + 1 else np.diff(history)
        counts[index] = len(steps)
        own[index] = np.mean(np.abs(steps - np.mean(steps))) / MEAN_ABSOLUTE_OF_NORMAL
    typical = float(np.median(own))
    pooled = (counts * own + PANEL_WEIGHT * typical) / (counts + PANEL_WEIGHT)
    return np.maximum(pooled, SMALLEST_SPREAD)
