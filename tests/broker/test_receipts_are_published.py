"""The publisher on a real Kafka: every receipt on its partner's topic, in order, at least once, whatever happens."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from kafka import KafkaAdminClient

from consumers.admin import create_topics
from consumers.batch import Checkpoint
from consumers.broker import KafkaBroker
from consumers.settings import ConsumerSettings
from consumers.topics import TOPIC_SETTINGS, receipts_topic_of, topic_of
from payments_hub.contracts.writing import HUB_SOURCE
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.kernel.clock import SystemClock
from payments_hub.store.offsets import FeedState
from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.support import kafka
from tests.support.consuming import (
    WorkerProcess,
    accepting,
    hub_worker,
    produce,
    reported_state,
    running,
    status,
    stored_position,
)
from tests.support.publishing import (
    each_once,
    nothing_waits,
    published,
    publisher,
    publishing,
    receipts_of,
    take_in,
    written,
)
from tests.support.sender import Sender, new_key
from tests.support.small_hub import make_small_hub, nothing_to_report
from tests.support.waiting import wait_until
from tests.support.web import SettableClock, make_hub

pytestmark = [pytest.mark.broker, pytest.mark.database]

MANY = 700

NewPartner = Callable[..., str]


@pytest.fixture
def partner(broker: str, new_partner: NewPartner, database: Database) -> str:
    """Register a partner with both its topics."""
    code = new_partner()
    create_topics(ConsumerSettings((broker,)), [receipts_topic_of(code)], TOPIC_SETTINGS)
    make_small_hub(database, [code])
    return code


def post_over_http(database: Database, partner: str, bodies: list[bytes]) -> list[int]:
    app = create_app(make_hub(database, SettableClock(SystemClock().now())))
    with app.test_client() as client:
        sender = Sender(client, new_key(database, partner))
        return [sender.send(body)[0] for body in bodies]


def test_every_receipt_is_published_in_order_whatever_way_its_slice_came(
    broker: str, partner: str, database: Database
) -> None:
    topic, clock = topic_of(partner), SystemClock()
    checkpoint = Checkpoint(database, accepting(ReferenceCache(), clock), clock)
    over_kafka = [nothing_to_report(partner, number) for number in range(50)]

    with publishing(publisher(database, broker, [partner])):
        produce(broker, topic, [*over_kafka, b"garbage", over_kafka[0]])
        with running(hub_worker(lambda: KafkaBroker(ConsumerSettings((broker,))), checkpoint, lambda: [topic])):
            statuses = post_over_http(database, partner, [nothing_to_report(partner, 60), b"{}", over_kafka[1]])
            wait_until(lambda: stored_position(database, topic) == 52, "the feed is read")
        wait_until(nothing_waits(database), "all receipts are published")

    found = receipts_of(broker, partner)
    assert len(statuses) == 3
    assert (len(found), found) == (55, written(database, partner))


def test_a_published_receipt_is_a_cloudevent_with_the_receipt_as_its_data(
    broker: str, partner: str, database: Database
) -> None:
    (made,) = take_in(database, partner, [nothing_to_report(partner, 0)])

    with publishing(publisher(database, broker, [partner])):
        wait_until(nothing_waits(database), "it is published")

    (found,) = published(broker, partner)
    assert found.headers == (("content-type", b"application/cloudevents+json"),)
    assert found.key == f"{partner}|POS_SALES|MALL-0021|2015-01-01".encode()
    assert (found.event["id"], found.event["source"], found.event["data"]["id"]) == (made, HUB_SOURCE, made)
    assert (found.event["type"], found.event["data"]["verdict"]) == ("vn.haiphong.cashless.receipt.v1", "ACCEPTED")


def test_no_receipt_is_published_on_another_partners_topic(
    broker: str, new_partner: NewPartner, database: Database
) -> None:
    partners = [new_partner(), new_partner(), new_partner()]
    create_topics(ConsumerSettings((broker,)), map(receipts_topic_of, partners), TOPIC_SETTINGS)
    make_small_hub(database, partners)
    for number in range(30):
        for sender in partners:
            # Each names another's source as well, and is refused for it.
            take_in(database, sender, [nothing_to_report(partners[number % 3], number)])

    with publishing(publisher(database, broker, partners)):
        wait_until(nothing_waits(database), "all receipts are published")

    for one in partners:
        found = published(broker, one)
        assert {record.event["data"]["partner"] for record in found} == {one}
        assert [record.receipt for record in found] == written(database, one)


@pytest.mark.parametrize("edge", ["before-sending", "after-sending", "after-commit"])
def test_a_publisher_killed_at_any_edge_leaves_out_no_receipt(
    edge: str, broker: str, partner: str, database: Database, tmp_path: Path
) -> None:
    take_in(database, partner, [nothing_to_report(partner, number) for number in range(20)])
    orders = {"program": "publisher", "failpoint": [edge, "SIGKILL"]}

    with WorkerProcess(database, broker, [partner], tmp_path / "publisher.log", orders) as first:
        assert first.process.wait(30) == -signal.SIGKILL
    with publishing(publisher(database, broker, [partner])):
        wait_until(nothing_waits(database), "the second publisher has sent the rest")

    found = receipts_of(broker, partner)
    assert each_once(found) == written(database, partner)
    assert len(found) == (40 if edge == "after-sending" else 20)


def test_a_publisher_that_forgets_before_kafka_has_a_receipt_would_lose_it(
    broker: str, partner: str, database: Database, tmp_path: Path
) -> None:
    take_in(database, partner, [nothing_to_report(partner, number) for number in range(20)])
    orders = {"program": "publisher", "careless": True, "failpoint": ["before-sending", "SIGKILL"]}

    with WorkerProcess(database, broker, [partner], tmp_path / "publisher.log", orders) as first:
        first.process.wait(30)
    with publishing(publisher(database, broker, [partner])):
        wait_until(nothing_waits(database), "nothing waits any more")

    assert receipts_of(broker, partner) == []


def test_sigterm_under_load_ends_the_publisher_in_time_and_the_next_one_goes_on(
    broker: str, partner: str, database: Database, tmp_path: Path
) -> None:
    take_in(database, partner, [nothing_to_report(partner, number) for number in range(MANY)])

    with WorkerProcess(database, broker, [partner], tmp_path / "publisher.log", {"program": "publisher"}) as first:
        wait_until(lambda: status(database, receipts_topic_of(partner)) is not None, "it is at work")
        first.process.terminate()
        ended = first.process.wait(10)
    with publishing(publisher(database, broker, [partner])):
        wait_until(nothing_waits(database), "the second publisher has sent the rest")

    assert ended == 0
    assert each_once(receipts_of(broker, partner)) == written(database, partner)


def test_of_two_publishers_one_waits_so_that_nothing_is_sent_twice(
    broker: str, partner: str, database: Database
) -> None:
    with publishing(publisher(database, broker, [partner])), publishing(publisher(database, broker, [partner])):
        take_in(database, partner, [nothing_to_report(partner, number) for number in range(100)])
        wait_until(nothing_waits(database), "all receipts are published")

    assert receipts_of(broker, partner) == written(database, partner)


def test_a_topic_that_vanished_holds_up_its_own_partner_alone_until_it_is_there_again(
    broker: str, new_partner: NewPartner, database: Database
) -> None:
    gone, other = new_partner(), new_partner()
    servers = ConsumerSettings((broker,))
    create_topics(servers, [receipts_topic_of(gone), receipts_topic_of(other)], TOPIC_SETTINGS)
    make_small_hub(database, [gone, other])

    with publishing(publisher(database, broker, [gone, other])):
        take_in(database, gone, [nothing_to_report(gone, 0)])
        wait_until(nothing_waits(database), "the first receipt is published")
        delete_topic(broker, receipts_topic_of(gone))
        take_in(database, gone, [nothing_to_report(gone, number) for number in range(1, 4)])
        take_in(database, other, [nothing_to_report(other, number) for number in range(3)])
        wait_until(lambda: receipts_of(broker, other) == written(database, other), "the other's are published")
        wait_until(lambda: reported_state(database, receipts_topic_of(gone)) is FeedState.WAITING, "it is told")
        told = status(database, receipts_topic_of(gone))
        create_topics(servers, [receipts_topic_of(gone)], TOPIC_SETTINGS)
        wait_until(nothing_waits(database), "the rest is published")

    assert told is not None
    assert told.lag == 3
    assert each_once(receipts_of(broker, gone)) == written(database, gone)[1:]


def test_an_outage_of_kafka_is_waited_out(database: Database, tmp_path: Path) -> None:
    broker = kafka.start(tmp_path)
    create_topics(ConsumerSettings((broker,)), [receipts_topic_of("BANK")], TOPIC_SETTINGS)
    make_small_hub(database, ["BANK"])
    take_in(database, "BANK", [nothing_to_report("BANK", 0)])

    orders = {"program": "publisher"}
    with WorkerProcess(database, broker, ["BANK"], tmp_path / "publisher.log", orders) as worker:
        wait_until(nothing_waits(database), "it is at work")
        kafka.stop(tmp_path)
        take_in(database, "BANK", [nothing_to_report("BANK", number) for number in range(1, 40)])
        topic = receipts_topic_of("BANK")
        wait_until(lambda: reported_state(database, topic) is FeedState.WAITING, "the outage is told")
        kafka.start(tmp_path)
        wait_until(nothing_waits(database), "it is at work again")
        worker.process.terminate()
        ended = worker.process.wait(10)
    found = receipts_of(broker, "BANK")
    kafka.stop(tmp_path)

    assert (ended, each_once(found)) == (0, written(database, "BANK"))


def delete_topic(broker: str, topic: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=broker)
    admin.delete_topics([topic])
    admin.close()
