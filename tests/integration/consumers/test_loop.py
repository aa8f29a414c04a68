"""The loop on a Kafka in memory and a real database: faults of ours leave nothing out, and hold up no other feed."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consumers.batch import Accept, Checkpoint, Edge, no_failpoint
from consumers.loop import Worker
from consumers.shutdown import Shutdown
from consumers.topics import Feed
from payments_hub.ingest.arrivals import Arrival
from payments_hub.kernel.clock import SystemClock
from payments_hub.store.offsets import FeedState, advance
from payments_hub.store.session import Database
from tests.support import ledger
from tests.support.consuming import reported_state, running, status, stored_position
from tests.support.fake_broker import FakeKafka
from tests.support.waiting import wait_until

pytestmark = pytest.mark.database

ONE, OTHER = Feed("feeds.ONE", 0), Feed("feeds.OTHER", 0)


@pytest.fixture
def ledger_database(database: Database) -> Database:
    """Lend a database that has the ledger as well."""
    ledger.make_ledger(database)
    return database


def worker(
    database: Database,
    kafka: FakeKafka,
    accept: Accept = ledger.record,
    failpoint: Callable[[Edge], None] = no_failpoint,
) -> Worker:
    return Worker(
        connect=kafka.connect,
        topics=lambda _session: {ONE.topic, OTHER.topic},
        checkpoint=Checkpoint(database, accept, SystemClock(), failpoint=failpoint),
        stop=Shutdown(),
        look_around_seconds=0.05,
    )


def read_to(database: Database, feed: Feed, position: int) -> Callable[[], bool]:
    return lambda: stored_position(database, feed.topic) == position


def test_records_and_position_are_stored_together_and_kafka_is_told(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a", None, b"c"]})

    with running(worker(ledger_database, kafka)):
        wait_until(read_to(ledger_database, ONE, 3), "the feed is read")
        wait_until(lambda: kafka.reports == {ONE: 3}, "Kafka is told")

    assert ledger.bodies(ledger_database, "ONE") == [b"a", None, b"c"]


def test_a_fault_out_of_a_poll_ends_the_connection_and_the_next_one_continues(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a", b"b"]}, faults=[ValueError("a byte fell over"), OSError("reset")])

    with running(worker(ledger_database, kafka)):
        wait_until(read_to(ledger_database, ONE, 2), "the feed is read")

    assert (kafka.connections, ledger.bodies(ledger_database, "ONE")) == (3, [b"a", b"b"])


def test_a_fault_of_ours_is_tried_again_and_leaves_nothing_out(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a", b"b"]})
    accept = FailsFirst(3)

    with running(worker(ledger_database, kafka, accept)):
        wait_until(read_to(ledger_database, ONE, 2), "the feed is read in the end")

    assert (accept.failures_left, ledger.bodies(ledger_database, "ONE")) == (0, [b"a", b"b"])


def test_a_record_that_trips_a_bug_of_ours_holds_up_none_before_it_and_no_other_feed(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a", b"b", b"bug", b"d"], OTHER: [b"x", b"y"]})

    with running(worker(ledger_database, kafka, trips_on_bug)):
        wait_until(read_to(ledger_database, ONE, 2), "what came before it is read")
        wait_until(read_to(ledger_database, OTHER, 2), "the other feed is read")
        wait_until(lambda: reported_state(ledger_database, ONE.topic) is FeedState.WAITING, "the fault is shown")

    assert ledger.bodies(ledger_database, "ONE") == [b"a", b"b"]
    assert ledger.bodies(ledger_database, "OTHER") == [b"x", b"y"]


def test_unreadable_records_block_their_feed_alone_and_what_came_before_is_read(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a", b"b", b"?"], OTHER: [b"x"]}, unreadable={ONE: 2})

    with running(worker(ledger_database, kafka)):
        wait_until(lambda: reported_state(ledger_database, ONE.topic) is FeedState.BLOCKED, "the feed is blocked")
        kafka.logs[OTHER].append(b"y")
        wait_until(read_to(ledger_database, OTHER, 2), "the other feed is read on")

    assert ledger.bodies(ledger_database, "ONE") == [b"a", b"b"]
    assert ledger.bodies(ledger_database, "OTHER") == [b"x", b"y"]


def test_a_topic_that_vanished_is_spoken_of_no_more_and_the_other_is_read_on(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a"], OTHER: [b"x"]})

    with running(worker(ledger_database, kafka)):
        wait_until(lambda: reported_state(ledger_database, ONE.topic) is FeedState.READING, "the feed is read")
        wait_until(read_to(ledger_database, OTHER, 1), "the other feed is read")
        del kafka.logs[ONE]
        wait_until(lambda: status(ledger_database, ONE.topic) is None, "its status is gone")
        kafka.logs[OTHER].append(b"y")
        wait_until(read_to(ledger_database, OTHER, 2), "the other feed is read on")

    assert ledger.bodies(ledger_database, "OTHER") == [b"x", b"y"]


def test_a_worker_that_was_fenced_continues_where_the_other_has_left_off(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a", b"b", b"c"]})

    with running(worker(ledger_database, kafka, failpoint=OtherWorkerIsQuicker(ledger_database))):
        wait_until(read_to(ledger_database, ONE, 3), "the feed is read")

    assert ledger.bodies(ledger_database, "ONE") == [b"c"]


def test_an_outage_of_the_database_is_waited_out(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a"]})

    with running(worker(ledger_database, kafka)):
        wait_until(read_to(ledger_database, ONE, 1), "the feed is read")
        with ledger_database.transaction() as session:
            session.execute(text("ALTER TABLE feed_offset RENAME TO feed_offset_away"))
        kafka.logs[ONE] += [b"b", b"c"]
        wait_until(lambda: reported_state(ledger_database, ONE.topic) is FeedState.WAITING, "the worker stands back")
        with ledger_database.transaction() as session:
            session.execute(text("ALTER TABLE feed_offset_away RENAME TO feed_offset"))
        wait_until(read_to(ledger_database, ONE, 3), "the feed is read on")

    assert ledger.bodies(ledger_database, "ONE") == [b"a", b"b", b"c"]


def test_the_status_names_the_fault_without_the_statement_that_met_it(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"bug"]})

    with running(worker(ledger_database, kafka, trips_on_bug)):
        wait_until(lambda: reported_state(ledger_database, ONE.topic) is FeedState.WAITING, "the fault is shown")
        wait_until(lambda: detail(ledger_database) not in {None, "not read yet"}, "with its words")

    assert detail(ledger_database) == "RuntimeError: a bug of ours"


class FailsFirst:
    """Records arrivals, but raises so many times first, after it has written them."""

    def __init__(self, failures: int) -> None:
        self.failures_left = failures

    def __call__(self, session: Session, arrivals: Sequence[Arrival]) -> None:
        ledger.record(session, arrivals)
        if self.failures_left:
            self.failures_left -= 1
            raise RuntimeError("a bug of ours")


def trips_on_bug(session: Session, arrivals: Sequence[Arrival]) -> None:
    ledger.record(session, arrivals)
    if any(arrival.body == b"bug" for arrival in arrivals):
        raise RuntimeError("a bug of ours\nwith a second line that holds figures")


class OtherWorkerIsQuicker:
    """Moves the position by two between the first poll and its transaction, as if it had stored two records."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.done = False

    def __call__(self, edge: Edge) -> None:
        if edge is Edge.BEFORE_TRANSACTION and not self.done:
            self.done = True
            with self.database.transaction() as session:
                advance(session, ONE.topic, 0, from_offset=0, to_offset=2)


def detail(database: Database) -> str | None:
    reported = status(database, ONE.topic)
    return None if reported is None else reported.detail
