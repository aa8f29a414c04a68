"""Turns a slice message without fault into the event that the hub works with, and its hashes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from payments_hub.contracts.cell_rules import own_dimensions
from payments_hub.contracts.hashing import EventHashes, hash_canonical
from payments_hub.contracts.header import parse_time
from payments_hub.contracts.slice_rules import clean_note
from payments_hub.contracts.slice_v1 import SliceEvent
from payments_hub.domain.cells import Cell, Contributors, Coverage
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.instruments import (
    Action,
    CellStatus,
    Finality,
    Initiation,
    Instrument,
    Purpose,
    RevisionReason,
)
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.periods import Period

_MISSING = CellStatus.MISSING.value
# An enumeration's own look-up by value takes ten times as long, and there are four of them to each cell.
_INSTRUMENTS: Mapping[str | None, Instrument | None] = {None: None, **{code.value: code for code in Instrument}}
_INITIATIONS: Mapping[str | None, Initiation | None] = {None: None, **{code.value: code for code in Initiation}}
_PURPOSES: Mapping[str | None, Purpose | None] = {None: None, **{code.value: code for code in Purpose}}
_STATUSES: Mapping[str, CellStatus] = {code.value: code for code in CellStatus}


@dataclass(frozen=True, slots=True)
class HashedEvent:
    """A slice with the hashes of its canonical form."""

    event: SliceEvent
    hashes: EventHashes


def to_event(message: Mapping[str, Any]) -> HashedEvent:
    """
    Build the event of a message that kept every rule.

    Args:
        message: The decoded message; its cells are given their defaults and their order here.

    """
    time = parse_time(message["time"])
    if time is None:
        raise InvalidValueError("A message whose time cannot be read is no event.", got=message["time"])
    data = _canonical(message["data"])
    hashes = hash_canonical(message["id"], message["source"], time, data)
    return HashedEvent(_build(message, data, time), hashes)


def _canonical(data: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in the defaults and sort the cells."""
    canonical = dict(data)
    if "note" in canonical:
        canonical["note"] = clean_note(canonical["note"])
    if "cells" in canonical:
        canonical["cells"] = sorted(canonical["cells"], key=own_dimensions(data["flow"]))
        _fill_in(canonical["cells"], has_refunds=FLOWS[data["flow"]].has_refunds)
    return canonical


def _fill_in(cells: list[dict[str, Any]], *, has_refunds: bool) -> None:
    for cell in cells:
        if "status" not in cell:
            cell["status"] = "A"
        if has_refunds and cell["status"] != _MISSING:
            cell.setdefault("refund_count", 0)
            cell.setdefault("refund_amount", 0)


def _build(message: Mapping[str, Any], data: Mapping[str, Any], time: datetime) -> SliceEvent:
    control = data.get("control", {})
    reason = data.get("revision_reason")
    return SliceEvent(
        source=message["source"],
        id=message["id"],
        time=time,
        subject=message.get("subject"),
        partition_key=message.get("partitionkey"),
        data_schema=message.get("dataschema"),
        flow=data["flow"],
        site=data["site"],
        period=Period.parse(data["period"]),
        action=Action(data["action"]),
        revision=data["revision"],
        reason=reason and RevisionReason(reason),
        note=data.get("note"),
        finality=Finality(data["finality"]),
        currency=data.get("currency"),
        coverage=_coverage(data.get("coverage")),
        cells=tuple([_cell(cell) for cell in data.get("cells", ())]),
        contributors=_contributors(data.get("contributors")),
        control_count=control.get("count"),
        control_amount=control.get("amount"),
    )


def _cell(cell: Mapping[str, Any]) -> Cell:
    get = cell.get
    owners = get("contributors")
    return Cell(
        _INSTRUMENTS[get("instrument")],
        _INITIATIONS[get("initiation")],
        get("sector"),
        _PURPOSES[get("purpose")],
        _STATUSES[cell["status"]],
        get("count"),
        get("amount"),
        get("refund_count"),
        get("refund_amount"),
        Contributors(owners["n"], owners["top1_bp"], owners["top2_bp"]) if owners else None,
    )


def _contributors(owners: Mapping[str, int] | None) -> Contributors | None:
    return None if owners is None else Contributors(owners["n"], owners["top1_bp"], owners["top2_bp"])


def _coverage(coverage: Mapping[str, int] | None) -> Coverage | None:
    return None if coverage is None else Coverage(coverage["reporting"], coverage["total"])
