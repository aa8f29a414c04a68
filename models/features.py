"""What a pooled model is told about a series at one moment: only what was known then."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from models.series import FloatArray


def windows_of(history: FloatArray, lookback: int) -> FloatArray:
    """
    Cut a history into overlapping windows, each ending at one moment.

    A history shorter than a window is first prolonged backwards by its first value, so that there is one window.

    >>> windows_of(np.array([1.0, 2.0, 3.0]), 2).tolist()
    [[1.0, 2.0], [2.0, 3.0]]

    Returns:
        Shape (n_moments, lookback), on the model's scale, oldest moment first.

    """
    missing = max(0, lookback - len(history))
    return sliding_window_view(np.concatenate([np.repeat(history[:1], missing), history]), lookback)


def describe(windows: FloatArray, ahead: int, season_length: int) -> FloatArray:
    """
    Describe each window by its level, its recent changes, their unrest and, if it is long enough, its season.

    Args:
        windows: Shape (n_moments, lookback), on the model's scale, lookback at least 3.
        ahead: How many periods after the window's end the value is wanted, from 1.
        season_length: Periods in a season; the season is described if the window is longer.

    Returns:
        Shape (n_moments, n_features); the same features for every `ahead`.

    """
    changes = np.diff(windows, axis=1)
    level, recent = windows[:, -1], changes[:, -4:].mean(axis=1)
    told = [
        level,
        changes[:, -1],
        changes[:, -2:].mean(axis=1),
        recent,
        changes.mean(axis=1),
        changes.std(axis=1),
        level**2,
        level * recent,
    ]
    if 1 < season_length < windows.shape[1]:
        told += _season(windows, ahead, season_length)
    return np.column_stack(told)


def _season(windows: FloatArray, ahead: int, season_length: int) -> list[FloatArray]:
    """Tell what the same stretch did a season ago, the change over a season, and the place within it."""
    level, year_ago = windows[:, -1], windows[:, -1 - season_length]
    same_moment = windows[:, -season_length + (ahead - 1) % season_length]
    return [same_moment - year_ago, level - year_ago, level - windows[:, -season_length:].mean(axis=1)]
