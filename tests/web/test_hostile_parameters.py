"""
Whatever stands in an address, a page answers: no parameter reaches SQL as anything but a value.

Which parameters a route reads is found by calling it with a request that notes what it is asked for, and in the API's
own description.
"""

import re
from collections.abc import Callable, Iterator
from typing import ClassVar
from urllib.parse import quote

import pytest
from flask import Flask, request
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule

from payments_hub.domain.people import Role
from payments_hub.store.session import Database
from payments_hub.web.access import declared_access
from payments_hub.web.app import create_app
from tests.builders import NOW
from tests.support.postgres import Server
from tests.support.route_matrix import OWN_KEY, Person, World, refusal_of
from tests.support.web import SettableClock, make_hub

pytestmark = [pytest.mark.database, pytest.mark.timeout(240)]

HOSTILE = [
    "'",
    "\"'`;--",
    "' OR '1'='1",
    "x' UNION SELECT password_hash FROM account --",
    "1; SELECT pg_sleep(9)",
    "receipt.id; DROP TABLE receipt",
    "(SELECT 1)",
    "%_\\",
    "%s %(x)s :name $1 {0}",
    "\0",
    "a\0b",
    "-1",
    "9" * 40,
    "1e400",
    "NaN",
    "2026-02-30",
    "0000-00-00",
    "10000-01-01",
    "²",
    "\u202etxt.exe\ufeff",
    "é" * 300,
    "x" * 4000,
    "../../etc/passwd",
    "<script>alert(1)</script>",
]
RAW = ["%ff%fe", "%", "%zz", "%c0%ae"]
"""What is no text at all, as it stands in an address."""

ALONE = ["'", "9" * 40, "10000-01-01", "x' UNION SELECT password_hash FROM account --"]
OUR_FAULTS = {500, 502, 503, 504}
FEWEST_REQUESTS = 1_000
_ARGUMENT = re.compile(r"<[^>]*>")


class NotedArguments(ImmutableMultiDict[str, str]):
    """The arguments of a request, which remember the names that were asked for; of one test's app."""

    names: ClassVar[set[str]] = set()

    def get(self, key, *rest, **named):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN003, ANN201  werkzeug's own signature
        self.names.add(key)
        return super().get(key, *rest, **named)

    def getlist(self, key, *rest, **named):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN003, ANN201  werkzeug's own signature
        self.names.add(key)
        return super().getlist(key, *rest, **named)


@pytest.fixture(scope="module")
def world(postgres_server: Server) -> Iterator[World]:
    """Lend one world to the tests of this module, none of which changes it."""
    with postgres_server.migrated() as database:
        yield World(noting_app(database), database)


def noting_app(database: Database) -> Flask:
    app = create_app(make_hub(database, SettableClock(NOW), api_requests_a_minute="1000000"))
    app.request_class = type("NotingRequest", (app.request_class,), {"parameter_storage_class": NotedArguments})
    return app


def readable(world: World) -> list[tuple[Rule, Person, str]]:
    """List the GET routes, each with somebody who may call it and an address that shows something."""
    people = [world.person(Role.ADMINISTRATOR), world.person(Role.PARTNER), world.person(OWN_KEY)]
    access = declared_access(world.app)
    found = []
    for rule in world.app.url_map.iter_rules():
        callers = [one for one in people if refusal_of(access[rule.endpoint], one) is None]
        if "GET" in (rule.methods or ()):
            found.append((rule, callers[0], next(world.ids.addresses(rule)).path.partition("?")[0]))
    return found


def parameters(world: World, rule: Rule, person: Person, path: str) -> list[str]:
    """Find the names of the parameters that a route reads."""
    NotedArguments.names.clear()
    person.call("GET", path)
    described = world.app.test_client().get("/api/v1/openapi.json").json or {}
    template = rule.rule.replace("<", "{").replace(">", "}")
    stated = described["paths"].get(template, {}).get("get", {}).get("parameters", [])
    return sorted(NotedArguments.names | {one["name"] for one in stated if one.get("in") == "query"})


def test_no_value_of_any_parameter_of_any_page_is_a_fault_of_ours(world: World) -> None:
    asked, faults = 0, []
    for rule, person, path in readable(world):
        names = parameters(world, rule, person, path)
        for query in (*all_at_once(names), *one_by_one(names)):
            asked += 1
            status, _answer = person.call("GET", f"{path}?{query}")
            if status in OUR_FAULTS:
                faults.append(f"{status} {path}?{query[:200]}")

    assert faults == []
    assert asked > FEWEST_REQUESTS


def all_at_once(names: list[str]) -> list[str]:
    """Write each value into every parameter."""
    values = [*(quote(one, safe="") for one in HOSTILE), *RAW]
    return ["&".join(f"{name}={value}" for name in names) for value in values] if names else []


def one_by_one(names: list[str]) -> list[str]:
    """Write some values into each parameter alone, past what another one would be refused for."""
    return [f"{name}={quote(value, safe='')}" for name in names for value in ALONE]


def test_no_value_in_the_path_of_any_page_is_a_fault_of_ours(world: World) -> None:
    found = [(rule, person) for rule, person, _path in readable(world) if rule.arguments]

    faults = [
        f"{status} {path}"
        for rule, person in found
        for path in (_ARGUMENT.sub(quote(value, safe=""), rule.rule) for value in HOSTILE)
        if (status := person.call("GET", path)[0]) in OUR_FAULTS
    ]

    assert faults == []


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_text_in_any_filter_is_a_fault_of_ours(world: World, data: st.DataObject) -> None:
    rule, person, path = data.draw(st.sampled_from(readable(world)))
    names = parameters(world, rule, person, path)
    values = data.draw(st.lists(st.text(max_size=60), min_size=len(names), max_size=len(names)))

    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in zip(names, values, strict=True))
    status, _answer = person.call("GET", f"{path}?{query}")

    assert status not in OUR_FAULTS, query


def test_the_search_would_find_a_value_that_is_written_into_sql(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rule, person, path = next(one for one in readable(world) if one[0].endpoint == "receipts.listed")
    monkeypatch.setitem(world.app.view_functions, rule.endpoint, written_into_sql(world.database))

    statuses = {person.call("GET", f"{path}?flow={quote(value, safe='')}")[0] for value in HOSTILE}

    assert 500 in statuses


def written_into_sql(database: Database) -> Callable[[], str]:
    """Make a view that does what none may."""

    def view() -> str:
        with database.transaction() as session:
            session.execute(text(f"SELECT 1 FROM receipt WHERE flow = '{request.args['flow']}'"))  # noqa: S608  on purpose
        return ""

    return view
