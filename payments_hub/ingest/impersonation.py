"""
A message that names another partner's source, or lacks its partner's signature, is a security event.

Whatever way it came: the receipts tell of each message, the event tells those who watch over the hub.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from payments_hub.domain.security_events import Kind, SecurityEvent
from payments_hub.ingest.arrivals import Arrival
from payments_hub.ingest.book import Outcome
from payments_hub.store.security_events import add

_KINDS: Mapping[str, Kind] = {"E1101": Kind.FOREIGN_SOURCE, "E1103": Kind.SIGNATURE}


def keep_impersonations(session: Session, outcomes: Sequence[Outcome], now: datetime) -> None:
    """
    Keep one event of each kind for each partner of this transaction whose messages may be somebody else's.

    It is written with the receipts: a rejection undoes nothing. In a second that has one of this partner's already,
    the receipts alone tell.
    """
    told: dict[tuple[str, Kind], list[Arrival]] = {}
    for outcome in outcomes:
        arrival = outcome.message.arrival
        for kind in {_KINDS[finding.code] for finding in outcome.findings if finding.code in _KINDS}:
            told.setdefault((arrival.partner, kind), []).append(arrival)
    for (partner, kind), theirs in sorted(told.items()):
        first = theirs[0]
        event = SecurityEvent(
            kind,
            actor=f"partner:{partner}",
            partner=partner,
            endpoint=first.transport.value,
            request_id=first.position,
            folded=len(theirs) - 1,
        )
        add(session, event, now)
