"""
How each route that changes something is called so that it does, by a role that may; and what a call really changed.

A route that is new has no recipe here, and the test that walks the URL map says so by its name.
"""

from __future__ import annotations

import io
import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from payments_hub.domain.people import Action, Role, Viewer
from payments_hub.kernel.periods import Period
from payments_hub.services.locks import lock_period
from payments_hub.services.password_links import make_link
from payments_hub.services.signing_keys import make_shared_secret
from payments_hub.store.session import Database
from payments_hub.web.access import Caller, declared_access
from tests.builders import MALL, PARTNER
from tests.support.hub import SmallHub, report, small_hub
from tests.support.overviews import NOW
from tests.support.sender import new_key
from tests.support.web import PASSWORD, SettableClock, add_person, form_secret, make_app, sign_in

SAFE = {"GET", "HEAD", "OPTIONS"}
NOT_CHANGES = {"audit_entry", "security_event"}
"""Where it stands that something was done or refused."""

_NEW_PASSWORD = "một mật khẩu hoàn toàn khác"
_OBLIGATIONS = f"""partner,flow,place,frequency,due_days,valid_from,valid_to
{PARTNER},ACCEPTANCE_POINTS,{MALL},M,5,2026-01-01,
"""

Sent: TypeAlias = tuple[str, dict[str, Any]]


@dataclass(slots=True)
class Stage:
    """A hub with an account of one role and an analyst's, each named like its role, and the first one's browser."""

    database: Database
    role: Role
    hub: SmallHub = field(init=False)
    app: Flask = field(init=False)
    clock: SettableClock = field(init=False)
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.hub = small_hub(self.database)
        self.hub.clock.instant = NOW
        for role in {self.role, Role.ANALYST}:
            add_person(self.database, role.value, role, PARTNER if role is Role.PARTNER else None)
        self.clock = SettableClock()
        self.app = make_app(self.database, clock=self.clock)
        self.client = self.browser()

    def browser(self) -> FlaskClient:
        """Sign the role's person in with one more browser."""
        client = self.app.test_client()
        sign_in(client, self.role.value)
        return client

    def read(self, path: str, name: str) -> str:
        """Read the value of a form's field on a page."""
        found = re.search(rf'name="{name}"\s+value="([^"]*)"', self.client.get(path).text)
        if found is None:
            raise LookupError(f"{path} has no field {name}")
        return found[1]

    def one(self, query: str, **values: object) -> Any:
        """Ask the database itself for one value."""
        return self.hub.rows(query, **values)[0][0]

    def post(self, path: str, sent: Mapping[str, Any]) -> TestResponse:
        """Send a form as the person."""
        return self.client.post(path, data={"csrf_token": form_secret(self.client, "/account"), **sent})


@dataclass(frozen=True, slots=True)
class Recipe:
    """
    How one route is called.

    Args:
        prepare: Brings about what the call needs, and says what is sent where.
        acts: How many acts it leaves: one a change.

    """

    prepare: Callable[[Stage], Sent]
    acts: int = 1


def _other_session(stage: Stage) -> Sent:
    stage.browser()
    return "/account/sessions", {"session": stage.read("/account", "session")}


def _other_sessions(stage: Stage) -> Sent:
    stage.browser()
    return "/account/other-sessions", {}


def _password(stage: Stage) -> Sent:
    words = {"old_password": PASSWORD, "new_password": _NEW_PASSWORD, "new_password_again": _NEW_PASSWORD}
    return "/account/password", words


def _disabled(stage: Stage) -> Sent:
    stage.post("/accounts/analyst/disable", {})
    return "/accounts/analyst/enable", {}


def _link(stage: Stage) -> Sent:
    with stage.database.transaction() as session:
        made = make_link(session, "analyst", by="command:tests", now=NOW)
    return f"/reset/{made.token}", {"new_password": _NEW_PASSWORD, "new_password_again": _NEW_PASSWORD}


def _revocation(stage: Stage) -> Sent:
    return f"/keys/{new_key(stage.database, PARTNER).partition('.')[0]}/revoke", {}


def _signing_revocation(stage: Stage) -> Sent:
    with stage.database.transaction() as session:
        kid, _secret = make_shared_secret(session, PARTNER, NOW)
    return f"/keys/signing/{kid}/revoke", {}


def _lock(stage: Stage) -> int:
    with stage.database.transaction() as session:
        july = Period.parse("2026-07")
        return lock_period(session, "POS_SALES", july, reason="thử", by="command:tests", now=NOW).number


def _decision(decision: str) -> Callable[[Stage], Sent]:
    def prepare(stage: Stage) -> Sent:
        _lock(stage)
        stage.hub.send(report(1), report(2, period="2026-07-04"))
        held = [row[0] for row in stage.hub.rows("SELECT delivery_id FROM held_slice")]
        return "/locks/held", {"held": held, "why": "thử", "decision": decision}

    return prepare


def _obligation(stage: Stage) -> Sent:
    names, values = (line.split(",") for line in _OBLIGATIONS.splitlines())
    return "/obligations/add", dict(zip(names, values, strict=True))


def _preview(stage: Stage) -> Sent:
    return "/obligations/import", {"file": (io.BytesIO(_OBLIGATIONS.encode()), "owed.csv")}


def _confirmation(stage: Stage) -> Sent:
    shown = stage.post(*_preview(stage)).text
    digest = re.findall(r'name="digest"\s+value="([^"]*)"', shown)[0]
    content = b64encode(_OBLIGATIONS.encode()).decode()
    return "/obligations/import/confirm", {"content": content, "name": "owed.csv", "digest": digest}


def _end_of_obligation(stage: Stage) -> Sent:
    number = stage.one("SELECT min(id) FROM obligation")
    return f"/obligations/{number}/end", {"last": "31/12/2026"}


def _replay(stage: Stage) -> Sent:
    stage.hub.send(report(1, site="MALL-9999"))
    return "/quarantine/replay", {"delivery": stage.one("SELECT delivery_id FROM quarantine"), "reason": "thử"}


def _receipts_warning(stage: Stage) -> Sent:
    stage.hub.send(report(1, revision=7))
    receipt = stage.one("SELECT id FROM receipt")
    return f"/receipts/{receipt}/answers?code=W4002", {"kind": "NORMAL", "note": "thử"}


def _series_warning(stage: Stage) -> Sent:
    finding = {"code": "W5002", "severity": "warning", "pointer": "", "side": "partner", "text_vi": "a", "text_en": "b"}
    with stage.database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO series_warning (partner_id, flow, place_id, frequency, start, code, finding, raised_on) "
                "SELECT partner_id, flow, place_id, frequency, '2026-07-01', 'W5002', CAST(:finding AS jsonb), "
                "'2026-07-03' FROM obligation JOIN partner ON partner.id = partner_id "
                "WHERE partner.code = :partner AND frequency = 'D' LIMIT 1"
            ),
            {"finding": json.dumps(finding), "partner": PARTNER},
        )
    number = stage.one("SELECT id FROM series_warning")
    return f"/warnings/{number}/answer", {"kind": "NORMAL", "note": "thử"}


def _always(path: str, **sent: Any) -> Callable[[Stage], Sent]:
    return lambda _stage: (path, sent)


RECIPES: dict[str, Recipe] = {
    "own.change_language": Recipe(_always("/account/language", language="en")),
    "own.change_password": Recipe(_password),
    "own.end_session": Recipe(_other_session),
    "own.end_other_sessions": Recipe(_other_sessions),
    # An account, and the link by which its owner sets a password.
    "people.create": Recipe(_always("/accounts", username="moi.lam", role="analyst", language="vi"), acts=2),
    "people.change_role": Recipe(_always("/accounts/analyst/role", role="officer")),
    "people.change_language": Recipe(_always("/accounts/analyst/language", language="en")),
    "people.disable": Recipe(_always("/accounts/analyst/disable")),
    "people.enable": Recipe(_disabled),
    "people.reset": Recipe(_always("/accounts/analyst/reset")),
    "links.set_password": Recipe(_link),
    "keys.create": Recipe(_always("/keys", partner=PARTNER, label="máy chủ", scopes=["send"])),
    "keys.revoke": Recipe(_revocation),
    "keys.add_signing_key": Recipe(_always("/keys/signing", partner=PARTNER, algorithm="hmac-sha256", label="máy ký")),
    "keys.revoke_signing": Recipe(_signing_revocation),
    "locks.lock": Recipe(_always("/locks", flow="POS_SALES", period="2026-Q3", reason="thử")),
    "locks.unlock": Recipe(lambda stage: (f"/locks/{_lock(stage)}/unlock", {"reason": "thử"})),
    "locks.decide": Recipe(_decision("release")),
    "obligations.add": Recipe(_obligation),
    "obligations.preview": Recipe(_preview, acts=0),
    "obligations.confirm": Recipe(_confirmation),
    "obligations.end": Recipe(_end_of_obligation),
    "quarantine.replay": Recipe(_replay),
    "warnings.answer_receipt": Recipe(_receipts_warning),
    "warnings.answer_series": Recipe(_series_warning),
}

OTHERWISE_KEPT = {
    "accounts.enter": "a session's own row tells who signed in and when; a failure is a security event",
    "accounts.leave": "the session's own row tells when it ended",
    "api_v1.receive": "for feeds the receipt is the record",
}
"""Routes that change something and leave no act, and where it stands instead."""


def changing_endpoints(app: Flask) -> set[str]:
    """Find every endpoint that takes more than questions."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if (rule.methods or set()) - SAFE}


def roles_of(app: Flask, endpoint: str) -> list[Role]:
    """List the roles that may call an endpoint; who has a link may be anybody."""
    access = declared_access(app)[endpoint]
    if access.caller is Caller.ANYBODY or access.action is None:
        return [Role.ADMINISTRATOR]
    return [role for role in Role if Viewer(role, None).may(Action(access.action))]


@dataclass(frozen=True, slots=True)
class Rows:
    """Every row of the database by table, each with the transaction that wrote it."""

    by_table: Mapping[str, frozenset[tuple[str, str]]]

    def written_since(self, before: Rows) -> dict[str, set[str]]:
        """Tell which tables hold rows that were not there, and by which transactions these were written."""
        new = {name: rows - before.by_table[name] for name, rows in self.by_table.items()}
        return {name: {xmin for xmin, _row in rows} for name, rows in new.items() if rows}


def rows_of(database: Database) -> Rows:
    """Read everything; when a session was last seen is not looked at."""
    with database.transaction() as session:
        tables = list(session.scalars(text("SELECT relname FROM pg_stat_user_tables ORDER BY relname")))
        return Rows({table: frozenset(_rows(session, table)) for table in tables})


def _rows(session: Session, table: str) -> Iterator[tuple[str, str]]:
    query = f"SELECT xmin::text, md5((to_jsonb(t) - 'last_seen_at')::text) FROM {table} AS t"  # noqa: S608  its own names
    return ((str(xmin), str(row)) for xmin, row in session.execute(text(query)))


def changed(before: Rows, after: Rows) -> dict[str, set[str]]:
    """Tell which tables were really changed, by which transactions."""
    return {name: by for name, by in after.written_since(before).items() if name not in NOT_CHANGES}
