"""What a partner owes, and when what came is enough to be shown in headlines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from payments_hub.domain.places import Place
from payments_hub.domain.sites import Interval
from payments_hub.kernel.periods import Frequency, Period

COMPLETE_PERCENT = 80
"""Below it a period is drawn as partial: otherwise every morning shows a collapse that never was."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """
    What a partner has agreed to send: one slice for each period of a flow at a place.

    Args:
        partner: The partner's code.
        flow: The flow's code.
        place: The place's code.
        frequency: How long each slice's period is; there is one frequency at a date.
        due_days: Days from the period's last day until its slice is due.
        valid_from: The first day of the agreement.
        valid_to: Its last day, or None while it holds.

    """

    partner: str
    flow: str
    place: str
    frequency: Frequency
    due_days: int
    valid_from: date
    valid_to: date | None = None

    def covers(self, period: Period) -> bool:
        """Tell whether the whole of a period lies inside the agreement."""
        return Interval(self.valid_from, self.valid_to).holds(period)

    def due_on(self, period: Period) -> date:
        """Tell the last day on which a period's slice is in time."""
        return period.end + timedelta(days=self.due_days)

    def is_due(self, period: Period, today: date) -> bool:
        """Tell whether a period's slice should have come by now."""
        return today > self.due_on(period)


@dataclass(frozen=True, slots=True, order=True)
class ExpectedSlice:
    """One slice that a partner owes."""

    partner: str
    flow: str
    place: str
    period: Period
    due_on: date


def expected_slices(
    obligations: Iterable[Obligation], places: Mapping[str, Place], period: Period
) -> tuple[ExpectedSlice, ...]:
    """
    List what is owed for a period, in order: agreements that cover it, at places open on at least one of its days.

    A place that the reference does not know owes nothing: nobody could report for it.
    """
    owed = (
        ExpectedSlice(duty.partner, duty.flow, duty.place, period, duty.due_on(period))
        for duty in obligations
        if duty.frequency is period.frequency and duty.covers(period) and _is_open(places.get(duty.place), period)
    )
    return tuple(sorted(owed))


def _is_open(place: Place | None, period: Period) -> bool:
    return place is not None and place.open_during(period)


def is_complete(*, received: int, expected: int, due: bool) -> bool:
    """
    Tell whether a period may enter headlines, growth and models: it is due, and four fifths of its slices are in.

    >>> is_complete(received=4, expected=5, due=True), is_complete(received=3, expected=4, due=True)
    (True, False)
    """
    return due and expected > 0 and received * 100 >= expected * COMPLETE_PERCENT
