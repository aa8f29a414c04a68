"""An average of models, each weighed by how well it did."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.series import FloatArray

# A loss twice the best's gives a sixteenth of its weight: sharp enough to drop what fails, gentle enough to hedge.
SHARPNESS = 4.0
# A member with less than this share of the best's weight is left out: it would cost a fit and move nothing.
SMALLEST_WEIGHT = 0.05


def weigh(losses: Sequence[float]) -> FloatArray:
    """
    Turn back-test losses into weights that add up to one.

    Sources: Bates and Granger (1969), The combination of forecasts; Montero-Manso and others (2020), FFORMA.

    >>> weigh([1.0, 1.0, 4.0]).tolist()
    [0.5, 0.5, 0.0]

    Args:
        losses: One a model, above zero, in a common unit.

    Returns:
        Shape (n_models,), zero for those that hardly count.

    """
    weights = (np.array(losses) / min(losses)) ** -SHARPNESS
    weights[weights < SMALLEST_WEIGHT] = 0.0
    shares: FloatArray = weights / weights.sum()
    return shares


def average(quantiles: Sequence[FloatArray], weights: FloatArray) -> FloatArray:
    """
    Average the quantiles of several models, level by level; rising quantiles stay rising.

    Source: Lichtendahl, Grushka-Cockayne and Winkler (2013), Is it better to average probabilities or quantiles?

    Args:
        quantiles: One array a model, all of one shape, in the unit of the series.
        weights: Shape (n_models,), adding up to one.

    """
    averaged: FloatArray = np.tensordot(weights, np.array(quantiles), axes=1)
    return averaged
