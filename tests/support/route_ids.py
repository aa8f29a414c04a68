"""
What stands in the addresses of the two fictitious partners: an id of the first, one of the second, one of nobody.

A route with a parameter that is not known here cannot be called by the tests that call every route, and they say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import Flask
from sqlalchemy import text
from werkzeug.routing import Rule

from payments_hub.contracts.receipt_v1 import FindingV1
from payments_hub.domain.keys import KeyScope, KeyTerms
from payments_hub.jobs.drawing import draw_requested
from payments_hub.services.partners import create_key
from payments_hub.services.password_links import make_link
from payments_hub.services.signing_keys import make_shared_secret
from payments_hub.store.session import Database
from tests.builders import NOW, cell
from tests.support.hub import SmallHub, report
from tests.support.two_partners import ANH_DAO, BACH_DANG
from tests.support.web import sign_in

PARTNERS = (ANH_DAO, BACH_DANG)
QUERIES = {"warnings.receipt_answers": "?code=W4002", "warnings.answer_receipt": "?code=W4002"}
"""What must stand behind an address so that there is something to show."""

_NO_NUMBER = 987_654_321


class Whose(StrEnum):
    """Whose an id in an address is."""

    OWN = "own"
    FOREIGN = "foreign"
    NOBODYS = "nobody's"
    NONE = "no id"


@dataclass(frozen=True, slots=True)
class Ids:
    """One parameter's values: of the first partner, of the second, of nobody; `foreign` is None where all share it."""

    own: object
    foreign: object | None
    missing: object


@dataclass(frozen=True, slots=True)
class Address:
    """A route's address, whose id is in it, and the partner who owns what it shows, if one does."""

    whose: Whose
    path: str
    values: tuple[str, ...] = ()
    owner: str | None = None


class RouteIds:
    """Writes one of everything for both partners, and the addresses that name it."""

    def __init__(self, app: Flask, database: Database) -> None:
        self._app, self._database = app, database
        self._write()
        self._known = self._found()

    def addresses(self, rule: Rule) -> Iterator[Address]:
        """
        Write a route's addresses, with each kind of id that its parameters can have.

        Raises:
            LookupError: A parameter is not known here; the message says what to add.

        """
        ids = {name: self._ids(rule.endpoint, name) for name in sorted(rule.arguments)}
        owned = self.has_owner(rule)
        if not ids:
            yield _address(Whose.NONE, rule, {}, None)
            return
        yield _address(Whose.OWN, rule, {name: one.own for name, one in ids.items()}, ANH_DAO.code if owned else None)
        if owned:
            foreign = {name: one.foreign or one.own for name, one in ids.items()}
            yield _address(Whose.FOREIGN, rule, foreign, BACH_DANG.code)
        yield _address(Whose.NOBODYS, rule, {name: one.missing for name, one in ids.items()}, None)

    def has_owner(self, rule: Rule) -> bool:
        """Tell whether what a route shows belongs to a partner."""
        return any(self._ids(rule.endpoint, name).foreign is not None for name in rule.arguments)

    def _ids(self, endpoint: str, parameter: str) -> Ids:
        area = endpoint.partition(".")[0]
        known = self._known.get(f"{area}:{parameter}") or self._known.get(parameter)
        if known is None:
            raise LookupError(
                f"The route {endpoint} has the parameter <{parameter}>, which no test can fill. Add it to `_found` in "
                "tests/support/route_ids.py: an id of ANH_DAO's, one of BACH_DANG's and one of nobody's (as "
                f'"{area}:{parameter}" where other routes mean something else by that name).'
            )
        return known

    def _write(self) -> None:
        """Let both have a rejected message that can be mended, a warning of each kind, a replay and a key."""
        hub = SmallHub(self._database)
        for one in PARTNERS:
            named: dict[str, Any] = {"partner": one.code, "site": one.site}
            hub.send(report(0, period="2026-07-01", cells=[cell(instrument="CARDS")], **named), partner=one.code)
            hub.send(report(1_000, revision=1, period="2026-07-02", **named), partner=one.code)
        with self._database.transaction() as session:
            session.execute(_LOCK)
            for one in PARTNERS:
                session.execute(_REPLAY, {"id": f"REPLAY-{one.code}", "partner": one.code})
                session.execute(_SERIES_WARNING, {"partner": one.code, "finding": _SILENCE.model_dump_json()})
                make_shared_secret(session, one.code, NOW)
                create_key(session, one.code, NOW, KeyTerms("first", frozenset(KeyScope), None))

    def _found(self) -> dict[str, Ids]:
        """Look the ids up; a route with another parameter needs a line here."""
        digest, language, width = self._drawing()
        rejected = "FROM receipt {0} AND verdict = 'REJECTED' ORDER BY number DESC LIMIT 1"
        return {
            "receipt_id": self._of(f"SELECT receipt.id {rejected}", "01KWJMCV00"),
            "warnings:receipt_id": self._of("SELECT receipt.id FROM receipt {0} AND revision = '1'", "01KWJMCV00"),
            "delivery": self._of(f"SELECT delivery_id {rejected}", _NO_NUMBER),
            "warnings:number": self._of("SELECT max(series_warning.id) FROM series_warning {0}", _NO_NUMBER),
            "obligations:number": self._of("SELECT max(obligation.id) FROM obligation {0}", _NO_NUMBER),
            "prefix": self._of("SELECT max(prefix) FROM api_key {0}", "hp000000000000"),
            "kid": self._of("SELECT max(kid) FROM signing_key {0}", "sk000000000000"),
            "partner": Ids(ANH_DAO.code, BACH_DANG.code, "NOBODY-HP"),
            "replay_id": Ids(f"REPLAY-{ANH_DAO.code}", f"REPLAY-{BACH_DANG.code}", "REPLAY-NOBODY"),
            # What belongs to nobody or to all: it is there, or it is not.
            "locks:number": Ids(1, None, _NO_NUMBER),
            "username": Ids("anh", None, "nobody"),
            "digest": Ids(digest, None, "0" * 64),
            "language": Ids(language, None, language),
            "width": Ids(width, None, width),
            "token": Ids(self._link(), None, "y" * 43),
            "code": Ids("vi", None, "xx"),
            "name": Ids("places", None, "nothing"),
            "file_name": Ids("slice-1.0.0.schema.json", None, "nothing.json"),
            "filename": Ids("hub.css", None, "nothing.css"),
        }

    def _of(self, query: str, missing: object) -> Ids:
        owned = text(query.format("JOIN partner ON partner.id = partner_id WHERE partner.code = :partner"))
        with self._database.transaction() as session:
            own, foreign = (session.scalar(owned, {"partner": one.code}) for one in PARTNERS)
        if own is None or foreign is None:
            raise LookupError(f"Nothing is found by: {query}")
        return Ids(own, foreign, missing)

    def _link(self) -> str:
        with self._database.transaction() as session:
            return make_link(session, "bach", by="command:test", now=NOW).token

    def _drawing(self) -> list[str]:
        with self._app.test_client() as client:
            sign_in(client, "anh")
            client.get("/")
            with self._database.transaction() as session:
                draw_requested(session, NOW)
            return client.get("/").text.split('"/charts/', 1)[1].split(".svg", 1)[0].split("-")


def _address(whose: Whose, rule: Rule, values: dict[str, object], owner: str | None) -> Address:
    path = rule.rule
    for name, value in values.items():
        path = re.sub(rf"<(?:\w+:)?{name}>", str(value), path)
    return Address(whose, path + QUERIES.get(rule.endpoint, ""), tuple(map(str, values.values())), owner)


_SILENCE = FindingV1(
    code="W5002", severity="warning", pointer="", side="partner", text_vi="Chuỗi số liệu im lặng.", text_en="Silent."
)
_LOCK = text("""
INSERT INTO period_lock (id, flow, frequency, start, last, reason, locked_by, locked_at)
VALUES (1, 'POS_SALES', 'M', '2026-01-01', '2026-01-31', 'Published.', 'account:officer', '2026-07-01T00:00:00Z')
""")
_REPLAY = text("""
WITH made AS (
    INSERT INTO replay (id, replayed_by, replayed_at, reason, selection)
    VALUES (:id, 'account:operator', '2026-07-01T00:00:00Z', 'The code list was mended.', '') RETURNING id
)
INSERT INTO replayed_delivery (replay_id, delivery_id, partner_id, verdict)
SELECT made.id, receipt.delivery_id, receipt.partner_id, 'REJECTED'
FROM made, receipt JOIN partner ON partner.id = receipt.partner_id
WHERE partner.code = :partner AND receipt.verdict = 'REJECTED'
""")
_SERIES_WARNING = text("""
INSERT INTO series_warning (partner_id, flow, place_id, frequency, start, code, finding, raised_on)
SELECT partner_id, flow, place_id, frequency, '2026-07-01', 'W5002', CAST(:finding AS jsonb), '2026-07-03'
FROM obligation JOIN partner ON partner.id = partner_id WHERE partner.code = :partner AND frequency = 'D'
""")
