"""Who acts in a request, as the audit names people."""

from __future__ import annotations

from werkzeug.exceptions import Unauthorized

from payments_hub.store.accounts import Account
from payments_hub.web.context import reader


def acting() -> str:
    """Name the signed-in person as an actor."""
    return f"account:{signed_in().username}"


def signed_in() -> Account:
    """
    Find who is signed in, on a route that nobody else gets to.

    Raises:
        Unauthorized: Nobody is.

    """
    account = reader()
    if account is None:
        raise Unauthorized
    return account
