"""What a worker says of its feeds when it looks around: where they stand, and what is wrong with them."""

from dataclasses import dataclass

import pytest

from consumers.broker import Bounds
from consumers.feeds import Feeds
from consumers.looking import Surroundings
from consumers.suspending import Rejections
from consumers.topics import Feed
from payments_hub.kernel.clock import SystemClock
from payments_hub.store import suspensions
from payments_hub.store.alerts import AlertKind, raise_alert
from payments_hub.store.offsets import FeedState, start
from payments_hub.store.session import Database
from tests.support.consuming import status
from tests.support.fake_broker import FakeBroker, FakeKafka
from tests.support.small_hub import make_small_hub
from tests.support.standing import alerts_of

pytestmark = pytest.mark.database

ONE, OTHER = Feed("feeds.ONE", 0), Feed("feeds.OTHER", 0)
FAULT = "DataError: no such day"


def looking_around(database: Database, feeds: Feeds) -> Surroundings:
    """Build a worker's eyes, with nothing behind them that reads."""
    clock = SystemClock()
    return Surroundings(lambda _session: {ONE.topic, OTHER.topic}, feeds, Rejections(1), database, clock, 300.0)


def test_a_worker_that_starts_says_where_its_feeds_stand_before_it_reads_them(database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a", b"b", b"c"], OTHER: [b"x", b"y"]}, firsts={OTHER: 1})
    with database.transaction() as session:
        start(session, ONE.topic, 0, offset=3)

    looking_around(database, Feeds()).look_around(kafka.connect())

    found = [status(database, feed.topic) for feed in (ONE, OTHER)]
    assert [(one.state, one.position, one.lag) for one in found if one is not None] == [
        (FeedState.WAITING, 3, 0),
        (FeedState.WAITING, 1, 1),
    ]


def test_a_feed_that_cannot_be_stored_ten_times_in_a_row_is_told_until_it_moves(database: Database) -> None:
    kafka, feeds = FakeKafka({ONE: [b"a"], OTHER: [b"x"]}), Feeds()
    surroundings = looking_around(database, feeds)
    surroundings.look_around(kafka.connect())

    told = [look_after_fault(surroundings, kafka, feeds) for _ in range(10)]
    feeds.moved(ONE, 1)
    surroundings.look_around(kafka.connect())

    assert told == [{}] * 9 + [{ONE.name: {"position": 0, "times": 10, "words": FAULT}}]
    assert alerts_of(database, AlertKind.FEED_FAILING) == {}


def look_after_fault(surroundings: Surroundings, kafka: FakeKafka, feeds: Feeds) -> dict[str, dict[str, object]]:
    feeds.set_back(ONE, FAULT)
    surroundings.look_around(kafka.connect())
    return alerts_of(surroundings.database, AlertKind.FEED_FAILING)


def test_a_suspension_by_another_worker_in_the_midst_of_a_look_keeps_its_alert(database: Database) -> None:
    make_small_hub(database, ["ONE", "OTHER"])
    kafka = FakeKafka({ONE: [b"a"], OTHER: [b"x"]})

    looking_around(database, Feeds()).look_around(SuspendsMeanwhile(kafka, database=database))

    assert alerts_of(database, AlertKind.FEED_SUSPENDED) == {"ONE": {"rejected": 1001}}


@dataclass(slots=True)
class SuspendsMeanwhile(FakeBroker):
    """A connection at which another worker is quicker."""

    database: Database | None = None

    def bounds(self, feeds: object) -> dict[Feed, Bounds]:
        """Let the other worker suspend a partner first."""
        now = SystemClock().now()
        if self.database is not None:
            with self.database.transaction() as session:
                suspensions.suspend(session, "ONE", rejected=1001, now=now)
                raise_alert(session, AlertKind.FEED_SUSPENDED, "ONE", {"rejected": 1001}, now=now)
        return {feed: Bounds(0, 1) for feed in (ONE, OTHER)}
