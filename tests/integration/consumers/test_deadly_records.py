"""Records that end their reader when they are judged: each is singled out, and what comes before it is stored."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from consumers.batch import Accept
from consumers.topics import Feed
from payments_hub.ingest.arrivals import Arrival
from payments_hub.store.alerts import AlertKind
from payments_hub.store.errors import TransactionTooLongError
from payments_hub.store.feed_attempts import Attempt
from payments_hub.store.offsets import FeedState
from payments_hub.store.session import Database
from tests.support import ledger
from tests.support.consuming import reported_state, running, stored_position
from tests.support.fake_broker import FakeKafka
from tests.support.standing import alerts_of, attempts_of, quick_worker
from tests.support.waiting import wait_until

pytestmark = pytest.mark.database

ONE, OTHER = Feed("feeds.ONE", 0), Feed("feeds.OTHER", 0)


class KilledError(BaseException):
    """The end of a worker that no code of its own hears of: a watchdog's, or a signal's."""


ENDS = [MemoryError("400 MB"), KilledError("SIGSEGV")]


def deadly(end: BaseException) -> Accept:
    """Make an accept that ends the worker over one body."""

    def accept(session: Session, arrivals: Sequence[Arrival]) -> None:
        if any(arrival.body == b"bomb" for arrival in arrivals):
            raise end
        ledger.record(session, arrivals)

    return accept


def kafka_with_bomb() -> FakeKafka:
    """Make a Kafka with one record, among sound ones, that ends who judges it."""
    return FakeKafka({ONE: [b"a", b"b", b"bomb", b"c"], OTHER: [b"x"]})


def die(database: Database, kafka: FakeKafka, end: BaseException) -> None:
    """Run a worker until it dies."""
    worker = quick_worker(database, kafka, accept=deadly(end))
    with pytest.raises(type(end)):
        worker.run()
    worker.stop.close()


@pytest.mark.parametrize("end", ENDS, ids=["memory", "killed"])
def test_a_record_that_ends_who_judges_it_is_blocked_and_all_else_is_read(
    ledger_database: Database, end: BaseException
) -> None:
    kafka = kafka_with_bomb()

    for _ in range(5):  # the first reads all feeds together, the second one feed; then it goes record by record
        die(ledger_database, kafka, end)
    with running(quick_worker(ledger_database, kafka, accept=deadly(end))):
        wait_until(lambda: reported_state(ledger_database, ONE.topic) is FeedState.BLOCKED, "it is blocked")
        kafka.logs[OTHER].append(b"y")
        wait_until(lambda: stored_position(ledger_database, OTHER.topic) == 2, "the other feed is read on")

    reason = "its record at offset 2 makes the reader end: 3 workers did"
    assert alerts_of(ledger_database, AlertKind.FEED_BLOCKED) == {ONE.name: {"position": 2, "reason": reason}}
    assert ledger.bodies(ledger_database, "ONE") == [b"a", b"b"]
    assert ledger.bodies(ledger_database, "OTHER") == [b"x", b"y"]
    assert attempts_of(ledger_database, ONE.topic) == (Attempt(ONE.topic, 0, 2, 3),)


def test_without_its_note_every_worker_would_end_over_the_same_record(ledger_database: Database) -> None:
    kafka = kafka_with_bomb()

    for _ in range(7):
        die(ledger_database, kafka, ENDS[0])
        with ledger_database.transaction() as session:
            session.execute(text("DELETE FROM feed_attempt"))

    assert (stored_position(ledger_database, ONE.topic), ledger.bodies(ledger_database, "ONE")) == (0, [])


def test_a_death_that_does_not_come_again_leaves_nothing_behind(ledger_database: Database) -> None:
    kafka = kafka_with_bomb()
    for _ in range(4):
        die(ledger_database, kafka, ENDS[0])

    with running(quick_worker(ledger_database, kafka)):
        wait_until(lambda: stored_position(ledger_database, ONE.topic) == 4, "all is read")
        wait_until(lambda: attempts_of(ledger_database, ONE.topic) == (), "and no note is left")

    assert ledger.bodies(ledger_database, "ONE") == [b"a", b"b", b"bomb", b"c"]


def test_a_piece_that_takes_too_long_is_no_death_and_shrinks(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"%d" % number for number in range(200)]}, faults=[OSError("the poll")])
    sizes: list[int] = []

    with running(quick_worker(ledger_database, kafka, accept=slow_over_fifty(sizes))):
        wait_until(lambda: stored_position(ledger_database, ONE.topic) == 200, "all is read")
        wait_until(lambda: attempts_of(ledger_database, ONE.topic) == (), "and no note is left")

    assert (sizes[:3], ledger.count(ledger_database, "ONE")) == ([200, 128, 32], 200)


def test_a_worker_has_come_round_after_each_piece_that_failed(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a"] * 60, OTHER: [b"x"] * 60})
    seen: list[str] = []

    with running(quick_worker(ledger_database, kafka, accept=failing(seen), beat=lambda: seen.append("beat"))):
        wait_until(lambda: seen.count("failed") >= 2, "both have failed")

    after = [seen[number + 1] for number, what in enumerate(seen) if what == "failed"]
    assert set(after) == {"beat"}


def slow_over_fifty(sizes: list[int]) -> Accept:
    """Make an accept that has no time for more than fifty records."""

    def accept(session: Session, arrivals: Sequence[Arrival]) -> None:
        sizes.append(len(arrivals))
        if len(arrivals) > 50:
            raise TransactionTooLongError("The transaction took 30 s.")
        ledger.record(session, arrivals)

    return accept


def failing(seen: list[str]) -> Accept:
    """Make an accept that fails, and says so."""

    def accept(_session: Session, _arrivals: Sequence[Arrival]) -> None:
        seen.append("failed")
        raise TransactionTooLongError("The transaction took 30 s.")

    return accept
