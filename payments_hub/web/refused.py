"""
Every refusal of the web becomes a security event, here.

What is refused is told to `refused`, or seen by the answer's status. It is kept after the answer is made, in a
transaction of its own: what the refused request had begun is undone, and takes no event with it.
"""

from __future__ import annotations

from http import HTTPStatus

import structlog
from flask import Flask, Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from payments_hub.kernel.errors import UnavailableError
from payments_hub.services.security_events import Fold, Kind, SecurityEvent, note
from payments_hub.web.context import caller_address, current_hub, reader, request_id

log = structlog.get_logger()

_FOLD = "payments_hub_refusals"
_BY_STATUS: dict[int, Kind] = {
    HTTPStatus.FORBIDDEN: Kind.ROLE,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Kind.TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Kind.CONTENT_TYPE,
    HTTPStatus.TOO_MANY_REQUESTS: Kind.TOO_MANY,
}


def refused(kind: Kind, *, actor: str | None = None, partner: str | None = None) -> None:
    """
    Tell that something of this request is refused; it is kept once the request is answered.

    Args:
        kind: In which way.
        actor: Who it was; without it, whoever is signed in. Never a name that was only typed.
        partner: Whose key or account it was.

    """
    account = reader()
    if actor is None and account is not None:
        actor = f"account:{account.username}"
    if partner is None:
        partner = account.viewer.partner if account is not None else g.get("partner")
    told: list[SecurityEvent] = g.setdefault("refusals", [])
    told.append(SecurityEvent(kind, actor, partner, caller_address(), request.endpoint, request_id()))


def register_refusals(app: Flask) -> None:
    """Keep the refusals of each request after its answer is made."""
    app.extensions[_FOLD] = fold = Fold()

    def keep_refusals(answer: Response) -> Response:
        if not g.get("refusals"):
            _see_by_status(answer.status_code)
        for event in g.get("refusals", ()):
            log.warning("request_refused", kind=event.kind, actor=event.actor, address=event.address)
            _keep(fold, event)
        return answer

    app.after_request(keep_refusals)


def _see_by_status(status: int) -> None:
    if status == HTTPStatus.UNAUTHORIZED:
        refused(Kind.KEY_UNKNOWN if request.headers.get("Authorization") else Kind.KEY_MISSING)
    elif status in _BY_STATUS:
        refused(_BY_STATUS[status])


def _keep(fold: Fold, event: SecurityEvent) -> None:
    """Keep what the fold lets through; what cannot be kept now is counted, and told with the next one like it."""
    hub = current_hub()
    now = hub.clock.now()
    for due in fold.take(event, now):
        try:
            with hub.database.transaction() as session:
                kept = note(session, due, now)
        except (UnavailableError, SQLAlchemyError) as error:
            log.warning("security_event_waits", kind=due.kind, error=type(error).__name__)
            kept = False
        if not kept:
            fold.put_back(due, now)
