"""Faults of the database: the worker stands back with its connection to Kafka kept, and nothing is lost or doubled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import psycopg
import pytest
from sqlalchemy.orm import Session

from consumers.batch import Checkpoint, Edge
from consumers.broker import Polled
from consumers.topics import Feed
from payments_hub.ingest.arrivals import Arrival
from payments_hub.kernel.clock import SystemClock
from payments_hub.store.errors import DatabaseAwayError
from payments_hub.store.session import Database
from tests.support import ledger
from tests.support.consuming import running, status, stored_position
from tests.support.fake_broker import FakeKafka
from tests.support.standing import quick_worker
from tests.support.waiting import wait_until
from tests.support.worker import advance_unfenced

pytestmark = pytest.mark.database

ONE, OTHER = Feed("feeds.ONE", 0), Feed("feeds.OTHER", 0)
RECORDS: list[bytes | None] = [b"%d" % number for number in range(50)]


@dataclass(slots=True)
class LosesAnswers:
    """A failpoint behind the commit: some times the answer to it does not arrive, though all is stored."""

    edge: Edge
    times: int

    def __call__(self, edge: Edge) -> None:
        if edge is self.edge and self.times:
            self.times -= 1
            raise DatabaseAwayError("The connection broke.")


@dataclass(frozen=True, slots=True)
class TriesBlindly(Checkpoint):
    """A checkpoint as one must not be: where no answer comes it stores the same batch again, wherever the feed is."""

    def store(self, polled: Polled) -> int:
        try:
            return Checkpoint.store(self, polled)
        except DatabaseAwayError:
            return Checkpoint.store(self, polled)


@dataclass(slots=True)
class DiskIsFull:
    """Records arrivals, once there is room on the disk."""

    full: bool = True
    tries: list[int] = field(default_factory=list)

    def __call__(self, session: Session, arrivals: Sequence[Arrival]) -> None:
        self.tries.append(len(arrivals))
        ledger.record(session, arrivals)
        if self.full:
            raise psycopg.errors.DiskFull("could not extend file: No space left on device")


@pytest.mark.parametrize("edge", [Edge.AFTER_COMMIT, Edge.INSIDE_TRANSACTION])
def test_whether_a_commit_without_an_answer_counts_is_asked_and_not_guessed(
    ledger_database: Database, edge: Edge
) -> None:
    kafka = FakeKafka({ONE: list(RECORDS)}, most_records=10)

    with running(quick_worker(ledger_database, kafka, failpoint=LosesAnswers(edge, 3))):
        wait_until(lambda: stored_position(ledger_database, ONE.topic) == len(RECORDS), "the feed is read")

    assert ledger.bodies(ledger_database, "ONE") == RECORDS
    assert kafka.connections == 1


def test_a_batch_tried_again_blindly_would_be_stored_twice(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: list(RECORDS)}, most_records=10)
    worker = quick_worker(ledger_database, kafka)
    failpoint: Callable[[Edge], None] = LosesAnswers(Edge.AFTER_COMMIT, 1)
    worker.checkpoint = TriesBlindly(ledger_database, ledger.record, SystemClock(), advance_unfenced, failpoint)

    with running(worker):
        wait_until(lambda: stored_position(ledger_database, ONE.topic) == len(RECORDS), "the feed is read")

    assert ledger.count(ledger_database, "ONE") == len(RECORDS) + 10


def test_a_full_disk_lets_every_feed_wait_and_all_go_on_by_themselves(ledger_database: Database) -> None:
    kafka, accept = FakeKafka({ONE: list(RECORDS), OTHER: list(RECORDS)}), DiskIsFull()

    with running(quick_worker(ledger_database, kafka, accept)):
        wait_until(lambda: len(accept.tries) >= 3, "it was tried some times")
        wait_until(lambda: "DiskFull" in detail_of(ledger_database, OTHER), "the other feed says why it waits")
        accept.full = False
        wait_until(lambda: ledger.count(ledger_database, "ONE") == len(RECORDS), "one feed is read")
        wait_until(lambda: ledger.count(ledger_database, "OTHER") == len(RECORDS), "the other feed is read")

    assert (kafka.connections, ledger.bodies(ledger_database, "ONE")) == (1, RECORDS)


def detail_of(database: Database, feed: Feed) -> str:
    reported = status(database, feed.topic)
    return "" if reported is None else str(reported.detail)
