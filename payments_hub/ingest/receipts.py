"""The receipt that goes back to the partner, from what became of a message."""

from __future__ import annotations

from payments_hub.contracts.codes import RULES_VERSION
from payments_hub.contracts.receipt_v1 import DeliveryV1, FindingV1, ReceiptV1, SliceKeyV1
from payments_hub.ingest.book import Outcome


def receipt_of(outcome: Outcome) -> ReceiptV1:
    """Write the receipt of one delivery."""
    arrival, decoded, earlier = outcome.message.arrival, outcome.message.decoded, outcome.message.earlier
    key = decoded.key
    return ReceiptV1(
        id=outcome.receipt_id,
        issued_at=outcome.issued_at,
        verdict=outcome.verdict,
        partner=arrival.partner,
        delivery=DeliveryV1(
            transport=arrival.transport,
            position=arrival.position,
            received_at=arrival.received_at,
            bytes_sha256=decoded.bytes_sha256.hex(),
            byte_count=decoded.byte_count,
        ),
        source=key.source,
        event_id=key.event_id,
        key=SliceKeyV1(flow=key.flow, site=key.site, period=key.period, revision=key.revision),
        known_at=outcome.known_at,
        first_receipt=outcome.first_receipt_id,
        cause=outcome.message.cause,
        previous_receipt=earlier and earlier.receipt_id,
        replay=earlier and earlier.replay_id,
        current_revision=outcome.current_revision,
        rules_version=RULES_VERSION,
        findings=tuple(FindingV1.of(finding) for finding in outcome.findings),
        has_more_findings=decoded.has_more_findings,
        simulated=outcome.message.partner.is_simulated,
    )
