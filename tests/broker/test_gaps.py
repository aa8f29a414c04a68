"""A log that is not what the stored position is of: its feed stands still and is told, and nothing is read from it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import OffsetOutOfRangeError
from sqlalchemy import text

from consumers.batch import Checkpoint
from consumers.broker import KafkaBroker
from consumers.cli import main
from consumers.settings import ConsumerSettings, client_options
from consumers.topics import Feed, topic_of
from payments_hub.kernel.clock import SystemClock
from payments_hub.store.alerts import AlertKind
from payments_hub.store.offsets import FeedState
from payments_hub.store.session import Database
from tests.support.consuming import (
    hub_worker,
    ledger_worker,
    produce,
    producing,
    reported_state,
    running,
    status,
    stored_position,
)
from tests.support.ledger import bodies, count, record
from tests.support.postgres import RUN_FOLDER
from tests.support.standing import alerts_of
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, pytest.mark.database]

NewPartner = Callable[..., str]


def asking(broker: str, ask: Callable[[Any], object]) -> None:
    """Ask a cluster's administrator for something."""
    admin = KafkaAdminClient(bootstrap_servers=broker)
    try:
        ask(admin)
    finally:
        admin.close()


def make_anew(broker: str, topic: str, values: list[bytes]) -> None:
    """Delete a topic, make another one of its name, and send to it."""

    def ask(admin: Any) -> None:
        admin.delete_topics([topic])
        wait_until(lambda: topic not in admin.list_topics(), "the topic is gone")
        admin.create_topics({topic: {"num_partitions": 1}}, wait_for_metadata=True)

    asking(broker, ask)
    produce(broker, topic, values)


def is_blocked(database: Database, topic: str) -> bool:
    return reported_state(database, topic) is FeedState.BLOCKED


def detail(database: Database, topic: str) -> str | None:
    reported = status(database, topic)
    return None if reported is None else reported.detail


def test_records_deleted_before_they_were_read_block_their_feed_alone(
    broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    gap, sound = new_partner(), new_partner()
    topics = [topic_of(gap), topic_of(sound)]
    produce(broker, topic_of(gap), [b"read"] * 3)
    with running(ledger_worker(ledger_database, broker, lambda: topics)):
        wait_until(lambda: count(ledger_database, gap) == 3, "the feed is read")
    produce(broker, topic_of(gap), [b"lost"] * 7 + [b"left"])
    asking(broker, lambda admin: admin.delete_records({TopicPartition(topic_of(gap), 0): 10}))
    produce(broker, topic_of(sound), [b"read"] * 5)

    with running(ledger_worker(ledger_database, broker, lambda: topics)):
        wait_until(lambda: is_blocked(ledger_database, topics[0]), "the gap is reported")
        wait_until(lambda: count(ledger_database, sound) == 5, "the other feed is read")

    reason = "7 records were deleted before they were read: offsets 3 to 9"
    assert detail(ledger_database, topics[0]) == reason
    assert alerts_of(ledger_database, AlertKind.FEED_BLOCKED) == {f"{topics[0]}-0": {"reason": reason, "position": 3}}
    assert (count(ledger_database, gap), stored_position(ledger_database, topics[0])) == (3, 3)


@pytest.mark.parametrize(("reset", "read", "continues"), [("earliest", [10], 11), ("latest", [], 11)])
def test_with_another_reset_policy_the_client_would_jump_over_the_gap_without_a_word(
    reset: str, read: list[int], continues: int, broker: str, new_partner: NewPartner
) -> None:
    place = with_a_gap(broker, new_partner())

    with reading(broker, place, auto_offset_reset=reset) as consumer:
        consumer.seek(place, 3)
        found: list[int] = []
        wait_until(lambda: poll_into(found, consumer, place) == continues, "it has jumped and read on")

    assert found == read


def test_with_the_policy_that_the_hub_uses_the_client_says_that_there_is_a_gap(
    broker: str, new_partner: NewPartner
) -> None:
    place = with_a_gap(broker, new_partner())

    with reading(broker, place) as consumer:
        consumer.seek(place, 3)
        with pytest.raises(OffsetOutOfRangeError):
            wait_until(lambda: poll_into([], consumer, place) != 3, "it has jumped")


def with_a_gap(broker: str, partner: str) -> TopicPartition:
    """Send eleven records of which the first ten are deleted."""
    place = TopicPartition(topic_of(partner), 0)
    produce(broker, place.topic, [b"lost"] * 10 + [b"left"])
    asking(broker, lambda admin: admin.delete_records({place: 10}))
    return place


@contextmanager
def reading(broker: str, place: TopicPartition, **options: str) -> Iterator[Any]:
    """Lend a bare client with the worker's settings, but for those that are given."""
    consumer = KafkaConsumer(**{**client_options(ConsumerSettings((broker,), place.topic)), **options})
    consumer.assign([place])
    try:
        yield consumer
    finally:
        consumer.close(autocommit=False)


def poll_into(found: list[int], consumer: Any, place: TopicPartition) -> int:
    """Poll once, note the offsets that came, and tell where the client is."""
    found += [record.offset for record in consumer.poll(timeout_ms=200).get(place, ())]
    position: int = consumer.position(place)
    return position


def test_a_topic_made_anew_while_it_is_read_blocks_its_feed_until_a_person_begins_the_new_one(
    broker: str, new_partner: NewPartner, ledger_database: Database, tmp_path: Path
) -> None:
    partner, sound = new_partner(), new_partner()
    topic, topics = topic_of(partner), [topic_of(partner), topic_of(sound)]
    produce(broker, topic, [b"read"] * 5)
    again = [b"new %d" % number for number in range(8)]

    with running(ledger_worker(ledger_database, broker, lambda: topics)):
        wait_until(lambda: count(ledger_database, partner) == 5, "the feed is read")
        make_anew(broker, topic, again)
        wait_until(lambda: is_blocked(ledger_database, topic), "the new topic is reported")
        produce(broker, topic_of(sound), [b"read"])
        wait_until(lambda: count(ledger_database, sound) == 1, "the other feed is read on")
        blocked_at = (count(ledger_database, partner), stored_position(ledger_database, topic))
        shown = restart(broker, ledger_database, tmp_path, partner)
        moved_by_showing = stored_position(ledger_database, topic) != 5
        done = restart(broker, ledger_database, tmp_path, partner, "--apply")
        wait_until(lambda: count(ledger_database, partner) == 13, "the new topic is read from its first record")
        wait_until(lambda: not alerts_of(ledger_database, AlertKind.FEED_BLOCKED), "the alert is over")

    assert (blocked_at, moved_by_showing) == ((5, 5), False)
    assert "made anew" in shown
    assert "It would go on at offset 0: the new topic's records are read" in shown
    assert shown.endswith("Nothing was changed. To do it, add --apply.\n")
    assert done.endswith("Done: its worker goes on within a minute.\n")
    assert bodies(ledger_database, partner) == [b"read"] * 5 + again
    assert audited(ledger_database) == [("feed_restarted", f"{topic}-0", "5", "0", "made anew by mistake")]


def restart(broker: str, database: Database, folder: Path, partner: str, *options: str) -> str:
    environment = {
        "PAYMENTS_HUB_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "PAYMENTS_HUB_VAR_DIR": str(folder / "var"),
        "PAYMENTS_HUB_KAFKA_SERVERS": broker,
    }
    command = ["restart-feed", partner, "--reason", "made anew by mistake", *options]
    return CliRunner(env=environment).invoke(main, command).output


def audited(database: Database) -> list[tuple[str, ...]]:
    query = text(
        "SELECT action, subject, details->>'offset_before', details->>'offset', details->>'reason' FROM audit_entry"
    )
    with database.transaction() as session:
        return [tuple(row) for row in session.execute(query)]


def test_a_log_that_ends_before_the_stored_position_blocks_its_feed(
    broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    partner = new_partner()
    topic = topic_of(partner)
    produce(broker, topic, [b"read"] * 5)
    with running(ledger_worker(ledger_database, broker, lambda: [topic])):
        wait_until(lambda: count(ledger_database, partner) == 5, "the feed is read")
    with ledger_database.transaction() as session:
        session.execute(text("UPDATE feed_offset SET next_offset = 9"))

    with running(ledger_worker(ledger_database, broker, lambda: [topic])):
        wait_until(lambda: is_blocked(ledger_database, topic), "the cut is reported")

    assert detail(ledger_database, topic) == "the log ends at 5, before the stored position 9: it was cut"
    assert (count(ledger_database, partner), stored_position(ledger_database, topic)) == (5, 9)


def test_a_record_whose_bytes_fell_over_on_the_disk_blocks_its_feed_alone_until_a_person_steps_over_it(
    broker: str, new_partner: NewPartner, ledger_database: Database, tmp_path: Path
) -> None:
    partner, sound = new_partner(), new_partner()
    topics = [topic_of(partner), topic_of(sound)]
    for values in ([b"good"] * 3, [b"to be damaged"], [b"after"]):
        produce(broker, topics[0], values)
    damage(topics[0], b"to be damaged")

    with running(ledger_worker(ledger_database, broker, lambda: topics)):
        wait_until(lambda: is_blocked(ledger_database, topics[0]), "it is blocked")
        produce(broker, topics[1], [b"sound"])
        wait_until(lambda: count(ledger_database, sound) == 1, "the other feed is read on")
        blocked_at, told = stored_position(ledger_database, topics[0]), detail(ledger_database, topics[0])
        shown = restart(broker, ledger_database, tmp_path, partner, "--at", "4", "--apply")
        wait_until(lambda: count(ledger_database, partner) == 4, "what came after it is read")
        wait_until(lambda: not alerts_of(ledger_database, AlertKind.FEED_BLOCKED), "the alert is over")

    assert blocked_at == 3
    assert str(told).startswith("its records cannot be read: CorruptRecordError")
    assert "offsets 3 to 3 are left out, 1 of which Kafka still has" in shown
    assert bodies(ledger_database, partner) == [*[b"good"] * 3, b"after"]


def damage(topic: str, value: bytes) -> None:
    """Change one byte of a record in the broker's own file, as a failing disk may."""
    (log,) = Path(os.environ[RUN_FOLDER]).glob(f"kafka/**/{topic}-0/00000000000000000000.log")
    with log.open("r+b") as file:
        place = file.read().index(value)
        file.seek(place)
        file.write(b"T")


def test_partitions_added_by_mistake_are_read_from_their_first_record_and_an_alert_names_the_topic(
    broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    partner = new_partner()
    topic = topic_of(partner)
    produce(broker, topic, [b"first"])

    with running(ledger_worker(ledger_database, broker, lambda: [topic])):
        wait_until(lambda: count(ledger_database, partner) == 1, "the feed is read")
        asking(broker, lambda admin: admin.create_partitions({topic: 3}))
        with producing(broker) as producer:
            for number in range(30):
                producer.send(topic, b"%d" % number, partition=number % 3)
        wait_until(lambda: count(ledger_database, partner) == 31, "all partitions are read")
        wait_until(lambda: topic in alerts_of(ledger_database, AlertKind.TOPIC_PARTITIONS), "it is told")

    assert alerts_of(ledger_database, AlertKind.TOPIC_PARTITIONS) == {topic: {"partitions": 3}}
    assert sorted(bodies(ledger_database, partner), key=str) == sorted(
        [b"first", *(b"%d" % n for n in range(30))], key=str
    )


def test_with_latest_the_first_records_of_a_new_partition_would_be_missing(
    broker: str, new_partner: NewPartner
) -> None:
    place = TopicPartition(topic_of(new_partner()), 0)
    produce(broker, place.topic, [b"missing"] * 5)

    with reading(broker, place, auto_offset_reset="latest") as consumer:
        position = consumer.position(place, timeout_ms=20_000)

    assert position == 5


def test_a_transaction_left_open_is_told_while_it_holds_its_feed_back_and_over_once_it_ends(
    broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    partner = new_partner()
    topic = topic_of(partner)
    worker = hub_worker(
        lambda: KafkaBroker(ConsumerSettings((broker,))),
        Checkpoint(ledger_database, record, SystemClock()),
        lambda: [topic],
        held_back_seconds=0.5,
    )
    with producing(broker, transactional_id=f"held-{partner}") as held, running(worker):
        held.init_transactions()
        held.begin_transaction()
        held.send(topic, b"held").get(timeout=20)
        produce(broker, topic, [b"behind"] * 3)
        wait_until(lambda: alerts_of(ledger_database, AlertKind.FEED_HELD_BACK) != {}, "it is told")
        told = alerts_of(ledger_database, AlertKind.FEED_HELD_BACK)[Feed(topic, 0).name]
        read_meanwhile = count(ledger_database, partner)
        held.commit_transaction()
        wait_until(lambda: count(ledger_database, partner) == 4, "all is read once it has ended")
        wait_until(lambda: alerts_of(ledger_database, AlertKind.FEED_HELD_BACK) == {}, "the alert is over")

    assert (told["position"], told["log_end"], read_meanwhile) == (0, 4, 0)
    assert bodies(ledger_database, partner) == [b"held", *[b"behind"] * 3]
