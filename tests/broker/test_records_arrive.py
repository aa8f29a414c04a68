"""Class A of the bad inputs: what can be wrong with a Kafka record itself arrives as it is, and holds up nothing."""

from collections.abc import Callable

import pytest

from consumers.topics import topic_of
from payments_hub.store.session import Database
from tests.support.consuming import ledger_worker, produce, producing, running, stored_position
from tests.support.ledger import Line, bodies, lines
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, pytest.mark.database]

NewPartner = Callable[..., str]


def read(database: Database, broker: str, partner: str, *, up_to: int) -> list[Line]:
    with running(ledger_worker(database, broker, lambda: [topic_of(partner)])):
        wait_until(lambda: stored_position(database, topic_of(partner)) == up_to, f"{partner} is read up to {up_to}")
    return lines(database, partner)


def test_a_tombstone_arrives_without_a_body_and_an_empty_record_with_an_empty_one(
    broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    partner = new_partner()
    with producing(broker) as producer:
        producer.send(topic_of(partner), None, key=b"key")
        producer.send(topic_of(partner), b"")

    read(ledger_database, broker, partner, up_to=2)

    assert bodies(ledger_database, partner) == [None, b""]


def test_a_record_belongs_to_its_topics_partner_whatever_its_key_says(
    broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    partner = new_partner()
    with producing(broker) as producer:
        producer.send(topic_of(partner), b"no key")
        producer.send(topic_of(partner), b"another's key", key=b"ANOTHER")
        producer.send(topic_of(partner), b"no text", key=b"\xff\xfe")

    found = read(ledger_database, broker, partner, up_to=3)

    assert [(line.partner, line.position) for line in found] == [
        (partner, f"feeds.{partner}-0-0"),
        (partner, f"feeds.{partner}-0-1"),
        (partner, f"feeds.{partner}-0-2"),
    ]


def test_headers_arrive_in_order_with_repeated_names_and_bytes_that_are_no_text(
    broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    partner = new_partner()
    headers = [("sig", b"one"), ("sig", b"\xff"), ("Content-Type", b"application/json"), ("empty", b"")]
    with producing(broker) as producer:
        producer.send(topic_of(partner), b"{}", headers=headers)

    found = read(ledger_database, broker, partner, up_to=1)

    assert [(line.headers, line.content_type) for line in found] == [(repr(tuple(headers)), "application/json")]


@pytest.mark.parametrize("milliseconds", [0, 9_999_999_999_999], ids=["in 1970", "in 2286"])
def test_a_records_own_time_decides_nothing(
    milliseconds: int, broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    partner = new_partner()
    with producing(broker) as producer:
        producer.send(topic_of(partner), b"odd", timestamp_ms=milliseconds)
        producer.send(topic_of(partner), b"next")

    read(ledger_database, broker, partner, up_to=2)

    assert bodies(ledger_database, partner) == [b"odd", b"next"]


def test_the_same_record_sent_twice_arrives_twice_for_ingest_to_judge(
    broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    partner = new_partner()
    produce(broker, topic_of(partner), [b"same", b"same"])

    found = read(ledger_database, broker, partner, up_to=2)

    assert [line.position for line in found] == [f"feeds.{partner}-0-0", f"feeds.{partner}-0-1"]


def test_a_record_larger_than_a_fetch_arrives_whole(
    broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    partner = new_partner(**{"max.message.bytes": "4000000"})
    large = bytes(range(256)) * 12_000
    produce(broker, topic_of(partner), [large, b"next"], max_request_size=4_000_000)

    read(ledger_database, broker, partner, up_to=2)

    assert bodies(ledger_database, partner) == [large, b"next"]


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_every_compression_that_a_partners_client_may_use_is_read(
    codec: str, broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    partner = new_partner()
    produce(broker, topic_of(partner), [b"packed" * 100], compression_type=codec)

    read(ledger_database, broker, partner, up_to=1)

    assert bodies(ledger_database, partner) == [b"packed" * 100]


def test_records_of_an_aborted_transaction_never_arrive_and_the_position_goes_past_every_marker(
    broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    partner = new_partner()
    topic = topic_of(partner)
    with producing(broker, transactional_id=partner) as producer:
        producer.init_transactions()
        for values, end in (
            ([b"gone"] * 5, producer.abort_transaction),
            ([b"kept"] * 3, producer.commit_transaction),
            ([b"gone"] * 2, producer.abort_transaction),
        ):
            producer.begin_transaction()
            for value in values:
                producer.send(topic, value)
            producer.flush()
            end()

    read(ledger_database, broker, partner, up_to=5 + 1 + 3 + 1 + 2 + 1)

    assert bodies(ledger_database, partner) == [b"kept"] * 3


def test_garbage_between_good_records_holds_up_none_of_them(
    broker: str, new_partner: NewPartner, ledger_database: Database
) -> None:
    partner, other = new_partner(), new_partner()
    values = [value for number in range(500) for value in (b"{}", b"\x00\xff garbage %d" % number)]
    produce(broker, topic_of(partner), values)
    produce(broker, topic_of(other), [b"{}"] * 500)

    with running(ledger_worker(ledger_database, broker, lambda: [topic_of(partner), topic_of(other)])):
        wait_until(lambda: stored_position(ledger_database, topic_of(partner)) == 1000, "the first is read")
        wait_until(lambda: stored_position(ledger_database, topic_of(other)) == 500, "the second is read")

    assert bodies(ledger_database, partner) == values
    assert len(bodies(ledger_database, other)) == 500
