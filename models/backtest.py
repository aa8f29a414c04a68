"""Forecasts of the panel's own past, made with what was known then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.candidates import Candidate
from models.estimators import Prediction
from models.intervals import calibrate, quantiles_of
from models.metrics import naive_scale, pinball
from models.results import LEVELS
from models.series import FloatArray, Series
from models.transforms import Transform

# With fewer values there is no drift and no spread worth the name; a back-test may make do with one fewer.
SHORTEST_HISTORY = 6
SHORTEST_TRAINING = 5
ORIGINS = 3
DECILES = slice(1, 10)


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """
    One cut-off of the calendar, common to all series: a model gets `training` and nothing else.

    Attributes:
        cutoff: Number of the last period that was known (see `ordinal`).
        training: The series as they stood then.
        actual: Shape (n_series, horizon), in each series' unit, what came after; NaN where not known.
        scales: Shape (n_series,), in each series' unit, the seasonal naive error inside the training.

    """

    cutoff: int
    training: tuple[Series, ...]
    actual: FloatArray
    scales: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """
    What one candidate would have said at every cut-off.

    Attributes:
        candidate: Who spoke.
        residuals: One array a cut-off, shape (n_series, horizon): errors on its scale, in spreads; NaN where not known.
        quantiles: One array a cut-off, shape (n_series, horizon, n_levels), in each series' unit; calibrated on the
            residuals of the other cut-offs, so that a cut-off does not judge what it taught.

    """

    candidate: Candidate
    residuals: tuple[FloatArray, ...]
    quantiles: tuple[FloatArray, ...]


def rolling_origins(panel: Sequence[Series], horizon: int) -> tuple[Fold, ...]:
    """
    Cut the panel's past at up to three moments of the calendar, the latest first.

    The horizon tried is the wanted one or what the shorter histories leave room for. Where series end at different
    times the cut-offs are spread over their ends, so that most of them are scored somewhere.
    """
    depth = backtest_horizon(panel, horizon)
    ends = [series.last_number for series in panel]
    folds: list[Fold] = []
    for index in range(ORIGINS):
        end = int(np.quantile(ends, 1 - (index + 0.5) / ORIGINS, method="nearest"))
        fold = _fold(panel, end - depth - index * ((depth + 1) // 2), depth)
        if fold is not None and all(fold.cutoff != other.cutoff for other in folds):
            folds.append(fold)
    return tuple(folds)


def backtest_horizon(panel: Sequence[Series], horizon: int) -> int:
    """Give the periods ahead that can be tried while most of the history is left to learn from; at least one."""
    typical = int(np.median([len(series) for series in panel]))
    season = panel[0].frequency.season_length
    training = max(SHORTEST_HISTORY, min(2 * season + 2, int(0.6 * typical)))
    return max(1, min(horizon, typical - training))


def replay(candidate: Candidate, folds: Sequence[Fold]) -> Replay:
    """
    Let a candidate forecast every fold.

    Raises:
        TooFewRowsError: If a fold is too small for it.

    """
    spoken = [candidate.predict(fold.training, fold.actual.shape[1]) for fold in folds]
    residuals = tuple(
        _residuals(fold, prediction, transforms) for fold, (prediction, transforms) in zip(folds, spoken, strict=True)
    )
    quantiles = []
    for index, (fold, (prediction, transforms)) in enumerate(zip(folds, spoken, strict=True)):
        distances = calibrate(residuals[:index] + residuals[index + 1 :], fold.actual.shape[1])
        caps = [series.cap for series in fold.training]
        quantiles.append(quantiles_of(prediction, distances, transforms, caps))
    return Replay(candidate, residuals, tuple(quantiles))


def series_losses(folds: Sequence[Fold], quantiles: Sequence[FloatArray]) -> FloatArray:
    """
    Give the mean decile loss of each series at each cut-off where it went on, in seasonal naive errors.

    Args:
        folds: The cut-offs.
        quantiles: One array a cut-off, shape (n_series, horizon, n_levels), in each series' unit.

    Returns:
        Shape (n_scored,).

    """
    levels = np.array(LEVELS[DECILES])
    losses = [
        _mean_by_series(pinball(fold.actual, said[..., DECILES], levels).mean(axis=-1), fold)
        for fold, said in zip(folds, quantiles, strict=True)
    ]
    return np.concatenate(losses)


def median_errors(folds: Sequence[Fold], quantiles: Sequence[FloatArray]) -> FloatArray:
    """Give the mean absolute error of the medians, as `series_losses` gives the loss: shape (n_scored,)."""
    middle = LEVELS.index(0.5)
    errors = [
        _mean_by_series(np.abs(fold.actual - said[..., middle]), fold)
        for fold, said in zip(folds, quantiles, strict=True)
    ]
    return np.concatenate(errors)


def _residuals(fold: Fold, prediction: Prediction, transforms: Sequence[Transform]) -> FloatArray:
    actual = np.array([transform.apply(row) for transform, row in zip(transforms, fold.actual, strict=True)])
    residuals: FloatArray = (actual - prediction.median) / prediction.spread
    return residuals


def _mean_by_series(losses: FloatArray, fold: Fold) -> FloatArray:
    """Average losses, shape (n_series, horizon), over the known periods of the series that have any, in scales."""
    scored = np.isfinite(fold.actual).any(axis=1)
    means: FloatArray = np.nanmean(losses[scored], axis=1) / fold.scales[scored]
    return means


def _fold(panel: Sequence[Series], cutoff: int, horizon: int) -> Fold | None:
    """Build the fold, or None if too few series had begun or went on."""
    known = [(series.until(cutoff), series.after(cutoff, horizon)) for series in panel]
    kept = [
        (training, actual)
        for training, actual in known
        if training is not None and training.known_count() >= SHORTEST_TRAINING
    ]
    if len(kept) < len(panel) / 2 or not any(np.isfinite(actual).any() for _, actual in kept):
        return None
    season = panel[0].frequency.season_length
    return Fold(
        cutoff=cutoff,
        training=tuple(training for training, _ in kept),
        actual=np.array([actual for _, actual in kept]),
        scales=np.array([naive_scale(training.filled(), season) for training, _ in kept]),
    )
