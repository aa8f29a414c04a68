"""Scores of a forecast, each with its source and a worked example."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.series import FloatArray

# A flat history would make every scaled error infinite: the scale is at least this share of the mean value.
SCALE_FLOOR = 0.005


def naive_scale(history: FloatArray, season_length: int) -> float:
    """
    Give the mean absolute error of the seasonal naive forecast within a history: the unit of MASE and SQL.

    Source: Hyndman and Koehler (2006), Another look at measures of forecast accuracy, section 3.

    >>> naive_scale(np.array([1.0, 3.0, 2.0, 4.0]), 1)
    1.6666666666666667

    Args:
        history: Shape (n,), the unit of the series, without NaN.
        season_length: Periods in a season; one is used if the history is not longer than a season and a period.

    """
    lag = season_length if len(history) > season_length + 1 else 1
    floor = SCALE_FLOOR * float(np.mean(np.abs(history))) + 1e-12
    return max(float(np.mean(np.abs(history[lag:] - history[:-lag]))), floor)


def mase(actual: FloatArray, predicted: FloatArray, scale: float) -> float:
    """
    Give the mean absolute scaled error; periods without an actual value are left out.

    Source: Hyndman and Koehler (2006), as above.

    >>> mase(np.array([5.0, np.nan]), np.array([4.0, 4.0]), scale=2.0)
    0.5

    Args:
        actual: Shape (horizon,), in the unit of the series, NaN where not known.
        predicted: Shape (horizon,), in the same unit.
        scale: See `naive_scale`.

    """
    return float(np.nanmean(np.abs(actual - predicted))) / scale


def pinball(actual: FloatArray, quantiles: FloatArray, levels: FloatArray) -> FloatArray:
    """
    Give the quantile loss, doubled so that at level 0.5 it is the absolute error.

    Source: Koenker and Bassett (1978), Regression quantiles; Gneiting and Raftery (2007), section 6.1.

    >>> pinball(np.array([3.0]), np.array([[1.0, 2.0]]), np.array([0.1, 0.5])).tolist()
    [[0.4, 1.0]]

    Args:
        actual: Shape (..., ), in the unit of the series.
        quantiles: Shape (..., n_levels), in the same unit.
        levels: Shape (n_levels,), shares between 0 and 1.

    Returns:
        Shape (..., n_levels), in the same unit.

    """
    error = actual[..., np.newaxis] - quantiles
    return 2 * np.maximum(levels * error, (levels - 1) * error)


def coverage(actual: FloatArray, low: FloatArray, high: FloatArray) -> float:
    """
    Give the share of known values that fell inside their interval.

    Source: Gneiting, Balabdaoui and Raftery (2007), Probabilistic forecasts, calibration and sharpness.

    >>> coverage(np.array([1.0, 5.0, np.nan]), np.zeros(3), np.full(3, 2.0))
    0.5
    """
    known = ~np.isnan(actual)
    return float(np.mean((actual[known] >= low[known]) & (actual[known] <= high[known])))


def brier(probability: FloatArray, happened: npt.NDArray[np.bool_]) -> float:
    """
    Give the mean squared error of stated probabilities; 0 is perfect, 0.25 is always saying one half.

    Source: Brier (1950), Verification of forecasts expressed in terms of probability.

    >>> brier(np.array([0.75, 0.5]), np.array([True, False]))
    0.15625
    """
    return float(np.mean((probability - happened) ** 2))
