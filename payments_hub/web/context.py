"""What a request is about: the hub, who reads, in which language. Set once a request, read anywhere in the web."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app, g, request
from sqlalchemy.orm import Session

from payments_hub.bootstrap import Hub
from payments_hub.domain.languages import Language
from payments_hub.domain.people import Action
from payments_hub.kernel.errors import PermissionDeniedError
from payments_hub.services.partners import KeyCheck
from payments_hub.store.accounts import Account
from payments_hub.store.partners import partner_number
from payments_hub.store.session import Database

LOOPBACK = frozenset({"127.0.0.1", "::1"})
"""The addresses by which this machine speaks to itself."""

_HUB = "payments_hub"
_LONGEST_ADDRESS = 45


def current_hub() -> Hub:
    """Find the hub that this app was made for."""
    hub = current_app.extensions[_HUB]
    if not isinstance(hub, Hub):
        raise TypeError("the app was not made by create_app")
    return hub


def request_id() -> str:
    """Tell the id of this request; it is in every log line and every error."""
    return str(g.get("request_id", ""))


def reader() -> Account | None:
    """Find who is signed in."""
    account = g.get("account")
    return account if isinstance(account, Account) else None


def reading_language() -> Language:
    """Tell the language of this page."""
    return Language(g.get("language", Language.VI))


@contextmanager
def read_session() -> Iterator[Session]:
    """
    Open a session for a request that only reads: it sees the caller's rows alone, or the whole city's, and writes none.

    Row-level security holds whatever a query forgets; a caller of whom nothing is known sees nothing at all.

    Raises:
        PermissionDeniedError: The request comes neither with a partner's key nor from somebody who may read.

    """
    database = current_hub().database
    with database.reading(_scope(database)) as session:
        yield session


def _scope(database: Database) -> int | None:
    """Tell for which partner's number this request reads, None for the city."""
    account = reader()
    code = g.get("partner") or (account.viewer.partner if account else None)
    if code is None and account is not None and account.viewer.may(Action.SEE_CITY):
        return None
    with database.transaction() as session:
        number = None if code is None else partner_number(session, code)
    if number is None:
        raise PermissionDeniedError("The caller is neither a partner nor somebody who may read for the city.")
    return number


def caller_partner() -> str:
    """Tell the code of the partner whose key this request came with."""
    return str(g.partner)


def caller_key() -> KeyCheck:
    """Tell which key this request came with."""
    key = g.key
    if not isinstance(key, KeyCheck):
        raise TypeError("the route is not one for a partner's key")
    return key


def caller_address() -> str:
    """
    Tell where a request came from.

    A proxy on this machine says for whom it speaks, last in X-Forwarded-For; from elsewhere that header is hearsay.
    """
    peer = request.remote_addr or ""
    told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return told[:_LONGEST_ADDRESS] if told and peer in LOOPBACK else peer
