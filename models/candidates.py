"""The models that compete for a panel, the simplest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.baselines import Drift, SeasonalNaive
from models.estimators import Forecaster, Prediction, fresh_copy
from models.regressors import PooledLinear
from models.saturation import SaturatingMixture
from models.series import Series
from models.transforms import Scale, Transform, natural_scale, transform_for

# How much of a change is believed to happen again a period, or a season, later. Both are round on purpose.
DAMPING = 0.9
SEASON_DAMPING = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A forecaster on a scale; the forecaster is a pattern that is cloned for each fit, never fitted itself."""

    name: str
    scale: Scale
    forecaster: Forecaster

    def predict(self, panel: Sequence[Series], horizon: int) -> tuple[Prediction, tuple[Transform, ...]]:
        """
        Fit a fresh copy to the panel and continue it.

        Returns:
            The prediction on the scale, and the transform of each series.

        Raises:
            TooFewRowsError: If the panel is too small for this forecaster.

        """
        transforms = tuple(transform_for(self.scale, series) for series in panel)
        values = [transform.apply(series.filled()) for transform, series in zip(transforms, panel, strict=True)]
        return fresh_copy(self.forecaster).fit(values).predict(horizon), transforms


SATURATING = Candidate("saturating_mixture", Scale.LOGIT, SaturatingMixture())


def candidates_for(panel: Sequence[Series], horizon: int) -> tuple[Candidate, ...]:
    """
    Name the models that may compete for a panel of one frequency, all with a cap or all without.

    The first is the floor. The order is that of complexity: a tie in the back-test goes to the earlier.
    """
    season = usable_season(panel)
    recent = max(4, panel[0].frequency.season_length)
    growth = natural_scale(panel[0])
    pooled = PooledLinear(horizon=horizon, season_length=season)
    candidates = [
        Candidate("seasonal_naive", Scale.LEVEL, SeasonalNaive(season_length=season)),
        Candidate("drift_level", Scale.LEVEL, Drift()),
        Candidate("recent_drift_level", Scale.LEVEL, Drift(window=recent)),
        Candidate(f"damped_drift_{growth}", growth, Drift(window=recent, damping=DAMPING)),
    ]
    if season > 1:
        candidates += _seasonal_drifts(season, growth)
    if growth is Scale.LOGIT:
        candidates.append(Candidate("drift_logit", Scale.LOGIT, Drift()))
    candidates += [Candidate(f"pooled_linear_{scale}", scale, pooled) for scale in (Scale.LEVEL, growth)]
    if growth is Scale.LOGIT:
        candidates.append(SATURATING)
    return tuple(candidates)


def _seasonal_drifts(season: int, growth: Scale) -> list[Candidate]:
    """Name the drifts from season to season, over the last one."""
    lasting = Drift(season_length=season, window=season)
    damped = Drift(season_length=season, window=season, damping=SEASON_DAMPING)
    return [
        Candidate("seasonal_drift_level", Scale.LEVEL, lasting),
        Candidate("damped_seasonal_drift_level", Scale.LEVEL, damped),
        Candidate(f"damped_seasonal_drift_{growth}", growth, damped),
    ]


def usable_season(panel: Sequence[Series]) -> int:
    """Give the season's length if the typical history holds one and a bit; else one."""
    season = panel[0].frequency.season_length
    typical = float(np.median([len(series) for series in panel]))
    return season if typical >= season + 3 else 1
