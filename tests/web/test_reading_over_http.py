"""What a partner's machine reads: its own alone, without missing anything, and only once more where nothing is new."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.keys import KeyScope, KeyTerms
from payments_hub.domain.people import Role
from payments_hub.ingest.decisions import Decision, release
from payments_hub.store.session import Database
from payments_hub.web.api.v1.code_lists import CODE_LISTS
from payments_hub.web.app import create_app
from tests.builders import MALL, NOW, PARTNER
from tests.support.hub import EAST, MARKET, RIVAL, WEST, SmallHub, nothing, report, small_hub, withdrawal
from tests.support.repository import ROOT
from tests.support.sender import Sender, new_key
from tests.support.web import SettableClock, add_person, make_hub, sign_in

pytestmark = pytest.mark.database

DAYS = [f"2026-06-{day:02}" for day in range(1, 11)]
READS = ["receipts", "code-lists", "code-lists/places", "obligations", "me", "schemas/slice-1.0.0.schema.json"]


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


@pytest.fixture
def client(hub: SmallHub) -> Iterator[FlaskClient]:
    with create_app(make_hub(hub.database, SettableClock(NOW))).test_client() as made:
        yield made


@pytest.fixture
def partner(hub: SmallHub, client: FlaskClient) -> Sender:
    return Sender(client, new_key(hub.database, PARTNER))


@pytest.fixture
def rival(hub: SmallHub, client: FlaskClient) -> Sender:
    return Sender(client, new_key(hub.database, RIVAL))


def get(sender: Sender, path: str, **headers: str) -> TestResponse:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return sender.client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {sender.key}", **more})


def read(sender: Sender, path: str) -> dict[str, Any]:
    answer = get(sender, path)
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def read_on(sender: Sender, cursor: str | None, query: str = "limit=3") -> tuple[list[str], str]:
    """Follow the cursor until nothing more is there."""
    ids: list[str] = []
    while True:
        page = read(sender, f"receipts?{query}" + (f"&since={cursor}" if cursor else ""))
        ids += [receipt["id"] for receipt in page["receipts"]]
        cursor = page["next"]
        if not page["has_more"]:
            return ids, str(cursor)


def test_a_receipt_is_read_as_it_was_given(hub: SmallHub, partner: Sender) -> None:
    [given] = hub.send(report(1_000_000, site="MALL-9999"))

    kept = get(partner, f"receipts/{given.id}")

    assert ReceiptV1.model_validate_json(kept.data) == given
    assert given.findings[0].code == "E2101"


@pytest.mark.parametrize("number", [1, 2, 7])
def test_a_machine_that_follows_the_cursor_misses_none_and_sees_none_twice(
    hub: SmallHub, partner: Sender, number: int
) -> None:
    first = [receipt.id for day in DAYS for receipt in hub.send(report(1_000_000, period=day))]
    seen, cursor = read_on(partner, None, f"limit={number}")

    later = [receipt.id for day in DAYS for receipt in hub.send(report(2_000_000, period=day, revision=1))]
    seen_later, _cursor = read_on(partner, cursor, f"limit={number}")

    assert (seen, seen_later) == (first, later)


def test_the_cursor_goes_on_also_where_a_filter_found_nothing(hub: SmallHub, partner: Sender) -> None:
    empty = read(partner, "receipts")
    hub.send(report(1_000_000))
    nothing_rejected = read(partner, f"receipts?verdict=REJECTED&since={empty['next']}")
    hub.send(b"garbage")

    found = read(partner, f"receipts?verdict=REJECTED&since={nothing_rejected['next']}")

    assert (empty["receipts"], nothing_rejected["receipts"]) == ([], [])
    assert [receipt["verdict"] for receipt in found["receipts"]] == ["REJECTED"]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("flow=POS_SALES", 3),
        (f"site={MARKET}", 1),
        ("period=2026-06-01", 1),
        ("verdict=REJECTED", 1),
        (f"flow=POS_SALES&site={MALL}&period=2026-06-02&verdict=ACCEPTED", 1),
        ("flow=MM_P2M", 0),
    ],
)
def test_receipts_are_found_by_what_the_message_named(hub: SmallHub, partner: Sender, query: str, count: int) -> None:
    hub.send(report(1_000_000, period="2026-06-01"), report(1_000_000, period="2026-06-02"), b"garbage")
    hub.send(nothing(site=MARKET))

    assert len(read(partner, f"receipts?{query}")["receipts"]) == count


def test_all_that_became_of_a_slice_is_read_by_its_key(hub: SmallHub, partner: Sender) -> None:
    first = report(1_000_000)
    hub.send(first, report(2_000_000, revision=1), first, withdrawal(revision=2))
    hub.send(report(9_000_000, period="2026-06-01"))

    found = read(partner, f"receipts?flow=POS_SALES&site={MALL}&period=2026-07-03")["receipts"]

    assert [(one["verdict"], one["key"]["revision"], one["current_revision"]) for one in found] == [
        ("ACCEPTED", "0", 0),
        ("ACCEPTED", "1", 1),
        ("DUPLICATE", "0", None),
        ("ACCEPTED", "2", 2),
    ]


def test_of_a_delivery_answered_twice_the_latest_alone_can_be_asked_for(hub: SmallHub, partner: Sender) -> None:
    held, released = held_and_released(hub)

    every = [receipt["id"] for receipt in read(partner, "receipts")["receipts"]]
    latest = [receipt["id"] for receipt in read(partner, "receipts?latest=true")["receipts"]]
    links = [get(partner, f"receipts/{one}").headers["Link"] for one in (held, released)]

    assert (every, latest) == ([held, released], [released])
    assert links == [
        f'</api/v1/receipts/{released}>; rel="successor-version"',
        f'</api/v1/receipts/{held}>; rel="predecessor-version"',
    ]


def held_and_released(hub: SmallHub) -> tuple[str, str]:
    """Have a slice held by a lock and let in by an officer; tell both receipts."""
    hub.rows(
        "INSERT INTO period_lock (flow, frequency, start, last, reason, locked_by, locked_at) "
        "VALUES ('POS_SALES', 'M', '2026-07-01', '2026-07-31', 'closed', 'account:lan', now()) RETURNING id"
    )
    [held] = hub.send(report(1_000_000))
    with hub.database.transaction() as session:
        [delivery] = [row[0] for row in hub.rows("SELECT id FROM delivery")]
        reference = hub.references.current(session)
        [let_in] = release(session, [delivery], Decision("account:lan", "late"), reference=reference, clock=hub.clock)
    return held.id, let_in.id


def test_a_foreign_receipt_is_not_there_as_one_that_never_was(hub: SmallHub, rival: Sender) -> None:
    [receipt] = hub.send(report(1_000_000))

    foreign, unknown = get(rival, f"receipts/{receipt.id}"), get(rival, "receipts/01KWJMCV00NEVERWASNEVERWAS")
    cursors = [get(rival, f"receipts?since={one}") for one in (receipt.id, "01KWJMCV00NEVERWASNEVERWAS")]

    assert (foreign.status_code, unknown.status_code) == (404, 404)
    assert without_id(foreign) == without_id(unknown)
    assert [one.status_code for one in cursors] == [404, 404]
    assert without_id(cursors[0]) == without_id(cursors[1])


def without_id(answer: TestResponse) -> dict[str, Any]:
    return {name: value for name, value in (answer.json or {}).items() if name != "request_id"}


def test_no_read_holds_anything_of_another_partner(hub: SmallHub, partner: Sender, rival: Sender) -> None:
    hub.send(report(7_770_000, period="2026-06-01"))
    lists = [f"code-lists/{name}" for name in CODE_LISTS]

    answers = {path: get(rival, path).text for path in [*READS, *lists]}

    assert {path for path, text in answers.items() if PARTNER in text} == set()
    assert any(PARTNER in get(partner, path).text for path in answers)


@pytest.mark.parametrize("path", READS)
def test_a_key_without_the_right_to_read_is_refused(hub: SmallHub, client: FlaskClient, path: str) -> None:
    sends_only = Sender(client, new_key(hub.database, PARTNER, KeyTerms(scopes=frozenset({KeyScope.SEND}))))

    answer = get(sends_only, path)

    assert (answer.status_code, (answer.json or {})["code"]) == (403, "SCOPE_NEEDED")


@pytest.mark.parametrize("path", READS)
def test_a_persons_session_is_no_key(hub: SmallHub, client: FlaskClient, path: str) -> None:
    add_person(hub.database, role=Role.ADMINISTRATOR)
    sign_in(client)

    assert client.get(f"/api/v1/{path}").status_code == 401


@pytest.mark.parametrize("path", [*READS, "openapi.json"])
def test_what_is_known_is_not_sent_again(partner: Sender, path: str) -> None:
    first = get(partner, path)

    again = get(partner, path, If_None_Match=first.headers["ETag"])

    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_new_receipt_changes_the_tag(hub: SmallHub, partner: Sender) -> None:
    tag = get(partner, "receipts").headers["ETag"]
    hub.send(report(1_000_000))

    assert get(partner, "receipts", If_None_Match=tag).status_code == 200


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("limit=0", {"limit"}),
        ("limit=501", {"limit"}),
        ("limit=1_0", {"limit"}),
        ("limit=%D9%A3", {"limit"}),
        ("verdict=ACCEPTED&verdict=REJECTED", {"verdict"}),
        ("verdict=accepted", {"verdict"}),
        ("latest=1", {"latest"}),
        ("flow=ACQ", {"flow"}),
        ("flow=pos_sales&period=2026-13", {"flow", "period"}),
        ("period=2026-02-30", {"period"}),
        ("partner=GO-HP", {"partner"}),
        ("Flow=POS_SALES&limit=x&a=1&a=2", {"Flow", "limit", "a"}),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(partner: Sender, query: str, named: set[str]) -> None:
    answer = get(partner, f"receipts?{query}")

    problem = answer.json or {}
    assert (answer.status_code, problem["code"]) == (400, "BAD_PARAMETERS")
    assert {fault["field"] for fault in problem["fields"]} == named


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ("flow=ACQ", "ACQ_P2M"),
        ("verdict=accepted", "ACCEPTED"),
        ("latest=1", "true"),
        ("limit=501", "500"),
        ("limit=0", "1"),
        ("period=2026-13", "2026-Q3"),
        ("since=%2B", "{1,64}"),
    ],
)
def test_what_is_allowed_is_named_in_both_languages(partner: Sender, query: str, allowed: str, language: str) -> None:
    problem = get(partner, f"receipts?{query}", Accept_Language=language).json or {}

    assert allowed in problem["fields"][0]["message"]


def test_the_vietnamese_of_an_error_is_sent_as_it_is_read(partner: Sender) -> None:
    answer = get(partner, "receipts?flow=ACQ", Accept_Language="vi")

    assert "Giá trị không hợp lệ: dùng".encode() in answer.data
    assert "hoặc" in answer.text
    assert answer.mimetype == "application/json"


@pytest.mark.parametrize("path", ["receipts/%00", "receipts/..", "code-lists/nothing", "schemas/..%2f__init__.py"])
def test_what_is_not_there_is_told_in_the_one_shape(partner: Sender, path: str) -> None:
    answer = get(partner, path)

    assert (answer.status_code, (answer.json or {})["code"]) == (404, "NOT_FOUND")


def test_the_lists_hold_the_codes_of_the_contract(partner: Sender) -> None:
    names = [one["name"] for one in read(partner, "code-lists")["lists"]]
    lists = {name: read(partner, f"code-lists/{name}")["codes"] for name in names}

    assert names == list(CODE_LISTS)
    assert all(code["title"]["vi"] and code["title"]["en"] for codes in lists.values() for code in codes)
    assert [code["code"] for code in lists["places"]] == sorted([MALL, MARKET, WEST, EAST])
    assert {"CARD", "CASH"} <= {code["code"] for code in lists["instruments"]}


def test_ones_own_obligations_are_read(partner: Sender) -> None:
    owed = read(partner, "obligations")["obligations"]

    assert [(one["flow"], one["site"], one["frequency"]) for one in owed] == [
        ("ACQ_P2M", WEST, "month"),
        ("ACQ_P2M", EAST, "month"),
        ("POS_SALES", MALL, "day"),
        ("POS_SALES", MARKET, "day"),
    ]


def test_a_machine_learns_who_it_is_and_what_it_may(partner: Sender) -> None:
    me = read(partner, "me")

    assert (me["partner"], me["source"]) == (PARTNER, f"urn:hp:partner:{PARTNER}")
    assert me["key"] == {"prefix": partner.key.partition(".")[0], "scopes": ["read", "send"]}
    assert partner.key.partition(".")[2] not in json.dumps(me)


def test_a_published_schema_is_served_as_it_stands(partner: Sender) -> None:
    published = ROOT / "payments_hub/contracts/published/receipt-1.0.0.schema.json"

    assert get(partner, "schemas/receipt-1.0.0.schema.json").data == published.read_bytes()
