"""The page behind a one-time link, where a person sets a password."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from payments_hub.domain.passwords import LONGEST_PASSWORD, PasswordFault
from payments_hub.kernel.errors import NotFoundError
from payments_hub.services import attempts, password_links
from payments_hub.services.security_events import Kind
from payments_hub.web.access import ANYBODY, route
from payments_hub.web.components import FieldError
from payments_hub.web.context import current_hub, reading_language
from payments_hub.web.guessing import attempt_of, too_many
from payments_hub.web.people.own_pages import different_error, new_password_error, password_link_page

_REFUSED = 422
_GONE = 404


def blueprint() -> Blueprint:
    """Make the routes of one-time links; who has the link is who may use it."""
    made = Blueprint("links", __name__)
    route(made, "/reset/<token>", ANYBODY)(show)
    route(made, "/reset/<token>", ANYBODY, methods=("POST",))(set_password)
    return made


def show(token: str) -> ResponseReturnValue:
    """Show the form; looking does not use the link up."""
    return _page(token) if _is_good(token) else _no_link(token)


def set_password(token: str) -> ResponseReturnValue:
    """Set the password, and use the link up."""
    language, hub = reading_language(), current_hub()
    password = request.form.get("new_password", "")[: LONGEST_PASSWORD + 1]
    if not _is_good(token):
        return _no_link(token)
    if password != request.form.get("new_password_again", "")[: LONGEST_PASSWORD + 1]:
        return _page(token, different_error(language))
    try:
        with hub.database.transaction() as session:
            fault = password_links.set_password(session, token, password, hub.clock.now())
    except NotFoundError:
        return _no_link(token)
    if fault is not None:
        return _page(token, _worded(fault))
    return redirect(url_for("accounts.sign_in", done="password"), code=303)


def _is_good(token: str) -> bool:
    """Ask whether a link can be used; a bad one counts as an attempt of its address."""
    hub, attempt = current_hub(), attempt_of(Kind.LINK)
    now = hub.clock.now()
    with hub.database.transaction() as session:
        good = password_links.is_good(session, token, now)
        allowed = good or attempts.may_try(session, attempt, now)
        if not good and allowed:
            attempts.failed(session, attempt, now)
    if not allowed:
        raise too_many()
    return good


def _worded(fault: PasswordFault) -> FieldError:
    return new_password_error(fault, reading_language())


def _page(token: str, *errors: FieldError) -> ResponseReturnValue:
    page = password_link_page(token, reading_language(), good=True, errors=errors)
    return render_template("password_link.html", page=page), _REFUSED if errors else 200


def _no_link(token: str) -> ResponseReturnValue:
    page = password_link_page(token, reading_language(), good=False)
    return render_template("password_link.html", page=page), _GONE
