"""Workers in threads and in processes, and a producer, for tests of the consumers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from kafka import KafkaProducer
from sqlalchemy import text

from consumers.batch import Accept, Checkpoint
from consumers.broker import Broker, KafkaBroker
from consumers.loop import Worker
from consumers.settings import ConsumerSettings
from consumers.shutdown import Shutdown
from payments_hub.ingest.accept import accept
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.kernel.clock import Clock, SystemClock
from payments_hub.store.offsets import FeedState, FeedStatus, read_position, read_statuses
from payments_hub.store.session import Database
from tests.support import ledger
from tests.support.repository import ROOT


@contextmanager
def running(worker: Worker) -> Iterator[Worker]:
    """Run a worker in a thread of its own for a while."""
    thread = threading.Thread(target=worker.run, name="worker")
    thread.start()
    try:
        yield worker
    finally:
        worker.stop.request()
        thread.join()
        worker.stop.close()


def ledger_worker(database: Database, servers: str, topics: Callable[[], Sequence[str]]) -> Worker:
    """Build a worker that reads topics of a real Kafka into the ledger and looks around often."""
    return hub_worker(
        lambda: KafkaBroker(ConsumerSettings((servers,))), Checkpoint(database, ledger.record, SystemClock()), topics
    )


def hub_worker(
    connect: Callable[[], Broker], checkpoint: Checkpoint, topics: Callable[[], Sequence[str]], **options: Any
) -> Worker:
    """Build a worker with a given checkpoint that looks around often."""
    return Worker(
        connect=connect,
        topics=lambda _session: frozenset(topics()),
        checkpoint=checkpoint,
        stop=Shutdown(),
        look_around_seconds=0.3,
        **options,
    )


def accepting(references: ReferenceCache, clock: Clock) -> Accept:
    """Judge arrivals as the hub does, at a clock of the test's."""
    return lambda session, arrivals: accept(session, arrivals, reference=references.current(session), clock=clock)


@contextmanager
def producing(servers: str, **options: Any) -> Iterator[Any]:
    """Lend a producer whose every record is there when the block ends."""
    producer = KafkaProducer(bootstrap_servers=servers, allow_auto_create_topics=False, **options)
    try:
        yield producer
        producer.flush(timeout=20)
    finally:
        producer.close(timeout=5)


def produce(servers: str, topic: str, values: Sequence[bytes], **options: Any) -> None:
    """Send values to a topic, in order."""
    with producing(servers, linger_ms=5, **options) as producer:
        for value in values:
            producer.send(topic, value)


def stored_position(database: Database, topic: str) -> int | None:
    """Read where a feed stands."""
    with database.transaction() as session:
        return read_position(session, topic, 0)


def status(database: Database, topic: str) -> FeedStatus | None:
    """Read what the workers last said of a feed."""
    with database.transaction() as session:
        return next((one for one in read_statuses(session) if one.topic == topic), None)


def reported_state(database: Database, topic: str) -> FeedState | None:
    """Read in which state the workers last called a feed."""
    reported = status(database, topic)
    return None if reported is None else reported.state


def open_transactions(database: Database) -> int:
    """Count the transactions that a worker process has left open."""
    with database.transaction() as session:
        found = session.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'"
            )
        )
        return int(found.scalar_one())


class WorkerProcess:
    """
    A worker in a process of its own, with its log in a file; owned by one test.

    It is tests.support.worker, or the program of that folder that the orders name.
    """

    def __init__(
        self, database: Database, servers: str, topics: Sequence[str], log: Path, orders: Mapping[str, object]
    ) -> None:
        everything = {
            "database_url": database.engine.url.render_as_string(hide_password=False),
            "servers": servers,
            "topics": list(topics),
            **orders,
        }
        self.log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(  # noqa: S603  our own programs
                [sys.executable, "-W", "ignore", "-m", f"tests.support.{orders.get('program', 'worker')}"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stderr=file,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
        if self.process.stdin is None:
            raise RuntimeError("the worker has no standard input")
        self.process.stdin.write(json.dumps(everything).encode())
        self.process.stdin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def events(self, name: str) -> list[dict[str, Any]]:
        """Read the log lines of one event."""
        found = [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]
        return [line for line in found if line["event"] == name]

    def is_stopped(self) -> bool:
        """Tell whether the process has stopped itself."""
        state = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2][:1]
        return state == "T"
