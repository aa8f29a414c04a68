"""The audit log: what was done, what was refused, and both as files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from payments_hub.domain.audit import Entry
from payments_hub.domain.people import Action
from payments_hub.store.audit_pages import Asked, KeptEvent, listed_entries, listed_events, recorded_actions
from payments_hub.web.access import needs, route
from payments_hub.web.audit.pages import act_rows, acts_page, asked_of, filters_of, refusal_rows, refusals_page
from payments_hub.web.context import read_session, reading_language
from payments_hub.web.csv_files import csv_answer

_ROWS_AT_ONCE = 1000


def blueprint() -> Blueprint:
    """Make the routes of the audit log."""
    made = Blueprint("audit", __name__)
    may_see = needs(Action.SEE_AUDIT)
    route(made, "/audit", may_see)(acts)
    route(made, "/audit.csv", may_see)(acts_file)
    route(made, "/audit/refusals", may_see)(refusals)
    route(made, "/audit/refusals.csv", may_see)(refusals_file)
    return made


def acts() -> ResponseReturnValue:
    """List what people, commands and jobs did."""
    filters = filters_of(request.args)
    with read_session() as session:
        found = listed_entries(session, asked_of(filters, request.args.get("behind", "")))
        actions = recorded_actions(session)
    return render_template("audit.html", page=acts_page(found, filters, actions, reading_language()))


def refusals() -> ResponseReturnValue:
    """List what was refused."""
    filters = filters_of(request.args)
    with read_session() as session:
        found = listed_events(session, asked_of(filters, request.args.get("behind", "")))
    return render_template("refusals.html", page=refusals_page(found, filters, reading_language()))


def acts_file() -> ResponseReturnValue:
    """Give every act that the filters leave as a CSV file."""
    return csv_answer("payments-hub-audit", act_rows(_all_acts(_whole())))


def refusals_file() -> ResponseReturnValue:
    """Give every refusal that the filters leave as a CSV file."""
    return csv_answer("payments-hub-refusals", refusal_rows(_all_refusals(_whole())))


def _whole() -> Asked:
    return replace(asked_of(filters_of(request.args)), limit=_ROWS_AT_ONCE)


def _all_acts(asked: Asked) -> Iterator[Sequence[Entry]]:
    """Read the list page by page, each in a transaction of its own, which may not last as long as the file."""
    while True:
        with read_session() as session:
            page = listed_entries(session, asked)
        if not page:
            return
        yield page
        asked = replace(asked, behind=page[-1].number)


def _all_refusals(asked: Asked) -> Iterator[Sequence[KeptEvent]]:
    while True:
        with read_session() as session:
            page = listed_events(session, asked)
        if not page:
            return
        yield page
        asked = replace(asked, behind=page[-1].number)
