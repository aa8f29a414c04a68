"""Refuse what no column can hold, before a page looks for it."""

from __future__ import annotations

from flask import request
from werkzeug.exceptions import BadRequest, NotFound

_NUL = "\0"
_OF_MACHINES = "api_"


def refuse_nul() -> None:
    """
    Refuse a request with a NUL in its address or form; runs before every page.

    PostgreSQL fails on a text with one, which would pass for a fault of ours. Nothing that is kept has one in its name,
    so a page by that name is not there; and no browser sends one by itself.

    Raises:
        NotFound: It is in the path.
        BadRequest: It is in a parameter or a field.

    """
    if any(_NUL in str(value) for value in (request.view_args or {}).values()):
        raise NotFound
    of_machine = (request.endpoint or "").startswith(_OF_MACHINES)
    sent = [request.args] if of_machine else [request.args, request.form]
    if any(_NUL in name or _NUL in value for fields in sent for name, value in fields.items(multi=True)):
        raise BadRequest
