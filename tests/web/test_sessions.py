"""Cookies, sessions and the guessing of passwords: nothing is planted, kept too long, or found out by trying."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from payments_hub.domain.people import Role
from payments_hub.services import people
from payments_hub.services.accounts import sign_in as prove
from payments_hub.services.password_links import make_link, set_password
from payments_hub.store.session import Database
from payments_hub.web.headers import CONTENT_SECURITY_POLICY
from tests.support.overviews import NOW
from tests.support.web import PASSWORD, SettableClock, add_person, form_secret, make_app, sign_in

pytestmark = [pytest.mark.database, pytest.mark.timeout(120)]

WRONG = "not the password"
PROXIED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.77"}
SAFE = {"GET", "HEAD", "OPTIONS"}


def cookies(answer: TestResponse) -> dict[str, set[str]]:
    """Read what an answer sets: each cookie's name and its attributes."""
    lines = [line.split("; ") for line in answer.headers.getlist("Set-Cookie")]
    return {parts[0].partition("=")[0]: set(parts[1:]) for parts in lines}


def guess(client: FlaskClient, secret: str, name: str, password: str = WRONG, **headers: str) -> int:
    form = {"csrf_token": secret, "username": name, "password": password}
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post("/sign-in", data=form, headers=told).status_code


def filled(rule: str) -> str:
    """Put something into a route's variables."""
    return re.sub(r"<[^>]+>", "1", rule)


def test_every_cookie_is_bound_to_this_host_and_to_tls_where_a_proxy_here_says_that_it_spoke_tls(app: Flask) -> None:
    client = app.test_client()

    shown = client.get("/sign-in", headers=PROXIED)
    chosen = client.get("/language/en", headers=PROXIED)

    assert cookies(shown).keys() == {"__Host-hub_forms"}
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= cookies(shown)["__Host-hub_forms"]
    assert {"Secure", "HttpOnly"} <= cookies(chosen)["hub_language"]


def test_what_a_caller_from_elsewhere_says_of_tls_is_hearsay(app: Flask) -> None:
    answer = app.test_client().get("/sign-in", headers=PROXIED, environ_overrides=ELSEWHERE)

    assert cookies(answer).keys() == {"hub_forms"}
    assert "Strict-Transport-Security" not in answer.headers


def test_a_session_over_tls_is_not_found_in_a_cookie_without_the_prefix(client: FlaskClient) -> None:
    sign_in(client)

    answer = client.get("/", headers=PROXIED)

    assert (client.get("/").status_code, answer.status_code) == (200, 303)


def test_signing_in_again_ends_the_session_that_the_browser_came_with(client: FlaskClient, app: Flask) -> None:
    sign_in(client)
    first = client.get_cookie("hub_session")
    secret = form_secret(client, "/account")
    client.post("/sign-in", data={"csrf_token": secret, "username": "lan", "password": PASSWORD})

    thief = app.test_client()
    thief.set_cookie("hub_session", "" if first is None else first.value)

    assert (thief.get("/").status_code, client.get("/").status_code) == (303, 200)


@pytest.mark.parametrize("change", ["role", "disabled", "link"])
def test_a_session_ends_when_the_account_changes_hands_or_rights(
    client: FlaskClient, database: Database, change: str
) -> None:
    sign_in(client)
    before = client.get("/").status_code

    with database.transaction() as session:
        match change:
            case "role":
                people.change_role(session, "lan", Role.OFFICER, None, by="account:mai", now=NOW)
            case "disabled":
                people.take_out(session, "lan", by="account:mai", now=NOW)
            case _:
                link = make_link(session, "lan", by="account:mai", now=NOW)
                set_password(session, link.token, "một câu khác hẳn câu trước", NOW)

    assert (before, client.get("/").status_code) == (200, 303)


def test_every_route_has_the_headers_that_keep_others_out(app: Flask) -> None:
    client = app.test_client()
    sign_in(client)
    paths = {filled(rule.rule) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}

    answers = {path: client.get(path, buffered=True) for path in sorted(paths)}

    bare = {path: answer for path, answer in answers.items() if not has_headers(path, answer)}
    assert len(answers) > 20
    assert bare == {}


def has_headers(path: str, answer: TestResponse) -> bool:
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    strict = policy == CONTENT_SECURITY_POLICY or policy.startswith("default-src 'none'")
    kept = headers.get("Cache-Control", "")
    private = path.startswith("/static") or "no-store" in kept or "private" in kept
    return (
        strict and private and headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY"
    )


def test_what_another_site_sends_changes_nothing_on_any_route(database: Database) -> None:
    add_person(database, role=Role.ADMINISTRATOR)
    app = make_app(database)
    client = app.test_client()
    sign_in(client)
    before = everything(database)
    machines = {"/api/v1"}
    sent = [
        (method, filled(rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - SAFE
        if not any(rule.rule.startswith(prefix) for prefix in machines)
    ]

    headers = {"Origin": "https://evil.example", "Referer": "https://evil.example/form"}
    statuses = {(method, path): client.open(path, method=method, headers=headers).status_code for method, path in sent}

    assert len(statuses) >= 15
    assert set(statuses.values()) <= {400, 403}
    assert statuses["POST", "/accounts/1/disable"] == statuses["POST", "/sign-out"] == 400
    assert everything(database) == before


def everything(database: Database) -> list[tuple[Any, ...]]:
    query = "SELECT (SELECT count(*) FROM audit_entry), (SELECT count(*) FROM web_session WHERE ended_at IS NULL)"
    with database.transaction() as session:
        return [tuple(row) for row in session.execute(text(query))]


def test_two_processes_allow_no_more_guesses_than_one(database: Database) -> None:
    add_person(database)
    clients = [make_app(database).test_client() for _process in range(2)]
    secrets = [form_secret(client) for client in clients]

    statuses = [
        guess(clients[number % 2], secrets[number % 2], "lan", X_Forwarded_For=f"203.0.113.{number}")
        for number in range(14)
    ]

    assert statuses == [422] * 10 + [429] * 4
    assert guess(clients[0], secrets[0], "lan", PASSWORD, X_Forwarded_For="203.0.113.200") == 429


def test_a_name_that_nobody_has_is_slowed_down_like_one_that_somebody_has(client: FlaskClient) -> None:
    secret = form_secret(client)

    answers = [
        [guess(client, secret, name, X_Forwarded_For=f"203.0.113.{number}") for number in range(12)]
        for name in ("lan", "lang")
    ]

    assert answers[0] == answers[1] == [422] * 10 + [429] * 2


def test_the_count_is_forgotten_after_a_quarter_of_an_hour(client: FlaskClient, clock: SettableClock) -> None:
    secret = form_secret(client)
    for _attempt in range(11):
        guess(client, secret, "lan")

    clock.pass_time(timedelta(minutes=15))

    assert sign_in(client).status_code == 303


def test_a_name_that_nobody_has_costs_as_much_work_as_one_that_somebody_has(database: Database) -> None:
    add_person(database)
    work(database, "warming up")

    known, unknown = (min(work(database, name) for _time in range(3)) for name in ("lan", "nobody"))

    assert 0.5 < unknown / known < 2


def work(database: Database, name: str) -> float:
    """Measure the processor's time of one refused sign-in: others on the machine do not lengthen it."""
    begun = time.thread_time()
    with database.transaction() as session:
        assert prove(session, name, "wrong", NOW) is None
    return time.thread_time() - begun


def test_no_password_that_was_typed_is_kept_anywhere(database: Database, client: FlaskClient) -> None:
    typed = "mật khẩu gõ nhầm ô tên"
    guess(client, form_secret(client), typed, "another one that is typed")

    with database.transaction() as session:
        kept = str(session.execute(text("SELECT s::text FROM security_event AS s")).all())

    assert (typed in kept, "another one" in kept) == (False, False)
