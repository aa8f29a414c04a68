"""Whether a target will be reached: a probability that has earned its place, and the pace that is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.backtest import Fold, rolling_origins
from models.candidates import SATURATING, candidates_for
from models.errors import InvalidRequestError
from models.intervals import draw_paths
from models.metrics import brier
from models.results import Attainment, Direction, NotShown, ReachScore, Target
from models.selection import check_batch, forecast_panel, panels_of
from models.series import FloatArray, Frequency, Series, ordinal
from models.transforms import natural_scale, transform_for

DRAWS = 2000
# Below this there is no trend worth a probability.
COMPARABLE_PERIODS = 8
# Pairs of a series and a cut-off: with fewer, a lucky back-test proves nothing.
FEWEST_QUESTIONS = 20
# A probability is not shown for a date more than this many times as far ahead as was ever tried.
FARTHEST = 3
# The back-test asks about targets that need these multiples of the pace seen at the cut-off.
PACE_RATIOS = (0.5, 0.75, 1.0, 1.25, 1.5)
RECENT_PERIODS = {Frequency.DAY: 28, Frequency.MONTH: 12, Frequency.QUARTER: 4, Frequency.YEAR: 3}


@dataclass(frozen=True, slots=True)
class Pace:
    """
    How fast a series has moved and would have to move, a period.

    Attributes:
        required: On the scale of a pace: log odds below a cap, else logarithms.
        recent: Same scale.
        step: In the unit of the series.

    """

    required: float
    recent: float
    step: float


def assess(series: Sequence[Series], targets: Sequence[Target], *, rng: np.random.Generator) -> list[Attainment]:
    """
    Give the outlook of each target.

    Args:
        series: The whole batch, also series without a target: they teach the models and the back-test.
        targets: Each about a series of the batch and a period after its last.
        rng: Where chance comes from.

    Returns:
        One outlook a target, in the order given.

    Raises:
        InvalidRequestError: If a target names no series, is due already, or lies outside [0, cap].
        ShortHistoryError: If a series has fewer than six values.

    """
    check_batch(series)
    known = {one.series_id: one for one in series}
    for target in targets:
        _check(target, known.get(target.series_id))
    found: dict[Target, Attainment] = {}
    for panel in panels_of(series):
        members = {one.series_id for one in panel}
        asked = [target for target in targets if target.series_id in members]
        if asked:
            found.update(_assess_panel(panel, asked, rng))
    return [found[target] for target in targets]


def attain(series: Series, target: Target, draws: FloatArray, score: ReachScore | None) -> Attainment:
    """
    Read one target's outlook from futures of its series.

    Args:
        series: The history.
        target: What is to be reached, after the history's end.
        draws: Shape (n_draws, at least the periods left), in the unit of the series, from `futures`.
        score: How such probabilities did in the back-test.

    """
    left = periods_left(series, target)
    reached = _reaches(draws[:, :left], target.value, target.direction)
    now = bool(_reaches(series.filled()[-1:], target.value, target.direction)[0])
    low, median, high = np.quantile(draws[:, left - 1], (0.1, 0.5, 0.9))
    pace = pace_of(series, target)
    not_shown = _reason(series, left, score)
    return Attainment(
        target=target,
        probability_at_due=None if not_shown else float(reached[:, -1].mean()),
        probability_by_due=None if not_shown else float((reached.any(axis=1) | now).mean()),
        not_shown=not_shown,
        median=float(median),
        low80=float(low),
        high80=float(high),
        required_pace=pace.required,
        recent_pace=pace.recent,
        required_step=pace.step,
        periods_left=left,
        score=score,
    )


def pace_of(series: Series, target: Target) -> Pace:
    """
    Give the pace that is needed from the last value, and the pace of the last year or so.

    >>> from datetime import date
    >>> history = Series("s", Frequency.YEAR, date(2023, 1, 1), np.array([10.0, 20.0, 40.0]))
    >>> pace = pace_of(history, Target("s", 160.0, date(2027, 1, 1)))
    >>> round(pace.required / pace.recent, 6), pace.step
    (1.0, 60.0)
    """
    transform = transform_for(natural_scale(series), series)
    values = series.filled()
    left = periods_left(series, target)
    history = transform.apply(values)
    needed = transform.apply(np.array([target.value]))[0] - history[-1]
    return Pace(
        required=float(needed / left),
        recent=_recent_pace(history, series.frequency),
        step=float((target.value - values[-1]) / left),
    )


def periods_left(series: Series, target: Target) -> int:
    """Count the periods from the last of the history to the one in which the target is due."""
    return ordinal(target.due, series.frequency) - series.last_number


def futures(panel: Sequence[Series], horizon: int, rng: np.random.Generator) -> list[FloatArray]:
    """
    Draw whole futures of each series of a panel: shape (n_draws, horizon), in its unit, within [0, cap].

    Below a cap half of them come from the mixture over unknown ceilings, whatever the back-test thought of it over
    its shorter horizon: the ceiling is what decides about a distant target.
    """
    sources = [forecast_panel(panel, horizon, candidates_for(panel, horizon))]
    if panel[0].cap is not None:
        sources.append(forecast_panel(panel, horizon, (SATURATING,)))
    count = DRAWS // len(sources)
    return [
        np.concatenate([draw_paths(answer.quantiles, answer.cap, count, rng) for answer in answers])
        for answers in zip(*sources, strict=True)
    ]


def reach_score(panel: Sequence[Series], horizon: int, rng: np.random.Generator) -> ReachScore | None:
    """
    Ask of the past what is asked of the future, and score the answers against the base rate.

    At each cut-off and for each series the targets need several multiples of the pace seen then; the rival always says
    how often targets were reached over all of them.
    """
    folds = rolling_origins(panel, horizon)
    asked = [_ask(fold, rng) for fold in folds]
    said = np.concatenate([probability for probability, _ in asked]) if asked else np.empty((0, len(PACE_RATIOS)))
    if not len(said):
        return None
    happened = np.concatenate([outcome for _, outcome in asked])
    base = np.full(happened.shape, happened.mean())
    return ReachScore(
        brier=brier(said, happened),
        base_brier=brier(base, happened),
        questions=len(said),
        horizon=folds[0].actual.shape[1],
    )


def _check(target: Target, series: Series | None) -> None:
    if series is None:
        raise InvalidRequestError(f"No series {target.series_id} for this target.", series_id=target.series_id)
    if periods_left(series, target) < 1:
        raise InvalidRequestError(
            f"The target of {target.series_id} is due within the known history: compare it with what was observed.",
            series_id=target.series_id,
            due=target.due,
        )
    if not 0 <= target.value <= (np.inf if series.cap is None else series.cap):
        raise InvalidRequestError(
            f"The target of {target.series_id} lies outside what the series can be.",
            series_id=target.series_id,
            value=target.value,
            cap=series.cap,
        )


def _assess_panel(
    panel: Sequence[Series], targets: Sequence[Target], rng: np.random.Generator
) -> list[tuple[Target, Attainment]]:
    known = {one.series_id: one for one in panel}
    horizon = max(periods_left(known[target.series_id], target) for target in targets)
    drawn = dict(zip(known, futures(panel, horizon, rng), strict=True))
    score = reach_score(panel, horizon, rng)
    return [(target, attain(known[target.series_id], target, drawn[target.series_id], score)) for target in targets]


def _ask(fold: Fold, rng: np.random.Generator) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    """Ask one cut-off: what was said and what happened, each of shape (n_series that went on, n_ratios)."""
    horizon = fold.actual.shape[1]
    paces = _paces(fold.training)
    said, happened = [], []
    for series, draws, actual, pace in zip(
        fold.training, futures(fold.training, horizon, rng), fold.actual[:, -1], paces, strict=True
    ):
        if np.isfinite(actual):
            transform = transform_for(natural_scale(series), series)
            start = transform.apply(series.filled()[-1:])
            levels = transform.invert(start + np.array(PACE_RATIOS) * pace * horizon)
            said.append((draws[:, -1:] >= levels).mean(axis=0))
            happened.append(actual >= levels)
    return np.reshape(said, (-1, len(PACE_RATIOS))), np.reshape(happened, (-1, len(PACE_RATIOS))).astype(np.bool_)


def _paces(panel: Sequence[Series]) -> FloatArray:
    """Give each series' recent pace; where it did not rise, the panel's typical one: shape (n_series,)."""
    own = np.array(
        [_recent_pace(transform_for(natural_scale(one), one).apply(one.filled()), one.frequency) for one in panel]
    )
    typical = float(np.median(np.abs(own)))
    return np.where(own > 0, own, typical)


def _recent_pace(history: FloatArray, frequency: Frequency) -> float:
    """Give the mean change a period over the last year or so of a history on its natural scale."""
    back = min(RECENT_PERIODS[frequency], len(history) - 1)
    return float((history[-1] - history[-1 - back]) / back)


def _reaches(values: FloatArray, target: float, direction: Direction) -> npt.NDArray[np.bool_]:
    return values >= target if direction is Direction.AT_LEAST else values <= target


def _reason(series: Series, left: int, score: ReachScore | None) -> NotShown | None:
    """Say why a probability is kept back, or None if it may be shown."""
    if series.known_count() < COMPARABLE_PERIODS:
        return NotShown.SHORT_HISTORY
    if score is None or score.questions < FEWEST_QUESTIONS:
        return NotShown.TOO_FEW_QUESTIONS
    if left > FARTHEST * score.horizon:
        return NotShown.BEYOND_BACKTEST
    if score.brier >= score.base_brier:
        return NotShown.NO_BETTER_THAN_BASE_RATE
    return None
