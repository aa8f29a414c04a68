"""Records that end their reader: the worker that comes next finds out which they are, and reads everything else."""

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consumers.batch import Checkpoint
from consumers.feeds import STOPPED
from consumers.loop import Worker
from consumers.shutdown import Shutdown
from consumers.topics import Feed
from payments_hub.kernel.clock import SystemClock
from payments_hub.services.feed_mending import Restart, restart_feed
from payments_hub.store.alerts import AlertKind
from payments_hub.store.feed_attempts import Attempt
from payments_hub.store.offsets import FeedState, Standing
from payments_hub.store.session import Database
from tests.support import ledger
from tests.support.consuming import reported_state, running, status, stored_position
from tests.support.fake_broker import FakeKafka
from tests.support.standing import alerts_of, attempts_of, quick_worker
from tests.support.waiting import wait_until

pytestmark = pytest.mark.database

ONE, OTHER = Feed("feeds.ONE", 0), Feed("feeds.OTHER", 0)


def deadly_kafka() -> FakeKafka:
    """Make a Kafka that holds, behind two sound records, one that takes all of its reader's memory."""
    return FakeKafka(
        {ONE: [b"a", b"b", b"bomb"], OTHER: [b"x"]}, unreadable={ONE: 2}, unreadable_error=MemoryError("400 MB")
    )


def die(database: Database, kafka: FakeKafka) -> None:
    """Run a worker until it dies."""
    worker = quick_worker(database, kafka)
    with pytest.raises(MemoryError):
        worker.run()
    worker.stop.close()


def read_to(database: Database, kafka: FakeKafka, position: int) -> None:
    """Let a worker read, and end as it is asked to."""
    with running(quick_worker(database, kafka)):
        wait_until(lambda: stored_position(database, ONE.topic) == position, "it is read")
        wait_until(lambda: reported_state(database, ONE.topic) is FeedState.READING, "it is reported")


def test_a_record_that_ends_three_readers_is_left_alone_and_all_else_is_read(ledger_database: Database) -> None:
    kafka = deadly_kafka()

    for _ in range(4):  # the first of them reads its feeds together, and cannot know which one it is
        die(ledger_database, kafka)
    with running(quick_worker(ledger_database, kafka)):
        wait_until(lambda: reported_state(ledger_database, ONE.topic) is FeedState.BLOCKED, "it is blocked")
        kafka.logs[OTHER].append(b"y")
        wait_until(lambda: stored_position(ledger_database, OTHER.topic) == 2, "the other feed is read on")

    reason = "its record at offset 2 makes the reader end: 3 workers did"
    assert alerts_of(ledger_database, AlertKind.FEED_BLOCKED) == {ONE.name: {"position": 2, "reason": reason}}
    assert ledger.bodies(ledger_database, "ONE") == [b"a", b"b"]
    assert attempts_of(ledger_database, ONE.topic) == (Attempt(ONE.topic, 0, 2, 3),)


def test_without_its_memory_every_reader_would_end_over_the_same_record(ledger_database: Database) -> None:
    kafka = deadly_kafka()

    for _ in range(7):
        die(ledger_database, kafka)
        with ledger_database.transaction() as session:
            session.execute(text("DELETE FROM feed_attempt"))

    assert stored_position(ledger_database, ONE.topic) == 2


def test_once_a_person_has_said_so_the_record_is_stepped_over(ledger_database: Database) -> None:
    kafka = deadly_kafka()
    for _ in range(4):
        die(ledger_database, kafka)
    kafka.logs[ONE].append(b"after")

    with running(quick_worker(ledger_database, kafka)):
        wait_until(lambda: reported_state(ledger_database, ONE.topic) is FeedState.BLOCKED, "it is blocked")
        kafka.unreadable.clear()
        restart = Restart(ONE.topic, 0, Standing(2, None), Standing(3, None))
        with ledger_database.transaction() as session:
            restart_feed(session, restart, actor="command:test", reason="a bomb", now=SystemClock().now())
        wait_until(lambda: stored_position(ledger_database, ONE.topic) == 4, "what came after it is read")
        wait_until(lambda: not alerts_of(ledger_database, AlertKind.FEED_BLOCKED), "the alert is over")

    assert ledger.bodies(ledger_database, "ONE") == [b"a", b"b", b"after"]
    assert attempts_of(ledger_database, ONE.topic) == ()


def test_in_sound_times_no_attempt_is_written_and_the_last_word_is_an_orderly_end(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a"]})
    with ledger_database.transaction() as session:
        session.execute(text("DROP TABLE feed_attempt CASCADE"))
        session.execute(
            text(
                "CREATE TABLE feed_attempt (topic text, partition bigint, position bigint CHECK (false),"
                " deaths bigint, begun_at timestamptz)"
            )
        )

    read_to(ledger_database, kafka, 1)
    kafka.logs[ONE].append(b"more")
    read_to(ledger_database, kafka, 2)

    reported = status(ledger_database, ONE.topic)
    assert reported is not None
    assert (reported.state, reported.detail) == (FeedState.READING, STOPPED)


def test_records_that_could_not_be_read_for_a_while_are_read_when_they_can_be(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a", b"?"], OTHER: [b"x"]}, unreadable={ONE: 1})

    with running(quick_worker(ledger_database, kafka)):
        wait_until(lambda: kafka.connections > 1, "a poll has raised")
        kafka.unreadable.clear()
        wait_until(lambda: stored_position(ledger_database, ONE.topic) == 2, "the feed is read")
        wait_until(lambda: reported_state(ledger_database, ONE.topic) is FeedState.READING, "and well")

    assert attempts_of(ledger_database, ONE.topic) == ()


def test_the_worker_looks_around_between_one_suspect_and_the_next(ledger_database: Database) -> None:
    feeds = [ONE, *(Feed(f"feeds.P{number}", 0) for number in range(3))]
    kafka = FakeKafka({feed: [b"x"] for feed in feeds}, unreadable={ONE: 0}, unreadable_error=MemoryError("400 MB"))
    die(ledger_database, kafka)
    kafka.unreadable.clear()
    stored_at_looks: set[int] = set()

    def look(session: Session) -> set[str]:
        stored_at_looks.add(int(session.scalar(text("SELECT count(*) FROM ledger")) or 0))
        return {feed.topic for feed in feeds}

    checkpoint = Checkpoint(ledger_database, ledger.record, SystemClock())
    with running(Worker(kafka.connect, look, checkpoint, Shutdown(), look_around_seconds=0.0)):
        wait_until(lambda: 4 in stored_at_looks, "all is read")

    assert stored_at_looks == {0, 1, 2, 3, 4}
