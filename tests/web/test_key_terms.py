"""What a key may do, for how long, how many there are; and that the database holds none that could be used."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, jsonify
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from payments_hub.domain.keys import KeyScope, KeyTerms
from payments_hub.kernel.errors import ConflictError, InvalidValueError
from payments_hub.services.partners import KeyState, authenticate, create_key, revoke_key
from payments_hub.store.base import Base
from payments_hub.store.session import Database
from payments_hub.web.access import PARTNER_KEY_READ, declare_access
from tests.support.overviews import NOW
from tests.support.sender import Sender, new_key
from tests.support.small_hub import make_small_hub, nothing_to_report
from tests.support.web import SettableClock, make_app

pytestmark = pytest.mark.database

PARTNER = "AEON-HP"
SEND_ALONE, READ_ALONE = (KeyTerms(scopes=frozenset({scope})) for scope in (KeyScope.SEND, KeyScope.READ))


def app_with_a_reading_route(database: Database, clock: SettableClock | None = None) -> Flask:
    def reading() -> ResponseReturnValue:
        return jsonify([])

    make_small_hub(database, [PARTNER])
    app = make_app(database, clock=clock)
    app.add_url_rule("/api/v1/reading", "api_reading", reading)
    declare_access(app, "api_reading", PARTNER_KEY_READ)
    return app


def client_of(database: Database, clock: SettableClock | None = None) -> FlaskClient:
    return app_with_a_reading_route(database, clock).test_client()


def read(client: FlaskClient, key: str) -> tuple[int, dict[str, Any]]:
    answer = client.get("/api/v1/reading", headers={"Authorization": f"Bearer {key}"})
    return answer.status_code, answer.json if isinstance(answer.json, dict) else {}


@pytest.mark.parametrize(
    ("terms", "sending", "reading"),
    [(KeyTerms(), 201, 200), (SEND_ALONE, 201, 403), (READ_ALONE, 403, 200)],
    ids=["both", "send", "read"],
)
def test_a_key_does_what_it_was_made_for_and_nothing_else(
    database: Database, terms: KeyTerms, sending: int, reading: int
) -> None:
    client = client_of(database)
    key = new_key(database, PARTNER, terms)

    sent, _receipt = Sender(client, key).send(nothing_to_report(PARTNER, 1))

    assert (sent, read(client, key)[0]) == (sending, reading)


def test_a_key_without_the_scope_is_told_so_and_leaves_nothing(database: Database) -> None:
    sender = Sender(client_of(database), new_key(database, PARTNER, READ_ALONE))

    status, problem = sender.send(nothing_to_report(PARTNER, 1))

    assert (status, problem["code"]) == (403, "SCOPE_NEEDED")
    with database.transaction() as session:
        assert session.execute(text("SELECT count(*) FROM delivery")).scalar_one() == 0


def test_the_call_after_a_revocation_is_refused(database: Database) -> None:
    client, key = client_of(database), new_key(database, PARTNER)
    before = read(client, key)[0]

    with database.transaction() as session:
        revoke_key(session, key.partition(".")[0], NOW)

    assert (before, read(client, key)[0]) == (200, 401)


def test_a_key_is_worth_nothing_from_its_end_on(database: Database) -> None:
    clock = SettableClock()
    client = client_of(database, clock)
    key = new_key(database, PARTNER, KeyTerms(expires_at=NOW + timedelta(hours=1)))
    before = read(client, key)[0]

    clock.pass_time(timedelta(hours=1))

    assert (before, read(client, key)[0]) == (200, 401)
    with database.transaction() as session:
        assert authenticate(session, key, clock.now()).state is KeyState.EXPIRED


def test_a_third_live_key_is_refused_with_advice(database: Database) -> None:
    make_small_hub(database, [PARTNER])
    new_key(database, PARTNER)
    new_key(database, PARTNER)

    with pytest.raises(ConflictError, match="Revoke the one that is no longer used"):
        new_key(database, PARTNER)


def test_an_ended_key_makes_room_for_the_next(database: Database) -> None:
    make_small_hub(database, [PARTNER])
    first = new_key(database, PARTNER)
    new_key(database, PARTNER, KeyTerms(expires_at=NOW + timedelta(hours=1)))
    with database.transaction() as session:
        revoke_key(session, first.partition(".")[0], NOW)

    made = new_key(database, PARTNER)
    with database.transaction() as session:
        later = create_key(session, PARTNER, NOW + timedelta(hours=2))

    assert made != later


@pytest.mark.parametrize(
    "terms",
    [
        KeyTerms(scopes=frozenset()),
        KeyTerms(expires_at=NOW),
        KeyTerms(label=""),
        KeyTerms(label="   "),
        KeyTerms(label="x" * 61),
        KeyTerms(label="two\nlines"),
    ],
    ids=["no scope", "over", "no label", "blank label", "long label", "lines"],
)
def test_a_key_that_makes_no_sense_is_not_made(database: Database, terms: KeyTerms) -> None:
    make_small_hub(database, [PARTNER])

    with pytest.raises(InvalidValueError):
        new_key(database, PARTNER, terms)


def every_value(database: Database) -> str:
    """Write every column of every row of every table as text, bytes as hexadecimal digits too."""
    found = []
    with database.transaction() as session:
        for table in Base.metadata.sorted_tables:
            found += [str(row[0]) for row in session.execute(text(f'SELECT t::text FROM "{table.name}" AS t'))]  # noqa: S608  our own tables' names
    return "\n".join(found)


def test_the_database_holds_no_key_that_could_be_used(database: Database) -> None:
    client, key = client_of(database), new_key(database, PARTNER)
    read(client, key)
    prefix, _, secret = key.partition(".")

    kept = every_value(database)

    assert prefix in kept
    assert secret not in kept
    assert secret.encode().hex() not in kept
