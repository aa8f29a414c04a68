"""I8, I22: logs that end too early, begin too late, are made anew or grow: never passed over without a word."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from sqlalchemy import text

from payments_hub.store.alerts import AlertKind, open_alerts
from payments_hub.store.offsets import FeedState, read_statuses
from payments_hub.store.session import Database
from tests.chaos.bench import Bench, Hub, Scenario, compare
from tests.chaos.numbered import numbered, stored
from tests.chaos.outcome import Outcome
from tests.support.consuming import producing
from tests.support.waiting import wait_until

_NOTICED_SECONDS = 30
_READ = 20
_MORE = 10
_SOUND = 500
_ENDS, _DELETED, _ANEW, _SOUND_FEED = range(4)


def gaps(bench: Bench, outcome: Outcome) -> None:
    """Open a gap in each of three feeds at once, and then put a whole broker back from an older copy."""
    with bench.hub(4) as hub:
        _read_all(bench, hub, range(_READ))
        _open_gaps(bench, hub)
        expected = {hub.topics[number]: _READ for number in (_ENDS, _DELETED, _ANEW)}
        _hold(bench, hub, outcome, expected)
        outcome.faults |= {"position beyond the log": 1, "records deleted unread": 1, "topic made anew": 1}
        _controls(bench, outcome, hub.topics[_DELETED])
    with bench.hub(2) as hub:
        _put_back(bench, hub)
        _hold(bench, hub, outcome, {hub.topics[0]: _READ + _MORE})
        outcome.faults["broker put back from an older copy"] += 1


def _read_all(bench: Bench, hub: Hub, numbers: range) -> None:
    for topic in hub.topics:
        bench.send(topic, numbers)
    before = hub.stored().next_offset
    with bench.worker(hub) as worker:
        hub.wait_for(before + len(numbers) * len(hub.topics))
        worker.end()


def _open_gaps(bench: Bench, hub: Hub) -> None:
    ends, deleted, anew = hub.topics[_ENDS], hub.topics[_DELETED], hub.topics[_ANEW]
    with hub.database.transaction() as session:
        moved = text("UPDATE feed_offset SET next_offset = next_offset + 10 WHERE topic = :topic")
        session.execute(moved, {"topic": ends})
    bench.send(deleted, range(_READ, _READ + _MORE))
    with bench.kafka.admin() as admin:
        admin.delete_records({TopicPartition(deleted, 0): _READ + 7})
        admin.delete_topics([anew])
        wait_until(lambda: anew not in admin.list_topics(), "the topic is gone")
    bench.kafka.make_topics([anew])
    # More than were read before, so that no offset tells: Kafka's own name of the topic alone does.
    bench.send(anew, range(1_000, 1_000 + _READ + _MORE))


def _put_back(bench: Bench, hub: Hub) -> None:
    """Read ten records that the copy of the broker's data does not have, and put the copy back."""
    copy = bench.folder / "older-copy"
    _read_all(bench, hub, range(_READ))
    bench.kafka.stop()
    shutil.copytree(bench.kafka.data, copy)
    bench.kafka.start()
    bench.send(hub.topics[0], range(_READ, _READ + _MORE))
    with bench.worker(hub) as worker:
        hub.wait_for(len(hub.topics) * _READ + _MORE)
        worker.end()
    bench.kafka.stop()
    shutil.rmtree(bench.kafka.data)
    copy.rename(bench.kafka.data)
    bench.kafka.start()


def _hold(bench: Bench, hub: Hub, outcome: Outcome, read: Mapping[str, int]) -> None:
    """Start a worker: the feeds named stand still at once and say so; the last one goes on."""
    sound = hub.topics[-1]
    begun = time.monotonic()
    with bench.worker(hub) as worker:
        bench.send(sound, range(_READ, _READ + _SOUND))
        wait_until(
            lambda: set(read) <= _blocked(hub.database) & _alerted(hub.database),
            "every gap is reported, and not only " + ", ".join(sorted(_blocked(hub.database))),
            seconds=2 * _NOTICED_SECONDS,
        )
        seconds = time.monotonic() - begun
        wait_until(
            lambda: stored(hub.database, [hub.partners[-1]]).positions == _READ + _SOUND, "the sound feed is read on"
        )
        worker.end()
    outcome.figures[f"{len(read)} gaps reported after"] = f"{seconds:.1f} s"
    outcome.expect(seconds <= _NOTICED_SECONDS, f"the gaps were reported after {seconds:.0f} s")
    for topic, records in read.items():
        found = stored(hub.database, [topic.removeprefix("feeds.")])
        outcome.expect(found.deliveries == records, f"{found.deliveries} rows of {topic}, which has a gap at {records}")
    found = stored(hub.database, [hub.partners[-1]])
    outcome.sent += _READ + _SOUND
    outcome.stored += found.positions
    outcome.doubled += found.deliveries - found.positions
    outcome.lost += _READ + _SOUND - found.positions


def _blocked(database: Database) -> frozenset[str]:
    with database.transaction() as session:
        return frozenset(one.topic for one in read_statuses(session) if one.state is FeedState.BLOCKED)


def _alerted(database: Database) -> frozenset[str]:
    with database.transaction() as session:
        alerts = open_alerts(session)
    return frozenset(one.subject.rpartition("-")[0] for one in alerts if one.kind is AlertKind.FEED_BLOCKED)


def _controls(bench: Bench, outcome: Outcome, topic: str) -> None:
    """Read on from a gap as Kafka's own two settings do."""
    for reset in ("earliest", "latest"):
        with _Plain(bench.kafka.servers, auto_offset_reset=reset) as consumer:
            partition = TopicPartition(topic, 0)
            consumer.assign([partition])
            consumer.seek(partition, _READ)
            first = _first_read(consumer, partition)
        shown = f"after {_READ} comes {first}, without a word"
        outcome.control(f"auto_offset_reset={reset}", shown, failed=first > _READ)


def _first_read(consumer: Any, partition: Any) -> int:
    """Read until a record comes, or the position has moved without one."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        for records in consumer.poll(timeout_ms=500).values():
            return int(records[0].offset)
        if consumer.position(partition) > _READ:
            break
    return int(consumer.position(partition))


class _Plain:
    """kafka-python's consumer as it comes, closed at the end of a block."""

    def __init__(self, servers: str, **options: object) -> None:
        self._consumer: Any = KafkaConsumer(bootstrap_servers=servers, enable_auto_commit=False, **options)

    def __enter__(self) -> Any:
        return self._consumer

    def __exit__(self, *_failure: object) -> None:
        self._consumer.close()


def growth(bench: Bench, outcome: Outcome) -> None:
    """A topic gets three partitions mid-run: they are read from their beginning, and an alert says so."""
    third = bench.size(1_000, 200)
    with bench.hub() as hub:
        topic, partner = hub.topics[0], hub.partners[0]
        bench.send(topic, range(third))
        with bench.worker(hub):
            hub.wait_for(third)
            with bench.kafka.admin() as admin:
                admin.create_partitions({topic: 3})
            _send_apart(bench, topic, partner, range(third, 3 * third))
            hub.wait_for(3 * third)
            wait_until(lambda: topic in _grown(hub.database), "an alert names the topic", seconds=_NOTICED_SECONDS)
        compare(outcome, hub, range(3 * third))
        outcome.faults["partitions added"] += 2
        with _Plain(bench.kafka.servers, auto_offset_reset="latest", group_id="latest") as consumer:
            consumer.assign([TopicPartition(topic, 2)])
            missed = consumer.position(TopicPartition(topic, 2))
        outcome.control("auto_offset_reset=latest", f"the first {missed} records missed", failed=missed)


def _send_apart(bench: Bench, topic: str, partner: str, numbers: range) -> None:
    """Send to all three partitions in turn."""
    with producing(bench.kafka.servers, linger_ms=5) as producer:
        wait_until(lambda: len(producer.partitions_for(topic)) == 3, "the producer knows of the partitions")
        for number in numbers:
            producer.send(topic, numbered(partner, number), partition=number % 3)


def _grown(database: Database) -> frozenset[str]:
    with database.transaction() as session:
        alerts = open_alerts(session)
    return frozenset(one.subject for one in alerts if one.kind is AlertKind.TOPIC_PARTITIONS)


GAPS = (Scenario("I8", "gaps of four kinds", 200, gaps, least=1_000),)
GROWTH = (Scenario("I22", "one partition becomes three", 90, growth, least=3_000),)
