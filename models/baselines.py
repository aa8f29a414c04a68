"""The floors: what any model must beat before it is worth its complexity."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np

from models.estimators import Forecaster, Prediction, step_sizes
from models.series import FloatArray


class SeasonalNaive(Forecaster):
    """
    Repeat the last season.

    Source: Hyndman and Athanasopoulos, Forecasting: principles and practice, 3rd edition, section 5.2.

    Attributes:
        values_: The panel, as given.
        steps_: Shape (n_series,), the usual size of a change over a season.

    """

    def __init__(self, season_length: int = 1) -> None:
        self.season_length = season_length

    def fit(self, values: Sequence[FloatArray], y: None = None) -> Self:  # noqa: ARG002  # scikit-learn's signature
        """Keep the panel and measure its seasonal changes."""
        self.values_ = tuple(values)
        self.steps_ = step_sizes(values, self.season_length)
        return self

    def predict(self, horizon: int) -> Prediction:
        """Repeat each last season; the spread grows with the root of the seasons ahead."""
        median = np.array([last_season(history, self.season_length, horizon) for history in self.values_])
        return Prediction(median, self.steps_[:, np.newaxis] * np.sqrt(seasons_ahead(self.season_length, horizon)))


class Drift(Forecaster):
    """
    Continue the last season by the mean seasonal change: a random walk with drift where a season is one period.

    With damping below one each further season adds less, so that fast growth is not believed for ever.
    Sources: Hyndman and Athanasopoulos, as above, section 5.2 (drift); Gardner and McKenzie (1985), Forecasting trends
    in time series (damping).

    Attributes:
        values_: The panel, as given.
        drift_: Shape (n_series,), the mean change over a season.
        counts_: Shape (n_series,), the changes that mean was taken over.
        steps_: Shape (n_series,), the usual distance of a change from that mean.

    """

    def __init__(self, season_length: int = 1, window: int | None = None, damping: float = 1.0) -> None:
        self.season_length = season_length
        self.window = window
        self.damping = damping

    def fit(self, values: Sequence[FloatArray], y: None = None) -> Self:  # noqa: ARG002  # scikit-learn's signature
        """Keep the panel and average its seasonal changes, the last `window` of them if that is given."""
        changes = [self._changes(history) for history in values]
        self.values_ = tuple(values)
        self.drift_ = np.array([np.mean(change) for change in changes])
        self.counts_ = np.array([len(change) for change in changes], dtype=np.float64)
        self.steps_ = step_sizes(values, self.season_length)
        return self

    def predict(self, horizon: int) -> Prediction:
        """Add one drift, damped, a season ahead; the spread counts the error of the drift itself too."""
        ahead = seasons_ahead(self.season_length, horizon)
        drifts = np.cumsum(self.damping ** np.arange(1, ahead[-1] + 1))[ahead.astype(np.intp) - 1]
        last = np.array([last_season(history, self.season_length, horizon) for history in self.values_])
        error = np.sqrt(ahead + ahead**2 / self.counts_[:, np.newaxis])
        return Prediction(last + self.drift_[:, np.newaxis] * drifts, self.steps_[:, np.newaxis] * error)

    def _changes(self, history: FloatArray) -> FloatArray:
        if len(history) <= self.season_length:  # a series younger than a season: its own mean step, a season long
            return np.diff(history) * self.season_length
        changes = history[self.season_length :] - history[: -self.season_length]
        return changes if self.window is None else changes[-self.window :]


def seasons_ahead(season_length: int, horizon: int) -> FloatArray:
    """
    Count, for each period ahead, the seasons that have begun by then.

    >>> seasons_ahead(4, 6).tolist()
    [1.0, 1.0, 1.0, 1.0, 2.0, 2.0]
    """
    return np.ceil(np.arange(1, horizon + 1) / season_length)


def last_season(history: FloatArray, season_length: int, horizon: int) -> FloatArray:
    """
    Repeat the last season of a history over the horizon; of a shorter history, its last value.

    >>> last_season(np.array([1.0, 2.0, 3.0]), 2, 3).tolist()
    [2.0, 3.0, 2.0]
    """
    season = history[-season_length:] if len(history) >= season_length else history[-1:]
    return np.resize(season, horizon)
