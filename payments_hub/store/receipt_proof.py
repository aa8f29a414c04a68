"""What is known of bytes, of an event and of a content: by their hashes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from payments_hub.contracts.slice_v1 import SliceEvent

_KNOWN = """
SELECT delivery.id AS delivery_id, delivery.bytes_sha256, receipt.id AS receipt_id, receipt.verdict,
       partner.code AS partner, delivery.transport, delivery.position, delivery.received_at, receipt.event_id
FROM delivery
JOIN receipt ON receipt.delivery_id = delivery.id
    AND NOT EXISTS (SELECT FROM receipt AS later WHERE later.previous_id = receipt.id)
JOIN partner ON partner.id = delivery.partner_id
{joined}
WHERE {condition}
ORDER BY delivery.id
"""
_BY_BYTES = text(_KNOWN.format(joined="", condition="delivery.bytes_sha256 = ANY (:hashes)"))
_BY_EVENT = text(
    _KNOWN.format(
        joined="JOIN seen_event AS seen ON seen.receipt_id = receipt.id OR seen.receipt_id = receipt.previous_id",
        condition="seen.partner_id = partner.id AND partner.code = :partner AND seen.event_id = :event",
    )
)
_BY_CONTENT = text(
    _KNOWN.format(
        joined="JOIN slice_revision AS revision ON revision.delivery_id = delivery.id"
        " JOIN place ON place.id = revision.place_id",
        condition="partner.code = :partner AND revision.flow = :flow AND place.code = :site"
        " AND revision.frequency = :frequency AND revision.start = :start AND revision.content_sha256 = :content",
    )
)
_SEEN_HASH = text(
    "SELECT event_sha256 FROM seen_event JOIN partner ON partner.id = seen_event.partner_id"
    " WHERE partner.code = :partner AND event_id = :event"
)


@dataclass(frozen=True, slots=True)
class KnownDelivery:
    """One delivery, with the receipt of it that holds."""

    delivery_id: int
    bytes_sha256: bytes
    receipt_id: str
    verdict: str
    partner: str
    transport: str
    position: str
    received_at: datetime
    event_id: str | None


def deliveries_of_bytes(session: Session, hashes: Collection[bytes]) -> list[KnownDelivery]:
    """Find every delivery whose bytes have one of the hashes, in the order in which they came."""
    return [_known(row) for row in session.execute(_BY_BYTES, {"hashes": list(hashes)})]


def deliveries_of_event(session: Session, partner: str, event_id: str) -> list[KnownDelivery]:
    """Find the delivery that first used an event id of a partner, unless it was rejected."""
    return [_known(row) for row in session.execute(_BY_EVENT, {"partner": partner, "event": event_id})]


def seen_event_hash(session: Session, partner: str, event_id: str) -> bytes | None:
    """Read the hash of the event that first used an id, unless it was rejected."""
    found = session.scalar(_SEEN_HASH, {"partner": partner, "event": event_id})
    return None if found is None else bytes(found)


def deliveries_of_content(session: Session, partner: str, event: SliceEvent, content: bytes) -> list[KnownDelivery]:
    """Find the recorded deliveries of an event's slice that have a content."""
    asked = {
        "partner": partner,
        "flow": event.flow,
        "site": event.site,
        "frequency": event.period.frequency.value,
        "start": event.period.start,
        "content": content,
    }
    return [_known(row) for row in session.execute(_BY_CONTENT, asked)]


def _known(row: Row[tuple[object, ...]]) -> KnownDelivery:
    values = dict(row._mapping)  # noqa: SLF001  SQLAlchemy's public name for a row's mapping
    return KnownDelivery(**(values | {"bytes_sha256": bytes(values["bytes_sha256"])}))
