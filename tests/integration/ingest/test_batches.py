"""Batches: one after the other or all at once, receipts and rows, and messages made to break things."""

from typing import Any

import orjson
import pytest

from payments_hub.contracts.hashing import event_sha256
from payments_hub.domain.geography import load_schemes
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.errors import NotFoundError
from payments_hub.store.events import stored_event
from payments_hub.store.places import save_scheme
from payments_hub.store.session import Database
from tests.builders import PARTNER
from tests.support.hostile import HOSTILE, Hostile
from tests.support.hub import MARKET, RIVAL, SmallHub, arrival, nothing, report, small_hub, withdrawal
from tests.support.postgres import Server

pytestmark = pytest.mark.database

TWICE = report(2_000_000, id="twice")
STORY = (
    TWICE,
    report(3_000_000, revision=2),
    report(2_500_000, revision=1),
    TWICE,
    report(9_000_000, id="twice", revision=3),
    report(3_000_000, revision=3),
    withdrawal(revision=4),
    report(4_000_000, revision=2),
    nothing(revision=5),
    b"not JSON",
    report(5_000_000, revision=6, site=MARKET),
)
VERDICTS = [
    "ACCEPTED",
    "ACCEPTED",
    "SUPERSEDED",
    "DUPLICATE",
    "REJECTED",
    "NO_CHANGE",
    "ACCEPTED",
    "REJECTED",
    "ACCEPTED",
]
HEADS = """
SELECT place.code, head.revision, revision.revision, action, head.content_sha256 FROM slice_head AS head
JOIN place ON place.id = place_id JOIN slice_revision AS revision ON revision.id = head.content_revision_id ORDER BY 1
"""
RECEIPTS = """
SELECT receipt.id, verdict, partner.code, transport, position, received_at, encode(bytes_sha256, 'hex'), byte_count,
       source, event_id, flow, site, period, revision, known_at, first_receipt_id, current_revision, rules_version,
       findings, issued_at
FROM receipt JOIN delivery ON delivery.id = delivery_id JOIN partner ON partner.id = delivery.partner_id
ORDER BY delivery.id
"""


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def test_a_batch_is_judged_as_its_messages_one_by_one(postgres_server: Server) -> None:
    with postgres_server.migrated() as first, postgres_server.migrated() as second:
        together, apart = small_hub(first), small_hub(second)

        in_one = together.send(*STORY)
        one_by_one = [receipt for body in STORY for receipt in apart.send(body)]

        assert [receipt.verdict.value for receipt in in_one][:9] == VERDICTS
        assert [receipt.verdict for receipt in in_one] == [receipt.verdict for receipt in one_by_one]
        assert [receipt.findings for receipt in in_one] == [receipt.findings for receipt in one_by_one]
        assert together.rows(HEADS) == apart.rows(HEADS)


def test_every_receipt_equals_its_row(hub: SmallHub) -> None:
    receipts = hub.send(*STORY)

    assert hub.rows(RECEIPTS) == [
        (
            receipt.id,
            receipt.verdict.value,
            receipt.partner,
            receipt.delivery.transport.value,
            receipt.delivery.position,
            receipt.delivery.received_at,
            receipt.delivery.bytes_sha256,
            receipt.delivery.byte_count,
            receipt.source,
            receipt.event_id,
            receipt.key.flow,
            receipt.key.site,
            receipt.key.period,
            receipt.key.revision,
            receipt.known_at,
            receipt.first_receipt,
            receipt.current_revision,
            receipt.rules_version,
            orjson.loads(receipt.model_dump_json(include={"findings"}))["findings"],
            receipt.issued_at,
        )
        for receipt in receipts
    ]


def test_one_batch_may_bring_messages_of_several_partners(hub: SmallHub) -> None:
    mine, theirs = arrival(report(1_000_000)), arrival(report(2_000_000, partner=RIVAL), partner=RIVAL)
    false = arrival(report(1_000_000, revision=1), partner=RIVAL)

    receipts = hub.take(theirs, mine, false)

    assert [(receipt.partner, receipt.verdict.value) for receipt in receipts] == [
        (RIVAL, "ACCEPTED"),
        (PARTNER, "ACCEPTED"),
        (RIVAL, "REJECTED"),
    ]
    assert [finding.code for finding in receipts[2].findings] == ["E1101"]


def test_an_empty_batch_has_no_receipts(hub: SmallHub) -> None:
    assert hub.take() == []


def test_an_unknown_partner_is_a_fault_of_the_transport_and_stores_nothing(hub: SmallHub) -> None:
    with pytest.raises(NotFoundError):
        hub.take(arrival(report(1_000_000)), arrival(report(1_000_000), partner="NOBODY"))

    assert hub.number("SELECT count(*) FROM delivery") == 0


def test_every_hostile_message_is_refused_and_kept(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        for data in load_schemes():
            save_scheme(session, data)
    refused = [message for message in HOSTILE if message.verdict is Verdict.REJECTED]

    receipts = hub.take(
        *(arrival(message.body, headers=message.headers, content_type=message.content_type) for message in refused)
    )

    told = {
        message.id: (receipt.verdict, {finding.code for finding in receipt.findings} >= set(message.codes))
        for message, receipt in zip(refused, receipts, strict=True)
    }
    assert told == dict.fromkeys(told, (Verdict.REJECTED, True))
    assert hub.number("SELECT count(*) FROM quarantine") == len(refused) > 50


@pytest.mark.parametrize("message", [one for one in HOSTILE if one.verdict is Verdict.ACCEPTED], ids=lambda one: one.id)
def test_every_strange_message_without_fault_is_stored(hub: SmallHub, message: Hostile) -> None:
    (receipt,) = hub.take(arrival(message.body, headers=message.headers, content_type=message.content_type))

    with hub.database.transaction() as session:
        event = stored_event(session, hub.number("SELECT id FROM slice_revision"))
    assert receipt.verdict is Verdict.ACCEPTED
    assert hub.rows("SELECT event_sha256 FROM slice_revision") == [(event_sha256(event),)]


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": (("na\x00me", b"\x00"),)},
        {"headers": (("\ud800", b"x"),)},
        {"content_type": "application/\x00json"},
        {"content_type": "application/cloudevents+json; charset=\ud800"},
    ],
    ids=[
        "zero byte in a header's name",
        "half a character there",
        "zero byte in the type",
        "half a character there too",
    ],
)
def test_what_no_column_can_hold_is_kept_as_near_as_can_be(hub: SmallHub, changes: dict[str, Any]) -> None:
    (receipt,) = hub.take(arrival(b"not JSON", **changes))

    assert receipt.verdict is Verdict.REJECTED
    assert hub.number("SELECT count(*) FROM quarantine WHERE body = 'not JSON'") == 1
