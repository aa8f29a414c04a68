"""Keys by page: a partner sees and keeps its own alone, a secret is shown once, and what is typed stays text."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from payments_hub.domain.people import Role
from payments_hub.services.partners import KeyState, authenticate
from payments_hub.store.session import Database
from tests.support.overviews import NOW
from tests.support.sender import new_key
from tests.support.small_hub import make_small_hub
from tests.support.web import add_person, form_secret, make_app, sign_in

pytestmark = pytest.mark.database

PARTNER, RIVAL = "AEON-HP", "GO-HP"
KEY = re.compile(r"hp[0-9a-f]{12}\.[\w-]{43}")
NASTY = "<img src=x onerror=alert(1)>"


@pytest.fixture
def app(database: Database) -> Flask:
    """Lend an app with two partners, an account of the first, and an operator."""
    make_small_hub(database, [PARTNER, RIVAL])
    add_person(database, "aeon", Role.PARTNER, PARTNER)
    add_person(database, "minh", Role.OPERATOR)
    return make_app(database)


def browser(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    sign_in(client, username)
    return client


def post(client: FlaskClient, path: str, **form: Any) -> TestResponse:
    return client.post(path, data={"csrf_token": form_secret(client, "/account"), **form})


def key_in(answer: str) -> str | None:
    found = KEY.search(answer)
    return None if found is None else found[0]


def keys(database: Database) -> list[tuple[Any, ...]]:
    query = (
        "SELECT partner.code, label, scopes, expires_at::text, revoked_at IS NOT NULL FROM api_key"
        " JOIN partner ON partner.id = partner_id ORDER BY api_key.created_at, api_key.id"
    )
    with database.transaction() as session:
        return [tuple(row) for row in session.execute(text(query))]


def test_a_key_is_listed_with_its_last_day(app: Flask) -> None:
    client = browser(app, "aeon")
    post(client, "/keys", label="", scopes=["send"], last_day="31/12/2026", partner=PARTNER)

    page = client.get("/keys").text

    assert "hết ngày 31/12/2026" in page
    assert "1/1/2027" not in page


def test_the_keys_of_a_simulated_partner_wear_the_strip(app: Flask, database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE partner SET simulated = code = :partner"), {"partner": RIVAL})
    client = browser(app, "minh")

    simulated, true = (client.get(f"/keys?partner={code}").text for code in (RIVAL, PARTNER))

    assert ('class="simbar"' in simulated, 'class="simbar"' in true) == (True, False)


@pytest.mark.parametrize(("username", "linked"), [("aeon", 1), ("minh", 1), ("lan", 0)])
def test_who_deals_with_machines_finds_the_interface_in_the_footer(
    app: Flask, database: Database, username: str, linked: int
) -> None:
    add_person(database, "lan", Role.ANALYST)

    assert browser(app, username).get("/account").text.count('<a href="/api/v1/docs">API</a>') == linked


def test_a_partner_makes_a_key_for_itself_that_is_shown_once_and_works(app: Flask, database: Database) -> None:
    client = browser(app, "aeon")

    answer = post(client, "/keys", label="Máy 1", scopes=["send"], last_day="31/12/2026", partner=PARTNER)
    shown, again = (key_in(client.get(answer.location).text) for _look in range(2))

    assert (answer.status_code, again) == (303, None)
    assert keys(database) == [(PARTNER, "Máy 1", ["send"], "2026-12-31 17:00:00+00", False)]
    with database.transaction() as session:
        assert authenticate(session, shown or "", NOW).state is KeyState.GOOD


@pytest.mark.parametrize("partner", [RIVAL, "NOBODY-HP", "x\x07", "' OR 1=1 --"])
def test_another_partner_looks_like_one_that_is_not_there(app: Flask, database: Database, partner: str) -> None:
    client = browser(app, "aeon")

    answers = [
        client.get("/keys", query_string={"partner": partner}),
        post(client, "/keys", label="", scopes=["send"], partner=partner),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert keys(database) == []


def test_a_rivals_key_can_be_neither_seen_nor_revoked(app: Flask, database: Database) -> None:
    prefix = new_key(database, RIVAL).partition(".")[0]
    client = browser(app, "aeon")

    foreign = post(client, f"/keys/{prefix}/revoke")
    missing = post(client, "/keys/hp000000000000/revoke")

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert prefix not in client.get("/keys").text
    assert keys(database)[0][4] is False


def test_an_operator_makes_and_revokes_keys_of_any_partner(app: Flask, database: Database) -> None:
    client = browser(app, "minh")

    made = post(client, "/keys", label="", scopes=["send", "read"], last_day="", partner=RIVAL)
    shown = key_in(client.get(made.location).text) or ""
    revoked = post(client, f"/keys/{shown.partition('.')[0]}/revoke")

    assert (made.status_code, revoked.location) == (303, f"/keys?partner={RIVAL}&done=revoked")
    assert keys(database) == [(RIVAL, None, ["read", "send"], None, True)]
    assert "Lần gọi tiếp theo bằng khóa này bị từ chối" in client.get(revoked.location).text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"scopes": []}, "Hãy chọn ít nhất một việc"),
        ({"scopes": ["everything"]}, "Hãy chọn ít nhất một việc"),
        ({"label": "x" * 61}, "Tên gọi có nhiều nhất 60 ký tự"),
        ({"label": "a\x07b"}, "Tên gọi có nhiều nhất 60 ký tự"),
        ({"last_day": "31/12/2020"}, "Hãy gõ ngày từ hôm nay trở đi"),
        ({"last_day": "31/2/2027"}, "Hãy gõ ngày từ hôm nay trở đi"),
        ({"last_day": "2027-01-01"}, "Hãy gõ ngày từ hôm nay trở đi"),
        ({"last_day": "1/1/99999"}, "Hãy gõ ngày từ hôm nay trở đi"),
        ({"last_day": "31/12/9999"}, "Hãy gõ ngày từ hôm nay trở đi"),
    ],
)
def test_what_is_wrong_with_a_key_is_said_at_its_field(
    app: Flask, database: Database, changes: dict[str, Any], words: str
) -> None:
    client = browser(app, "aeon")
    form = {"label": "Máy 1", "scopes": ["send"], "last_day": "", "partner": PARTNER}

    answer = post(client, "/keys", **(form | changes))

    assert (answer.status_code, words in answer.text) == (422, True)
    assert keys(database) == []


def test_a_third_key_is_refused_with_advice(app: Flask, database: Database) -> None:
    new_key(database, PARTNER)
    new_key(database, PARTNER)
    client = browser(app, "aeon")

    answer = post(client, "/keys", label="", scopes=["send"], partner=PARTNER)

    assert (answer.status_code, "thu hồi khóa không còn dùng" in answer.text) == (409, True)
    assert len(keys(database)) == 2


def test_a_label_is_text_on_every_page(app: Flask) -> None:
    client = browser(app, "aeon")

    post(client, "/keys", label=NASTY, scopes=["send"], partner=PARTNER)

    page = client.get("/keys").text
    assert NASTY not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_an_officer_keeps_no_keys(app: Flask, database: Database) -> None:
    add_person(database, "lan", Role.OFFICER)

    assert browser(app, "lan").get("/keys").status_code == 403
