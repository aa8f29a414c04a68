"""
Messages and lists for tests, valid unless a test says otherwise.

A builder takes the one detail that matters to the test; everything else is some ordinary value.
"""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.geography import area_places, load_schemes
from payments_hub.domain.places import Place, site_place
from payments_hub.domain.sites import Interval, Site, SiteArea
from payments_hub.ingest.reference import Reference, RegisteredPartner
from payments_hub.kernel.periods import Frequency

PARTNER = "AEON-HP"
MALL = "MALL-0021"
COMMUNE = "VN-COMMUNE-2025-07-01:11407"
OLD_COMMUNE = "VN-COMMUNE-2025-01-04:11296"
NOW = datetime(2026, 7, 5, 3, tzinfo=UTC)
"""Ten in the morning in the city, two days after the messages' period."""

_ENVELOPE = frozenset(
    {"specversion", "id", "source", "type", "time", "subject", "partitionkey", "datacontenttype", "dataschema", "data"}
)
_NO_CELLS = ("cells", "control", "contributors", "coverage", "currency")

CARD_CELL: Mapping[str, Any] = {
    "instrument": "CARD",
    "sector": "G47",
    "count": 18_230,
    "amount": 5_123_400_000,
    "refund_count": 112,
    "refund_amount": 31_200_000,
    "contributors": {"n": 37, "top1_bp": 1_840, "top2_bp": 960},
}
CASH_CELL: Mapping[str, Any] = {"instrument": "CASH", "sector": "G47", "count": 9_011, "amount": 1_902_000_000}


def slice_event(*, without: Sequence[str] = (), **changes: Any) -> dict[str, Any]:
    """
    Write a slice as a CloudEvent.

    Args:
        without: Fields of the envelope or of its data to leave out.
        changes: Fields of the envelope or of its data to set; the control follows the cells unless it is set.

    """
    data: dict[str, Any] = {
        "flow": "POS_SALES",
        "site": MALL,
        "period": "2026-07-03",
        "action": "REPLACE",
        "revision": 0,
        "finality": "PROVISIONAL",
        "currency": "VND",
        "cells": [deepcopy(CARD_CELL), deepcopy(CASH_CELL)],
    }
    data |= {name: value for name, value in changes.items() if name not in _ENVELOPE}
    data.setdefault("control", control_of(data["cells"]))
    event = {
        "specversion": "1.0",
        "id": "01J8ZK3W7Q",
        "source": f"urn:hp:partner:{PARTNER}",
        "type": "vn.haiphong.cashless.slice.v1",
        "time": "2026-07-04T02:11:09Z",
        "data": {name: value for name, value in data.items() if name not in without},
    }
    event |= {name: value for name, value in changes.items() if name in _ENVELOPE}
    return {name: value for name, value in event.items() if name not in without}


def slice_message(*, without: Sequence[str] = (), **changes: Any) -> bytes:
    """Write a slice as the bytes of structured JSON; arguments as for `slice_event`."""
    return json.dumps(slice_event(without=without, **changes), ensure_ascii=False).encode()


def empty_slice_message(action: str, **changes: Any) -> bytes:
    """Write a DELETE or a NIL."""
    return slice_message(action=action, without=_NO_CELLS, **changes)


def manifest_event(*, without: Sequence[str] = (), **changes: Any) -> dict[str, Any]:
    """
    Write a manifest of a day as a CloudEvent; arguments as for `slice_event`.

    It says that one slice was sent, the one that `slice_event` writes.
    """
    data: dict[str, Any] = {
        "flow": "POS_SALES",
        "period": "2026-07-03",
        "revision": 0,
        "slices": 1,
        "count": 27_241,
        "amount": 7_025_400_000,
        "currency": "VND",
    }
    data |= {name: value for name, value in changes.items() if name not in _ENVELOPE}
    event = {
        "specversion": "1.0",
        "id": "01J8ZK3W7Q",
        "source": f"urn:hp:partner:{PARTNER}",
        "type": "vn.haiphong.cashless.manifest.v1",
        "time": "2026-07-04T02:15:00Z",
        "data": {name: value for name, value in data.items() if name not in without},
    }
    event |= {name: value for name, value in changes.items() if name in _ENVELOPE}
    return {name: value for name, value in event.items() if name not in without}


def manifest_message(*, without: Sequence[str] = (), **changes: Any) -> bytes:
    """Write a manifest as the bytes of structured JSON; arguments as for `slice_event`."""
    return json.dumps(manifest_event(without=without, **changes), ensure_ascii=False).encode()


def cell(**changes: Any) -> dict[str, Any]:
    """Write one cell of POS_SALES; a field set to None is left out."""
    merged = {"instrument": "CARD", "sector": "G47", "count": 10, "amount": 2_000_000} | changes
    return {name: value for name, value in merged.items() if value is not None}


def control_of(cells: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Add up cells as a sender does; fields that are no whole numbers count as nothing."""
    totals = {}
    for name in ("count", "amount"):
        values = [one.get(name) for one in cells if isinstance(one, dict) and name in one]
        if values or name == "count":
            totals[name] = sum(value for value in values if type(value) is int)
    return totals


def mall(*open_intervals: Interval, code: str = MALL) -> Place:
    """Build a mall, open since 2020 unless said otherwise."""
    stretch = open_intervals or (Interval(date(2020, 1, 1)),)
    areas = (SiteArea(Interval(date(2000, 1, 1)), COMMUNE),)
    return site_place(Site(code, "MALL", "Trung tâm thương mại Lê Chân", "Le Chan Mall", stretch, areas))


def obligation(frequency: Frequency = Frequency.DAY, **changes: Any) -> Obligation:
    """Build what the partner owes: POS_SALES of the mall, each day, since 2020."""
    values: dict[str, Any] = {
        "partner": PARTNER,
        "flow": "POS_SALES",
        "place": MALL,
        "due_days": 1,
        "valid_from": date(2020, 1, 1),
    }
    return Obligation(**{**values, "frequency": frequency, **changes})


def registered_partner(code: str = PARTNER, **changes: Any) -> RegisteredPartner:
    """Build a partner as the checks know it."""
    return RegisteredPartner(code, **changes)


def reference(*obligations: Obligation, places: Sequence[Place] = ()) -> Reference:
    """Build the code lists: both area schemes, one mall, and the daily obligation unless others are given."""
    owed: dict[tuple[str, str, str], tuple[Obligation, ...]] = {}
    for duty in obligations or (obligation(),):
        key = (duty.partner, duty.flow, duty.place)
        owed[key] = (*owed.get(key, ()), duty)
    return Reference(
        partners={PARTNER: registered_partner()},
        places={place.code: place for place in (*area_places(), mall(), *places)},
        schemes={data.scheme.code: data.scheme for data in load_schemes()},
        obligations=owed,
    )
