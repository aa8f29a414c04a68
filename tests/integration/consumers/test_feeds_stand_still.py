"""A feed whose log is not what its position is of stands still and is told; the others go on."""

import pytest

from consumers.topics import Feed
from payments_hub.kernel.clock import SystemClock
from payments_hub.services.feed_mending import Restart, restart_feed
from payments_hub.store.alerts import AlertKind
from payments_hub.store.offsets import FeedState, Standing, read_standings
from payments_hub.store.session import Database
from tests.support import ledger
from tests.support.consuming import reported_state, running, status, stored_position
from tests.support.fake_broker import FakeKafka
from tests.support.standing import alerts_of, quick_worker
from tests.support.waiting import wait_until

pytestmark = pytest.mark.database

ONE, OTHER = Feed("feeds.ONE", 0), Feed("feeds.OTHER", 0)


def is_blocked(database: Database) -> bool:
    return reported_state(database, ONE.topic) is FeedState.BLOCKED


def read_in_peace(database: Database, kafka: FakeKafka) -> None:
    """Let a worker read all there is, and end."""
    ends = {feed.topic: len(log) for feed, log in kafka.logs.items()}
    with running(quick_worker(database, kafka)):
        wait_until(lambda: {topic: stored_position(database, topic) for topic in ends} == ends, "all is read")


def standing_of(database: Database) -> Standing:
    with database.transaction() as session:
        return read_standings(session, [ONE.topic])[ONE.topic, 0]


def mend(database: Database, after: Standing) -> None:
    restart = Restart(ONE.topic, 0, standing_of(database), after)
    with database.transaction() as session:
        restart_feed(session, restart, actor="command:test", reason="the log is new", now=SystemClock().now())


def test_the_topics_id_is_kept_with_the_position_from_the_first_read_on(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a"]}, topic_ids={ONE.topic: "first"})

    read_in_peace(ledger_database, kafka)

    assert standing_of(ledger_database) == Standing(1, "first")


def test_a_feed_from_before_topics_had_ids_takes_its_topics_id_on(ledger_database: Database) -> None:
    read_in_peace(ledger_database, FakeKafka({ONE: [b"a"]}))

    read_in_peace(ledger_database, FakeKafka({ONE: [b"a", b"b"]}, topic_ids={ONE.topic: "first"}))

    assert standing_of(ledger_database) == Standing(2, "first")


def test_a_topic_made_anew_under_its_reader_blocks_its_feed_though_the_offset_looks_right(
    ledger_database: Database,
) -> None:
    kafka = FakeKafka({ONE: [b"a", b"b"], OTHER: [b"x"]}, topic_ids={ONE.topic: "first", OTHER.topic: "other"})

    with running(quick_worker(ledger_database, kafka)):
        wait_until(lambda: stored_position(ledger_database, ONE.topic) == 2, "the feed is read")
        kafka.topic_ids[ONE.topic] = "second"
        wait_until(lambda: is_blocked(ledger_database), "it is blocked")
        kafka.logs[ONE] = [b"new a", b"new b", b"new c"]
        kafka.logs[OTHER].append(b"y")
        wait_until(lambda: stored_position(ledger_database, OTHER.topic) == 2, "the other feed is read on")

    alert = alerts_of(ledger_database, AlertKind.FEED_BLOCKED)[ONE.name]
    assert alert == {"position": 2, "reason": "the topic was deleted and made anew: offsets mean nothing in it"}
    assert ledger.bodies(ledger_database, "ONE") == [b"a", b"b"]


def test_without_its_id_a_topic_made_anew_would_lose_its_first_records(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a", b"b"]})

    with running(quick_worker(ledger_database, kafka)):
        wait_until(lambda: stored_position(ledger_database, ONE.topic) == 2, "the feed is read")
        kafka.logs[ONE] = [b"new a", b"new b", b"new c"]
        wait_until(lambda: stored_position(ledger_database, ONE.topic) == 3, "it is read on")

    assert ledger.bodies(ledger_database, "ONE") == [b"a", b"b", b"new c"]


def test_a_person_lets_the_feed_of_a_new_topic_begin_and_the_alert_is_over(ledger_database: Database) -> None:
    read_in_peace(ledger_database, FakeKafka({ONE: [b"a", b"b"]}, topic_ids={ONE.topic: "first"}))
    kafka = FakeKafka({ONE: [b"new a", b"new b", b"new c"]}, topic_ids={ONE.topic: "second"})

    with running(quick_worker(ledger_database, kafka)):
        wait_until(lambda: is_blocked(ledger_database), "it is blocked")
        mend(ledger_database, Standing(0, "second"))
        wait_until(lambda: stored_position(ledger_database, ONE.topic) == 3, "the new topic is read")
        wait_until(lambda: not alerts_of(ledger_database, AlertKind.FEED_BLOCKED), "the alert is over")

    assert ledger.bodies(ledger_database, "ONE") == [b"a", b"b", b"new a", b"new b", b"new c"]


@pytest.mark.parametrize(
    ("first", "log", "reason"),
    [
        (4, [None] * 6, "2 records were deleted before they were read: offsets 2 to 3"),
        (0, [b"a"], "the log ends at 1, before the stored position 2: it was cut"),
    ],
    ids=["deleted", "cut"],
)
def test_a_gap_that_opens_under_a_reader_blocks_its_feed(
    ledger_database: Database, first: int, log: list[bytes | None], reason: str
) -> None:
    kafka = FakeKafka({ONE: [b"a", b"b"]})

    with running(quick_worker(ledger_database, kafka)):
        wait_until(lambda: stored_position(ledger_database, ONE.topic) == 2, "the feed is read")
        kafka.firsts[ONE], kafka.logs[ONE] = first, log[:2]
        kafka.logs[ONE] = log
        wait_until(lambda: is_blocked(ledger_database) or stored_position(ledger_database, ONE.topic) != 2, "it stops")

    reported = status(ledger_database, ONE.topic)
    assert reported is not None
    assert (stored_position(ledger_database, ONE.topic), reported.detail) == (2, reason)


def test_a_second_partition_is_read_from_its_start_and_an_alert_names_the_topic(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a"]})

    with running(quick_worker(ledger_database, kafka)):
        wait_until(lambda: stored_position(ledger_database, ONE.topic) == 1, "the feed is read")
        kafka.logs[Feed(ONE.topic, 1)] = [b"b", b"c"]
        wait_until(lambda: ledger.count(ledger_database, "ONE") == 3, "the new partition is read")
        wait_until(lambda: AlertKind.TOPIC_PARTITIONS in kinds(ledger_database), "it is told")

    assert alerts_of(ledger_database, AlertKind.TOPIC_PARTITIONS) == {ONE.topic: {"partitions": 2}}


def test_a_transaction_that_stays_open_is_told_and_over_when_it_ends(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a"]}, highs={ONE: 4})

    with running(quick_worker(ledger_database, kafka, held_back_seconds=0.2)):
        wait_until(lambda: AlertKind.FEED_HELD_BACK in kinds(ledger_database), "it is told")
        held = alerts_of(ledger_database, AlertKind.FEED_HELD_BACK)[ONE.name]
        wait_until(lambda: "stays open" in str(detail_of(ledger_database)), "the status says so")
        kafka.highs.clear()
        wait_until(lambda: not kinds(ledger_database), "it is over")

    assert (held["position"], held["log_end"]) == (1, 4)


def test_transactions_that_end_in_time_are_no_news(ledger_database: Database) -> None:
    kafka = FakeKafka({ONE: [b"a"]}, highs={ONE: 4})

    with running(quick_worker(ledger_database, kafka, held_back_seconds=60)):
        wait_until(lambda: stored_position(ledger_database, ONE.topic) == 1, "the feed is read")
        wait_until(lambda: reported_state(ledger_database, ONE.topic) is FeedState.READING, "it is reported")

    assert kinds(ledger_database) == set()


def kinds(database: Database) -> set[AlertKind]:
    return {kind for kind in AlertKind if alerts_of(database, kind)}


def detail_of(database: Database) -> str | None:
    reported = status(database, ONE.topic)
    return None if reported is None else reported.detail
