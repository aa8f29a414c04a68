"""The web application, put together: one function, no state outside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import structlog
from flask import Flask, g, request
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import Session

from payments_hub.bootstrap import Hub
from payments_hub.domain.overview import Overview
from payments_hub.domain.people import Viewer
from payments_hub.kernel.ids import new_id
from payments_hub.services import monitoring
from payments_hub.web import access, errors, frame, headers, health, languages, metrics, refused, sessions, unstorable
from payments_hub.web.accounts import routes as accounts
from payments_hub.web.analysis import routes as analysis
from payments_hub.web.api.v1 import routes as api
from payments_hub.web.audit import routes as audit
from payments_hub.web.changes import routes as changes
from payments_hub.web.context import current_hub
from payments_hub.web.design import routes as design
from payments_hub.web.feeds import routes as feeds
from payments_hub.web.locks import routes as locks
from payments_hub.web.obligations import routes as obligations
from payments_hub.web.operations import routes as operations
from payments_hub.web.partner_keys import routes as keys
from payments_hub.web.people import links, own
from payments_hub.web.people import routes as people
from payments_hub.web.quarantine import routes as quarantine
from payments_hub.web.receipts import routes as receipts
from payments_hub.web.warnings import routes as warnings

OverviewReader = Callable[[Session, Viewer, datetime, date | None], Overview]

STATIC_MAX_AGE_SECONDS = 86_400
FORM_BYTES_MAX = 64 * 1024


def create_app(hub: Hub, *, read_overview: OverviewReader = monitoring.overview) -> Flask:
    """
    Make the application for one hub.

    Args:
        hub: Settings, clock, database and the key that signs the forms' cookie.
        read_overview: Loads what the overview shows to one reader.

    """
    app = Flask(__name__)
    app.secret_key = hub.secret_key
    app.config.update(
        MAX_CONTENT_LENGTH=FORM_BYTES_MAX,
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_MAX_AGE_SECONDS,
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions.update({"payments_hub": hub, "payments_hub_overview": read_overview})
    sessions.configure_form_cookie(app)
    languages.register_languages(app)
    errors.register_errors(app)
    _register_order(app)
    _register_pages(app)
    return app


def _register_order(app: Flask) -> None:
    """Set what happens before and after each request, in this order."""
    app.before_request(_begin)
    app.before_request(sessions.load_session)
    app.before_request(_choose_language)
    app.before_request(access.enforce(app))
    app.before_request(unstorable.refuse_nul)
    app.after_request(headers.add_headers)
    app.after_request(metrics.count_request(app))
    refused.register_refusals(app)


def _register_pages(app: Flask) -> None:
    forms = CSRFProtect(app)
    app.jinja_options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    frame.register_frame(app)
    access.declare_access(app, "static", access.ANYBODY)
    app.register_blueprint(accounts.blueprint())
    app.register_blueprint(own.blueprint())
    app.register_blueprint(links.blueprint())
    app.register_blueprint(people.blueprint())
    app.register_blueprint(keys.blueprint())
    app.register_blueprint(analysis.blueprint())
    app.register_blueprint(changes.blueprint())
    app.register_blueprint(quarantine.blueprint())
    app.register_blueprint(receipts.blueprint())
    app.register_blueprint(design.blueprint())
    app.register_blueprint(feeds.blueprint())
    app.register_blueprint(obligations.blueprint())
    app.register_blueprint(operations.blueprint())
    app.register_blueprint(warnings.blueprint())
    app.register_blueprint(locks.blueprint())
    app.register_blueprint(audit.blueprint())
    app.register_blueprint(health.blueprint())
    # No cookie speaks for a machine: there is nothing to forge.
    forms.exempt(api.register_api(app))


def _begin() -> None:
    g.request_id = new_id(current_hub().clock.now())
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id, endpoint=request.endpoint)


def _choose_language() -> None:
    g.language = languages.chosen_language()
