"""What changed between the ends of two days: a page and a file."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from payments_hub.domain.changes import last_knowable_day
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.people import Action
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.services.changes import Changes, changes_between
from payments_hub.services.exports import CHANGE_COLUMNS, change_cells
from payments_hub.web.access import needs, route
from payments_hub.web.as_of import asked_day
from payments_hub.web.changes.pages import changes_page
from payments_hub.web.context import current_hub, read_session, reader, reading_language
from payments_hub.web.csv_files import csv_answer

LISTED = 20
FILE_ROWS = 100_000


def blueprint() -> Blueprint:
    """Make the routes of what changed."""
    made = Blueprint("changes", __name__)
    route(made, "/changes", needs(Action.SEE_CHANGES))(changes)
    route(made, "/changes.csv", needs(Action.SEE_CHANGES))(changes_file)
    return made


def changes() -> ResponseReturnValue:
    """Show what changed between two days, by reason and slice by slice."""
    fault = asked_day("from").fault or asked_day("to").fault
    page = changes_page(_changes(LISTED), _flow(), reading_language(), fault)
    return render_template("changes.html", page=page), 400 if fault else 200


def changes_file() -> ResponseReturnValue:
    """Give every changed slice between two days as a CSV file, all digits."""
    found = _changes(FILE_ROWS)
    rows = (CHANGE_COLUMNS, *map(change_cells, found.slices))
    return csv_answer(f"payments-hub-changes-{found.after}-{found.until}", rows)


def _changes(limit: int) -> Changes:
    account, now = reader(), current_hub().clock.now()
    if account is None:
        raise NotFound
    days = _days(now)
    with read_session() as session:
        return changes_between(session, account.viewer, days, now, flow=_flow(), limit=limit)


def _days(now: datetime) -> tuple[date, date]:
    """Read the two days; without any, the last month's end and the newest day that is settled."""
    last = last_knowable_day(now)
    before = Period.containing(last, Frequency.MONTH).shift(-1).end
    first, second = asked_day("from").day or before, asked_day("to").day or last
    # Whoever asks for one day alone, or the wrong way round, is answered all the same.
    first, second = min(first, second), max(first, second)
    return (first - timedelta(days=1), second) if first == second else (first, second)


def _flow() -> str | None:
    asked = request.args.get("flow", "")
    return asked if asked in FLOWS else None
