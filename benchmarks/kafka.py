"""Feeds over a real Kafka: from the moment they can be read there until the hub's database holds them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient

from benchmarks.cost import Cost, Trees
from benchmarks.feeds import Feed
from benchmarks.ingest import cells_of
from benchmarks.stage import ROOT, Stage
from consumers.topics import topic_of
from payments_hub.cli.broker import Broker
from payments_hub.cli.processes import Part, Running, running
from payments_hub.ingest.batches import STRUCTURED
from payments_hub.store.offsets import FeedState, read_statuses
from payments_hub.store.partners import all_partners

HEADERS = [("content-type", STRUCTURED.encode("ascii"))]
"""What a partner's client sends along with each message."""

_LOOK_SECONDS = 0.02
_START_SECONDS = 90
_PATIENCE_SECONDS = 300
# A transaction's own mark at the end of a log is no message.
_STORED = """
SELECT coalesce(sum(least(next_offset, sent)), 0)::bigint
FROM feed_offset JOIN unnest(%s::text[], %s::bigint[]) AS feed (topic, sent) USING (topic)
"""


@dataclass(frozen=True, slots=True)
class Pipe:
    """A broker with every partner's topic, and a worker for each group of feeds; lent by `flowing`."""

    stage: Stage
    servers: str
    supervisor: Running
    connection: psycopg.Connection[tuple[Any, ...]]

    @property
    def workers(self) -> Trees:
        """Name the processes that read the feeds."""
        return Trees([process.pid for process in self.supervisor.processes.values()])

    def send(self, feeds: Sequence[Feed]) -> Cost:
        """
        Send feeds and tell what the workers and the database needed for them.

        Each is sent in one transaction of Kafka's: nothing of it can be read before it is all there, so what sending
        costs is not counted, and the workers begin with all of it before them.
        """
        counted = self.workers.and_of(self.stage.server)
        with ExitStack() as stack:
            producers = [stack.enter_context(_transaction(self.servers, feed)) for feed in feeds]
            work, begin = counted.cpu_seconds(), time.perf_counter()
            for producer in producers:
                producer.commit_transaction()
            self.wait(lambda: self.stored(feeds) >= sum(len(feed.bodies) for feed in feeds))
            return Cost(cells_of(feeds), time.perf_counter() - begin, counted.cpu_seconds() - work)

    def stored(self, feeds: Sequence[Feed]) -> int:
        """Count the messages of feeds that the hub holds."""
        topics, sent = [topic_of(feed.partner) for feed in feeds], [len(feed.bodies) for feed in feeds]
        row = self.connection.execute(_STORED, [topics, sent]).fetchone()
        return row[0] if row else 0

    def wait(self, holds: Callable[[], bool], seconds: float = _PATIENCE_SECONDS) -> None:
        """Wait for a condition, as long as the supervisor lives."""
        deadline = time.monotonic() + seconds
        while not holds():
            self.supervisor.check()
            if time.monotonic() > deadline:
                raise TimeoutError(f"The workers were not done after {seconds:.0f} s: {self._standing()}")
            time.sleep(_LOOK_SECONDS)

    def reads(self, topics: Sequence[str]) -> bool:
        """Tell whether the workers wait for records of all these topics."""
        with self.stage.hub.database.transaction() as session:
            reading = {status.topic for status in read_statuses(session) if status.state is FeedState.READING}
        return reading.issuperset(topics)

    def _standing(self) -> str:
        """Say which feeds stand still and why."""
        with self.stage.hub.database.transaction() as session:
            still = [status for status in read_statuses(session) if status.state is not FeedState.READING]
        return "; ".join(f"{status.topic} {status.state} {status.detail}" for status in still) or "every feed is read"


@contextmanager
def flowing(stage: Stage) -> Iterator[Pipe]:
    """Start a broker, make every partner's topic and start the workers; stop them at the end."""
    broker = broker_in(stage.folder)
    try:
        servers = broker.start()
        surroundings = {**stage.environment, "PAYMENTS_HUB_KAFKA_SERVERS": servers}
        broker.make_topics(surroundings)
        run = Part("consumers", (sys.executable, "-m", "consumers", "run"))
        with psycopg.connect(stage.url, autocommit=True) as connection, running([run], surroundings) as group:
            pipe = Pipe(stage, servers, group, connection)
            with stage.hub.database.transaction() as session:
                partners = [partner.code for _, partner in all_partners(session)]
            pipe.wait(lambda: pipe.reads([topic_of(partner) for partner in partners]), _START_SECONDS)
            yield pipe
    finally:
        broker.stop()


def broker_in(folder: Path) -> Broker:
    """Name the broker of a folder; its jars stay beside the project for the next run."""
    return Broker(folder / "kafka", ROOT / "var")


@contextmanager
def producing(servers: str, **options: Any) -> Iterator[Any]:
    """Lend a producer that fills its batches."""
    producer = KafkaProducer(
        bootstrap_servers=servers, allow_auto_create_topics=False, linger_ms=5, batch_size=1 << 18, **options
    )
    try:
        yield producer
    finally:
        producer.close(timeout=5)


def make_topic(servers: str, topic: str) -> None:
    """Make a topic of one partition that no partner has."""
    admin = KafkaAdminClient(bootstrap_servers=servers)
    try:
        admin.create_topics({topic: {"num_partitions": 1}}, wait_for_metadata=True)
    finally:
        admin.close()


@contextmanager
def _transaction(servers: str, feed: Feed) -> Iterator[Any]:
    """Send all of a feed, and lend the producer, which has its transaction still open."""
    with producing(servers, transactional_id=feed.partner) as producer:
        producer.init_transactions()
        producer.begin_transaction()
        for body in feed.bodies:
            producer.send(topic_of(feed.partner), body, headers=HEADERS)
        producer.flush(timeout=_PATIENCE_SECONDS)
        yield producer
