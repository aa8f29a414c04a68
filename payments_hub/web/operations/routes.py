"""Whether everything runs: a page for operators, and the same as JSON."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from payments_hub.domain.people import Action
from payments_hub.services.operations import Operations, operations
from payments_hub.web.access import needs, route
from payments_hub.web.context import current_hub, read_session, reading_language
from payments_hub.web.operations.pages import as_json, operations_page


def blueprint() -> Blueprint:
    """Make the routes of operations."""
    made = Blueprint("operations", __name__)
    route(made, "/operations", needs(Action.SEE_OPERATIONS))(overview)
    route(made, "/operations.json", needs(Action.SEE_OPERATIONS))(overview_json)
    return made


def overview() -> ResponseReturnValue:
    """Show whether everything runs, and what needs somebody."""
    return render_template("operations.html", page=operations_page(_seen(), reading_language()))


def overview_json() -> ResponseReturnValue:
    """Say the same to a machine."""
    return jsonify(as_json(_seen()))


def _seen() -> Operations:
    hub = current_hub()
    with read_session() as session:
        return operations(session, hub.reference.current(session), now=hub.clock.now())
