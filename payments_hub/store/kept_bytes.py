"""Messages whose raw bytes are kept, because they were rejected or are held: as they came, and what was answered."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

_KEPT = """
SELECT delivery.id AS delivery_id, partner.code AS partner, delivery.transport, delivery.position, delivery.received_at,
       delivery.byte_count, kept.body, {truncated} AS truncated, kept.headers, kept.content_type,
       receipt.id AS receipt_id, receipt.verdict, receipt.cause, receipt.findings
FROM {table} AS kept
JOIN delivery ON delivery.id = kept.delivery_id
JOIN partner ON partner.id = delivery.partner_id
JOIN receipt ON receipt.delivery_id = delivery.id
    AND NOT EXISTS (SELECT FROM receipt AS later WHERE later.previous_id = receipt.id)
WHERE kept.delivery_id = ANY (:deliveries) AND {condition}
ORDER BY kept.delivery_id
{lock}
"""
_HELD = text(
    _KEPT.format(
        table="held_slice", truncated="false", condition="kept.decided_at IS NULL", lock="FOR NO KEY UPDATE OF kept"
    )
)
_QUARANTINED = text(_KEPT.format(table="quarantine", truncated="kept.truncated", condition="true", lock=""))
_HELD_PARTNERS = text("SELECT DISTINCT partner_id FROM held_slice WHERE delivery_id = ANY (:deliveries)")
_PARTNERS = text("SELECT DISTINCT partner_id FROM delivery WHERE id = ANY (:deliveries)")
_IN_QUARANTINE = text("SELECT delivery_id FROM quarantine WHERE delivery_id = ANY (:deliveries)")


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """
    One delivery with the bytes that are kept of it, and its latest answer.

    Args:
        partner: Code of the partner that it came from.
        byte_count: How long the message was.
        body: None for a record without a value, and when the bytes were kept long enough and are gone.
        truncated: True if only the beginning of an oversize message is there.
        receipt_id: Its latest receipt, with its verdict, cause and findings as they are stored.

    """

    delivery_id: int
    partner: str
    transport: str
    position: str
    received_at: datetime
    byte_count: int
    body: bytes | None
    truncated: bool
    headers: tuple[tuple[str, bytes | None], ...]
    content_type: str | None
    receipt_id: str
    verdict: str
    cause: str
    findings: tuple[Mapping[str, Any], ...]


def held_messages(session: Session, deliveries: Collection[int]) -> list[KeptMessage]:
    """
    Read held slices that nobody has decided on, in the order in which they came.

    Their rows stay locked until the transaction ends: of two officers who decide at once, one finds nothing left.
    """
    return [_kept(row) for row in session.execute(_HELD, {"deliveries": list(deliveries)}).mappings()]


def quarantined_messages(session: Session, deliveries: Collection[int]) -> list[KeptMessage]:
    """Read messages that were once rejected, whatever was answered since, in the order in which they came."""
    return [_kept(row) for row in session.execute(_QUARANTINED, {"deliveries": list(deliveries)}).mappings()]


def rejected_before(session: Session, deliveries: Collection[int]) -> set[int]:
    """Tell which deliveries lie in quarantine already: they were rejected once, and held when they were replayed."""
    return set(session.scalars(_IN_QUARANTINE, {"deliveries": list(deliveries)}))


def partners_of_held(session: Session, deliveries: Collection[int]) -> set[int]:
    """Tell the numbers of the partners whose deliveries were held."""
    return set(session.scalars(_HELD_PARTNERS, {"deliveries": list(deliveries)}))


def partners_of(session: Session, deliveries: Collection[int]) -> set[int]:
    """Tell the numbers of the partners that deliveries came from."""
    return set(session.scalars(_PARTNERS, {"deliveries": list(deliveries)}))


def _kept(row: RowMapping) -> KeptMessage:
    values = dict(row)
    values["body"] = None if row["body"] is None else bytes(row["body"])
    values["headers"] = sent_headers(row["headers"])
    values["findings"] = tuple(row["findings"])
    return KeptMessage(**values)


def sent_headers(kept: Sequence[Sequence[str | None]]) -> tuple[tuple[str, bytes | None], ...]:
    """Take headers out of the form in which they are kept: values in base 64."""
    return tuple((name or "", None if value is None else base64.b64decode(value)) for name, value in kept)
