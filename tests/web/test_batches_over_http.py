"""Many slices in one request: each judged alone, all stored or none, one receipt for each in the order sent."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from payments_hub.contracts.batches import JSON_BATCH, MAX_BATCH_BYTES, MAX_MESSAGES, NDJSON
from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.store.session import Database
from tests.support.sender import SLICES, Sender, new_key
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.web import make_app

pytestmark = pytest.mark.database

PARTNER = "AEON-HP"
GOOD = [nothing_to_report(PARTNER, number) for number in range(1, 5)]


@pytest.fixture
def sender(database: Database) -> Iterator[Sender]:
    """Lend a partner's machine with a good key, and a hub that expects it."""
    make_small_hub(database, [PARTNER])
    with make_app(database).test_client() as client:
        yield Sender(client, new_key(database, PARTNER))


def lines(*bodies: bytes) -> bytes:
    return b"".join(body + b"\n" for body in bodies)


def listed(*bodies: bytes) -> bytes:
    return b"[" + b",".join(bodies) + b"]"


def told(text_: str) -> list[tuple[str, list[str], str]]:
    """Read the verdict, the codes and the line of each receipt of an answer."""
    receipts = json.loads(text_) if text_.startswith("[") else [json.loads(line) for line in text_.splitlines()]
    read = [ReceiptV1.model_validate(receipt) for receipt in receipts]
    return [(one.verdict, [f.code for f in one.findings], one.delivery.position.rpartition(":")[2]) for one in read]


@pytest.mark.parametrize(
    ("content_type", "write", "answered"),
    [(NDJSON, lines, NDJSON), (JSON_BATCH, listed, "application/json")],
    ids=["lines", "list"],
)
def test_each_message_has_its_receipt_in_the_order_sent(
    sender: Sender, database: Database, content_type: str, write: Any, answered: str
) -> None:
    body = write(GOOD[0], b"garbage", GOOD[1], GOOD[0], b'{"specversion":"1.0"}')

    answer = sender.post(body, content_type)

    assert (answer.status_code, answer.mimetype) == (200, answered)
    assert told(answer.text) == [
        ("ACCEPTED", [], "1"),
        ("REJECTED", ["E1001"], "2"),
        ("ACCEPTED", [], "3"),
        ("DUPLICATE", [], "4"),
        ("REJECTED", ["E1001"], "5"),
    ]
    assert verdicts(database, PARTNER) == {"ACCEPTED": 2, "REJECTED": 2, "DUPLICATE": 1}


def test_a_position_is_the_requests_id_and_the_line(sender: Sender, database: Database) -> None:
    answer = sender.post(lines(GOOD[0], b"", GOOD[1]), NDJSON)

    with database.transaction() as session:
        positions = list(session.scalars(text("SELECT position FROM delivery ORDER BY id")))
    assert positions == [f"{answer.headers['X-Request-Id']}:{number}" for number in (1, 3)]


def test_a_message_over_its_limit_is_its_own_rejection(sender: Sender) -> None:
    answer = sender.post(lines(GOOD[0], GOOD[1].ljust(262_145, b"x"), GOOD[2]), NDJSON)

    assert [verdict for verdict, _codes, _line in told(answer.text)] == ["ACCEPTED", "REJECTED", "ACCEPTED"]
    assert told(answer.text)[1][1] == ["E1003"]


def test_a_message_nested_too_deep_is_its_own_rejection(sender: Sender) -> None:
    answer = sender.post(lines(b"[" * 100_000, GOOD[0]), NDJSON)

    assert [(verdict, codes) for verdict, codes, _line in told(answer.text)] == [
        ("REJECTED", ["E1001"]),
        ("ACCEPTED", []),
    ]


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        (JSON_BATCH, b"{}", 400, "BATCH_NO_LIST"),
        (JSON_BATCH, listed(*GOOD)[:-1], 400, "BATCH_NO_LIST"),
        (JSON_BATCH, b"[" * 200, 400, "BATCH_TOO_DEEP"),
        (JSON_BATCH, listed(*[b"{}"] * (MAX_MESSAGES + 1)), 413, "BATCH_TOO_MANY"),
        (JSON_BATCH, b"[" + b" " * MAX_BATCH_BYTES, 413, "TOO_LARGE"),
        (NDJSON, b"\n", 400, "BATCH_NO_MESSAGE"),
        (NDJSON, b"{}\n" * (MAX_MESSAGES + 1), 413, "BATCH_TOO_MANY"),
    ],
    ids=["no list", "cut", "too deep", "too many elements", "too large", "no line", "too many lines"],
)
def test_a_batch_that_cannot_be_taken_apart_is_refused_whole(
    sender: Sender, database: Database, content_type: str, body: bytes, status: int, code: str
) -> None:
    answer = sender.post(body, content_type)

    assert (answer.status_code, (answer.json or {})["code"]) == (status, code)
    assert verdicts(database, PARTNER) == {}


def test_an_empty_list_is_answered_with_an_empty_list(sender: Sender) -> None:
    answer = sender.post(b"[]", JSON_BATCH)

    assert (answer.status_code, answer.json) == (200, [])


def test_a_thousand_messages_are_one_transaction(sender: Sender, database: Database) -> None:
    body = lines(*(nothing_to_report(PARTNER, number) for number in range(MAX_MESSAGES)))

    answer = sender.post(body, NDJSON)

    assert answer.status_code == 200
    assert verdicts(database, PARTNER) == {"ACCEPTED": MAX_MESSAGES}
    with database.transaction() as session:
        assert session.execute(text("SELECT count(DISTINCT xmin::text) FROM delivery")).scalar_one() == 1


def test_where_a_later_part_of_a_batch_fails_nothing_of_it_is_stored(sender: Sender, database: Database) -> None:
    with database.transaction() as session:
        # The first 250 messages are written, the next are not.
        session.execute(text("ALTER TABLE seen_event ADD CHECK (event_id <> 'AEON-HP-300')"))
    body = lines(*(nothing_to_report(PARTNER, number) for number in range(400)))

    answer = sender.post(body, NDJSON)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert verdicts(database, PARTNER) == {}


def test_a_batch_that_takes_too_long_is_not_stored_and_told_to_be_smaller(sender: Sender, database: Database) -> None:
    with database.transaction() as session:
        # What the server says of a transaction that passed its time.
        session.execute(
            text(
                "CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'late' USING ERRCODE = '57014'; END $$"
            )
        )
        session.execute(text("CREATE TRIGGER late BEFORE INSERT ON receipt EXECUTE FUNCTION late()"))

    batch, single = sender.post(lines(*GOOD), NDJSON), sender.post(GOOD[0])

    assert [(one.status_code, (one.json or {})["code"]) for one in (batch, single)] == [
        (503, "BATCH_TOO_SLOW"),
        (503, "AWAY"),
    ]
    assert "Retry-After" in batch.headers
    assert verdicts(database, PARTNER) == {}


def test_a_slice_is_the_same_event_in_every_form(sender: Sender) -> None:
    event = json.loads(GOOD[0])
    named = {f"ce_{name}": event[name] for name in ("specversion", "id", "source", "type", "time", "dataschema")}

    binary = sender.post(json.dumps(event["data"]).encode(), "application/json", **named)
    again = [
        sender.post(GOOD[0], "application/cloudevents+json").json,
        sender.post(GOOD[0], "application/json").json,
        json.loads(sender.post(lines(GOOD[0]), NDJSON).text),
        (sender.post(listed(GOOD[0]), JSON_BATCH).json or [])[0],
    ]

    assert (binary.status_code, (binary.json or {})["verdict"]) == (201, "ACCEPTED")
    first = (binary.json or {})["id"]
    assert [(one["verdict"], one["first_receipt"]) for one in again] == [("DUPLICATE", first)] * 4


def test_binary_mode_with_an_attribute_missing_is_rejected_by_its_name(sender: Sender) -> None:
    event = json.loads(GOOD[0])

    answer = sender.post(
        json.dumps(event["data"]).encode(), "application/json", ce_specversion="1.0", ce_type=event["type"]
    )

    assert answer.status_code == 422
    assert {finding["pointer"] for finding in (answer.json or {})["findings"]} >= {"/id", "/source", "/time"}


def test_a_batch_in_another_charset_or_packed_is_refused(sender: Sender, database: Database) -> None:
    answers = [
        sender.post(lines(GOOD[0]), f"{NDJSON}; charset=utf-16"),
        sender.post(lines(GOOD[0]), NDJSON, Content_Encoding="gzip"),
    ]

    assert [answer.status_code for answer in answers] == [415, 415]
    assert verdicts(database, PARTNER) == {}


def test_headers_of_a_batch_are_no_attributes_of_its_messages(sender: Sender) -> None:
    answer = sender.client.post(
        SLICES,
        data=lines(GOOD[0]),
        content_type=NDJSON,
        headers={"Authorization": f"Bearer {sender.key}", "ce-id": "another", "ce-specversion": "1.0"},
    )

    assert told(answer.text)[0][0] == "ACCEPTED"
