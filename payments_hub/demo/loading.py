"""Puts the simulated city into a hub: its places and partners, then every message by the way all messages take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from sqlalchemy.orm import Session

from payments_hub.demo.city import City
from payments_hub.demo.messages import Message
from payments_hub.demo.profiles import SITE_OPERATOR
from payments_hub.demo.slices import CURRENCY
from payments_hub.domain.geography import load_schemes
from payments_hub.domain.verdicts import Verdict
from payments_hub.ingest.arrivals import Arrival, Transport
from payments_hub.ingest.batches import STRUCTURED, accept_all
from payments_hub.kernel.clock import Clock
from payments_hub.store.consumer_workers import move_to_group
from payments_hub.store.partners import Partner, save_obligations, save_partner
from payments_hub.store.places import refresh_reach, save_scheme, save_site
from payments_hub.store.session import Database

_APART = "banks-and-wallets"


def register_city(session: Session, city: City) -> None:
    """
    Save the area schemes, the sites, the partners (each marked as simulated) and what they owe.

    Those of the sites are read by one worker, the others by another: what ends the one leaves the other alone.
    """
    for data in load_schemes():
        save_scheme(session, data)
    for site in city.sites:
        save_site(session, site)
    for found in city.partners:
        partner = Partner(found.code, found.name_vi, found.name_en, CURRENCY, simulated=found.simulated)
        save_partner(session, partner, now=city.now)
        if found.kind != SITE_OPERATOR:
            move_to_group(session, found.code, _APART)
    save_obligations(session, city.obligations)
    refresh_reach(session)


def load_messages(database: Database, messages: Iterable[Message], *, clock: Clock) -> Counter[Verdict]:
    """
    Take messages in, in their order.

    Args:
        database: A hub in which the city was registered.
        messages: Of any partners; each partner's in the order of sending.
        clock: Tells when they arrive; what was known when follows the messages' own times.

    Returns:
        How often each verdict was given.

    """
    return accept_all(database, _arrivals(messages, clock), clock=clock)


def _arrivals(messages: Iterable[Message], clock: Clock) -> Iterator[Arrival]:
    for number, message in enumerate(messages):
        position = f"simulated-city:{message.event_id}:{number}"
        yield Arrival(message.partner, Transport.FILE, position, message.body, (), STRUCTURED, clock.now())
