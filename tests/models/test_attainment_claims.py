from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from models.attainment import assess, attain
from models.errors import InvalidRequestError
from models.metrics import brier
from models.results import Direction, NotShown, ReachScore, Target
from models.series import FloatArray, Frequency, Series

TRUSTED = ReachScore(brier=0.1, base_brier=0.2, questions=60, horizon=12)
FIRST = date(2023, 1, 1)
DUE = date(2026, 9, 1)  # 15 months after 30 months of history


def adoption(count: int, length: int, seed: int) -> FloatArray:
    """Give curves that bend towards ceilings of their own, not all of them logistic; shape (count, length)."""
    rng = np.random.default_rng(seed)
    ceiling, pace = rng.uniform(0.25, 0.95, (count, 1)), rng.uniform(0.06, 0.22, (count, 1))
    middle, lean = rng.uniform(5, 35, (count, 1)), rng.choice([0.5, 1.0, 2.0], (count, 1))
    noise = np.cumsum(rng.normal(0, 0.02, (count, length)), axis=1)
    return ceiling / (1 + lean * np.exp(-pace * (np.arange(length) - middle) - noise)) ** (1 / lean)


def batch(values: FloatArray, cap: float | None = 1.0) -> list[Series]:
    return [Series(f"s{index:03d}", Frequency.MONTH, FIRST, row, cap=cap) for index, row in enumerate(values)]


def straight_draws(rng: np.random.Generator) -> FloatArray:
    return 0.5 + np.arange(1, 16) * 0.01 + rng.normal(0, 0.02, (4000, 15))


def test_probabilities_of_reaching_beat_the_base_rate_and_mean_what_they_say() -> None:
    rng = np.random.default_rng(31)
    values = adoption(150, 45, seed=32)
    aims = np.minimum(values[:, -1] * rng.uniform(0.8, 1.25, 150), 1.0)
    targets = [Target(f"s{index:03d}", float(aim), DUE) for index, aim in enumerate(aims)]

    said = np.array([each.probability_at_due for each in assess(batch(values[:, :30]), targets, rng=rng)], dtype=float)

    reached = values[:, -1] >= aims
    assert brier(said, reached) < 0.75 * brier(np.full(150, reached.mean()), reached)
    assert reached[said > 0.8].mean() > 0.75
    assert reached[said < 0.2].mean() < 0.25


def test_a_random_walk_has_no_probability_to_show() -> None:
    rng = np.random.default_rng(33)
    walks = 0.5 + np.cumsum(rng.normal(0, 0.01, (12, 30)), axis=1)

    outlook = assess(batch(walks), [Target("s000", 0.9, DUE)], rng=rng)[0]

    assert outlook.not_shown is NotShown.NO_BETTER_THAN_BASE_RATE
    assert outlook.probability_at_due is None
    assert outlook.low80 < outlook.median < outlook.high80


def test_too_few_series_have_no_probability_and_say_why() -> None:
    outlook = assess(batch(adoption(2, 30, seed=34)), [Target("s001", 0.5, DUE)], rng=np.random.default_rng(35))[0]

    assert outlook.not_shown is NotShown.TOO_FEW_QUESTIONS
    assert outlook.probability_at_due is None
    assert outlook.probability_by_due is None


def test_the_same_seed_gives_the_same_outlook() -> None:
    series = batch(adoption(6, 24, seed=36))
    targets = [Target("s003", 0.5, date(2025, 6, 1)), Target("s001", 0.4, date(2025, 3, 1))]

    first = assess(series, targets, rng=np.random.default_rng(37))
    second = assess(series, targets, rng=np.random.default_rng(37))

    assert first == second
    assert [each.target for each in first] == targets


def test_amounts_without_a_cap_have_an_outlook_too() -> None:
    growth = np.exp(np.cumsum(np.random.default_rng(38).normal(0.03, 0.02, (10, 30)), axis=1))

    outlook = assess(batch(growth, cap=None), [Target("s000", 1e6, DUE)], rng=np.random.default_rng(39))[0]

    assert outlook.high80 < 1e6
    assert outlook.required_pace > outlook.recent_pace


def test_a_probability_is_the_share_of_futures_on_the_good_side() -> None:
    series = batch(np.linspace(0.2, 0.5, 30)[np.newaxis])[0]
    draws = straight_draws(np.random.default_rng(40))

    at_least = attain(series, Target("s000", 0.65, DUE), draws, TRUSTED)
    at_most = attain(series, Target("s000", 0.65, DUE, Direction.AT_MOST), draws, TRUSTED)

    assert at_least.probability_at_due == pytest.approx(0.5, abs=0.05)
    assert at_most.probability_at_due == pytest.approx(1 - (at_least.probability_at_due or 0), abs=1e-9)
    assert (at_least.probability_by_due or 0) > (at_least.probability_at_due or 0)


def test_what_is_reached_already_has_been_reached_by_the_due_date() -> None:
    series = batch(np.linspace(0.2, 0.5, 30)[np.newaxis])[0]
    draws = np.full((100, 15), 0.3)

    outlook = attain(series, Target("s000", 0.45, DUE), draws, TRUSTED)

    assert outlook.probability_at_due == 0.0
    assert outlook.probability_by_due == 1.0


def test_the_pace_that_is_needed_is_compared_with_the_pace_of_the_last_year() -> None:
    series = batch(np.linspace(0.21, 0.5, 30)[np.newaxis])[0]
    draws = straight_draws(np.random.default_rng(41))

    outlook = attain(series, Target("s000", 0.8, DUE), draws, TRUSTED)

    assert outlook.periods_left == 15
    assert outlook.required_step == pytest.approx(0.02)
    assert outlook.pace_ratio is not None
    assert 1.5 < outlook.pace_ratio < 3


def test_a_series_that_moves_the_other_way_has_no_pace_ratio() -> None:
    series = batch(np.linspace(0.5, 0.2, 30)[np.newaxis])[0]

    outlook = attain(series, Target("s000", 0.8, DUE), straight_draws(np.random.default_rng(42)), TRUSTED)

    assert outlook.pace_ratio is None


@pytest.mark.parametrize(
    ("length", "due", "score", "reason"),
    [
        (7, date(2024, 1, 1), TRUSTED, NotShown.SHORT_HISTORY),
        (30, DUE, None, NotShown.TOO_FEW_QUESTIONS),
        (30, DUE, ReachScore(0.1, 0.2, 19, 12), NotShown.TOO_FEW_QUESTIONS),
        (30, DUE, ReachScore(0.1, 0.2, 60, 4), NotShown.BEYOND_BACKTEST),
        (30, DUE, ReachScore(0.2, 0.2, 60, 12), NotShown.NO_BETTER_THAN_BASE_RATE),
    ],
    ids=["short", "no back-test", "few questions", "too far", "no skill"],
)
def test_a_probability_that_has_not_earned_its_place_is_kept_back(
    length: int, due: date, score: ReachScore | None, reason: NotShown
) -> None:
    series = batch(np.linspace(0.2, 0.5, length)[np.newaxis])[0]

    outlook = attain(series, Target("s000", 0.6, due), straight_draws(np.random.default_rng(43)), score)

    assert outlook.not_shown is reason
    assert outlook.probability_at_due is None
    assert outlook.low80 < outlook.median < outlook.high80


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (Target("other", 0.5, DUE), "No series other"),
        (Target("s000", 0.5, date(2025, 6, 1)), "within the known history"),
        (Target("s000", 1.5, DUE), "outside what the series can be"),
    ],
    ids=["unknown series", "due already", "above the cap"],
)
def test_a_target_that_makes_no_sense_is_refused(target: Target, message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message) as caught:
        assess(batch(adoption(2, 30, seed=44)), [target], rng=np.random.default_rng(45))

    assert caught.value.code == "MODELS_INVALID_REQUEST"
