"""
The browser's session: a cookie with a token of the server's, checked at each request.

Sign-in makes a new token, so that one planted before it is worth nothing. The cookies are out of scripts' reach and are
not sent with forms of other sites. They are Secure, and bound to this host by the prefix of their names, except where
the server listens on this machine alone and the request itself came without TLS: a demonstration on one's own machine
has no certificate.
"""

from __future__ import annotations

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface

from payments_hub.services.accounts import ABSOLUTE_LIMIT, signed_in_account
from payments_hub.web.context import LOOPBACK, current_hub

COOKIE = "hub_session"
"""The session's cookie; where cookies are Secure, with the prefix before it."""

FORM_COOKIE = "hub_forms"
"""Flask's own signed cookie, which holds the forms' secret; likewise."""

BOUND_TO_HOST = "__Host-"
"""A browser takes a cookie of such a name only over TLS, for every path, and from no other host of the domain."""

_LISTENING_HERE = {"127.0.0.1", "::1", "localhost"}


class FormCookie(SecureCookieSessionInterface):
    """Give the forms' cookie, request by request, the protections of the session's."""

    def get_cookie_name(self, app: Flask) -> str:  # noqa: ARG002  Flask's signature
        """Name the cookie."""
        return cookie_name(FORM_COOKIE)

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002  Flask's signature
        """Tell whether it goes over TLS alone."""
        return cookie_is_secure()


def load_session() -> None:
    """Find who is signed in; runs before every request but those for files and machines."""
    g.account = None
    token = session_token()
    if not token or not _wants_session():
        return
    hub = current_hub()
    with hub.database.transaction() as session:
        g.account = signed_in_account(session, token, hub.clock.now())


def session_token() -> str | None:
    """Read the token that the browser came with; it proves nothing yet."""
    return request.cookies.get(cookie_name(COOKIE))


def keep_token(answer: Response, token: str) -> None:
    """Hand a new session's token to the browser."""
    answer.set_cookie(
        cookie_name(COOKIE),
        token,
        max_age=int(ABSOLUTE_LIMIT.total_seconds()),
        secure=cookie_is_secure(),
        httponly=True,
        samesite="Lax",
    )


def drop_token(answer: Response) -> None:
    """Take the token back."""
    answer.delete_cookie(cookie_name(COOKIE), secure=cookie_is_secure(), httponly=True, samesite="Lax")


def cookie_name(name: str) -> str:
    """Write a cookie's name as this request's cookies are called."""
    return BOUND_TO_HOST + name if cookie_is_secure() else name


def cookie_is_secure() -> bool:
    """Tell whether cookies go over TLS alone."""
    return arrived_by_tls() or not listens_on_this_machine_alone(current_hub().settings.host)


def arrived_by_tls() -> bool:
    """
    Tell whether the browser spoke TLS.

    A proxy on this machine says so, last in X-Forwarded-Proto; from elsewhere that header is hearsay.
    """
    told = request.headers.get("X-Forwarded-Proto", "").rpartition(",")[2].strip().lower()
    return request.is_secure or (told == "https" and request.remote_addr in LOOPBACK)


def listens_on_this_machine_alone(host: str) -> bool:
    """Tell whether an address to listen on is the loopback's."""
    return host in _LISTENING_HERE


def configure_form_cookie(app: Flask) -> None:
    """Give Flask's own signed cookie the same protections."""
    app.session_interface = FormCookie()
    app.config.update(SESSION_COOKIE_HTTPONLY=True, SESSION_COOKIE_SAMESITE="Lax")


def _wants_session() -> bool:
    endpoint = request.endpoint or ""
    return not endpoint.startswith(("static", "health.", "api_"))
