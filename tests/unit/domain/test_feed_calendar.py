"""The calendar of a feed: each cell has one state, with its reason; the groups of cells are all cells."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_hub.domain.coverage import Obligation, expected_slices
from payments_hub.domain.feed_calendar import (
    WINDOWS,
    CalendarRow,
    CellGroup,
    CellState,
    SliceFacts,
    calendar_cell,
    calendar_row,
    summarise,
    window,
)
from payments_hub.domain.sites import Interval
from payments_hub.kernel.periods import Frequency, Period
from tests.builders import MALL, mall, obligation

DAY = Period.parse("2026-07-03")
DUE = date(2026, 7, 4)
AFTER, BEFORE = date(2026, 7, 7), date(2026, 7, 4)


def came(action: str = "REPLACE", *, on: date = DUE, **more: object) -> SliceFacts:
    return SliceFacts(action=action, first_known_on=on, receipt="r-head", **more)  # type: ignore[arg-type]  # as named


@pytest.mark.parametrize(
    ("facts", "today", "state", "group", "days_late"),
    [
        (came(), AFTER, CellState.IN_TIME, CellGroup.RECEIVED, 0),
        (came(), BEFORE, CellState.IN_TIME, CellGroup.RECEIVED, 0),
        (came(on=date(2026, 7, 6)), AFTER, CellState.LATE, CellGroup.RECEIVED, 2),
        (came(reporting=33, total=42), AFTER, CellState.PARTIAL, CellGroup.RECEIVED, 0),
        (came(reporting=41, total=42), AFTER, CellState.IN_TIME, CellGroup.RECEIVED, 0),
        (came(reporting=42, total=42), AFTER, CellState.IN_TIME, CellGroup.RECEIVED, 0),
        (came(on=date(2026, 7, 6), reporting=1, total=2), AFTER, CellState.PARTIAL, CellGroup.RECEIVED, 2),
        (came("NIL"), AFTER, CellState.NIL, CellGroup.RECEIVED, 0),
        (came("NIL", on=date(2026, 7, 5)), AFTER, CellState.NIL, CellGroup.RECEIVED, 1),
        (came("DELETE"), AFTER, CellState.MISSING, CellGroup.MISSING, 3),
        (came("DELETE"), BEFORE, CellState.NOT_DUE, CellGroup.NOT_DUE, 0),
        (SliceFacts(), AFTER, CellState.MISSING, CellGroup.MISSING, 3),
        (SliceFacts(), BEFORE, CellState.NOT_DUE, CellGroup.NOT_DUE, 0),
        (SliceFacts(rejected="r"), AFTER, CellState.REJECTED, CellGroup.MISSING, 3),
        (SliceFacts(rejected="r"), BEFORE, CellState.REJECTED, CellGroup.NOT_DUE, 0),
        (came(rejected="r"), AFTER, CellState.IN_TIME, CellGroup.RECEIVED, 0),
        (SliceFacts(held="h"), AFTER, CellState.HELD, CellGroup.MISSING, 3),
        (came(held="h"), AFTER, CellState.HELD, CellGroup.RECEIVED, 0),
        (SliceFacts(held="h", rejected="r"), AFTER, CellState.HELD, CellGroup.MISSING, 3),
    ],
    ids=[
        "in-time",
        "before-it-is-due",
        "late",
        "partial",
        "all-tills-but-one",
        "all-tills",
        "partial-and-late",
        "nil",
        "nil-late",
        "withdrawn",
        "withdrawn-not-due",
        "missing",
        "not-due",
        "rejected",
        "rejected-not-due",
        "accepted-before-rejected",
        "held-first",
        "held-revision",
        "held-after-rejected",
    ],
)
def test_an_owed_slice_has_the_state_of_what_is_known(
    facts: SliceFacts, today: date, state: CellState, group: CellGroup, days_late: int
) -> None:
    cell = calendar_cell(DAY, obligation(), facts, today=today, is_open=True)

    assert (cell.state, cell.group, cell.days_late) == (state, group, days_late)
    assert cell.due_on == DUE


@pytest.mark.parametrize(
    ("duty", "is_open", "state"),
    [
        (None, True, CellState.NOT_AGREED),
        (None, False, CellState.CLOSED),
        (obligation(), False, CellState.CLOSED),
    ],
    ids=["not-agreed", "neither", "closed"],
)
def test_what_is_not_owed_is_never_missing(duty: Obligation | None, is_open: bool, state: CellState) -> None:  # noqa: FBT001  a table's column
    cell = calendar_cell(DAY, duty, SliceFacts(), today=AFTER, is_open=is_open)

    assert (cell.state, cell.group, cell.due) == (state, CellGroup.NOT_OWED, False)


@pytest.mark.parametrize(
    ("facts", "receipt"),
    [
        (came(), "r-head"),
        (came(held="r-held"), "r-held"),
        (SliceFacts(rejected="r-bad"), "r-bad"),
        (came(rejected="r-bad"), "r-head"),
        (SliceFacts(), None),
    ],
    ids=["head", "held", "rejected", "head-before-rejected", "nothing"],
)
def test_a_cell_leads_to_the_receipt_that_matters(facts: SliceFacts, receipt: str | None) -> None:
    assert calendar_cell(DAY, obligation(), facts, today=AFTER, is_open=True).receipt == receipt


def test_a_day_missing_at_tet_says_so_and_is_missing_all_the_same() -> None:
    tet = Period.parse("2026-02-17")

    cell = calendar_cell(tet, obligation(), SliceFacts(), today=AFTER, is_open=True)

    assert cell.state is CellState.MISSING
    assert cell.holiday is not None
    assert cell.holiday.en == "Tết"


def row(pattern: str, *, last: str = "2026-07-05") -> CalendarRow:
    """Make a line of days up to one, due the next day: r received, - missing, x rejected, . closed."""
    end = Period.parse(last)
    periods = [end.shift(place - len(pattern) + 1) for place in range(len(pattern))]
    known = {"r": came(on=date(2026, 1, 1)), "x": SliceFacts(rejected="r")}
    facts = {period: known[letter] for period, letter in zip(periods, pattern, strict=True) if letter in known}
    shut = [period.start for period, letter in zip(periods, pattern, strict=True) if letter == "."]
    return calendar_row([obligation()], mall(*opened_but(shut)), periods, facts, AFTER)


def opened_but(shut: list[date]) -> list[Interval]:
    spans, begin = [], date(2020, 1, 1)
    for day in shut:
        spans += [Interval(begin, day - timedelta(days=1))] if begin < day else []
        begin = day + timedelta(days=1)
    return [*spans, Interval(begin)]


@pytest.mark.parametrize(
    ("pattern", "silent"),
    [("rrr", 0), ("r--", 2), ("-r-", 1), ("---", 3), ("r-x", 0), ("rx-", 1), ("r-.-", 2), ("-..", 1), ("...", 0)],
)
def test_silence_is_the_newest_due_slices_that_did_not_come(pattern: str, silent: int) -> None:
    assert len(row(pattern).silence) == silent


def test_a_calendar_is_summed_up() -> None:
    found = summarise([row("rrr-"), row("r---"), row("rxrr")])

    assert (found.due, found.received, found.rejected) == (12, 7, 1)
    assert found.completeness == pytest.approx(7 / 12)
    assert [len(silent.silence) for silent in found.silent] == [3, 1]


def test_late_slices_make_the_share_in_time() -> None:
    facts = {DAY: came(on=date(2026, 7, 6)), DAY.shift(1): came(on=date(2026, 7, 5))}

    found = summarise([calendar_row([obligation()], mall(), [DAY, DAY.shift(1)], facts, AFTER)])

    assert (found.received, found.late, found.latest, found.timeliness) == (2, 1, 2, 0.5)


def test_without_anything_due_there_is_no_share() -> None:
    found = summarise([calendar_row([obligation()], mall(), [DAY], {}, BEFORE)])

    assert (found.completeness, found.timeliness) == (None, None)


@pytest.mark.parametrize("frequency", list(Frequency))
def test_a_window_ends_with_today_s_period_and_never_later(frequency: Frequency) -> None:
    newest = window(frequency, AFTER)
    asked = window(frequency, AFTER, date(2026, 7, 7) + timedelta(days=4000))

    assert len(newest) == WINDOWS[frequency]
    assert newest[-1] == asked[-1] == Period.containing(AFTER, frequency)


DAYS = st.dates(date(2026, 5, 1), date(2026, 9, 1))
FACTS = st.builds(
    SliceFacts,
    action=st.sampled_from([None, "REPLACE", "NIL", "DELETE"]),
    first_known_on=DAYS,
    reporting=st.integers(0, 3),
    total=st.integers(0, 3),
    receipt=st.just("r"),
    rejected=st.sampled_from([None, "x"]),
    held=st.sampled_from([None, None, "h"]),
)
SPANS = st.tuples(DAYS, DAYS).map(lambda days: Interval(min(days), max(days)))
DUTIES = st.builds(
    lambda span, due: obligation(valid_from=span.first, valid_to=span.last, due_days=due), SPANS, st.integers(0, 9)
)


@given(duty=DUTIES, opened=SPANS, today=DAYS, facts=st.lists(FACTS, min_size=28, max_size=28))
def test_every_cell_has_one_state_and_the_groups_are_all_cells(
    duty: Obligation, opened: Interval, today: date, facts: list[SliceFacts]
) -> None:
    periods = window(Frequency.DAY, today)
    known = dict(zip(periods, facts, strict=True))

    made = calendar_row([duty], mall(opened), periods, known, today)

    groups = [cell.group for cell in made.cells]
    assert sum(groups.count(group) for group in CellGroup) == len(periods)
    assert [cell.period for cell in made.cells] == list(periods)
    for cell in made.cells:
        owed = bool(expected_slices([duty], {MALL: mall(opened)}, cell.period))
        received = known[cell.period].action in {"REPLACE", "NIL"}
        late = today > duty.due_on(cell.period)
        wanted = CellGroup.RECEIVED if received else CellGroup.MISSING if late else CellGroup.NOT_DUE
        assert cell.group is (wanted if owed else CellGroup.NOT_OWED)
    summary = summarise([made])
    missing = groups.count(CellGroup.MISSING)
    assert summary.due == summary.received + missing
