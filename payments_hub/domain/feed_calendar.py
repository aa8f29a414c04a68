"""
What was owed and what came, period by period: each cell of a feed's calendar has one state, with its reason.

A slice is owed where an agreement covers its period and its place is open on one of its days. It is received where its
head reports something or says that there was nothing; a withdrawn one is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import takewhile

from payments_hub.domain.coverage import COMPLETE_PERCENT, Obligation
from payments_hub.domain.holidays import holiday_on
from payments_hub.domain.languages import Words
from payments_hub.domain.places import Place
from payments_hub.kernel.periods import Frequency, Period, period_range

WINDOWS: Mapping[Frequency, int] = {
    Frequency.DAY: 28,
    Frequency.MONTH: 18,
    Frequency.QUARTER: 8,
    Frequency.YEAR: 5,
}
"""How many periods a calendar shows."""


class CellState(StrEnum):
    """What is to be said of one slice, and why it is missing where it is."""

    IN_TIME = "IN_TIME"
    LATE = "LATE"
    PARTIAL = "PARTIAL"
    """Received, but under four fifths of its tills or branches reported."""
    NIL = "NIL"
    HELD = "HELD"
    """It, or a revision of it, waits for an officer."""
    REJECTED = "REJECTED"
    """Nothing was accepted, and what came last was rejected."""
    MISSING = "MISSING"
    NOT_DUE = "NOT_DUE"
    CLOSED = "CLOSED"
    NOT_AGREED = "NOT_AGREED"
    """The place is open, but no agreement covers the period."""


class CellGroup(StrEnum):
    """How a cell counts; the four groups together are all cells."""

    RECEIVED = "RECEIVED"
    MISSING = "MISSING"
    NOT_DUE = "NOT_DUE"
    NOT_OWED = "NOT_OWED"


@dataclass(frozen=True, slots=True)
class SliceFacts:
    """
    What the hub has of one slice.

    Args:
        action: The head's: REPLACE, NIL or DELETE; None without a head.
        first_known_on: The day on which it was first received.
        reporting: Tills or branches that reported, of `total`; None where the sender did not say.
        total: How many there are.
        receipt: The head's receipt.
        rejected: The receipt of what came last, if that was rejected.
        held: The receipt of what waits for an officer.

    """

    action: str | None = None
    first_known_on: date | None = None
    reporting: int | None = None
    total: int | None = None
    receipt: str | None = None
    rejected: str | None = None
    held: str | None = None

    @property
    def received(self) -> bool:
        """Tell whether the slice counts as received."""
        return self.action in {"REPLACE", "NIL"}

    @property
    def partial(self) -> bool:
        """Tell whether under four fifths of the tills or branches reported: one till of forty is no hole in a day."""
        if self.reporting is None or self.total is None:
            return False
        return self.reporting * 100 < self.total * COMPLETE_PERCENT


NOTHING_CAME = SliceFacts()


@dataclass(frozen=True, slots=True)
class CalendarCell:
    """
    One slice of a calendar.

    Args:
        due_on: The last day in time; None where nothing is owed.
        due: Whether it should have come by now.
        days_late: Days after the due day: until it came, or until today while it is missing; 0 in time.
        receipt: What a reader wants to see first: of what is held, of what counts, or of what was rejected.
        holiday: The holiday of a missing day: a hint, it is owed all the same.

    """

    period: Period
    state: CellState
    group: CellGroup
    due_on: date | None = None
    due: bool = False
    days_late: int = 0
    receipt: str | None = None
    holiday: Words | None = None


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """One place of a feed with its periods, oldest first."""

    partner: str
    flow: str
    place: str
    frequency: Frequency
    cells: tuple[CalendarCell, ...]

    @property
    def owed(self) -> bool:
        """Tell whether anything is owed in the window."""
        return any(cell.group is not CellGroup.NOT_OWED for cell in self.cells)

    @property
    def due(self) -> int:
        """Count the slices that are due."""
        return sum(cell.due for cell in self.cells)

    @property
    def received(self) -> int:
        """Count those received of the slices that are due."""
        return sum(cell.due and cell.group is CellGroup.RECEIVED for cell in self.cells)

    @property
    def silence(self) -> tuple[CalendarCell, ...]:
        """List the newest due slices that did not come, oldest first, up to the last one that anything came for."""
        due = (cell for cell in reversed(self.cells) if cell.due)
        return tuple(takewhile(lambda cell: cell.state is CellState.MISSING, due))[::-1]


@dataclass(frozen=True, slots=True)
class CalendarSummary:
    """
    A calendar in numbers.

    Args:
        due: Slices that should have come by now.
        received: Those of them that came.
        late: Those that came after their due day.
        latest: The most days by which one of them was late.
        rejected: Slices that were rejected, with nothing accepted.
        held: Slices that wait for an officer.
        silent: Places whose newest due slices did not come, longest silence first.

    """

    due: int
    received: int
    late: int
    latest: int
    rejected: int
    held: int
    silent: tuple[CalendarRow, ...]

    @property
    def completeness(self) -> float | None:
        """Divide received by due, 0-1; None where nothing was due."""
        return self.received / self.due if self.due else None

    @property
    def timeliness(self) -> float | None:
        """Divide those in time by those received, 0-1; None where nothing was received."""
        return (self.received - self.late) / self.received if self.received else None


def window(frequency: Frequency, today: date, first: date | None = None) -> tuple[Period, ...]:
    """
    List the periods of a calendar: up to today's, or from the one that a day lies in, and never beyond today's.

    >>> [str(period) for period in window(Frequency.QUARTER, date(2026, 11, 22))][::7]
    ['2025-Q1', '2026-Q4']
    """
    last, length = Period.containing(today, frequency), WINDOWS[frequency]
    begin = last.shift(1 - length) if first is None else min(Period.containing(first, frequency), last)
    return tuple(period_range(begin, min(begin.shift(length - 1), last)))


def calendar_row(
    duties: Sequence[Obligation],
    place: Place | None,
    periods: Iterable[Period],
    facts: Mapping[Period, SliceFacts],
    today: date,
) -> CalendarRow:
    """
    Judge every period of one place.

    Args:
        duties: The agreements of one partner on one flow of the place at one frequency, at least one.
        place: The place; None where the reference does not know it, so that nothing is owed.
        periods: Oldest first.
        facts: What the hub has, by period; a period that is not there had nothing.
        today: The day on which it is asked.

    """
    cells = []
    for period in periods:
        duty = next((each for each in duties if each.covers(period)), None)
        is_open = place is not None and place.open_during(period)
        cells.append(calendar_cell(period, duty, facts.get(period, NOTHING_CAME), today=today, is_open=is_open))
    one = duties[0]
    return CalendarRow(one.partner, one.flow, one.place, one.frequency, tuple(cells))


def calendar_cell(
    period: Period, duty: Obligation | None, facts: SliceFacts, *, today: date, is_open: bool
) -> CalendarCell:
    """Judge one slice: what is known of it, held against what was agreed."""
    if duty is None or not is_open:
        state = CellState.NOT_AGREED if is_open else CellState.CLOSED
        return CalendarCell(period, state, CellGroup.NOT_OWED, receipt=facts.receipt)
    due, due_on = duty.is_due(period, today), duty.due_on(period)
    came_on = facts.first_known_on or today
    state = _state(facts, due=due, late=came_on > due_on)
    group = CellGroup.RECEIVED if facts.received else CellGroup.MISSING if due else CellGroup.NOT_DUE
    is_gap = state is CellState.MISSING and period.frequency is Frequency.DAY
    return CalendarCell(
        period=period,
        state=state,
        group=group,
        due_on=due_on,
        due=due,
        days_late=max(0, ((came_on if facts.received else today) - due_on).days),
        receipt=facts.held or facts.receipt or facts.rejected,
        holiday=holiday_on(period.start) if is_gap else None,
    )


def summarise(rows: Iterable[CalendarRow]) -> CalendarSummary:
    """Count a calendar."""
    listed = list(rows)
    cells = [cell for row in listed for cell in row.cells]
    came = [cell for cell in cells if cell.due and cell.group is CellGroup.RECEIVED]
    late = [cell.days_late for cell in came if cell.days_late]
    return CalendarSummary(
        due=sum(cell.due for cell in cells),
        received=len(came),
        late=len(late),
        latest=max(late, default=0),
        rejected=sum(cell.state is CellState.REJECTED for cell in cells),
        held=sum(cell.state is CellState.HELD for cell in cells),
        silent=tuple(sorted((row for row in listed if row.silence), key=_longest_first)),
    )


def _state(facts: SliceFacts, *, due: bool, late: bool) -> CellState:
    if facts.held is not None:
        return CellState.HELD
    if facts.received:
        return _received_state(facts, late=late)
    if facts.rejected is not None:
        return CellState.REJECTED
    return CellState.MISSING if due else CellState.NOT_DUE


def _received_state(facts: SliceFacts, *, late: bool) -> CellState:
    if facts.action == "NIL":
        return CellState.NIL
    if facts.partial:
        return CellState.PARTIAL
    return CellState.LATE if late else CellState.IN_TIME


def _longest_first(row: CalendarRow) -> tuple[int, date, str]:
    silence = row.silence
    return -len(silence), silence[0].period.start, row.place
