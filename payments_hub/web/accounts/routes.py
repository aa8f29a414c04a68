"""Sign in, sign out, choose the language."""

from __future__ import annotations

from urllib.parse import urlsplit

import structlog
from flask import Blueprint, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from payments_hub.domain.languages import Language
from payments_hub.domain.passwords import LONGEST_PASSWORD
from payments_hub.services.accounts import sign_out
from payments_hub.services.security_events import Kind
from payments_hub.services.signing_in import Credentials, Refusal, SignedIn, try_sign_in
from payments_hub.web import sessions
from payments_hub.web.access import ANYBODY, route
from payments_hub.web.accounts.pages import SignInPage
from payments_hub.web.context import caller_address, current_hub, reader
from payments_hub.web.guessing import attempt_of, too_many
from payments_hub.web.languages import keep_language

_REFUSED = 422
_LONGEST_NAME = 64

log = structlog.get_logger()


def blueprint() -> Blueprint:
    """Make the routes for signing in and out."""
    made = Blueprint("accounts", __name__)
    route(made, "/sign-in", ANYBODY)(sign_in)
    route(made, "/sign-in", ANYBODY, methods=("POST",))(enter)
    route(made, "/sign-out", ANYBODY, methods=("POST",))(leave)
    route(made, "/language/<code>", ANYBODY)(language)
    return made


def sign_in() -> ResponseReturnValue:
    """Show the form."""
    onward = local_path(request.args.get("next"))
    if reader() is not None:
        return redirect(onward, code=303)
    was_set = request.args.get("done") == "password"
    return render_template("sign_in.html", page=SignInPage(onward, username="", refused=False, password_set=was_set))


def enter() -> ResponseReturnValue:
    """Prove a password; a browser that proves it gets a new session, and the one that it came with ends."""
    hub, onward, username = current_hub(), local_path(request.form.get("next")), _given_name()
    now = hub.clock.now()
    with hub.database.transaction() as database:
        came = try_sign_in(database, _given(username), attempt_of(Kind.SIGN_IN), secret_key=hub.secret_key, now=now)
        before = sessions.session_token()
        if isinstance(came, SignedIn) and before:
            sign_out(database, before, now)
    if came is Refusal.TOO_MANY:
        raise too_many()
    if came is Refusal.NOT_PROVED:
        log.warning("sign_in_refused", address=caller_address())
        return render_template("sign_in.html", page=SignInPage(onward, username, refused=True)), _REFUSED
    log.info("signed_in", account=came.account.account_id)
    session.clear()  # the form's secret from before the sign-in is worth nothing after it
    answer = make_response(redirect(onward, code=303))
    sessions.keep_token(answer, came.token)
    return answer


def leave() -> ResponseReturnValue:
    """End the session, here and in the database."""
    hub = current_hub()
    token = sessions.session_token()
    if token:
        with hub.database.transaction() as database:
            sign_out(database, token, hub.clock.now())
    session.clear()
    answer = make_response(redirect(url_for("accounts.sign_in"), code=303))
    sessions.drop_token(answer)
    return answer


def language(code: str) -> ResponseReturnValue:
    """Remember a language and go back to the page."""
    if code not in set(Language):
        raise NotFound
    answer = make_response(redirect(local_path(request.args.get("next")), code=303))
    keep_language(answer, Language(code))
    return answer


def local_path(asked: str | None) -> str:
    """
    Keep a path of this site to go on to, and nothing that leads elsewhere.

    >>> local_path("//evil.example/"), local_path("/charts?x=1"), local_path("/" + chr(92) + "evil.example")
    ('/', '/charts?x=1', '/')
    """
    if not asked or not asked.startswith("/") or asked.startswith("//") or not asked.isprintable() or "\\" in asked:
        return "/"
    parts = urlsplit(asked)
    return "/" if parts.scheme or parts.netloc else asked


def _given_name() -> str:
    return request.form.get("username", "").strip().lower()[:_LONGEST_NAME]


def _given(username: str) -> Credentials:
    # A name with a NUL cannot be asked of the database, and a body longer than any password is no password.
    return Credentials(username.replace("\0", ""), request.form.get("password", "")[: LONGEST_PASSWORD + 1])
