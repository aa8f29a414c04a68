"""Every hostile message as a record of real Kafka, read in one run: its verdict, and none holds up another."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from kafka import TopicPartition
from sqlalchemy import text

from consumers.batch import Checkpoint
from consumers.broker import KafkaBroker
from consumers.settings import ConsumerSettings
from consumers.topics import topic_of
from payments_hub.domain.verdicts import Verdict
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.store.session import Database
from tests.builders import NOW, cell, slice_message
from tests.support.consuming import accepting, hub_worker, producing, running, stored_position
from tests.support.hostile import HOSTILE, Hostile
from tests.support.hostile_hub import differences, good_message, kept_of, make_hostile_hub, must_be_kept, told_apart
from tests.support.hostile_manifests import MANIFESTS
from tests.support.hub import HandClock
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, pytest.mark.database]


class Headers(list[tuple[str, bytes | None]]):
    """A record's headers, past two checks of this client's: other clients send headers without a value."""

    def __bool__(self) -> bool:
        return False  # of a list that is true it adds up the values' lengths


def record_headers(message: Hostile) -> Headers:
    stated = [] if message.content_type is None else [("content-type", message.content_type.encode())]
    return Headers([*stated, *message.headers])


def send_all(broker: str, topic: str, records: Sequence[Hostile]) -> None:
    with producing(broker) as producer:
        producer.partitions_for(topic)
        for record in records:
            place = TopicPartition(topic, 0)
            producer._accumulator.append(place, None, b"key", record.body, record_headers(record))


def read_all(database: Database, broker: str, topic: str, records: int) -> None:
    """Read a topic by one worker, at the moment that the messages are judged by."""
    clock = HandClock(NOW)
    checkpoint = Checkpoint(database, accepting(ReferenceCache(), clock), clock)
    with running(hub_worker(lambda: KafkaBroker(ConsumerSettings((broker,))), checkpoint, lambda: [topic])):
        wait_until(lambda: stored_position(database, topic) == records, "every record is read")


def heads(database: Database) -> list[tuple[int, int]]:
    """Read the number and the amount of what views read of each slice."""
    query = text(
        "SELECT revision, sum(amount)::bigint FROM slice_head"
        " JOIN slice_cell ON slice_cell.revision_id = content_revision_id GROUP BY slice_head.*, revision"
    )
    with database.transaction() as session:
        return [(row[0], row[1]) for row in session.execute(query)]


def with_good_ones_between(messages: Sequence[Hostile], partner: str) -> list[Hostile]:
    good = (
        Hostile(f"good-after-{message.id}", good_message(number, partner), (), Verdict.ACCEPTED)
        for number, message in enumerate(messages)
    )
    return [record for pair in zip(messages, good, strict=True) for record in pair]


def test_every_hostile_record_gets_its_verdict_and_every_good_one_between_is_accepted(
    broker: str, new_partner: Callable[..., str], database: Database
) -> None:
    partner = new_partner()
    topic = topic_of(partner)
    make_hostile_hub(database, partner)
    records = with_good_ones_between(told_apart([*HOSTILE, *MANIFESTS], partner), partner)
    send_all(broker, topic, records)

    read_all(database, broker, topic, len(records))

    assert differences({one.id: must_be_kept(one) for one in records}, kept_of(database, records)) == {}


def test_a_revision_that_comes_late_or_twice_over_kafka_changes_no_view(
    broker: str, new_partner: Callable[..., str], database: Database
) -> None:
    partner = new_partner()
    topic = topic_of(partner)
    make_hostile_hub(database, partner)
    corrected: dict[str, Any] = {"source": f"urn:hp:partner:{partner}", "revision": 1, "revision_reason": "CORRECTION"}
    second, other = cell(amount=3_000_000), cell(amount=4_000_000)
    records = [
        Hostile("second", slice_message(id="b", cells=[second], **corrected), ("W4002",), Verdict.ACCEPTED),
        Hostile("late first", good_message(0, partner).replace(b"2022-01-01", b"2026-07-03"), (), Verdict.SUPERSEDED),
        Hostile("A9-the same again", slice_message(id="b", cells=[second], **corrected), (), Verdict.DUPLICATE),
        Hostile("A10-its id again", slice_message(id="b", cells=[other], **corrected), ("E1102",)),
        Hostile("A10-its number again", slice_message(id="c", cells=[other], **corrected), ("E4001",)),
    ]
    send_all(broker, topic, records)

    read_all(database, broker, topic, len(records))

    assert differences({one.id: must_be_kept(one) for one in records}, kept_of(database, records)) == {}
    assert heads(database) == [(1, 3_000_000)]
