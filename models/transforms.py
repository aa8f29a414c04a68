"""Scales on which growth is easier to follow, each with its exact inverse."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, assert_never

import numpy as np

from models.errors import InvalidSeriesError
from models.series import FloatArray, Series

# A share of 0 or of 100 % must stay finite on the logit scale: the margins are what lies between it and the
# ends of the scale, as shares of the cap. The lower is small, since early adoption moves in tenths of a point.
LOWER_MARGIN = 0.001
UPPER_MARGIN = 0.02


class Scale(StrEnum):
    """The scales a model may work on."""

    LEVEL = "level"
    LOG = "log"
    LOGIT = "logit"


class Transform(Protocol):
    """A strictly increasing map from values to a scale, and back; quantiles may therefore be mapped one by one."""

    def apply(self, values: FloatArray) -> FloatArray:
        """Map values, any shape, in the series' unit, to the scale."""

    def invert(self, scaled: FloatArray) -> FloatArray:
        """Map the scale, any shape, back to values in the series' unit."""


@dataclass(frozen=True, slots=True)
class ScaledLevel:
    """Divide by the series' recent size, so that large and small series can be pooled."""

    size: float

    def apply(self, values: FloatArray) -> FloatArray:
        """
        Divide by the size.

        >>> ScaledLevel(size=4.0).apply(np.array([2.0, 8.0])).tolist()
        [0.5, 2.0]
        """
        return values / self.size

    def invert(self, scaled: FloatArray) -> FloatArray:
        """Multiply by the size."""
        return scaled * self.size


@dataclass(frozen=True, slots=True)
class Log:
    """Take logarithms, after adding an offset where the series has zeros."""

    offset: float

    def apply(self, values: FloatArray) -> FloatArray:
        """
        Take the logarithm of value plus offset.

        >>> Log(offset=1.0).apply(np.array([0.0])).tolist()
        [0.0]
        """
        return np.log(values + self.offset)

    def invert(self, scaled: FloatArray) -> FloatArray:
        """Take the exponential and the offset away; the bound only keeps a runaway forecast finite."""
        return np.exp(np.minimum(scaled, 300.0)) - self.offset


@dataclass(frozen=True, slots=True)
class Logit:
    """Take the log odds of the share of a cap, with a margin at both ends."""

    cap: float

    def apply(self, values: FloatArray) -> FloatArray:
        """
        Take the log odds of (share + lower margin) / (1 + both margins).

        >>> round(float(Logit(cap=1.0).apply(np.array([0.5095]))[0]), 3)
        0.0
        """
        odds = (values / self.cap + LOWER_MARGIN) / (1 + LOWER_MARGIN + UPPER_MARGIN)
        return np.log(odds) - np.log1p(-odds)

    def invert(self, scaled: FloatArray) -> FloatArray:
        """Take the logistic function and the margins away; it may leave [0, cap] by the margins."""
        odds = 1 / (1 + np.exp(-np.clip(scaled, -300.0, 300.0)))
        return (odds * (1 + LOWER_MARGIN + UPPER_MARGIN) - LOWER_MARGIN) * self.cap


def transform_for(scale: Scale, series: Series) -> Transform:
    """
    Fit a scale to one series, by its own past only.

    Raises:
        InvalidSeriesError: If the logit is asked for a series without a cap.

    """
    match scale:
        case Scale.LEVEL:
            return ScaledLevel(size=_recent_size(series))
        case Scale.LOG:
            return Log(offset=_log_offset(series))
        case Scale.LOGIT:
            if series.cap is None:
                raise InvalidSeriesError(
                    f"Series {series.series_id} has no cap: the logit needs one.", series_id=series.series_id
                )
            return Logit(cap=series.cap)
        case _:
            assert_never(scale)


def natural_scale(series: Series) -> Scale:
    """Name the scale on which a pace is told: log odds below a cap, growth rates without one."""
    return Scale.LOG if series.cap is None else Scale.LOGIT


def _recent_size(series: Series) -> float:
    """Take the mean of the last season (at least four values); one if there is nothing but zeros."""
    size = float(np.mean(series.filled()[-max(series.frequency.season_length, 4) :]))
    return size or float(np.mean(series.filled())) or 1.0


def _log_offset(series: Series) -> float:
    """Add nothing to positive series; a twentieth of the mean positive value where there are zeros."""
    values = series.filled()
    if values.min() > 0:
        return 0.0
    return 0.05 * float(np.mean(values[values > 0])) if (values > 0).any() else 1.0
