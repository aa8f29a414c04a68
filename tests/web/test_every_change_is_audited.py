"""
Every request that changes something leaves its act, in the same transaction; every refusal leaves an event.

The routes come from the URL map: one that is new fails here until a recipe says how it is called.
"""

import subprocess
import sys
from datetime import timedelta

import pytest
from sqlalchemy import text

from payments_hub.bootstrap import open_hub
from payments_hub.domain.people import Role
from payments_hub.kernel.settings import load_settings
from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.support.changes import (
    OTHERWISE_KEPT,
    RECIPES,
    SAFE,
    Stage,
    changed,
    changing_endpoints,
    roles_of,
    rows_of,
)
from tests.support.commands import address_of
from tests.support.repository import ROOT

pytestmark = [pytest.mark.database, pytest.mark.timeout(120)]

_NOWHERE = {
    "PAYMENTS_HUB_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
    "PAYMENTS_HUB_SECRET_KEY": "k" * 32,
}
# Nothing connects before the first transaction, so no server has to answer here.
APP = create_app(open_hub(load_settings(_NOWHERE), application_name="tests"))
CHANGING = sorted(changing_endpoints(APP) - OTHERWISE_KEPT.keys())
# Who has a link need not be signed in.
SIGNED_IN = [endpoint for endpoint in CHANGING if endpoint != "links.set_password"]
ALLOWED = [(endpoint, role) for endpoint in CHANGING for role in roles_of(APP, endpoint)]
FIRST = [(endpoint, roles_of(APP, endpoint)[0]) for endpoint in CHANGING]

SECOND = timedelta(seconds=1)

KILLED = """
import os
import sys
from datetime import UTC, datetime

from payments_hub.kernel.periods import Period
from payments_hub.services.locks import lock_period
from payments_hub.store.session import Database

with Database(sys.argv[1]).transaction() as session:
    lock_period(session, "POS_SALES", Period.parse("2026-07"), reason="x", by="account:lan", now=datetime.now(UTC))
    print(session.connection().exec_driver_sql("SELECT count(*) FROM audit_entry").scalar_one(), flush=True)
    os.kill(os.getpid(), 9)
"""


def acts(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(session.scalars(text("SELECT xmin::text FROM audit_entry ORDER BY number")))


def events(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(session.scalars(text("SELECT kind FROM security_event ORDER BY id")))


def refuse_acts(database: Database) -> None:
    """Let the database take no act any more."""
    with database.transaction() as session:
        session.execute(text("ALTER TABLE audit_entry ADD CONSTRAINT full_up CHECK (number < 0) NOT VALID"))


def test_every_changing_route_has_a_recipe_or_a_reason() -> None:
    assert set(CHANGING) - RECIPES.keys() == set(), "say in tests/support/changes.py how it is called"


def test_no_recipe_is_for_a_route_that_is_gone() -> None:
    assert (RECIPES.keys() | OTHERWISE_KEPT.keys()) - changing_endpoints(APP) == set()


@pytest.mark.parametrize(("endpoint", "role"), ALLOWED, ids=[f"{endpoint}-{role}" for endpoint, role in ALLOWED])
def test_a_change_leaves_its_act_in_its_own_transaction(database: Database, endpoint: str, role: Role) -> None:
    stage, recipe = Stage(database, role), RECIPES[endpoint]
    path, sent = recipe.prepare(stage)
    before, told = rows_of(database), len(acts(database))

    answer = stage.post(path, sent)

    left = acts(database)[told:]
    by = set().union(*changed(before, rows_of(database)).values())
    assert answer.status_code == (303 if recipe.acts else 200)
    assert (len(left), by) == (recipe.acts, set(left))


def test_a_change_without_its_act_would_be_noticed(database: Database) -> None:
    Stage(database, Role.ANALYST)
    before = rows_of(database)

    with database.transaction() as session:
        session.execute(text("UPDATE account SET language = 'en'"))

    assert changed(before, rows_of(database)).keys() == {"account"}


@pytest.mark.parametrize(("endpoint", "role"), FIRST, ids=[endpoint for endpoint, _role in FIRST])
def test_nothing_is_changed_whose_act_cannot_be_written(database: Database, endpoint: str, role: Role) -> None:
    stage, recipe = Stage(database, role), RECIPES[endpoint]
    path, sent = recipe.prepare(stage)
    refuse_acts(database)
    before = rows_of(database)

    answer = stage.post(path, sent)

    assert (answer.status_code, changed(before, rows_of(database))) == (500 if recipe.acts else 200, {})


@pytest.mark.parametrize("role", list(Role))
def test_who_may_not_changes_nothing_and_leaves_an_event_for_each_try(database: Database, role: Role) -> None:
    stage = Stage(database, role)
    forbidden = [endpoint for endpoint in SIGNED_IN if role not in roles_of(APP, endpoint)]
    before, told = rows_of(database), acts(database)

    statuses = try_all(stage, forbidden)

    assert statuses == dict.fromkeys(forbidden, 403)
    assert (changed(before, rows_of(database)), acts(database)) == ({}, told)
    assert events(database) == ["role"] * len(forbidden)


def test_who_is_not_signed_in_changes_nothing_and_leaves_events(database: Database) -> None:
    stage = Stage(database, Role.ADMINISTRATOR)
    client, before = stage.app.test_client(), rows_of(database)

    statuses = {client.post(elsewhere(endpoint)).status_code for endpoint in SIGNED_IN}

    assert (statuses, changed(before, rows_of(database))) == ({303}, {})
    assert set(events(database)) == {"session_missing"}


def test_a_change_that_is_killed_before_its_end_leaves_neither_itself_nor_an_act(database: Database) -> None:
    command = [sys.executable, "-c", KILLED, address_of(database)]

    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  our own words

    assert (run.returncode, run.stdout) == (-9, "1\n")
    assert (acts(database), rows_of(database).by_table["period_lock"]) == ([], frozenset())


def try_all(stage: Stage, endpoints: list[str]) -> dict[str, int]:
    """Try each in a second of its own, for refusals alike are folded within one."""
    statuses = {}
    for endpoint in endpoints:
        stage.clock.pass_time(SECOND)
        statuses[endpoint] = stage.post(elsewhere(endpoint), {}).status_code
    return statuses


def elsewhere(endpoint: str) -> str:
    """Make an address of a route whose ids lead nowhere: who may not is refused before they are looked at."""
    [rule] = [one for one in APP.url_map.iter_rules() if one.endpoint == endpoint and (one.methods or set()) - SAFE]
    return APP.url_map.bind("localhost").build(endpoint, dict.fromkeys(rule.arguments, 1), method="POST")
