"""
Who may call each route, said where the route is registered; a route that says nothing is closed to everybody.

A repository test walks the URL map and finds a rule for every endpoint.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from flask import Blueprint, Flask, redirect, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from payments_hub.domain.keys import KeyScope
from payments_hub.domain.people import Action
from payments_hub.services.security_events import Kind
from payments_hub.web.context import LOOPBACK, reader
from payments_hub.web.keys import require_partner_key
from payments_hub.web.refused import refused
from payments_hub.web.sessions import session_token

_RULES = "payments_hub_access"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_View = TypeVar("_View", bound=Callable[..., ResponseReturnValue])


class Caller(StrEnum):
    """The kinds of callers that a route may be open to."""

    ANYBODY = "anybody"
    THIS_MACHINE = "this machine"
    PARTNER_KEY = "partner key"
    SIGNED_IN = "signed in"


@dataclass(frozen=True, slots=True)
class Access:
    """
    Who may call a route.

    Args:
        caller: What the caller has to be.
        action: For a signed-in person, the permission that the role must have.
        scope: For a partner's key, what it must be made for.

    """

    caller: Caller
    action: Action | None = None
    scope: KeyScope | None = None


ANYBODY = Access(Caller.ANYBODY)
THIS_MACHINE = Access(Caller.THIS_MACHINE)
PARTNER_KEY = Access(Caller.PARTNER_KEY, scope=KeyScope.SEND)
PARTNER_KEY_READ = Access(Caller.PARTNER_KEY, scope=KeyScope.READ)


def needs(action: Action) -> Access:
    """Open a route to people whose role has a permission."""
    return Access(Caller.SIGNED_IN, action)


def route(
    blueprint: Blueprint, rule: str, access: Access, methods: tuple[str, ...] = ("GET",)
) -> Callable[[_View], _View]:
    """Register a view together with who may call it."""

    def register(view: _View) -> _View:
        endpoint = getattr(view, "__name__", "")

        def declare(state: BlueprintSetupState) -> None:
            if isinstance(state.app, Flask):
                declare_access(state.app, f"{state.name}.{endpoint}", access)

        blueprint.add_url_rule(rule, endpoint, view, methods=list(methods))
        blueprint.record(declare)
        return view

    return register


def declare_access(app: Flask, endpoint: str, access: Access) -> None:
    """Say who may call an endpoint that was not registered by `route`."""
    declared_access(app)[endpoint] = access


def declared_access(app: Flask) -> dict[str, Access]:
    """Tell who may call each endpoint."""
    rules: dict[str, Access] = app.extensions.setdefault(_RULES, {})
    return rules


def enforce(app: Flask) -> Callable[[], ResponseReturnValue | None]:
    """Make the check that runs before every request."""

    def check() -> ResponseReturnValue | None:
        if request.endpoint is None:
            return None  # no such page: the answer is 404, whoever asks
        access = declared_access(app).get(request.endpoint)
        if access is None:
            raise Forbidden
        return _admit(access)

    return check


def _admit(access: Access) -> ResponseReturnValue | None:
    match access.caller:
        case Caller.ANYBODY:
            return None
        case Caller.THIS_MACHINE:
            _admit_this_machine()
            return None
        case Caller.PARTNER_KEY:
            require_partner_key(access.scope)
            return None
        case Caller.SIGNED_IN:
            return _admit_person(access.action)


def _admit_this_machine() -> None:
    # A proxy on this machine speaks for others, and says so.
    if request.remote_addr not in LOOPBACK or "X-Forwarded-For" in request.headers:
        refused(Kind.ELSEWHERE)
        raise Forbidden


def _admit_person(action: Action | None) -> ResponseReturnValue | None:
    account = reader()
    if account is None:
        _tell_of_no_session()
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")), code=303)
    if action is None or not account.viewer.may(action):
        raise Forbidden
    return None


def _tell_of_no_session() -> None:
    # To open a page without having signed in is no refusal: it is how everybody begins.
    if session_token():
        refused(Kind.SESSION_ENDED)
    elif request.method not in _SAFE:
        refused(Kind.SESSION_MISSING)
