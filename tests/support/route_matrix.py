"""Every route × every kind of caller × the first partner's ids, the second's and nobody's: what must come of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers
from werkzeug.routing import Rule

from payments_hub.domain.keys import KeyScope, KeyTerms
from payments_hub.domain.people import Action, Role, Viewer
from payments_hub.services.partners import create_key, list_keys, revoke_key
from payments_hub.store.session import Database
from payments_hub.web.access import Access, Caller, declared_access
from tests.builders import NOW
from tests.support.route_ids import Address, RouteIds, Whose
from tests.support.two_partners import ANH_DAO, BACH_DANG, two_partners
from tests.support.web import add_person, form_secret, sign_in

ANYBODY, OWN_KEY = "anybody", "own key"
_LED_ON = 303
_TAKES_NO = "PATCH"
"""A method that no route takes: the answer is 405, whoever asks."""

LEADS_ON = {
    ("accounts.language", None): "it sets the language and goes back to the page",
    ("accounts.sign_in", Role): "who is signed in already is led to the overview",
    ("feeds.listed", Role.PARTNER): "a partner is led to its own feed",
}
"""Routes that answer 303 to who may call them, and why."""


ALSO_NEEDS = {"receipts.mended": Action.SEE_QUARANTINE}
"""Routes that show nothing to some who may call them: a mended message repeats what was sent."""


@dataclass(frozen=True, slots=True)
class Person:
    """
    Somebody or something that calls.

    Args:
        viewer: What the permission table knows of a person.
        key: A machine's; with `scopes` empty it is no good.
        key_partner: Whose the key is.

    """

    name: str
    client: FlaskClient
    viewer: Viewer | None = None
    key: str | None = None
    key_partner: str | None = None
    scopes: frozenset[KeyScope] = frozenset()

    @property
    def partner(self) -> str | None:
        """Tell the partner whose rows alone it may see; None for the city's people."""
        return self.viewer.partner if self.viewer else self.key_partner

    def call(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Send a request, and read the answer's status and text."""
        headers = Headers([] if self.key is None else [("Authorization", f"Bearer {self.key}")])
        with closing(self.client.open(path, method=method, headers=headers, data=form)) as answer:
            return answer.status_code, answer.text


@dataclass(frozen=True, slots=True)
class Cell:
    """One request, and the statuses that the permission table allows it."""

    endpoint: str
    method: str
    path: str
    whose: Whose
    person: Person
    allowed: frozenset[int]

    def __str__(self) -> str:
        """Name the request as a person would."""
        return f"{self.method} {self.path} ({self.endpoint}, {self.whose}) by {self.person.name}"


class World:
    """A hub in which two partners have one of everything that an address can name, and everybody who may call."""

    def __init__(self, app: Flask, database: Database) -> None:
        self.app, self.database = app, database
        two_partners(database)
        for role in Role:
            if role not in {Role.PARTNER, Role.ANALYST}:
                add_person(database, role, role)
        self.ids = RouteIds(app, database)
        self.people = [*self._people(), *self._machines()]

    def person(self, name: str) -> Person:
        """Find one of the callers."""
        return next(one for one in self.people if one.name == name)

    def secret(self, person: Person) -> str:
        """Read the hidden field that a person's forms must send back."""
        return form_secret(person.client, "/account")

    def _people(self) -> Iterator[Person]:
        yield Person(ANYBODY, self.app.test_client())
        for role in Role:
            client = self.app.test_client()
            sign_in(client, {Role.PARTNER: "anh", Role.ANALYST: "lan"}.get(role, role))
            yield Person(role, client, Viewer(role, ANH_DAO.code if role is Role.PARTNER else None))

    def _machines(self) -> Iterator[Person]:
        sending, both = frozenset({KeyScope.SEND}), frozenset(KeyScope)
        with self.database.transaction() as session:
            for key in list_keys(session, ANH_DAO.code):
                revoke_key(session, key.prefix, NOW)
            own = create_key(session, ANH_DAO.code, NOW, KeyTerms("own", both, None))
            sends = create_key(session, ANH_DAO.code, NOW, KeyTerms("sends", sending, None))
            other = create_key(session, BACH_DANG.code, NOW, KeyTerms("other", both, None))
            forged = own[:-1] + ("A" if own[-1] != "A" else "B")
        yield Person(OWN_KEY, self.app.test_client(), None, own, ANH_DAO.code, both)
        yield Person("sending key", self.app.test_client(), None, sends, ANH_DAO.code, sending)
        yield Person("another partner's key", self.app.test_client(), None, other, BACH_DANG.code, both)
        yield Person("forged key", self.app.test_client(), None, forged)
        yield self._with_revoked_key()

    def _with_revoked_key(self) -> Person:
        with self.database.transaction() as session:
            # At most two are live: the one that the ids' own test data made makes room.
            [first] = [key.prefix for key in list_keys(session, BACH_DANG.code) if key.terms.label == "first"]
            revoke_key(session, first, NOW)
            revoked = create_key(session, BACH_DANG.code, NOW, KeyTerms("old", frozenset(KeyScope), None))
            revoke_key(session, revoked.partition(".")[0], NOW)
        return Person("revoked key", self.app.test_client(), None, revoked)


def cells(world: World) -> Iterator[Cell]:
    """List every request of the matrix."""
    for rule in sorted(world.app.url_map.iter_rules(), key=lambda one: (one.endpoint, one.rule)):
        access, addresses = declared_access(world.app)[rule.endpoint], [*world.ids.addresses(rule)]
        for person in world.people:
            path, whose = addresses[0].path, addresses[0].whose
            yield Cell(rule.endpoint, _TAKES_NO, path, whose, person, frozenset({405}))
            for method in methods(rule):
                for address in addresses:
                    allowed = _allowed(rule.endpoint, access, method, person, address)
                    yield Cell(rule.endpoint, method, address.path, address.whose, person, allowed)


def methods(rule: Rule) -> list[str]:
    """List the methods of a route that something of ours answers."""
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def _allowed(endpoint: str, access: Access, method: str, person: Person, address: Address) -> frozenset[int]:
    """Say by the permission table alone which statuses a request may get."""
    refusal = refusal_of(access, person)
    if refusal is not None:
        return frozenset({refusal})
    if method != "GET":
        # Let in, and then told that the form has no secret or the message no type: nothing is changed.
        return frozenset({400, 415})
    if not _shows(endpoint, person, address):
        return frozenset({404})
    return frozenset({_LED_ON if _is_led_on(endpoint, person) else 200})


def refusal_of(access: Access, person: Person) -> int | None:
    """Tell the status of a caller who may not call a route at all; None for one who may."""
    match access.caller:
        case Caller.ANYBODY | Caller.THIS_MACHINE:  # the tests call from this machine
            return None
        case Caller.PARTNER_KEY:
            if not person.scopes:
                return 401
            return None if access.scope in person.scopes else 403
        case Caller.SIGNED_IN:
            if person.viewer is None:
                return _LED_ON
            return None if access.action is not None and person.viewer.may(access.action) else 403


def _is_led_on(endpoint: str, person: Person) -> bool:
    role = person.viewer.role if person.viewer else None
    kinds = {None} if role is None else {None, Role, role}
    return any((endpoint, kind) in LEADS_ON for kind in kinds)


def _shows(endpoint: str, person: Person, address: Address) -> bool:
    also = ALSO_NEEDS.get(endpoint)
    if address.whose is Whose.NOBODYS or (also and person.viewer and not person.viewer.may(also)):
        return False
    return address.owner is None or person.partner in {None, address.owner}
