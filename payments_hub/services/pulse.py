"""Bring PhonePe Pulse's public files in: register its places, then send its slices as any partner's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from payments_hub.domain.geography import AreaSchemeData
from payments_hub.domain.verdicts import Verdict
from payments_hub.ingest.arrivals import Arrival, Transport
from payments_hub.ingest.batches import STRUCTURED, accept_all
from payments_hub.ingest.pulse import PARTNER, PULSE_SCHEME, PulseImport
from payments_hub.kernel.clock import Clock
from payments_hub.kernel.ids import new_id
from payments_hub.kernel.money import Currency
from payments_hub.store.partners import Partner, save_obligations, save_partner
from payments_hub.store.places import refresh_reach, save_scheme
from payments_hub.store.session import Database


def register_pulse(session: Session, imported: PulseImport, *, now: datetime) -> None:
    """Save the places, the partner and the quarters that the files hold; a second time brings them up to date."""
    save_scheme(session, AreaSchemeData(PULSE_SCHEME, imported.units))
    partner = Partner(PARTNER, "PhonePe Pulse", "PhonePe Pulse", Currency.INR, simulated=False)
    save_partner(session, partner, now=now)
    save_obligations(session, imported.obligations())
    refresh_reach(session)


def send_pulse(database: Database, imported: PulseImport, *, clock: Clock) -> Counter[Verdict]:
    """
    Send the slices; the same files again are duplicates, and known is what they say from the day of their import.

    Returns:
        How often each verdict was given.

    """
    return accept_all(database, _arrivals(imported, clock), clock=clock)


def _arrivals(imported: PulseImport, clock: Clock) -> Iterator[Arrival]:
    run = new_id(clock.now())
    for number, message in enumerate(imported.messages()):
        yield Arrival(PARTNER, Transport.FILE, f"{run}:{number}", message.body, (), STRUCTURED, clock.now())
