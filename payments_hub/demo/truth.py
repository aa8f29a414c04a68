"""What the hub must show of the simulated city, counted without the hub: sent = stored = shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from payments_hub.demo.city import City
from payments_hub.demo.messages import Message, sent_figures
from payments_hub.demo.plan import Sending, sendings
from payments_hub.demo.slices import SliceFigures, SliceKey
from payments_hub.demo.stories import VERDICTS
from payments_hub.domain.instruments import Action, Instrument
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.periods import Frequency, Period


@dataclass(frozen=True, slots=True)
class Totals:
    """
    What a set of slices adds up to.

    Args:
        slices: Slices received: with figures, or with nothing to report.
        cells: Cells in them.
        count: Payments, gross.
        amount: Whole VND, gross.
        cash_amount: The part of it paid in cash; 0 in flows that know no cash.

    """

    slices: int = 0
    cells: int = 0
    count: int = 0
    amount: int = 0
    cash_amount: int = 0

    def plus(self, figures: SliceFigures) -> Totals:
        """Add one more slice."""
        cash = sum(cell.amount or 0 for cell in figures.cells if cell.instrument is Instrument.CASH)
        return Totals(
            self.slices + 1,
            self.cells + len(figures.cells),
            self.count + figures.count,
            self.amount + figures.amount,
            self.cash_amount + cash,
        )

    @property
    def cashless_share(self) -> float:
        """Tell the share of the money that was paid without cash; it needs some money."""
        return 1 - self.cash_amount / self.amount


def expected_heads(city: City) -> Mapping[SliceKey, Sending]:
    """Find the sending that stands for each slice: the highest revision that is accepted, however it came."""
    found: dict[SliceKey, Sending] = {}
    for sending in sendings(city):
        accepted = VERDICTS[sending.step] in {Verdict.ACCEPTED, Verdict.NO_CHANGE}
        present = found.get(sending.key)
        if accepted and (present is None or sending.edition.revision > present.edition.revision):
            found[sending.key] = sending
    return found


def expected_view(city: City) -> Mapping[SliceKey, SliceFigures]:
    """Draw what the hub must hold of each slice now; a withdrawn slice is not among them."""
    return {
        key: sent_figures(city, sending)
        for key, sending in expected_heads(city).items()
        if sending.edition.action is not Action.DELETE
    }


def sums_sent(sent: Iterable[Message]) -> Mapping[str, tuple[int, int]]:
    """
    Add up by flow what the messages say, each slice once, by its highest revision that must be accepted.

    Args:
        sent: The messages; their own control totals are added.

    Returns:
        By flow, payments and whole VND.

    """
    heads: dict[SliceKey, Message] = {}
    for message in sent:
        counts = VERDICTS[message.step] in {Verdict.ACCEPTED, Verdict.NO_CHANGE}
        if counts and (message.key not in heads or message.revision > heads[message.key].revision):
            heads[message.key] = message
    found: dict[str, tuple[int, int]] = {}
    for message in heads.values():
        control = orjson.loads(message.body)["data"].get("control", {"count": 0, "amount": 0})
        count, amount = found.get(message.flow, (0, 0))
        found[message.flow] = count + control["count"], amount + control["amount"]
    return found


def sums_by_flow(view: Mapping[SliceKey, SliceFigures]) -> Mapping[str, Totals]:
    """Add up a view by flow."""
    found: dict[str, Totals] = {}
    for key, figures in view.items():
        found[key.flow] = found.get(key.flow, Totals()).plus(figures)
    return found


def sums_by_month(view: Mapping[SliceKey, SliceFigures]) -> Mapping[tuple[str, Period], Totals]:
    """Add up a view by flow and month."""
    found: dict[tuple[str, Period], Totals] = {}
    for key, figures in view.items():
        month = key.flow, key.period.coarser(Frequency.MONTH)
        found[month] = found.get(month, Totals()).plus(figures)
    return found
