"""Publishers in threads, and what stands on a receipts topic, for tests of publishing."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import text

from consumers.broker import KafkaSender
from consumers.publishing import Publisher
from consumers.settings import ConsumerSettings
from consumers.shutdown import Shutdown
from consumers.topics import receipts_topic_of
from payments_hub.ingest.accept import accept
from payments_hub.ingest.arrivals import Arrival
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.kernel.clock import SystemClock
from payments_hub.store.session import Database
from tests.support.hub import arrival


@dataclass(frozen=True, slots=True)
class Published:
    """One record of a receipts topic."""

    key: bytes
    headers: tuple[tuple[str, bytes], ...]
    event: dict[str, Any]

    @property
    def receipt(self) -> str:
        """Name the receipt."""
        return str(self.event["id"])


def publisher(database: Database, servers: str, partners: Sequence[str]) -> Publisher:
    """Build a publisher that looks around often."""
    return Publisher(
        connect=lambda: KafkaSender(ConsumerSettings((servers,))),
        database=database,
        partners=lambda _session: frozenset(partners),
        clock=SystemClock(),
        stop=Shutdown(),
        look_around_seconds=0.3,
    )


@contextmanager
def publishing(made: Publisher) -> Iterator[Publisher]:
    """Run a publisher in a thread of its own for a while."""
    thread = threading.Thread(target=made.run, name="publisher")
    thread.start()
    try:
        yield made
    finally:
        made.stop.request()
        thread.join()
        made.stop.close()


def take_in(database: Database, partner: str, bodies: Sequence[bytes]) -> list[str]:
    """Take messages in, each in a transaction of its own as over HTTP, and tell the ids of their receipts."""
    made: list[str] = []
    references, clock = ReferenceCache(), SystemClock()
    for body in bodies:
        with database.transaction() as session:
            one: Arrival = arrival(body, partner=partner, received_at=clock.now())
            receipts = accept(session, [one], reference=references.current(session), clock=clock)
        made += [receipt.id for receipt in receipts]
    return made


def published(servers: str, partner: str) -> list[Published]:
    """Read a partner's receipts topic from its beginning to its present end."""
    place = TopicPartition(receipts_topic_of(partner), 0)
    consumer: Any = KafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False, allow_auto_create_topics=False)
    found: list[Published] = []
    try:
        consumer.assign([place])
        consumer.seek_to_beginning(place)
        end = consumer.end_offsets([place])[place]
        while consumer.position(place) < end:
            for records in consumer.poll(timeout_ms=500).values():
                found += [Published(one.key, tuple(one.headers), json.loads(one.value)) for one in records]
    finally:
        consumer.close()
    return found


def receipts_of(servers: str, partner: str) -> list[str]:
    """List the ids on a partner's receipts topic, repeats included."""
    return [one.receipt for one in published(servers, partner)]


def each_once(ids: Sequence[str]) -> list[str]:
    """Leave repeats out, as readers do."""
    return list(dict.fromkeys(ids))


def written(database: Database, partner: str) -> list[str]:
    """List a partner's receipts as the hub wrote them, in their order."""
    asked = (
        "SELECT receipt.id FROM receipt JOIN partner ON partner.id = partner_id WHERE code = :partner ORDER BY number"
    )
    with database.transaction() as session:
        return list(session.scalars(text(asked), {"partner": partner}))


def waiting(database: Database) -> int:
    """Count what waits in the outbox."""
    with database.transaction() as session:
        return int(session.execute(text("SELECT count(*) FROM receipt_outbox")).scalar_one())


def nothing_waits(database: Database) -> Callable[[], bool]:
    """Ask whether the outbox is empty."""
    return lambda: waiting(database) == 0
