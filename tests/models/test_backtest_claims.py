from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from models.backtest import replay, rolling_origins, series_losses
from models.candidates import candidates_for
from models.series import FloatArray, Frequency, Series

HORIZON = 4
CUTOFF_AGE = 8  # periods from the earliest cut-off of this panel to its end


def panel_of(values: FloatArray) -> list[Series]:
    return [Series(f"s{index}", Frequency.QUARTER, date(2019, 1, 1), row) for index, row in enumerate(values)]


def growing(count: int = 8, length: int = 28) -> FloatArray:
    rng = np.random.default_rng(11)
    return np.exp(np.cumsum(rng.normal(0.05, 0.04, (count, length)), axis=1))


def test_altering_the_future_changes_no_past_fold() -> None:
    values = growing()
    altered = values.copy()
    altered[:, -CUTOFF_AGE:] *= 7.0
    earliest = rolling_origins(panel_of(values), HORIZON)[-1]
    same_cutoff = rolling_origins(panel_of(altered), HORIZON)[-1]

    before = [each.predict(earliest.training, HORIZON)[0].median for each in candidates_for(earliest.training, HORIZON)]
    after = [
        each.predict(same_cutoff.training, HORIZON)[0].median for each in candidates_for(same_cutoff.training, HORIZON)
    ]

    assert earliest.cutoff == same_cutoff.cutoff
    np.testing.assert_array_equal(before, after)


def test_appending_a_future_changes_no_fold_that_was_made_before_it() -> None:
    values = growing(length=30)
    then = rolling_origins(panel_of(values[:, :28]), HORIZON)
    now = rolling_origins(panel_of(values), HORIZON)

    shared = {fold.cutoff: fold for fold in now}

    assert [fold for fold in then if fold.cutoff in shared]
    for fold in then:
        again = shared.get(fold.cutoff, fold)
        np.testing.assert_array_equal(fold.actual, again.actual)
        np.testing.assert_array_equal([each.values for each in fold.training], [each.values for each in again.training])


def test_no_training_reaches_past_its_cutoff_whatever_its_series_start() -> None:
    values = growing()
    staggered = [replace(each, first=date(2019 + index % 3, 1, 1)) for index, each in enumerate(panel_of(values))]

    folds = rolling_origins(staggered, HORIZON)

    assert len(folds) == 3
    assert all(each.last_number <= fold.cutoff for fold in folds for each in fold.training)


def test_all_series_are_cut_on_the_same_day_of_the_calendar() -> None:
    folds = rolling_origins(panel_of(growing()), HORIZON)

    assert all({each.last_number for each in fold.training} == {fold.cutoff} for fold in folds)


def test_a_history_too_short_to_be_cut_has_no_fold() -> None:
    assert rolling_origins(panel_of(growing(length=5)), HORIZON) == ()


def test_a_loss_leaves_out_what_is_not_known() -> None:
    values = growing()
    values[0, -1] = np.nan
    panel = panel_of(values[1:])
    broken = Series("s0", Frequency.QUARTER, date(2019, 1, 1), values[0], missing={27: "late"})
    folds = rolling_origins([broken, *panel], HORIZON)

    said = replay(candidates_for(panel, HORIZON)[0], folds)

    assert np.isfinite(series_losses(folds, said.quantiles)).all()
