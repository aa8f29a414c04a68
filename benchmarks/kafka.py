"""The same feed over a real Kafka: from the moment it can be read there until the hub's database holds it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kafka import KafkaProducer

from benchmarks.feeds import Feed
from consumers.topics import topic_of
from payments_hub.cli.broker import Broker
from payments_hub.cli.processes import Part, Running, running
from payments_hub.ingest.batches import STRUCTURED
from payments_hub.store.offsets import FeedState, read_position, read_statuses
from payments_hub.store.partners import all_partners
from payments_hub.store.session import Database

_HEADERS = [("content-type", STRUCTURED.encode("ascii"))]
_LOOK_SECONDS = 0.02
_PATIENCE_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Pipe:
    """A broker with every partner's topic, and one worker that reads them; lent by `flowing`."""

    database: Database
    servers: str
    worker: Running

    def send(self, feed: Feed) -> float:
        """
        Send a feed and tell how many seconds the worker took for it.

        It is sent in one transaction of Kafka's: nothing of it can be read before it is all there, so what sending
        costs is not counted, and the worker begins with all of it before it.
        """
        with _producing(self.servers, feed.partner) as producer:
            producer.begin_transaction()
            for body in feed.bodies:
                producer.send(topic_of(feed.partner), body, headers=_HEADERS)
            producer.flush(timeout=_PATIENCE_SECONDS)
            begin = time.perf_counter()
            producer.commit_transaction()
        self.wait(lambda: self._position(feed) >= len(feed.bodies))
        return time.perf_counter() - begin

    def wait(self, holds: Callable[[], bool]) -> None:
        """Wait for a condition, as long as the worker lives."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not holds():
            self.worker.check()
            if time.monotonic() > deadline:
                raise TimeoutError(f"The worker was not done after {_PATIENCE_SECONDS} s.")
            time.sleep(_LOOK_SECONDS)

    def reads(self, topics: Sequence[str]) -> bool:
        """Tell whether the worker waits for records of all these topics."""
        with self.database.transaction() as session:
            reading = {status.topic for status in read_statuses(session) if status.state is FeedState.READING}
        return reading.issuperset(topics)

    def _position(self, feed: Feed) -> int:
        with self.database.transaction() as session:
            return read_position(session, topic_of(feed.partner), 0) or 0


@contextmanager
def flowing(broker: Broker, database: Database, environment: dict[str, str]) -> Iterator[Pipe]:
    """Start a broker, make every partner's topic and start a worker; stop both at the end."""
    try:
        servers = broker.start()
        surroundings = {**environment, "PAYMENTS_HUB_KAFKA_SERVERS": servers}
        broker.make_topics(surroundings)
        worker = Part("consumers", (sys.executable, "-m", "consumers", "run"))
        with running([worker], surroundings) as group:
            pipe = Pipe(database, servers, group)
            with database.transaction() as session:
                partners = [partner.code for _, partner in all_partners(session)]
            pipe.wait(lambda: pipe.reads([topic_of(partner) for partner in partners]))
            yield pipe
    finally:
        broker.stop()


@contextmanager
def _producing(servers: str, name: str) -> Iterator[Any]:
    producer = KafkaProducer(
        bootstrap_servers=servers,
        transactional_id=name,
        allow_auto_create_topics=False,
        linger_ms=5,
        batch_size=1 << 18,
    )
    try:
        producer.init_transactions()
        yield producer
    finally:
        producer.close(timeout=5)
