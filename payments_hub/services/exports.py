"""Figures as files: every month that a reader may see, with all digits and what must be known to read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from payments_hub.aggregates.points import IndicatorPoint
from payments_hub.domain.changes import SliceChange
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.indicators import Formula, Indicator
from payments_hub.domain.languages import Words
from payments_hub.domain.people import Viewer
from payments_hub.domain.series_chart import Unit
from payments_hub.kernel.money import Currency
from payments_hub.services.changes import knowable
from payments_hub.services.readers import scope_of
from payments_hub.store.partners import any_simulated
from payments_hub.store.places import city_roots

COLUMNS = (
    *("flow", "place", "place_name", "period", "currency", "count", "amount"),
    *("received", "expected", "complete", "simulated_data"),
)


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """
    One month of a flow in one territory.

    Args:
        count: Payments, or a stock; None where nothing was received, which is not zero.
        amount: Whole `currency`, gross; None too for a flow without amounts.

    """

    flow: str
    place: str
    place_name: str
    period: str
    currency: str
    count: int | None
    amount: int | None
    received: int
    expected: int
    complete: bool
    simulated: bool

    def cells(self) -> tuple[str, ...]:
        """Write the row as a file has it, in the order of `COLUMNS`; what is not known is empty."""
        return (
            self.flow,
            self.place,
            self.place_name,
            self.period,
            self.currency,
            "" if self.count is None else str(self.count),
            "" if self.amount is None else str(self.amount),
            str(self.received),
            str(self.expected),
            "yes" if self.complete else "no",
            "yes" if self.simulated else "no",
        )


def month_figures(session: Session, viewer: Viewer, now: datetime, as_of: date | None = None) -> Iterator[MonthFigures]:
    """
    List every month of every flow in each territory at the top of the city's area schemes.

    Territories of different schemes are never added; a partner's file holds that partner's figures alone.

    Args:
        session: Of the reader.
        viewer: Who reads.
        now: This moment.
        as_of: The day at whose end the figures were known; None for now.

    Raises:
        InvalidValueError: The day is not over.

    """
    scope = scope_of(session, viewer, now, as_of=None if as_of is None else knowable(as_of, now))
    simulated = any_simulated(session)
    for flow in FLOWS.values():
        total = _total(flow.code)
        for place, name in city_roots(session):
            for point in scope.points(session, total, place):
                yield _row(flow.code, place, name, point, simulated=simulated)


def _total(flow: str) -> Indicator:
    """Ask for a flow's plain total: a file gives what everything else is worked out of."""
    nothing = Words("", "")
    return Indicator(f"{flow}_TOTAL", 1, nothing, Unit.VND, flow, Formula.TOTAL_AMOUNT, nothing, nothing)


def _row(flow: str, place: str, name: str, point: IndicatorPoint, *, simulated: bool) -> MonthFigures:
    return MonthFigures(
        flow=flow,
        place=place,
        place_name=name,
        period=str(point.period),
        currency=Currency.VND if FLOWS[flow].has_amount else "",
        count=point.sums.count,
        amount=point.sums.amount,
        received=point.received,
        expected=point.expected,
        complete=point.complete,
        simulated=simulated,
    )


CHANGE_COLUMNS = (
    *("partner", "flow", "place", "period", "revision", "action", "reason", "currency"),
    *("count_before", "count_after", "amount_before", "amount_after", "known_at", "receipt", "simulated_data"),
)


def change_cells(change: SliceChange) -> tuple[str, ...]:
    """Write a changed slice as a file has it, in the order of `CHANGE_COLUMNS`; what is not known is empty."""
    figures = (change.count_before, change.count_after, change.amount_before, change.amount_after)
    return (
        change.partner,
        change.flow,
        change.site,
        str(change.period),
        str(change.revision),
        change.action,
        change.reason.value,
        change.currency,
        *("" if figure is None else str(figure) for figure in figures),
        change.known_at.isoformat(),
        change.receipt_id,
        "yes" if change.simulated else "no",
    )
