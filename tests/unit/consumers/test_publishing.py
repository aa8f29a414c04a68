import json
from datetime import UTC, datetime

import pytest

from consumers.publishing import first_batch
from consumers.settings import BATCH_BYTES, ConsumerSettings, producer_options
from consumers.topics import all_topics_of, receipts_topic_of
from payments_hub.contracts.findings import GOT_LENGTH, Severity, Side
from payments_hub.contracts.receipt_v1 import DeliveryV1, FindingV1, ReceiptV1, SliceKeyV1
from payments_hub.contracts.writing import receipt_bytes, receipt_partition_key
from payments_hub.domain.verdicts import Transport, Verdict
from payments_hub.store.outbox import WaitingReceipt

AT = datetime(2026, 7, 5, 3, tzinfo=UTC)
FINDING = FindingV1(code="E2101", severity=Severity.ERROR, pointer="/data", side=Side.BOTH, text_vi="ư", text_en="e")


def receipt(id_: str = "01J9", key: SliceKeyV1 | None = None, findings: tuple[FindingV1, ...] = ()) -> ReceiptV1:
    delivery = DeliveryV1(transport=Transport.HTTP, position="r-1", received_at=AT, bytes_sha256="0" * 64, byte_count=2)
    return ReceiptV1(
        id=id_,
        issued_at=AT,
        verdict=Verdict.REJECTED,
        partner="BIDV",
        delivery=delivery,
        key=key or SliceKeyV1(),
        rules_version="1.0.0",
        findings=findings,
    )


def waiting(count: int, findings: tuple[FindingV1, ...] = ()) -> list[WaitingReceipt]:
    return [WaitingReceipt(number, receipt(f"id-{number}", findings=findings)) for number in range(count)]


def test_a_receipts_topic_is_named_after_its_partner_beside_the_feeds() -> None:
    assert receipts_topic_of("BIDV") == "receipts.BIDV"
    assert all_topics_of(["BIDV", "VCB"]) == {"feeds.BIDV", "receipts.BIDV", "feeds.VCB", "receipts.VCB"}


def test_small_receipts_go_into_one_batch() -> None:
    assert [one.number for one in first_batch(waiting(500))] == list(range(500))


def test_a_batch_stays_below_what_a_broker_takes_at_once() -> None:
    batch = first_batch(waiting(40, findings=(FINDING,) * 200))

    assert 1 < len(batch) < 40
    assert sum(len(one.letter.value) for one in batch) <= BATCH_BYTES


def test_the_longest_receipt_fits_into_a_batch() -> None:
    wide = "\U00020000"
    finding = FINDING.model_copy(
        update={
            "pointer": wide * 120,
            "got": wide * GOT_LENGTH,
            "allowed": ("CODE_OF_FORTY_LETTERS_OR_NEARLY_SO",) * 13,
            "text_vi": wide * (2 * GOT_LENGTH + 200),
            "text_en": wide * (2 * GOT_LENGTH + 200),
        }
    )

    assert len(receipt_bytes(receipt(findings=(finding,) * 200))) < BATCH_BYTES


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (SliceKeyV1(flow="POS_SALES", site="MALL-0021", period="2026-07-03"), "BIDV|POS_SALES|MALL-0021|2026-07-03"),
        (SliceKeyV1(flow="POS_SALES", period="2026-07-03"), "01J9"),
        (SliceKeyV1(), "01J9"),
    ],
    ids=["a slice", "a message without a site", "garbage"],
)
def test_a_record_is_keyed_by_its_slice_or_else_by_its_receipt(key: SliceKeyV1, expected: str) -> None:
    assert receipt_partition_key(receipt(key=key)) == expected


def test_a_receipt_is_sent_as_an_event_whose_data_is_the_receipt() -> None:
    made = receipt(findings=(FINDING,))

    event = json.loads(receipt_bytes(made))

    assert (event["specversion"], event["id"], event["time"]) == ("1.0", "01J9", "2026-07-05T03:00:00Z")
    assert event["dataschema"] == made.schema_id
    assert ReceiptV1.model_validate(event["data"]) == made


def test_nothing_counts_as_sent_before_every_replica_has_it_and_waiting_ends_before_the_transaction() -> None:
    options = producer_options(ConsumerSettings(("localhost:9092",)))

    assert (options["acks"], options["enable_idempotence"]) == ("all", True)
    assert options["delivery_timeout_ms"] == 8000
