"""
Every route × every kind of caller: the status that the permission table says, and nothing of another's.

Routes are found in the URL map, so that a new one is called by everybody from its first day on. Two locks stand before
each foreign row, the query's own filter and row-level security: the last tests open one and then both.
"""

import re
import sys
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from werkzeug.routing import Map, Rule

from payments_hub.services import monitoring
from payments_hub.store.receipts import receipt_by_id
from payments_hub.store.session import Database
from payments_hub.web.access import declared_access
from payments_hub.web.app import create_app
from tests.builders import NOW
from tests.support.postgres import Server
from tests.support.route_ids import Whose
from tests.support.route_matrix import OWN_KEY, Cell, Person, World, cells, methods, refusal_of
from tests.support.web import SettableClock, make_hub

pytestmark = [pytest.mark.database, pytest.mark.timeout(240)]

FEWEST_CELLS = 2_400
LONGEST_WORD = 5
"""An id that is longer is looked for by itself; a shorter one, such as 7, stands in a page for other reasons too."""

BOUND_CALLERS = ["partner", OWN_KEY]
_CHANGING = re.compile(r"01[0-9A-HJKMNP-TV-Z]{24}|[\w.-]{60,}")  # a request's id, a form's secret


@pytest.fixture(scope="module")
def world(postgres_server: Server) -> Iterator[World]:
    """Lend one world to the tests of this module, none of which changes it."""
    with postgres_server.migrated() as database:
        hub = make_hub(database, SettableClock(NOW))
        yield World(create_app(hub, read_overview=monitoring.overview), database)


def wrong(matrix: list[Cell]) -> dict[str, int]:
    """Make every request, and keep those whose status the permission table does not allow."""
    statuses = ((cell, cell.person.call(cell.method, cell.path)[0]) for cell in matrix)
    return {str(cell): status for cell, status in statuses if status not in cell.allowed}


def told_apart(world: World, person: Person) -> tuple[int, dict[str, str]]:
    """Ask for another's and for nobody's at every route that somebody may call: how many were asked, which differ."""
    asked, differing = 0, {}
    secret = {} if person.key else {"csrf_token": world.secret(person)}
    for rule in world.app.url_map.iter_rules():
        if not world.ids.has_owner(rule) or refusal_of(declared_access(world.app)[rule.endpoint], person) is not None:
            continue
        for method in methods(rule):
            answers = {
                address.whose: looks_like(person, method, address.path, address.values, secret)
                for address in world.ids.addresses(rule)
            }
            asked += 1
            if answers[Whose.FOREIGN] != answers[Whose.NOBODYS] or answers[Whose.FOREIGN][0] != 404:
                differing[f"{method} {rule.endpoint}"] = f"{answers[Whose.FOREIGN][0]}, {answers[Whose.NOBODYS][0]}"
    return asked, differing


def looks_like(person: Person, method: str, path: str, ids: tuple[str, ...], form: dict[str, str]) -> tuple[int, str]:
    """Read an answer without what differs between any two: the id that was asked for, the request's, the secret."""
    status, answer = person.call(method, path, form if method != "GET" else None)
    for one in (path, quote(path), quote(path, safe=""), *(one for one in ids if len(one) > LONGEST_WORD)):
        answer = answer.replace(one, "…")
    return status, _CHANGING.sub("…", answer)


def tell(capsys: pytest.CaptureFixture[str], line: str) -> None:
    """Print a line past pytest's capture: how much was looked at is part of what is proved."""
    with capsys.disabled():
        sys.stdout.write(f"\n{line}\n")


def forget_whose(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drop the tenant filter of one method of the store."""
    monkeypatch.setattr(
        "payments_hub.web.api.v1.receipts.receipt_by_id",
        lambda session, receipt_id, _partner: receipt_by_id(session, receipt_id, None),
    )


def open_the_second_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let requests read as the tables' owner."""
    monkeypatch.setattr(Database, "reading", lambda database, _scope: database.transaction())


def test_every_caller_gets_of_every_route_what_the_permission_table_says(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    matrix = [*cells(world)]

    found = wrong(matrix)

    tell(capsys, f"{len(matrix)} cells of route, caller and id; {len(found)} wrong")
    assert found == {}
    assert len(matrix) >= FEWEST_CELLS


@pytest.mark.parametrize("caller", BOUND_CALLERS)
def test_what_is_another_s_looks_like_what_never_was(
    world: World, caller: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, differing = told_apart(world, world.person(caller))

    tell(capsys, f"{asked} pairs of foreign and missing ids asked for by {caller}; {len(differing)} leaks")
    assert differing == {}
    assert asked >= 1


def test_a_route_that_the_matrix_cannot_call_says_what_to_add(world: World) -> None:
    rule = Rule("/strange/<thing>", endpoint="strange.one")
    Map([rule])

    with pytest.raises(LookupError, match=r"strange\.one has the parameter <thing>.*Add it to `_found`"):
        [*world.ids.addresses(rule)]


def test_the_matrix_finds_a_route_that_is_open_to_too_many(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    access = declared_access(world.app)
    matrix = [cell for cell in cells(world) if cell.endpoint == "audit.acts"]
    monkeypatch.setitem(access, "audit.acts", access["receipts.listed"])

    found = wrong(matrix)

    assert {name.rpartition(" by ")[2] for name in found} == {"partner", "officer", "approver", "analyst"}


def test_the_search_finds_the_leak_where_a_query_forgets_whose_and_nothing_else_stands_in_the_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_whose(monkeypatch)
    open_the_second_lock(monkeypatch)

    _asked, differing = told_apart(world, world.person(OWN_KEY))

    assert differing == {"GET api_v1.one_receipt": "200, 404"}


def test_a_query_that_forgets_whose_leaks_nothing_behind_row_level_security(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_whose(monkeypatch)

    _asked, differing = told_apart(world, world.person(OWN_KEY))

    assert differing == {}
