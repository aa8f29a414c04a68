"""What a transport hands over: bytes, and where they came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from payments_hub.domain.verdicts import Transport
from payments_hub.store.kept_bytes import KeptMessage

__all__ = ["Arrival", "Transport"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    One message as it arrived.

    Args:
        partner: Code of the partner whose credential or topic it came by; never what the message claims.
        position: topic-partition-offset, or the request's id; names the arrival for ever.
        body: The bytes as received; None for a record without a value.
        headers: Names and values in order, repeated names kept.
        content_type: What the transport said the bytes are.

    """

    partner: str
    transport: Transport
    position: str
    body: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    content_type: str | None
    received_at: datetime


def kept_arrival(kept: KeptMessage) -> Arrival:
    """Make the arrival again of a message whose bytes were kept."""
    return Arrival(
        partner=kept.partner,
        transport=Transport(kept.transport),
        position=kept.position,
        body=kept.body,
        headers=kept.headers,
        content_type=kept.content_type,
        received_at=kept.received_at,
    )
