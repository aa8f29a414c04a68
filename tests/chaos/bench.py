"""What scenarios work with: a broker, a database server, hubs, workers, and a clock of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from numpy.random import Generator

from payments_hub.store.session import Database
from tests.chaos.broker import Kafka
from tests.chaos.database import Server
from tests.chaos.numbered import Stored, amount_of, make_city, next_offset, numbered, stored
from tests.chaos.outcome import Outcome
from tests.chaos.worker import Worker
from tests.support.consuming import produce
from tests.support.waiting import wait_until


@dataclass(slots=True)
class Hub:
    """A hub of one scenario, with its partners and their topics."""

    database: Database
    partners: tuple[str, ...]

    @property
    def topics(self) -> tuple[str, ...]:
        """Name the partners' topics."""
        return tuple(f"feeds.{partner}" for partner in self.partners)

    def stored(self) -> Stored:
        """Count what it has."""
        return stored(self.database, self.partners)

    def wait_for(self, offset: int, *, seconds: float = 120) -> None:
        """Wait until the feeds stand at an offset, added up."""
        wait_until(
            lambda: (next_offset(self.database, self.partners) or 0) >= offset,
            f"the feeds stand at {offset}, and not at {next_offset(self.database, self.partners)}",
            seconds=seconds,
        )


@dataclass(slots=True)
class Bench:
    """
    Everything of a run; owned by the program.

    Args:
        quick: Volumes and times are small, and prove little: for working on the bench itself.

    """

    folder: Path
    kafka: Kafka
    server: Server
    rng: Generator
    quick: bool
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def start(self) -> None:
        """Start the database's server and the broker."""
        self.server.start()
        self.kafka.prepare()
        self.kafka.start()

    @contextmanager
    def hub(self, partners: int = 1) -> Iterator[Hub]:
        """Lend a hub with partners that no other scenario has."""
        codes = tuple(f"BANK{next(self._numbers)}" for _ in range(partners))
        with self.server.hub() as database:
            make_city(database, codes)
            hub = Hub(database, codes)
            self.kafka.make_topics(hub.topics)
            yield hub

    @contextmanager
    def other_hub(self, hub: Hub) -> Iterator[Hub]:
        """Lend another hub with the partners of one."""
        with self.server.hub() as database:
            make_city(database, hub.partners)
            yield Hub(database, hub.partners)

    def worker(self, hub: Hub, topics: Sequence[str] = (), servers: str = "", **orders: object) -> Worker:
        """Start a worker on a hub's topics, into the real ledger; `database` among the orders takes another way."""
        database = orders.pop("database", hub.database)
        if not isinstance(database, Database):
            raise TypeError("a worker needs a database")
        name = f"worker{next(self._numbers)}"
        return Worker(database, servers or self.kafka.servers, topics or hub.topics, name, self.folder, **orders)

    def send(self, topic: str, numbers: Sequence[int]) -> None:
        """Send numbered records of a topic's partner."""
        partner = topic.removeprefix("feeds.")
        produce(self.kafka.servers, topic, [numbered(partner, number) for number in numbers], batch_size=100_000)

    def size(self, whole: int, quick: int) -> int:
        """Choose a volume."""
        return quick if self.quick else whole


def compare(outcome: Outcome, hub: Hub, sent: Sequence[int], *, words: str = "") -> Stored:
    """Hold what a hub has against the numbers that each of its partners sent, and add it to an outcome."""
    found = hub.stored()
    records = len(sent) * len(hub.partners)
    outcome.sent += records
    outcome.stored += found.positions
    outcome.doubled += found.deliveries - found.positions
    outcome.lost += records - found.positions
    said = f" {words}" if words else ""
    outcome.expect(found.deliveries == records, f"{found.deliveries} deliveries of {records} records{said}")
    outcome.expect(found.positions == records, f"{found.positions} different records of {records}{said}")
    outcome.expect(found.receipts == records, f"{found.receipts} receipts for {records} records{said}")
    amount = amount_of(sent) * len(hub.partners)
    outcome.expect(found.amount == amount, f"the amounts are {found.amount}, not {amount}{said}")
    return found


Run = Callable[[Bench, Outcome], None]


@dataclass(frozen=True, slots=True)
class Scenario:
    """
    One kind of trouble.

    Args:
        name: As the invariants are numbered.
        words: What is done, in a line.
        seconds: How long it may take on a busy machine; then it has failed.
        least: How many records it must have sent, or it has proved nothing.

    """

    name: str
    words: str
    seconds: int
    run: Run
    least: int = 0
