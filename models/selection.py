"""Choose a model for a panel by how well it would have done, and forecast with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.backtest import (
    DECILES,
    ORIGINS,
    SHORTEST_HISTORY,
    Fold,
    Replay,
    median_errors,
    replay,
    rolling_origins,
    series_losses,
)
from models.candidates import Candidate, candidates_for
from models.ensembles import average, weigh
from models.errors import InvalidRequestError, InvalidSeriesError, ShortHistoryError, TooFewRowsError
from models.intervals import calibrate, quantiles_of
from models.metrics import coverage
from models.results import BacktestScore, Forecast, KnownLimit
from models.series import FloatArray, Frequency, Series, period_start

# A more complex model must beat a simpler one by this factor, or the simpler one is taken.
WORTH_THE_TROUBLE = 1.02
# A single model must beat the average by this factor to be taken alone.
CLEARLY = 1.1
# One series that broke must not decide for all: losses above this quantile count as that quantile.
LOUDEST = 0.95
COMFORTABLE_LENGTH = 12
COMFORTABLE_PANEL = 5


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """
    The models taken for a panel, with their weights, and how good they would have been together.

    Attributes:
        members: What each said of the past; no residuals where the history was too short for a back-test.
        weights: Shape (n_members,), adding up to one.
        score: Of the weighted average, or None without a back-test.

    """

    members: tuple[Replay, ...]
    weights: FloatArray
    score: BacktestScore | None


def forecast(series: Sequence[Series], horizon: int) -> list[Forecast]:
    """
    Forecast a batch; series of one frequency, with a cap or without, learn from each other.

    The same batch gives the same numbers, whatever its order.

    Args:
        series: Histories of at least six values each, with different ids.
        horizon: Periods ahead, from one.

    Returns:
        One forecast a series, in the order given.

    Raises:
        InvalidRequestError: If the horizon is below one.
        InvalidSeriesError: If two series have the same id.
        ShortHistoryError: If a series has fewer than six values.

    """
    if horizon < 1:
        raise InvalidRequestError("The horizon must be at least one period.", horizon=horizon)
    check_batch(series)
    found: dict[str, Forecast] = {}
    for panel in panels_of(series):
        answers = forecast_panel(panel, horizon, candidates_for(panel, horizon))
        found.update((answer.series_id, answer) for answer in answers)
    return [found[one.series_id] for one in series]


def check_batch(series: Sequence[Series]) -> None:
    """
    Check what every batch must be: different ids, enough values.

    Raises:
        InvalidSeriesError: If two series have the same id.
        ShortHistoryError: If a series has fewer than six values.

    """
    if len({one.series_id for one in series}) < len(series):
        raise InvalidSeriesError("Two series of the batch have the same id.")
    for one in series:
        if one.known_count() < SHORTEST_HISTORY:
            raise ShortHistoryError(
                f"Series {one.series_id} has {one.known_count()} values; at least {SHORTEST_HISTORY} are needed.",
                series_id=one.series_id,
                length=one.known_count(),
            )


def panels_of(series: Sequence[Series]) -> list[list[Series]]:
    """Split a batch into panels of one frequency, with a cap or without, each sorted by series id."""
    panels: dict[tuple[Frequency, bool], list[Series]] = {}
    for one in sorted(series, key=lambda each: each.series_id):
        panels.setdefault((one.frequency, one.cap is None), []).append(one)
    return list(panels.values())


def forecast_panel(panel: Sequence[Series], horizon: int, candidates: Sequence[Candidate]) -> list[Forecast]:
    """Choose among the candidates for the whole panel and forecast each of its series, in the order given."""
    choice = choose(candidates, rolling_origins(panel, horizon))
    levels = average([_quantiles(member, panel, horizon) for member in choice.members], choice.weights)
    return [_answer(series, rows, choice, len(panel)) for series, rows in zip(panel, levels, strict=True)]


def choose(candidates: Sequence[Candidate], folds: Sequence[Fold]) -> Choice:
    """
    Take the average of the candidates, weighed by their losses, unless one alone did clearly better.

    That one is the simplest within a fiftieth of the best. A back-test of a few origins picks a single winner badly,
    so the average is the default: over the public benchmark it lost a twelfth less than the single winner.

    Without a fold nothing can be compared: the second candidate, a plain drift, is taken (or the only one).
    """
    if not folds:
        return Choice((Replay(candidates[:2][-1], (), ()),), np.ones(1), None)
    tried = _replay_all(candidates, folds)
    losses = [pooled_loss(folds, each.quantiles) for each in tried]
    single = next(index for index, loss in enumerate(losses) if loss <= min(losses) * WORTH_THE_TROUBLE)
    alone = (np.arange(len(tried)) == single).astype(np.float64)
    together = weigh(losses)
    stands_out = losses[single] * CLEARLY < pooled_loss(folds, _averaged(tried, together))
    weights = alone if stands_out else together
    score = score_of(folds, _averaged(tried, weights), floor=tried[0].quantiles)
    taken = np.flatnonzero(weights)
    return Choice(tuple(tried[index] for index in taken), weights[taken], score)


def pooled_loss(folds: Sequence[Fold], quantiles: Sequence[FloatArray]) -> float:
    """Give the mean scaled quantile loss over series and cut-offs, the loudest series held down."""
    losses = series_losses(folds, quantiles)
    return float(np.mean(np.minimum(losses, np.quantile(losses, LOUDEST))))


def score_of(folds: Sequence[Fold], quantiles: Sequence[FloatArray], floor: Sequence[FloatArray]) -> BacktestScore:
    """Score what was said of the past, next to the floor; arrays as in `series_losses`."""
    covered = [
        coverage(fold.actual, said[..., DECILES.start], said[..., DECILES.stop - 1])
        for fold, said in zip(folds, quantiles, strict=True)
    ]
    return BacktestScore(
        mase=float(np.mean(median_errors(folds, quantiles))),
        sql=float(np.mean(series_losses(folds, quantiles))),
        coverage80=float(np.mean(covered)) if len(folds) > 1 else None,
        floor_mase=float(np.mean(median_errors(folds, floor))),
        origins=len(folds),
        horizon=folds[0].actual.shape[1],
    )


def _replay_all(candidates: Sequence[Candidate], folds: Sequence[Fold]) -> list[Replay]:
    """Replay every candidate that the panel is large enough for; the floor always is."""
    tried: list[Replay] = []
    for candidate in candidates:
        try:
            tried.append(replay(candidate, folds))
        except TooFewRowsError:
            continue
    return tried


def _averaged(tried: Sequence[Replay], weights: FloatArray) -> list[FloatArray]:
    """Average what the models said, cut-off by cut-off."""
    cutoffs = zip(*(each.quantiles for each in tried), strict=True)
    return [average(said, weights) for said in cutoffs]


def _quantiles(member: Replay, panel: Sequence[Series], horizon: int) -> FloatArray:
    """Let one model speak of the future: shape (n_series, horizon, n_levels), in each series' unit."""
    prediction, transforms = member.candidate.predict(panel, horizon)
    distances = calibrate(member.residuals, horizon)
    return quantiles_of(prediction, distances, transforms, [series.cap for series in panel])


def _answer(series: Series, quantiles: FloatArray, choice: Choice, panel_size: int) -> Forecast:
    horizon = len(quantiles)
    periods = tuple(period_start(series.last_number + ahead, series.frequency) for ahead in range(1, horizon + 1))
    weighted = sorted(zip(choice.members, choice.weights, strict=True), key=lambda pair: -pair[1])
    return Forecast(
        series_id=series.series_id,
        periods=periods,
        mean=quantiles[:, DECILES].mean(axis=1),
        quantiles=quantiles,
        cap=series.cap,
        models=tuple((each.candidate.name, float(share)) for each, share in weighted),
        score=choice.score,
        history_length=series.known_count(),
        known_limits=tuple(_limits(series, choice.score, horizon, panel_size)),
    )


def _limits(series: Series, score: BacktestScore | None, horizon: int, panel_size: int) -> list[KnownLimit]:
    """Say what a reader must know, in a fixed order."""
    limits = {
        KnownLimit.SHORT_HISTORY: series.known_count() < max(COMFORTABLE_LENGTH, 2 * series.frequency.season_length),
        KnownLimit.NO_BACKTEST: score is None,
        KnownLimit.FEW_ORIGINS: score is not None and score.origins < ORIGINS,
        KnownLimit.BEYOND_BACKTEST: score is not None and horizon > score.horizon,
        KnownLimit.SMALL_PANEL: panel_size < COMFORTABLE_PANEL,
        KnownLimit.MISSING_VALUES_BRIDGED: bool(series.missing),
    }
    return [limit for limit, holds in limits.items() if holds]
