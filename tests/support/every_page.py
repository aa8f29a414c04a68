"""Everything that one reader can read: each GET route of the URL map with the reader's own ids, as a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import closing

from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.routing import Rule

from payments_hub.domain.keys import KeyScope, KeyTerms
from payments_hub.jobs.drawing import draw_requested
from payments_hub.services.partners import create_key
from payments_hub.store.session import Database
from payments_hub.web.access import Caller, declared_access
from tests.builders import NOW
from tests.support.route_ids import RouteIds, Whose
from tests.support.two_partners import ANH_DAO, BACH_DANG
from tests.support.web import sign_in

_MARKUP = re.compile(r"<style>.*?</style>|<[^>]*>", re.DOTALL)
_READS_OF = {"anh": ANH_DAO.code, "bach": BACH_DANG.code}
_KEPT_IDS = "tests_route_ids"


def every_page(client: FlaskClient, database: Database, username: str) -> dict[str, str]:
    """
    Sign in, have the overview's charts drawn, and read the answer of every GET route of the URL map, by endpoint.

    What a machine reads is read with a key of the account's partner; the city's people have none.

    Raises:
        LookupError: There is a route with a parameter that `tests.support.route_ids` does not know.

    """
    drawing = drawn_overview(client, database, username).split('"/charts/', 1)[1].split('"', 1)[0]
    ids, key = _ids(client, database), _key(database, _READS_OF.get(username))
    whose = Whose.FOREIGN if username == "bach" else Whose.OWN
    pages = {}
    for rule in client.application.url_map.iter_rules():
        if "GET" in (rule.methods or ()):
            path = f"/charts/{drawing}" if rule.endpoint == "analysis.chart" else _own_path(ids, rule, whose)
            by_key = declared_access(client.application)[rule.endpoint].caller is Caller.PARTNER_KEY
            pages[rule.endpoint] = _whole(client, path, key if by_key else None)
    return pages


def drawn_overview(client: FlaskClient, database: Database, username: str) -> str:
    """Sign in, and read the overview once its charts are drawn."""
    sign_in(client, username)
    client.get("/")
    with database.transaction() as session:
        draw_requested(session, NOW)
    return client.get("/").text


def shown(pages: dict[str, str], marks: Iterable[str]) -> set[tuple[str, str]]:
    """Find which marks stand in which answers."""
    wanted = list(marks)
    return {(endpoint, mark) for endpoint, text in pages.items() for mark in wanted if mark in text}


def _ids(client: FlaskClient, database: Database) -> RouteIds:
    kept = client.application.extensions.get(_KEPT_IDS)
    if not isinstance(kept, RouteIds):
        kept = client.application.extensions[_KEPT_IDS] = RouteIds(client.application, database)
    return kept


def _own_path(ids: RouteIds, rule: Rule, whose: Whose) -> str:
    addresses = {one.whose: one.path for one in ids.addresses(rule)}
    return addresses.get(whose) or next(iter(addresses.values()))


def _key(database: Database, partner: str | None) -> str | None:
    if partner is None:
        return None
    with database.transaction() as session:
        return create_key(session, partner, NOW, KeyTerms("reads", frozenset({KeyScope.READ}), None))


def _whole(client: FlaskClient, path: str, key: str | None) -> str:
    """Read an answer as it is, and as it reads without its markup."""
    headers = Headers([] if key is None else [("Authorization", f"Bearer {key}")])
    with closing(client.get(path, headers=headers)) as answer:
        read = " ".join(_MARKUP.sub("", answer.text).split())
        return f"{answer.headers}\n{answer.text}\n{read}"
