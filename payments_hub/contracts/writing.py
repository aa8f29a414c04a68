"""From an event to the message that goes out: a partner's own, for the simulated city and examples, and a receipt's."""

from __future__ import annotations

from typing import Final

import orjson

from payments_hub.contracts.hashing import canonical_event, canonical_time
from payments_hub.contracts.manifest_events import canonical_manifest
from payments_hub.contracts.manifest_v1 import MANIFEST_SCHEMA, ManifestEvent
from payments_hub.contracts.receipt_v1 import RECEIPT_SCHEMA, RECEIPT_TYPE, ReceiptV1
from payments_hub.contracts.slice_v1 import SLICE_SCHEMA, SliceEvent

HUB_SOURCE: Final = "urn:hp:hub"
"""The `source` of the events that the hub itself sends."""


def structured_event(event: SliceEvent) -> dict[str, object]:
    """Write a slice as a CloudEvent in structured mode: plain values, ready for JSON, defaults filled in."""
    way: dict[str, object | None] = {
        "subject": event.subject,
        "partitionkey": event.partition_key,
        "datacontenttype": "application/json",
        "dataschema": event.data_schema or SLICE_SCHEMA,
    }
    return {name: value for name, value in way.items() if value is not None} | canonical_event(event)


def structured_bytes(event: SliceEvent) -> bytes:
    """Write a slice as the bytes of a structured CloudEvent."""
    return orjson.dumps(structured_event(event))


def manifest_bytes(event: ManifestEvent) -> bytes:
    """Write a manifest as the bytes of a structured CloudEvent, as a partner would send it."""
    way = {"datacontenttype": "application/json", "dataschema": MANIFEST_SCHEMA}
    return orjson.dumps(way | canonical_manifest(event))


def receipt_event(receipt: ReceiptV1) -> dict[str, object]:
    """Write a receipt as a CloudEvent in structured mode; its id is the receipt's, by which readers know a repeat."""
    return {
        "specversion": "1.0",
        "id": receipt.id,
        "source": HUB_SOURCE,
        "type": RECEIPT_TYPE,
        "time": canonical_time(receipt.issued_at),
        "datacontenttype": "application/json",
        "dataschema": RECEIPT_SCHEMA,
        "partitionkey": receipt_partition_key(receipt),
        "data": receipt.model_dump(mode="json"),
    }


def receipt_bytes(receipt: ReceiptV1) -> bytes:
    """Write a receipt as the bytes of a structured CloudEvent."""
    return orjson.dumps(receipt_event(receipt))


def receipt_partition_key(receipt: ReceiptV1) -> str:
    """Tell the key of a receipt's record: that of the slice it is about, else its own id."""
    slice_key = (receipt.partner, receipt.key.flow, receipt.key.site, receipt.key.period)
    return receipt.id if None in slice_key else "|".join(part or "" for part in slice_key)
