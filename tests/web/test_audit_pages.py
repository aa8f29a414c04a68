"""The audit log: who may read it, what it says, how it is narrowed, and that nothing in it acts on a page."""

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from payments_hub.domain.audit import Act
from payments_hub.domain.languages import Language
from payments_hub.domain.people import Role
from payments_hub.domain.security_events import Kind, SecurityEvent
from payments_hub.kernel.clock import local_day
from payments_hub.services.audit import record
from payments_hub.services.security_events import note
from payments_hub.store.session import Database
from payments_hub.web.audit.details import details_words
from payments_hub.web.audit.words import KIND_WORDS
from tests.builders import MALL
from tests.support.meddling import meddle
from tests.support.overviews import NOW
from tests.support.web import add_person, make_app, sign_in

pytestmark = pytest.mark.database

LISTS = ["/audit", "/audit.csv", "/audit/refusals", "/audit/refusals.csv"]
# Two accounts were created before.
EVERY_ACT = ["6", "5", "4", "3", "2", "1"]
TODAY = f"{local_day(NOW):%d/%m/%Y}"
PAYLOAD = "<img src=x onerror=alert(1)>"


@pytest.fixture
def app(database: Database) -> Flask:
    add_person(database, "vinh", Role.OPERATOR)
    add_person(database, "vera", Role.OPERATOR, language=Language.EN)
    for number in range(3):
        recorded(database, subject=f"POS_SALES/2026-0{number + 1}")
    recorded(database, actor="job:digesting", action="day_closed", subject="2026-07-03")
    with database.transaction() as session:
        note(session, SecurityEvent(Kind.ROLE, "account:bich", "AEON-HP", "203.0.113.9", "locks.lock"), NOW)
        note(session, SecurityEvent(Kind.KEY_UNKNOWN, address="203.0.113.10", folded=1_204), NOW + timedelta(days=1))
    return make_app(database)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    client = app.test_client()
    sign_in(client, "vinh")
    return client


def recorded(
    database: Database, actor: str = "account:lan", action: str = "period_locked", subject: str = "POS_SALES/2026-06"
) -> None:
    with database.transaction() as session:
        record(session, Act(actor, action, subject, {"reason": "Đã đối chiếu", "form": 1}), NOW)


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PARTNER])
@pytest.mark.parametrize("path", LISTS)
def test_operators_and_administrators_read_it_and_nobody_else(database: Database, role: Role, path: str) -> None:
    add_person(database, "ai", role)
    client = make_app(database).test_client()
    sign_in(client, "ai")

    status = client.get(path).status_code

    assert status == (200 if role in {Role.OPERATOR, Role.ADMINISTRATOR} else 403)


def test_an_act_is_told_in_words(client: FlaskClient) -> None:
    text = client.get("/audit").text

    assert "Tài khoản lan" in text
    assert "Khóa kỳ" in text
    assert "lý do: Đã đối chiếu" in text
    assert "Dòng này không còn như khi ghi" not in text


def test_an_act_is_told_in_english_to_who_reads_it(app: Flask) -> None:
    client = app.test_client()
    sign_in(client, "vera")

    text = client.get("/audit").text

    assert "Locked a period" in text
    assert "reason: Đã đối chiếu" in text


def test_refusals_are_told_with_those_that_were_folded(client: FlaskClient) -> None:
    text = client.get("/audit/refusals").text

    assert "Vai trò không được làm việc đó" in text
    assert "và 1.204 lần giống vậy ngay trước đó" in text


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, EVERY_ACT),
        ({"what": "day_closed"}, ["6"]),
        ({"who": "LAN"}, ["5", "4", "3"]),
        ({"who": "%"}, []),
        ({"day": TODAY}, EVERY_ACT),
        ({"day": "1/1/2026"}, []),
        ({"day": "hôm qua"}, EVERY_ACT),
        ({"what": "nothing"}, []),
    ],
    ids=["all", "action", "actor", "wildcard", "day", "other day", "no day", "no such action"],
)
def test_acts_are_narrowed(client: FlaskClient, query: dict[str, str], numbers: list[str]) -> None:
    text = client.get("/audit.csv", query_string=query).text

    assert [row[0] for row in rows(text)[1:]] == numbers


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ({}, ["key_unknown", "role"]),
        ({"what": "role"}, ["role"]),
        ({"who": "bich"}, ["role"]),
        ({"who": "113.10"}, ["key_unknown"]),
        ({"day": TODAY}, ["role"]),
    ],
    ids=["all", "kind", "actor", "address", "day"],
)
def test_refusals_are_narrowed(client: FlaskClient, query: dict[str, str], kinds: list[str]) -> None:
    text = client.get("/audit/refusals.csv", query_string=query).text

    assert [row[2] for row in rows(text)[1:]] == kinds


def test_what_is_no_day_is_told_at_the_field_and_kept(client: FlaskClient) -> None:
    text = client.get("/audit", query_string={"day": "hôm qua"}).text

    assert "“hôm qua” chưa đọc được" in text
    assert 'value="hôm qua"' in text


@pytest.mark.parametrize("path", ["/audit", "/audit/refusals"])
@pytest.mark.parametrize("behind", ["-1", "x", "9" * 40, "٣"])
def test_a_forged_cursor_shows_the_first_page(client: FlaskClient, path: str, behind: str) -> None:
    assert client.get(path, query_string={"behind": behind}).text.count("<tr>") > 1


def test_pages_follow_one_another_to_the_first_act(database: Database, client: FlaskClient) -> None:
    for number in range(60):
        recorded(database, subject=f"số-{number:02}")

    first = client.get("/audit").text
    second = client.get("/audit", query_string={"behind": "17"}).text

    assert 'href="/audit?behind=17" rel="next"' in first
    assert first.count("số-") == 50
    assert (second.count("số-"), 'rel="next"' in second) == (10, False)


def test_a_line_that_was_changed_says_so(database: Database, client: FlaskClient) -> None:
    meddle(database, "UPDATE audit_entry SET actor = 'account:an' WHERE number = 4")

    text = client.get("/audit").text

    assert text.count("Dòng này không còn như khi ghi") == 1


def test_nothing_in_it_is_markup(database: Database, client: FlaskClient) -> None:
    recorded(database, actor=f"account:{PAYLOAD}", action=PAYLOAD, subject=PAYLOAD)

    text = client.get("/audit", query_string={"who": PAYLOAD}).text

    assert PAYLOAD not in text
    assert "&lt;img" in text


def test_the_file_has_every_act_with_its_hashes_and_no_formula(database: Database, client: FlaskClient) -> None:
    recorded(database, subject="=HYPERLINK(1)")

    answer = client.get("/audit.csv")

    table = rows(answer.text)
    assert answer.text.startswith("\ufeff")
    assert table[1][4] == "'=HYPERLINK(1)"
    assert [row[6] for row in table[1:-1]] == [row[7] for row in table[2:]]


def test_what_is_recorded_of_a_closed_site_and_of_a_key_is_in_words(database: Database, client: FlaskClient) -> None:
    key = {"scopes": "read send", "expires_at": "2026-12-31T17:00:00Z"}
    with database.transaction() as session:
        record(session, Act("account:lan", "site_closed", MALL, {"first": "2026-07-03", "last": "2026-07-05"}), NOW)
        record(session, Act("account:lan", "key_made", "AEON-HP/abc", key), NOW)
        record(session, Act("account:lan", "account_created", "mai", {"role": "analyst"}), NOW)

    text = client.get("/audit").text

    assert "từ ngày: 3/7/2026; đến hết ngày: 5/7/2026" in text
    assert "hết hạn: 1/1/2027 00:00; quyền: đọc biên nhận và danh mục, gửi số liệu" in text
    assert "vai trò: Phân tích viên" in text


def test_how_a_replay_was_chosen_is_in_words() -> None:
    chosen: dict[str, str | int | None] = {"selection": "all rejected of AEON-HP code E2101 got X 1", "settled": 12_345}

    said = details_words("deliveries_replayed", chosen, Language.EN)

    assert said == "chosen by: all rejected messages of AEON-HP with code E2101 that say “X 1”; settled: 12,345"


def test_every_kind_of_refusal_has_words() -> None:
    assert KIND_WORDS.keys() == set(Kind)
