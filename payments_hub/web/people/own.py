"""One's own account: password, language, and the browsers that are signed in."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from payments_hub.domain.passwords import LONGEST_PASSWORD
from payments_hub.domain.people import Action
from payments_hub.services import own_account
from payments_hub.services.own_account import OldPassword, PasswordChange
from payments_hub.services.security_events import Kind
from payments_hub.web import sessions
from payments_hub.web.access import needs, route
from payments_hub.web.actors import signed_in
from payments_hub.web.components import FieldError
from payments_hub.web.context import current_hub, reading_language
from payments_hub.web.guessing import attempt_of, too_many
from payments_hub.web.languages import keep_language
from payments_hub.web.people.forms import read_language
from payments_hub.web.people.own_pages import change_error, different_error, own_account_page

_REFUSED = 422
_OWN = needs(Action.KEEP_OWN_ACCOUNT)


def blueprint() -> Blueprint:
    """Make the routes of one's own account."""
    made = Blueprint("own", __name__)
    route(made, "/account", _OWN)(account)
    route(made, "/account/password", _OWN, methods=("POST",))(change_password)
    route(made, "/account/language", _OWN, methods=("POST",))(change_language)
    route(made, "/account/sessions", _OWN, methods=("POST",))(end_session)
    route(made, "/account/other-sessions", _OWN, methods=("POST",))(end_other_sessions)
    return made


def account() -> ResponseReturnValue:
    """Show one's own account."""
    return _show(done=request.args.get("done", ""))


def change_password() -> ResponseReturnValue:
    """Change one's own password; the old one proves who asks."""
    language, new = reading_language(), _typed("new_password")
    if new != _typed("new_password_again"):
        return _show(errors=[different_error(language)], status=_REFUSED)
    change = PasswordChange(_typed("old_password"), new, sessions.session_token() or "")
    hub = current_hub()
    with hub.database.transaction() as session:
        wrong = own_account.change_password(session, signed_in(), change, attempt_of(Kind.SIGN_IN), hub.clock.now())
    if wrong is OldPassword.TOO_MANY:
        raise too_many()
    if wrong is not None:
        return _show(errors=[change_error(wrong, language)], status=_REFUSED)
    return _back("password")


def change_language() -> ResponseReturnValue:
    """Choose the language of one's own pages."""
    chosen, hub = read_language(request.form), current_hub()
    if chosen is None:
        return _show(status=_REFUSED)
    with hub.database.transaction() as session:
        own_account.choose_language(session, signed_in(), chosen, hub.clock.now())
    answer = make_response(_back("language"))
    keep_language(answer, chosen)
    return answer


def end_session() -> ResponseReturnValue:
    """End one of one's own sessions; one that has ended meanwhile stays so."""
    hub = current_hub()
    with hub.database.transaction() as session:
        own_account.end_session(session, signed_in(), request.form.get("session", ""), hub.clock.now())
    return _back("session")


def end_other_sessions() -> ResponseReturnValue:
    """End all of one's own sessions but this one."""
    hub = current_hub()
    with hub.database.transaction() as session:
        own_account.end_other_sessions(session, signed_in(), sessions.session_token() or "", hub.clock.now())
    return _back("sessions")


def _show(done: str = "", errors: Sequence[FieldError] = (), status: int = 200) -> ResponseReturnValue:
    hub, own = current_hub(), signed_in()
    with hub.database.transaction() as session:
        found = own_account.own_sessions(session, own, sessions.session_token() or "", hub.clock.now())
    page = own_account_page(own, found, reading_language(), done=done, errors=errors)
    return render_template("own_account.html", page=page), status


def _typed(name: str) -> str:
    return request.form.get(name, "")[: LONGEST_PASSWORD + 1]


def _back(done: str) -> ResponseReturnValue:
    return redirect(url_for("own.account", done=done), code=303)
