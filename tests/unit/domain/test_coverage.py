from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_hub.domain.coverage import expected_slices, is_complete
from payments_hub.domain.sites import Interval
from payments_hub.kernel.periods import Frequency, Period
from tests.builders import MALL, mall, obligation

DAY = Period.parse("2026-07-03")


def test_an_open_place_with_an_agreement_owes_a_slice() -> None:
    (owed,) = expected_slices([obligation(due_days=2)], {MALL: mall()}, DAY)

    assert (owed.place, owed.period, owed.due_on) == (MALL, DAY, date(2026, 7, 5))


@pytest.mark.parametrize(
    "duty",
    [
        obligation(Frequency.MONTH),
        obligation(valid_from=date(2026, 7, 4)),
        obligation(valid_to=date(2026, 7, 2)),
        obligation(place="MALL-0099"),
    ],
    ids=["other-frequency", "begins-later", "ended-before", "unknown-place"],
)
def test_without_an_agreement_for_the_period_nothing_is_owed(duty: object) -> None:
    assert expected_slices([duty], {MALL: mall()}, DAY) == ()  # type: ignore[list-item]  # parametrize hides the type


def test_a_closed_place_owes_nothing() -> None:
    closed = mall(Interval(date(2020, 1, 1), date(2026, 7, 2)))

    assert expected_slices([obligation()], {MALL: closed}, DAY) == ()


def test_a_month_is_owed_if_the_place_was_open_on_one_of_its_days() -> None:
    closing = mall(Interval(date(2020, 1, 1), date(2026, 6, 1)))

    assert len(expected_slices([obligation(Frequency.MONTH)], {MALL: closing}, Period.parse("2026-06"))) == 1


def test_an_agreement_from_the_middle_of_a_month_owes_the_next_one_first() -> None:
    duty = obligation(Frequency.MONTH, valid_from=date(2026, 6, 15))

    assert not duty.covers(Period.parse("2026-06"))
    assert duty.covers(Period.parse("2026-07"))


@pytest.mark.parametrize(("today", "due"), [(date(2026, 7, 4), False), (date(2026, 7, 5), True)])
def test_a_slice_is_due_after_its_last_day_in_time(today: date, due: bool) -> None:  # noqa: FBT001 - a value of the table
    assert obligation(due_days=1).is_due(DAY, today) is due


@pytest.mark.parametrize(
    ("received", "expected", "due", "complete"),
    [
        (4, 5, True, True),
        (3, 5, True, False),
        (79, 100, True, False),
        (80, 100, True, True),
        (5, 5, False, False),
        (0, 0, True, False),
    ],
    ids=["four-of-five", "three-of-five", "just-below", "just-enough", "not-due", "nothing-expected"],
)
def test_a_period_is_complete_from_four_fifths_once_it_is_due(
    received: int,
    expected: int,
    due: bool,  # noqa: FBT001 - a value of the table
    complete: bool,  # noqa: FBT001 - as above
) -> None:
    assert is_complete(received=received, expected=expected, due=due) is complete


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_one_more_slice_never_makes_a_period_incomplete(received: int, expected: int) -> None:
    assert is_complete(received=received, expected=expected, due=True) <= is_complete(
        received=received + 1, expected=expected, due=True
    )
