"""A message that names another partner's source is a security event, whatever way it came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.security_events import Kind, SecurityEvent
from payments_hub.ingest.arrivals import Arrival
from payments_hub.store.security_events import add

_CODE = "E1101"


def keep_foreign_sources(
    session: Session, arrivals: Sequence[Arrival], receipts: Sequence[ReceiptV1], now: datetime
) -> None:
    """
    Keep one event for each partner of this transaction whose messages named another's source.

    It is written with the receipts, which tell of each message: a rejection undoes nothing. In a second that has one
    of this partner's already, the receipts alone tell.
    """
    foreign: dict[str, list[Arrival]] = {}
    for arrival, receipt in zip(arrivals, receipts, strict=True):
        if any(finding.code == _CODE for finding in receipt.findings):
            foreign.setdefault(arrival.partner, []).append(arrival)
    for partner, theirs in sorted(foreign.items()):
        first = theirs[0]
        event = SecurityEvent(
            Kind.FOREIGN_SOURCE,
            actor=f"partner:{partner}",
            partner=partner,
            endpoint=first.transport.value,
            request_id=first.position,
            folded=len(theirs) - 1,
        )
        add(session, event, now)
