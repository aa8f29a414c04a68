"""Every refusal of the web leaves a security event, whatever became of the request's own transaction."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from payments_hub.domain.keys import KeyScope, KeyTerms
from payments_hub.domain.people import Action, Role
from payments_hub.services.partners import revoke_key
from payments_hub.store.session import Database
from payments_hub.web.access import declare_access, needs
from tests.support.overviews import NOW
from tests.support.sender import CLOUDEVENTS, SLICES, new_key
from tests.support.small_hub import make_small_hub
from tests.support.web import SettableClock, add_person, form_secret, make_app, sign_in

pytestmark = pytest.mark.database

PARTNER = "AEON-HP"
HERE = "127.0.0.1"
READ_ALONE = KeyTerms(scopes=frozenset({KeyScope.READ}))
Events = list[dict[str, Any]]


@pytest.fixture
def clock() -> SettableClock:
    """Lend the clock of the app."""
    return SettableClock()


@pytest.fixture
def client(database: Database, clock: SettableClock) -> FlaskClient:
    """Lend a browser of an app with one partner, whose routes for keys and audit are open to administrators alone."""
    make_small_hub(database, [PARTNER])
    add_person(database)
    app = make_app(database, clock=clock)
    for method in ("GET", "POST"):
        app.add_url_rule("/kept-closed", f"closed_{method}", lambda: "seen", methods=[method])
        declare_access(app, f"closed_{method}", needs(Action.MANAGE_ACCOUNTS))
    return app.test_client()


def events(database: Database) -> Events:
    query = "SELECT kind, actor, partner, address, endpoint, folded FROM security_event ORDER BY id"
    with database.transaction() as session:
        return [dict(row) for row in session.execute(text(query)).mappings()]


def one(kind: str, endpoint: str, actor: str | None = None, partner: str | None = None, folded: int = 0) -> Events:
    where = {"address": HERE, "endpoint": endpoint}
    return [{"kind": kind, "actor": actor, "partner": partner, **where, "folded": folded}]


def post_slice(client: FlaskClient, key: str | None, **asked: Any) -> int:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return client.post(SLICES, **({"headers": headers, "content_type": CLOUDEVENTS, "data": b"{}"} | asked)).status_code


def revoked(database: Database) -> str:
    key = new_key(database, PARTNER)
    with database.transaction() as session:
        revoke_key(session, key.partition(".")[0], NOW)
    return key


@pytest.mark.parametrize(("key", "kind"), [(None, "key_missing"), ("hp000000000000.guess", "key_unknown")])
def test_a_call_without_a_good_key_is_kept_without_what_was_given(
    database: Database, client: FlaskClient, key: str | None, kind: str
) -> None:
    status = post_slice(client, key)

    assert (status, events(database)) == (401, one(kind, "api_v1.receive"))


@pytest.mark.parametrize(
    ("make", "status", "kind"),
    [
        (revoked, 401, "key_revoked"),
        (lambda database: new_key(database, PARTNER, READ_ALONE), 403, "key_scope"),
    ],
    ids=["revoked", "scope"],
)
def test_a_key_whose_secret_was_given_is_named(
    database: Database, client: FlaskClient, make: Callable[[Database], str], status: int, kind: str
) -> None:
    key = make(database)

    answered = post_slice(client, key)

    named = f"key:{key.partition('.')[0]}"
    assert (answered, events(database)) == (status, one(kind, "api_v1.receive", named, PARTNER))


def test_a_key_that_has_expired_is_named(database: Database, client: FlaskClient, clock: SettableClock) -> None:
    key = new_key(database, PARTNER, KeyTerms(expires_at=NOW + timedelta(seconds=1)))
    clock.pass_time(timedelta(minutes=1))

    post_slice(client, key)

    named = f"key:{key.partition('.')[0]}"
    assert events(database) == one("key_expired", "api_v1.receive", named, PARTNER)


def test_a_key_in_the_address_is_told_as_disclosed(database: Database, client: FlaskClient) -> None:
    key = new_key(database, PARTNER)

    status = post_slice(client, key, query_string={"api_key": key})

    named = f"key:{key.partition('.')[0]}"
    assert (status, events(database)) == (400, one("key_in_address", "api_v1.receive", named, PARTNER))


@pytest.mark.parametrize(
    ("asked", "status", "kind"),
    [({"content_type": "text/plain"}, 415, "content_type"), ({"data": b"x" * 300_000}, 413, "too_large")],
    ids=["content type", "size"],
)
def test_what_is_refused_before_it_is_decoded_is_kept(
    database: Database, client: FlaskClient, asked: dict[str, Any], status: int, kind: str
) -> None:
    answered = post_slice(client, new_key(database, PARTNER), **asked)

    assert (answered, events(database)) == (status, one(kind, "api_v1.receive", None, PARTNER))


@pytest.mark.parametrize(
    ("username", "actor"),
    [
        ("lan", "account:lan"),
        ("ngày mai trời lại sáng", "stranger:[0-9a-f]{16}"),
    ],
)
def test_a_sign_in_that_failed_names_an_account_that_there_is_and_nothing_else_that_was_typed(
    database: Database, client: FlaskClient, username: str, actor: str
) -> None:
    sign_in(client, username, "wrong")

    [kept] = events(database)
    assert re.fullmatch(actor, kept.pop("actor"))
    assert [kept | {"actor": None}] == one("sign_in", "accounts.enter")


def test_a_role_that_may_not_is_kept_with_the_account(database: Database, client: FlaskClient) -> None:
    sign_in(client)

    status = client.get("/kept-closed").status_code

    assert (status, events(database)) == (403, one("role", "closed_GET", "account:lan"))


def test_who_asks_for_the_machines_numbers_from_elsewhere_is_kept(database: Database, client: FlaskClient) -> None:
    status = client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code

    assert (status, [event["kind"] for event in events(database)]) == (403, ["elsewhere"])


def test_a_form_without_its_secret_is_kept(database: Database, client: FlaskClient) -> None:
    client.post("/sign-in", data={"username": "lan"})

    assert events(database) == one("form", "accounts.enter")


def test_opening_a_page_without_having_signed_in_is_no_refusal(database: Database, client: FlaskClient) -> None:
    client.get("/")

    assert events(database) == []


def test_a_change_that_is_asked_for_without_a_session_is_kept(database: Database, client: FlaskClient) -> None:
    client.post("/kept-closed")

    assert events(database) == one("session_missing", "closed_POST")


def test_a_session_that_has_ended_is_kept(database: Database, client: FlaskClient, clock: SettableClock) -> None:
    sign_in(client)
    clock.pass_time(timedelta(hours=2))

    client.get("/")

    assert events(database) == one("session_ended", "analysis.overview")


def test_guessing_that_is_slowed_down_is_kept(database: Database, client: FlaskClient) -> None:
    form = {"csrf_token": form_secret(client), "username": "nobody", "password": "wrong"}
    statuses = [client.post("/sign-in", data=form).status_code for _ in range(11)]

    assert statuses == [422] * 10 + [429]
    assert [event["kind"] for event in events(database)] == ["sign_in"] * 10 + ["too_many"]


def test_a_flood_leaves_a_row_a_second_that_tells_of_the_others(
    database: Database, client: FlaskClient, clock: SettableClock
) -> None:
    for _ in range(50):
        post_slice(client, None)
    clock.pass_time(timedelta(seconds=1))

    post_slice(client, None)

    assert [event["folded"] for event in events(database)] == [0, 49]


def test_two_processes_keep_one_row_between_them_and_lose_no_count(database: Database, clock: SettableClock) -> None:
    make_small_hub(database, [PARTNER])
    clients = [make_app(database, clock=clock).test_client() for _process in range(2)]
    for client in clients:
        post_slice(client, None)
    clock.pass_time(timedelta(seconds=1))

    post_slice(clients[1], None)

    assert [event["folded"] for event in events(database)] == [0, 1]


def test_an_administrator_is_not_refused(database: Database, client: FlaskClient) -> None:
    add_person(database, "an", Role.ADMINISTRATOR)
    sign_in(client, "an")

    status = client.get("/kept-closed").status_code

    assert (status, events(database)) == (200, [])
