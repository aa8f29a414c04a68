"""The rules one cell must keep, given its flow; run for every cell of every feed, so they are written to be quick."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from payments_hub.contracts.findings import Finding, make_finding
from payments_hub.domain.cells import Contributors
from payments_hub.domain.flows import FLOWS, Dimension, Flow, Measure
from payments_hub.domain.instruments import CellStatus
from payments_hub.domain.plausibility import is_off_by_a_thousand

Wire = Mapping[str, Any]  # decoded JSON: each value was checked by itself, which ones are there was not

_MISSING = CellStatus.MISSING.value
_DUE_MEASURES = {Measure.COUNT, Measure.AMOUNT}
_CONTRIBUTOR_FIELDS = 3
_NO_BAND = (1, 0)
"""No payment is inside: each is looked at by itself."""

_REFUNDS = (("refund_count", "count"), ("refund_amount", "amount"))


@dataclass(frozen=True, slots=True)
class CellRules:
    """
    One flow's rules for cells in one currency, looked up once a slice.

    Args:
        band: The least and the greatest believable mean amount, or None where there is none.
        any_sector: One of the sectors, which stands for none: that a cell names none is found by its shape.

    """

    flow: Flow
    has_amount: bool
    sectors: frozenset[str]
    band: tuple[int, int] | None
    any_sector: str | None

    def findings(self, cells: Iterable[Wire]) -> Iterator[Finding]:
        """
        Apply every rule that looks at one cell alone; parts of the cells may be missing.

        A cell without fault costs a comparison a rule; what is wrong with the others is found out slowly.
        """
        code, has_amount, (low, high) = self.flow.code, self.has_amount, self.band or _NO_BAND
        good_shape: tuple[object, ...] = ()
        for index, cell in enumerate(cells):
            get = cell.get
            count, amount = get("count"), get("amount")
            shape = (get("status") == _MISSING, *cell)
            if shape != good_shape:
                if faults := _shape_faults(code, tuple(cell), get("status") == _MISSING):
                    yield from self._shape_findings(index, cell, faults)
                else:
                    good_shape = shape
            if self.sectors and get("sector", self.any_sector) not in self.sectors:
                yield self._sector_finding(index, cell["sector"])
            if has_amount and count is not None and amount is not None and not low * count <= amount <= high * count:
                yield from self._ticket_findings(index, count, amount)
            if get("refund_count", 0) > (count or 0) or get("refund_amount", 0) > (amount or 0):
                yield from _refund_findings(index, cell)
            if (owners := get("contributors")) and not _shares_possible(owners, amount if has_amount else count):
                yield _share_finding(f"/data/cells/{index}/contributors", owners)

    def _shape_findings(self, index: int, cell: Wire, faults: Iterable[tuple[str, str]]) -> Iterator[Finding]:
        for case, field in faults:
            yield _shape_finding(case, f"/data/cells/{index}/{field}", cell, self.flow)

    def _sector_finding(self, index: int, sector: str) -> Finding:
        return make_finding("E2101", f"/data/cells/{index}/sector", got=sector, allowed=self.flow.sector_codes)

    def _ticket_findings(self, index: int, count: int, amount: int) -> Iterator[Finding]:
        if (count == 0) != (amount == 0):
            yield make_finding("E3005", f"/data/cells/{index}", got=amount, count=count, amount=amount)
        elif self.band and not self.band[0] * count <= amount <= self.band[1] * count:
            low, high = self.band
            case = "W5003/thousand" if is_off_by_a_thousand(amount, count, low, high) else "W5003"
            yield make_finding(case, f"/data/cells/{index}/amount", got=amount // count, low=low, high=high)


@lru_cache(maxsize=64)
def cell_rules(flow_code: str, currency: str | None) -> CellRules:
    """Look up a flow's rules for cells in one currency; None where the slice names none."""
    flow = FLOWS[flow_code]
    band = flow.mean_ticket_bands.get(currency or "")
    return CellRules(flow, flow.has_amount, frozenset(flow.sector_codes), band, next(iter(flow.sector_codes), None))


def dimensions_of(cell: Wire) -> tuple[str, str, str, str]:
    """Tell what sets a cell apart, and where it stands in the canonical order."""
    get = cell.get
    return get("instrument", ""), get("initiation", ""), get("sector", ""), get("purpose", "")


@lru_cache(maxsize=64)
def own_dimensions(flow_code: str) -> Callable[[Wire], Any]:
    """Look up what tells the same of a cell that has exactly its flow's dimensions, in a third of the time."""
    return itemgetter(*(dimension.value for dimension in FLOWS[flow_code].dimensions))


def no_measure(pointer: str, got: object, flow: Flow) -> Finding:
    """Say that a flow does not have a measure that was sent."""
    return make_finding("E3002/measure", pointer, got=got, flow=flow.code, has=", ".join(sorted(flow.measures)))


def share_findings(pointer: str, owners: Wire, whole: int | None) -> Iterator[Finding]:
    """
    Object to shares that no such number of owners could have.

    Args:
        pointer: Where the contributors stand.
        owners: The contributors, of which parts may be missing.
        whole: What is shared; of nothing, each share may be 0 whatever the number of owners.

    """
    if not _shares_possible(owners, whole):
        yield _share_finding(pointer, owners)


def _shares_possible(owners: Wire, whole: int | None) -> bool:
    if len(owners) < _CONTRIBUTOR_FIELDS:
        return True
    n, top1_bp, top2_bp = owners["n"], owners["top1_bp"], owners["top2_bp"]
    nothing_to_share = not whole and top1_bp == top2_bp == 0
    return nothing_to_share or Contributors(n, top1_bp, top2_bp).are_possible()


def _share_finding(pointer: str, owners: Wire) -> Finding:
    n, top1, top2 = owners["n"], owners["top1_bp"], owners["top2_bp"]
    return make_finding("E3007", pointer, got=f"{n}: {top1}, {top2}", n=n, top1=top1, top2=top2)


# A feed's cells have a handful of shapes; the bound is on what a hostile one can make us keep.
@lru_cache(maxsize=4096)
def _shape_faults(
    flow_code: str,
    fields: tuple[str, ...],
    is_missing: bool,  # noqa: FBT001 - part of the cache's key, not a switch
) -> tuple[tuple[str, str], ...]:
    """List which fields are too many or too few, as (case, field)."""
    flow = FLOWS[flow_code]
    due: set[str] = set(flow.dimensions)
    faults = [("E3002/dimension", name) for name in fields if name in set(Dimension) - due]
    faults += [("E3002/measure", name) for name in fields if name in set(Measure) - flow.measures]
    if is_missing:
        faults += [("E2003/missing-cell", name) for name in fields if name in flow.measures]
    else:
        due |= flow.measures & _DUE_MEASURES
    return (*faults, *(("E2001", name) for name in sorted(due - set(fields))))


def _shape_finding(case: str, pointer: str, cell: Wire, flow: Flow) -> Finding:
    field = pointer.rpartition("/")[2]
    match case:
        case "E3002/dimension":
            has = ", ".join(flow.dimensions)
            return make_finding(case, pointer, got=cell[field], flow=flow.code, has=has)
        case "E3002/measure":
            return no_measure(pointer, cell[field], flow)
        case _:
            return make_finding(case, pointer, got=cell.get(field))


def _refund_findings(index: int, cell: Wire) -> Iterator[Finding]:
    for refund, gross in _REFUNDS:
        if gross in cell and cell.get(refund, 0) > cell[gross]:
            pointer = f"/data/cells/{index}/{refund}"
            yield make_finding("W5007", pointer, got=cell[refund], gross=cell[gross])
