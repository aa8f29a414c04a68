"""Whether everything runs: a page for operators, and the same as JSON."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from payments_hub.domain.people import Action
from payments_hub.kernel.clock import local_day
from payments_hub.services.operations import Operations, operations
from payments_hub.store.reconciliation import checked_days
from payments_hub.web.access import needs, route
from payments_hub.web.context import current_hub, read_session, reading_language
from payments_hub.web.csv_files import csv_answer
from payments_hub.web.operations.feeds import file_rows
from payments_hub.web.operations.pages import as_json, operations_page

FILE_REACHES = timedelta(days=366)


def blueprint() -> Blueprint:
    """Make the routes of operations."""
    made = Blueprint("operations", __name__)
    route(made, "/operations", needs(Action.SEE_OPERATIONS))(overview)
    route(made, "/operations.json", needs(Action.SEE_OPERATIONS))(overview_json)
    route(made, "/operations/reconciliation.csv", needs(Action.SEE_OPERATIONS))(reconciliation_file)
    return made


def overview() -> ResponseReturnValue:
    """Show whether everything runs, and what needs somebody."""
    return render_template("operations.html", page=operations_page(_seen(), reading_language()))


def overview_json() -> ResponseReturnValue:
    """Say the same to a machine."""
    return jsonify(as_json(_seen()))


def reconciliation_file() -> ResponseReturnValue:
    """Give every partner's days of the last year, as they were counted anew, as a CSV file."""
    today = local_day(current_hub().clock.now())
    with read_session() as session:
        checked = checked_days(session, today - FILE_REACHES, today)
    return csv_answer("payments-hub-reconciliation", file_rows(checked))


def _seen() -> Operations:
    hub = current_hub()
    with read_session() as session:
        return operations(session, hub.reference.current(session), now=hub.clock.now())
