"""A feed continues exactly where the database says, and new topics are taken up beside it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from consumers.topics import topic_of
from payments_hub.store.offsets import FeedState
from payments_hub.store.session import Database
from tests.support.consuming import (
    WorkerProcess,
    ledger_worker,
    produce,
    reported_state,
    running,
    status,
    stored_position,
)
from tests.support.ledger import bodies, count
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, pytest.mark.database]

NewPartner = Callable[..., str]


def test_a_restarted_worker_continues_with_the_next_record(
    broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    partner = new_partner()
    topic = topic_of(partner)
    produce(broker, topic, [b"%d" % number for number in range(700)])
    with running(ledger_worker(ledger_database, broker, lambda: [topic])):
        wait_until(lambda: count(ledger_database, partner) > 0, "something is read")
    produce(broker, topic, [b"%d" % number for number in range(700, 900)])

    with running(ledger_worker(ledger_database, broker, lambda: [topic])):
        wait_until(lambda: stored_position(ledger_database, topic) == 900, "all is read")

    assert bodies(ledger_database, partner) == [b"%d" % number for number in range(900)]


def test_a_new_partners_topic_is_read_without_a_restart(
    broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    first = new_partner()
    topics = [topic_of(first)]
    produce(broker, topic_of(first), [b"first"])

    with running(ledger_worker(ledger_database, broker, lambda: topics)):
        wait_until(lambda: count(ledger_database, first) == 1, "the first partner is read")
        second = new_partner()
        produce(broker, topic_of(second), [b"second"])
        topics.append(topic_of(second))
        wait_until(lambda: count(ledger_database, second) == 1, "the second partner is read")

    assert bodies(ledger_database, second) == [b"second"]


def test_a_topic_that_is_not_there_yet_holds_up_no_other_and_is_not_made(
    broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    partner = new_partner()
    produce(broker, topic_of(partner), [b"there"])

    with running(ledger_worker(ledger_database, broker, lambda: [topic_of(partner), "feeds.NOTTHERE"])):
        wait_until(lambda: count(ledger_database, partner) == 1, "the one that is there is read")

    admin = KafkaAdminClient(bootstrap_servers=broker)
    present = admin.list_topics()
    admin.close()
    assert stored_position(ledger_database, "feeds.NOTTHERE") is None
    assert topic_of(partner) in present
    assert "feeds.NOTTHERE" not in present


def test_a_topic_that_vanishes_is_spoken_of_no_more_and_holds_up_no_other(
    broker: str, new_partner: NewPartner, ledger_database: Database, tmp_path: Path
) -> None:
    gone, sound = topic_of(new_partner()), topic_of(new_partner())
    produce(broker, gone, [b"read"])
    produce(broker, sound, [b"read"])

    with WorkerProcess(ledger_database, broker, [gone, sound], tmp_path / "worker.log", {}) as worker:
        wait_until(lambda: reported_state(ledger_database, gone) is FeedState.READING, "the feed is read")
        admin = KafkaAdminClient(bootstrap_servers=broker)
        admin.delete_topics([gone])
        admin.close()
        wait_until(lambda: worker.events("feed_gone") != [], "it is noticed")
        wait_until(lambda: status(ledger_database, gone) is None, "its status is gone")
        produce(broker, sound, [b"after"])
        wait_until(lambda: stored_position(ledger_database, sound) == 2, "the other feed is read on")

    assert worker.events("connection_thrown_away") == []


def test_the_status_tells_position_end_and_lag(broker: str, new_partner: NewPartner, ledger_database: Database) -> None:
    partner = new_partner()
    topic = topic_of(partner)
    produce(broker, topic, [b"read"] * 4)

    with running(ledger_worker(ledger_database, broker, lambda: [topic])):
        wait_until(lambda: lag(ledger_database, topic) == 0, "the lag is worked off")
        reported = status(ledger_database, topic)

    assert reported is not None
    assert (reported.position, reported.log_end, reported.state, reported.detail) == (4, 4, FeedState.READING, None)


def lag(database: Database, topic: str) -> int | None:
    reported = status(database, topic)
    return None if reported is None or reported.position == 0 else reported.lag
