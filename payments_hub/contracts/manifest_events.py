"""Turns a manifest without fault into the event that the hub works with, and its hashes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from payments_hub.contracts.hashing import canonical_time
from payments_hub.contracts.header import parse_time
from payments_hub.contracts.manifest_v1 import MANIFEST_TYPE, ManifestEvent
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.ids import sha256
from payments_hub.kernel.periods import Period


@dataclass(frozen=True, slots=True)
class HashedManifest:
    """A manifest with the hashes of its canonical event, and of its data without the revision; 32 bytes each."""

    event: ManifestEvent
    event_sha256: bytes
    content_sha256: bytes


def to_manifest(message: Mapping[str, Any]) -> HashedManifest:
    """Build the event of a message that kept every rule."""
    time, data = parse_time(message["time"]), message["data"]
    if time is None:
        raise InvalidValueError("A message whose time cannot be read is no event.", got=message["time"])
    event = ManifestEvent(
        source=message["source"],
        id=message["id"],
        time=time,
        flow=data["flow"],
        period=Period.parse(data["period"]),
        revision=data["revision"],
        slices=data["slices"],
        count=data["count"],
        amount=data.get("amount"),
        currency=data.get("currency"),
    )
    content = {name: value for name, value in canonical_manifest_data(event).items() if name != "revision"}
    return HashedManifest(event, _hash(canonical_manifest(event)), _hash(content))


def canonical_manifest(event: ManifestEvent) -> dict[str, object]:
    """Write the canonical event, in the form that a slice's has."""
    return {
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": MANIFEST_TYPE,
        "time": canonical_time(event.time),
        "data": canonical_manifest_data(event),
    }


def canonical_manifest_data(event: ManifestEvent) -> dict[str, object]:
    """Write the canonical data; what is absent is left out."""
    data: dict[str, object | None] = {
        "flow": event.flow,
        "period": str(event.period),
        "revision": event.revision,
        "slices": event.slices,
        "count": event.count,
        "amount": event.amount,
        "currency": event.currency,
    }
    return {name: value for name, value in data.items() if value is not None}


def _hash(value: Mapping[str, object]) -> bytes:
    # As for slices: for our shapes orjson's sorted bytes are RFC 8785's.
    return sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
