"""
What is remarkable about an accepted slice: compared with its own past, never judged by it.

The ranges were made at night; here they are read once a batch. The same message, lists, ranges and heads give the same
remarks, and no remark changes a verdict.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from itertools import islice

import orjson
from sqlalchemy.orm import Session

from payments_hub.contracts.cell_rules import dimensions_of
from payments_hub.contracts.decode import MAX_FINDINGS, Decoded
from payments_hub.contracts.envelope import unwrap
from payments_hub.contracts.findings import Finding, make_finding
from payments_hub.contracts.read_cells import figures_of
from payments_hub.contracts.slice_v1 import SliceEvent
from payments_hub.domain.flows import FLOWS, OverTime
from payments_hub.domain.instruments import Action
from payments_hub.domain.plausibility import (
    ANY_SEASON,
    WHOLE_SLICE,
    Band,
    BandMeasure,
    drops_over_a_third,
    is_off_by_a_thousand,
    season_of,
)
from payments_hub.domain.slices import SliceKey, SliceState
from payments_hub.ingest.arrivals import Arrival
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.store.bands import BandKey, Series, head_cells, normal_answers, read_bands

_Bands = Mapping[BandKey, Band]
_CELL_CODES = frozenset({"W5003", "W5007"})
_NO_BANDS: _Bands = {}


@dataclass(frozen=True, slots=True)
class Plausibility:
    """
    What the slices of one batch are compared with.

    Args:
        bands: By series.
        normal: What partners have called normal: partner, flow, place, code, instrument.
        cells: Hashes of the cells of the periods before, as the heads were when the batch began.

    """

    bands: Mapping[Series, _Bands] = field(default_factory=dict)
    normal: Collection[tuple[int, str, int, str, str]] = ()
    cells: Mapping[SliceKey, bytes] = field(default_factory=dict)

    def remark(
        self, told: tuple[Finding, ...], slice_: ArrivedSlice, states: Mapping[SliceKey, SliceState]
    ) -> tuple[Finding, ...]:
        """
        Add what is remarkable about a slice that is about to become the head, and drop what was called normal.

        Args:
            told: What was found so far.
            slice_: The slice.
            states: What is recorded of the batch's slices before this one, which is among them.

        """
        event, key = slice_.event, slice_.key
        remarks = [*_revision_findings(event, states[key])]
        if event.action is Action.REPLACE:
            bands = self.bands.get(Series(*key[:4]), _NO_BANDS)
            if bands:
                remarks += _total_findings(event, bands)
            remarks += _copy_findings(slice_, states, self.cells)
            if bands:
                remarks += _ticket_findings(slice_, bands, told)
        if not remarks and not told:
            return told
        kept = (one for one in (*told, *remarks) if not self._is_normal(one, slice_))
        return tuple(islice(kept, MAX_FINDINGS))

    def _is_normal(self, finding: Finding, slice_: ArrivedSlice) -> bool:
        if not self.normal:
            return False
        instrument = slice_.instrument_at(finding.pointer) if finding.code in _CELL_CODES else WHOLE_SLICE
        key = slice_.key
        return (key.partner_id, key.flow, key.place_id, finding.code, instrument) in self.normal


@dataclass(slots=True)
class ArrivedSlice:
    """
    A slice with the order in which its cells were sent, which is looked up only where a finding has to name a cell.

    Owned by one judgement.
    """

    arrival: Arrival
    decoded: Decoded
    event: SliceEvent
    key: SliceKey
    _sent: list[tuple[str, str, str, str]] | None = None

    def pointer_to(self, dimensions: tuple[str, str, str, str]) -> str:
        """Point to a cell as it was sent; events hold their cells sorted."""
        return f"/data/cells/{self._order().index(dimensions)}"

    def instrument_at(self, pointer: str) -> str:
        """Tell the instrument of the cell that a pointer leads to or into."""
        return self._order()[int(pointer.split("/")[3])][0]

    def _order(self) -> list[tuple[str, str, str, str]]:
        if self._sent is None:
            self._sent = self._read_order() or [cell.dimensions for cell in self.event.cells]
        return self._sent

    def _read_order(self) -> list[tuple[str, str, str, str]]:
        text = unwrap(self.arrival.body, self.arrival.headers, self.arrival.content_type)
        try:
            cells = [] if isinstance(text, Finding) else orjson.loads(text)["data"]["cells"]
        except orjson.JSONDecodeError:  # a form that the decoder forgives, such as half a character in a note
            return []
        return [dimensions_of(cell) for cell in cells]


def load_plausibility(session: Session, keys: Collection[SliceKey], now: datetime) -> Plausibility:
    """Read what slices are compared with: their series' bands, what was called normal, the periods before."""
    if not keys:
        return Plausibility()
    periods = {(key.start, key.frequency) for key in keys}
    seasons = {season_of(Period(start, Frequency(frequency))) for start, frequency in periods}
    before = {_period_before(key) for key in keys if FLOWS[key.flow].over_time is OverTime.SUM} - set(keys)
    return Plausibility(
        bands=read_bands(session, {Series(*key[:4]) for key in keys}, seasons - {ANY_SEASON}),
        normal=normal_answers(session, {key.partner_id for key in keys}, now),
        cells=head_cells(session, before),
    )


def _period_before(key: SliceKey) -> SliceKey:
    return SliceKey(key.partner_id, key.flow, key.place_id, key.frequency, _start_before(key.start, key.frequency))


# A batch is about many places and few periods.
@lru_cache(maxsize=1024)
def _start_before(start: date, frequency: str) -> date:
    return Period(start, Frequency(frequency)).shift(-1).start


def _total_findings(event: SliceEvent, bands: _Bands) -> Iterator[Finding]:
    """Compare the totals; one that is outside is enough, for the other is mostly outside with it."""
    season = season_of(event.period)
    totals = ((BandMeasure.AMOUNT, event.control_amount), (BandMeasure.COUNT, event.control_count))
    for measure, total in totals:
        keys = (BandKey(measure, WHOLE_SLICE, season), BandKey(measure, WHOLE_SLICE, ANY_SEASON))
        band = bands.get(keys[0]) or bands.get(keys[1])
        if total is not None and band is not None and not band.holds(total):
            yield make_finding("W5001", f"/data/control/{measure}", got=total, low=band.low, high=band.high)
            return


def _ticket_findings(slice_: ArrivedSlice, bands: _Bands, told: tuple[Finding, ...]) -> Iterator[Finding]:
    """Compare each cell's mean payment with its instrument's; a cell that the flow's own rule names is named once."""
    tickets = {key.instrument: band for key, band in bands.items() if key.measure is BandMeasure.MEAN_TICKET}
    if not tickets:
        return
    named = {finding.pointer.removesuffix("/amount") for finding in told if finding.code == "W5003"}
    for ordinal, cell in enumerate(figures_of(slice_.event.cells)):
        band, count, amount = tickets.get(cell.instrument or WHOLE_SLICE), cell.count, cell.amount
        # The ends are compared without dividing: a mean of 12.5 is not the 12 that is shown.
        if band is None or not count or amount is None or band.low * count <= amount <= band.high * count:
            continue
        pointer = slice_.pointer_to(slice_.event.cells[ordinal].dimensions)
        if pointer not in named:
            case = "W5003/thousand" if is_off_by_a_thousand(amount, count, *band) else "W5003/series"
            yield make_finding(case, pointer, got=amount // count, low=band.low, high=band.high)


def _copy_findings(
    slice_: ArrivedSlice, states: Mapping[SliceKey, SliceState], cells: Mapping[SliceKey, bytes]
) -> Iterator[Finding]:
    """Compare with the period before: payments are never the same twice, a stock may well be, and so may nothing."""
    event = slice_.event
    if FLOWS[event.flow].over_time is not OverTime.SUM or not event.control_count:
        return
    before = _period_before(slice_.key)
    found = states[before].cells_sha256 if before in states else cells.get(before)
    if found is not None and found == slice_.decoded.cells_sha256:
        yield make_finding("W5005", "/data/cells", previous=str(event.period.shift(-1)))


def _revision_findings(event: SliceEvent, head: SliceState) -> Iterator[Finding]:
    """Compare with the head: what a DELETE takes back is meant to go."""
    if event.action is Action.DELETE:
        return
    if drops_over_a_third(head.total_amount, event.control_amount):
        pointer = "/data/control/amount" if event.control_amount is not None else "/data/action"
        yield make_finding("W5006", pointer, got=event.control_amount or 0, before=head.total_amount)
    elif drops_over_a_third(head.total_count, event.control_count) and head.total_amount is None:
        pointer = "/data/control/count" if event.control_count is not None else "/data/action"
        yield make_finding("W5006", pointer, got=event.control_count or 0, before=head.total_count)
    elif drops_over_a_third(head.cell_count, len(event.cells)):
        yield make_finding("W5006", "/data/cells", got=len(event.cells), before=head.cell_count)
