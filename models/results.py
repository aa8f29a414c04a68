"""What the models answer: frozen values, ready to be stored and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from models.series import FloatArray

# The levels every forecast carries: the benchmark's contract, and what a fan chart and a status need.
LEVELS = (0.025, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.975)


class KnownLimit(StrEnum):
    """What a reader of a forecast must know about its weakness."""

    SHORT_HISTORY = "short_history"
    NO_BACKTEST = "no_backtest"
    FEW_ORIGINS = "few_origins"
    BEYOND_BACKTEST = "beyond_backtest"
    SMALL_PANEL = "small_panel"
    MISSING_VALUES_BRIDGED = "missing_values_bridged"


class NotShown(StrEnum):
    """Why a probability is kept back."""

    SHORT_HISTORY = "short_history"
    TOO_FEW_QUESTIONS = "too_few_questions"
    BEYOND_BACKTEST = "beyond_backtest"
    NO_BETTER_THAN_BASE_RATE = "no_better_than_base_rate"


@dataclass(frozen=True, slots=True)
class BacktestScore:
    """
    How the models taken did on the panel's own past.

    Attributes:
        mase: Mean absolute error over that of the seasonal naive forecast inside the history.
        sql: Mean quantile loss of the nine deciles over the same unit, intervals calibrated on the other origins.
        coverage80: Share of values inside the 80 % interval, calibrated on the other origins; None with one origin.
        floor_mase: The same as `mase`, of the seasonal naive forecast.
        origins: Cut-offs used.
        horizon: Periods ahead that were tried.

    """

    mase: float
    sql: float
    coverage80: float | None
    floor_mase: float
    origins: int
    horizon: int


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """
    The answer for one series.

    Attributes:
        series_id: The series.
        periods: First day of each period ahead.
        mean: Shape (horizon,), the unit of the series.
        quantiles: Shape (horizon, n_levels), the unit of the series, rising along `LEVELS`, within [0, cap].
        cap: The series' bound, or None.
        models: Names of the models taken and their weights, the heaviest first; weights add up to one.
        score: How it did in the back-test, or None where the history was too short for one.
        history_length: Periods with a value that it was learnt from.
        known_limits: What a reader must know.

    """

    series_id: str
    periods: tuple[date, ...]
    mean: FloatArray
    quantiles: FloatArray
    cap: float | None
    models: tuple[tuple[str, float], ...]
    score: BacktestScore | None
    history_length: int
    known_limits: tuple[KnownLimit, ...]

    def quantile(self, level: float) -> FloatArray:
        """Give one of the levels, in the unit of the series: shape (horizon,)."""
        return self.quantiles[:, LEVELS.index(level)]


class Direction(StrEnum):
    """Which side of a target is good."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Target:
    """
    A value that a series is to reach.

    Attributes:
        series_id: The series.
        value: In the unit of the series, within [0, cap].
        due: A day of the period in which it is to be reached.
        direction: Which side of the value is good.

    """

    series_id: str
    value: float
    due: date
    direction: Direction = Direction.AT_LEAST


@dataclass(frozen=True, slots=True)
class ReachScore:
    """
    How well probabilities of this kind did on the panel's own past.

    Attributes:
        brier: Mean squared error of the probabilities, 0 is perfect.
        base_brier: The same, of always saying how often targets were reached.
        questions: Pairs of a series and a cut-off that were asked about.
        horizon: Periods ahead that were asked about.

    """

    brier: float
    base_brier: float
    questions: int
    horizon: int


@dataclass(frozen=True, slots=True)
class Attainment:
    """
    The outlook of one target.

    Attributes:
        target: What is to be reached.
        probability_at_due: Chance of being on the good side in the period due, or None.
        probability_by_due: Chance of being there in any period up to then, the last known one included, or None.
        not_shown: Why there is no probability, or None.
        median: The middle of what is expected in the period due, in the unit of the series.
        low80: Lower end of the 80 % interval, same period and unit.
        high80: Upper end of it.
        required_pace: Change a period that is needed from now on: log odds below a cap, else logarithms.
        recent_pace: Mean change a period over the last year or so, on the same scale.
        required_step: Change a period that is needed, in the unit of the series.
        periods_left: Periods from the last known one to the one due.
        score: The back-test of such probabilities, or None where there was none.

    """

    target: Target
    probability_at_due: float | None
    probability_by_due: float | None
    not_shown: NotShown | None
    median: float
    low80: float
    high80: float
    required_pace: float
    recent_pace: float
    required_step: float
    periods_left: int
    score: ReachScore | None

    @property
    def pace_ratio(self) -> float | None:
        """How many times the recent pace is needed; None where the series stands still or moves the other way."""
        if self.recent_pace * self.required_pace <= 0:
            return None
        return self.required_pace / self.recent_pace
