"""Workers that sleep, die and come back: each record stored once, and how it breaks with a part of the way left out."""

import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from consumers.admin import create_topics
from consumers.settings import ConsumerSettings
from consumers.topics import TOPIC_SETTINGS, topic_of
from payments_hub.store.offsets import FeedState
from payments_hub.store.session import Database
from tests.support import kafka
from tests.support.consuming import (
    WorkerProcess,
    ledger_worker,
    open_transactions,
    produce,
    reported_state,
    running,
    stored_position,
)
from tests.support.ledger import bodies, count
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, pytest.mark.database]

RECORDS = 3000
VALUES = [b"%d" % number for number in range(RECORDS)]
LOAD = 20_000

NewPartner = Callable[..., str]


@pytest.mark.parametrize("edge", ["before-transaction", "inside-transaction", "after-commit", "after-report"])
def test_a_crash_at_any_edge_of_the_checkpoint_neither_loses_nor_doubles(
    edge: str, broker: str, new_partner: NewPartner, ledger_database: Database, tmp_path: Path
) -> None:
    partner = new_partner()
    topic = topic_of(partner)
    produce(broker, topic, VALUES)

    crash_and_drain(ledger_database, broker, topic, tmp_path, {"failpoint": [edge, "SIGKILL"]})

    assert bodies(ledger_database, partner) == VALUES


def test_a_crash_would_lose_records_if_the_position_had_a_transaction_of_its_own(
    broker: str, new_partner: NewPartner, ledger_database: Database, tmp_path: Path
) -> None:
    partner = new_partner()
    topic = topic_of(partner)
    produce(broker, topic, VALUES)

    crash_and_drain(
        ledger_database, broker, topic, tmp_path, {"failpoint": ["inside-transaction", "SIGKILL"], "advance": "apart"}
    )

    assert 0 < count(ledger_database, partner) < RECORDS


def test_sigterm_under_load_ends_the_worker_in_time_with_nothing_half_done(
    broker: str, new_partner: NewPartner, ledger_database: Database, tmp_path: Path
) -> None:
    partner = new_partner()
    topic = topic_of(partner)
    produce(broker, topic, [b"load"] * LOAD, batch_size=200_000)

    with WorkerProcess(ledger_database, broker, [topic], tmp_path / "worker.log", {}) as worker:
        wait_until(lambda: count(ledger_database, partner) > 0, "it is at work")
        worker.process.terminate()
        status = worker.process.wait(10)

    stored = count(ledger_database, partner)
    assert 0 < stored < LOAD, "the signal came under load"
    assert (status, stored_position(ledger_database, topic), open_transactions(ledger_database)) == (0, stored, 0)
    assert worker.events("batch_fenced") == []


def test_records_that_the_client_cannot_unpack_block_their_feed_alone(
    broker: str, new_partner: NewPartner, ledger_database: Database, tmp_path: Path
) -> None:
    packed, plain = new_partner(), new_partner()
    topics = [topic_of(packed), topic_of(plain)]
    produce(broker, topic_of(packed), [b"good"] * 3)
    produce(broker, topic_of(packed), [b"packed" * 100], compression_type="zstd")
    produce(broker, topic_of(plain), VALUES)

    with WorkerProcess(ledger_database, broker, topics, tmp_path / "worker.log", {"without": ["zstandard"]}):
        wait_until(lambda: reported_state(ledger_database, topic_of(packed)) is FeedState.BLOCKED, "it is blocked")
        wait_until(lambda: count(ledger_database, plain) == RECORDS, "the other feed is read")
        produce(broker, topic_of(plain), [b"after"])
        wait_until(lambda: count(ledger_database, plain) == RECORDS + 1, "the other feed is read on")

    assert (bodies(ledger_database, packed), stored_position(ledger_database, topics[0])) == ([b"good"] * 3, 3)


def test_an_outage_of_kafka_is_waited_out(ledger_database: Database, tmp_path: Path) -> None:
    broker = kafka.start(tmp_path)
    create_topics(ConsumerSettings((broker,)), ["feeds.BANK"], TOPIC_SETTINGS)
    produce(broker, "feeds.BANK", VALUES[:100])

    with WorkerProcess(ledger_database, broker, ["feeds.BANK"], tmp_path / "worker.log", {}) as worker:
        wait_until(lambda: count(ledger_database, "BANK") == 100, "it is at work")
        kafka.stop(tmp_path)
        wait_until(lambda: worker.events("connection_thrown_away") != [], "the outage is noticed")
        kafka.start(tmp_path)
        produce(broker, "feeds.BANK", VALUES[100:200])
        wait_until(lambda: count(ledger_database, "BANK") == 200, "it is at work again")
        worker.process.terminate()
        status = worker.process.wait(10)
    kafka.stop(tmp_path)

    assert (status, bodies(ledger_database, "BANK")) == (0, VALUES[:200])


def crash_and_drain(database: Database, broker: str, topic: str, folder: Path, orders: Mapping[str, object]) -> None:
    with WorkerProcess(database, broker, [topic], folder / "first.log", orders) as first:
        assert first.process.wait(30) == -signal.SIGKILL
    with running(ledger_worker(database, broker, lambda: [topic])):
        wait_until(lambda: stored_position(database, topic) == RECORDS, "the second worker drains the feed")
