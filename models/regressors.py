"""A linear model that learns how series continue from all of them at once, one fit a period ahead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from models.errors import TooFewRowsError
from models.estimators import Forecaster, Prediction, step_sizes
from models.features import describe, windows_of
from models.series import FloatArray

# Below this many rows a ridge with about a dozen features says nothing a drift does not say better.
FEWEST_ROWS = 16
SHORTEST_LOOKBACK = 3
PENALTIES = np.logspace(-2, 4, 13)


class PooledLinear(Forecaster):
    """
    Ridge regression of the change over k periods on what was seen before it, pooled over the panel, for each k.

    Beyond the longest k that has enough rows, the forecast so far is appended and continued.
    Sources: Montero-Manso and Hyndman (2021), Principles and algorithms for forecasting groups of time series (why
    pooling wins); Ben Taieb and others (2012), A review of strategies for multi-step ahead forecasting (direct).

    Attributes:
        values_: The panel, as given.
        lookback_: Periods a window holds.
        models_: One fitted pipeline a period ahead.
        steps_: Shape (n_series,), the usual size of a step.

    """

    def __init__(self, horizon: int = 1, season_length: int = 1) -> None:
        self.horizon = horizon
        self.season_length = season_length

    def fit(self, values: Sequence[FloatArray], y: None = None) -> Self:  # noqa: ARG002  # scikit-learn's signature
        """
        Fit one ridge for each period ahead that has enough rows.

        Raises:
            TooFewRowsError: If not even one period ahead has enough.

        """
        self.values_ = tuple(values)
        self.steps_ = step_sizes(values, lag=1)
        self.lookback_ = self._choose_lookback()
        self.models_: list[Any] = []
        windows, following = self._moments()
        level = windows[:, -1]
        for ahead in range(1, self.horizon + 1):
            # The windows of a series stand one below the other, so a moment's future is `ahead` rows further down.
            known = np.flatnonzero(following >= ahead)
            if len(known) < FEWEST_ROWS:
                break
            features = describe(windows[known], ahead, self.season_length)
            model = make_pipeline(StandardScaler(), RidgeCV(PENALTIES))
            self.models_.append(model.fit(features, level[known + ahead] - level[known]))
        if not self.models_:
            raise TooFewRowsError("The panel is too small for a pooled model.", moments=len(windows))
        return self

    def predict(self, horizon: int) -> Prediction:
        """Continue each series; the spread is that of a random walk, for `intervals` to calibrate."""
        paths = list(self.values_)
        while len(paths[0]) < len(self.values_[0]) + horizon:
            paths = [np.concatenate(pair) for pair in zip(paths, self._continue(paths), strict=True)]
        starts = [len(history) for history in self.values_]
        median = np.array([path[start : start + horizon] for path, start in zip(paths, starts, strict=True)])
        return Prediction(median, self.steps_[:, np.newaxis] * np.sqrt(np.arange(1, horizon + 1)))

    def _choose_lookback(self) -> int:
        """Look back a season and a period, or less where that would leave too few moments to learn from."""
        typical = int(np.quantile([len(history) for history in self.values_], 0.25))
        wanted = max(self.season_length + 1, 5)
        return max(SHORTEST_LOOKBACK, min(wanted, typical - self.horizon // 2 - 1))

    def _moments(self) -> tuple[FloatArray, npt.NDArray[np.intp]]:
        """Gather the windows of all series, shape (n_moments, lookback), and the known periods after each."""
        long_enough = [history for history in self.values_ if len(history) >= self.lookback_]
        windows = [windows_of(history, self.lookback_) for history in long_enough]
        following = [np.arange(len(history) - self.lookback_, -1, -1) for history in long_enough]
        return np.concatenate(windows), np.concatenate(following)

    def _continue(self, paths: Sequence[FloatArray]) -> FloatArray:
        """Predict as many periods as there are models: shape (n_series, n_models)."""
        last = np.concatenate([windows_of(path, self.lookback_)[-1:] for path in paths])
        changes = [
            model.predict(describe(last, ahead, self.season_length))
            for ahead, model in enumerate(self.models_, start=1)
        ]
        continued: FloatArray = last[:, -1:] + np.column_stack(changes)
        return continued
