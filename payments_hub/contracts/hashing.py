"""
The canonical form of an event, and the hashes over it.

The canonical event is the JSON object of `specversion`, `id`, `source`, `type`, `time` and `data`, in RFC 8785's form:

- `time` in UTC with a Z, to the microsecond, without fraction where that is zero;
- `data` with its cells sorted by instrument, initiation, sector and purpose (an absent one first), each with its
  `status`, and with refunds of 0 where the flow has refunds and the cell, not being missing, names none;
- `note` without invisible characters, in Unicode's form NFC;
- what is absent is left out, never null, so that a later optional field changes no hash of today.

`subject`, `partitionkey`, `datacontenttype`, `dataschema` and extension attributes do not count: they describe the
message's way and may differ between the structured and the binary form of one event.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

import orjson

from payments_hub.contracts.slice_v1 import SLICE_TYPE, SliceEvent
from payments_hub.domain.cells import Cell, Contributors

_NOT_CONTENT = ("revision", "revision_reason", "note")


class EventHashes(NamedTuple):
    """
    The hashes of one event, 32 bytes each.

    Args:
        event: Of the canonical event.
        content: Of its data without revision, reason and note.
        cells: Of its cells alone, so that two periods can be compared; None without cells.

    """

    event: bytes
    content: bytes
    cells: bytes | None


def event_sha256(event: SliceEvent) -> bytes:
    """Hash the canonical event: 32 bytes, equal however the event was sent."""
    return hash_canonical(event.id, event.source, event.time, canonical_data(event)).event


def content_sha256(event: SliceEvent) -> bytes:
    """Hash the canonical data without revision, reason and note: equal if nothing was changed."""
    return hash_canonical(event.id, event.source, event.time, canonical_data(event)).content


def hash_canonical(event_id: str, source: str, time: datetime, data: Mapping[str, object]) -> EventHashes:
    """
    Hash an event and its content.

    Args:
        event_id: CloudEvents' id.
        source: CloudEvents' source.
        time: When the partner made it, aware.
        data: The canonical data; its cells are written once and every hash reads them.

    """
    if "cells" not in data:
        return hash_written(event_id, source, time, dict(data), None)
    cells = orjson.dumps(data["cells"], option=orjson.OPT_SORT_KEYS)
    return hash_written(event_id, source, time, dict(data), cells)


def hash_written(
    event_id: str, source: str, time: datetime, data: dict[str, object], cells: bytes | None
) -> EventHashes:
    """
    Hash an event whose cells are written already.

    Args:
        event_id: CloudEvents' id.
        source: CloudEvents' source.
        time: When the partner made it, aware.
        data: The canonical data, with or without its cells; it is the hashing's from now on.
        cells: Its cells in RFC 8785's form; None where it has none.

    """
    if cells is not None:
        data["cells"] = orjson.Fragment(cells)
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": SLICE_TYPE,
        "time": canonical_time(time),
        "data": data,
    }
    of_event = _sha256(event)
    for name in _NOT_CONTENT:
        data.pop(name, None)
    return EventHashes(of_event, _sha256(data), None if cells is None else hashlib.sha256(cells).digest())


def _sha256(value: Mapping[str, object]) -> bytes:
    # For our shapes (integers below 2^53, ASCII keys) orjson's sorted bytes are RFC 8785's; a test holds it.
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).digest()


def canonical_time(instant: datetime) -> str:
    """
    Write an instant as the canonical event does.

    >>> canonical_time(datetime.fromisoformat("2026-07-04T09:11:09+07:00"))
    '2026-07-04T02:11:09Z'
    """
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def canonical_event(event: SliceEvent) -> dict[str, object]:
    """Rebuild the canonical event as plain values, from what was decoded and stored."""
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": SLICE_TYPE,
        "time": canonical_time(event.time),
        "data": canonical_data(event),
    }


def canonical_data(event: SliceEvent) -> dict[str, object]:
    """Rebuild the canonical data as plain values, from what was decoded and stored."""
    control = {"count": event.control_count, "amount": event.control_amount}
    data: dict[str, object | None] = {
        "flow": event.flow,
        "site": event.site,
        "period": str(event.period),
        "action": event.action.value,
        "revision": event.revision,
        "revision_reason": event.reason and event.reason.value,
        "note": event.note,
        "finality": event.finality.value,
        "currency": event.currency,
        "coverage": event.coverage and {"reporting": event.coverage.reporting, "total": event.coverage.total},
        "cells": [canonical_cell(cell) for cell in event.cells] or None,
        "contributors": event.contributors and _contributors(event.contributors),
        "control": _without_none(control) or None,
    }
    return _without_none(data)


def canonical_cell(cell: Cell) -> dict[str, object]:
    """Write one cell with its defaults filled in."""
    return _without_none(
        {
            "instrument": cell.instrument and cell.instrument.value,
            "initiation": cell.initiation and cell.initiation.value,
            "sector": cell.sector,
            "purpose": cell.purpose and cell.purpose.value,
            "status": cell.status.value,
            "count": cell.count,
            "amount": cell.amount,
            "refund_count": cell.refund_count,
            "refund_amount": cell.refund_amount,
            "contributors": cell.contributors and _contributors(cell.contributors),
        }
    )


def _contributors(contributors: Contributors) -> dict[str, object]:
    return {"n": contributors.n, "top1_bp": contributors.top1_bp, "top2_bp": contributors.top2_bp}


def _without_none(values: Mapping[str, object | None]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
