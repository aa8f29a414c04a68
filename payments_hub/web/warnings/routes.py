"""Warnings: the list for partners and staff, and the forms by which a partner's own people answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import get_args

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from payments_hub.domain.languages import Words
from payments_hub.domain.people import Action
from payments_hub.services.readers import scope_of
from payments_hub.services.warnings import (
    Answer,
    Answerer,
    InvalidAnswerError,
    StoredWarning,
    WarningAbout,
    WarningList,
    WarningQuery,
    answer_all,
    find_warning,
    receipt_warnings,
    series_warnings,
    warnings_of_receipt,
)
from payments_hub.store.accounts import Account
from payments_hub.store.partners import all_partners
from payments_hub.store.warnings import Narrowed
from payments_hub.web.access import needs, route
from payments_hub.web.accounts.routes import local_path
from payments_hub.web.components import FieldError
from payments_hub.web.context import current_hub, read_session, reader, reading_language
from payments_hub.web.csv_files import csv_answer
from payments_hub.web.warnings.pages import FILTERS, answer_page, file_rows, warnings_page

_LONGEST_FILTER = 100
_LINES_OF_FILE = 500
_REFUSED = 422


def blueprint() -> Blueprint:
    """Make the routes of warnings."""
    made = Blueprint("warnings", __name__)
    may_see, may_answer = needs(Action.SEE_RECEIPTS), needs(Action.ANSWER_WARNINGS)
    route(made, "/warnings", may_see)(listed)
    route(made, "/warnings.csv", may_see)(listed_file)
    route(made, "/warnings/<int:number>/answer", may_answer)(series_answer)
    route(made, "/warnings/<int:number>/answer", may_answer, methods=("POST",))(answer_series)
    route(made, "/receipts/<receipt_id>/answers", may_answer)(receipt_answers)
    route(made, "/receipts/<receipt_id>/answers", may_answer, methods=("POST",))(answer_receipt)
    return made


def listed() -> ResponseReturnValue:
    """List warnings, newest first; a partner sees its own alone."""
    account, asked = _account(), _asked()
    with read_session() as session:
        found = _series_first(session, _query(session, account, asked))
        partners = [] if account.viewer.partner else [partner for _number, partner in all_partners(session)]
    choices = [(partner.code, Words(partner.name_vi, partner.name_en)) for partner in partners]
    return render_template(
        "warnings.html", page=warnings_page(found, asked, choices, account.viewer, reading_language())
    )


def listed_file() -> ResponseReturnValue:
    """Give the list as a CSV file: every warning, with its answer."""
    with read_session() as session:
        query = replace(_query(session, _account(), _asked()), before=None, limit=_LINES_OF_FILE)
    return csv_answer("payments-hub-warnings", file_rows(_all_pages(query)))


def series_answer(number: int) -> ResponseReturnValue:
    """Show the form that answers a series' warning."""
    return _form(_of_series(number), Answer(""))


def answer_series(number: int) -> ResponseReturnValue:
    """Take the answer to a series' warning."""
    return _answer(_of_series(number))


def receipt_answers(receipt_id: str) -> ResponseReturnValue:
    """Show the form that answers a receipt's warnings of one code, or one of them."""
    return _form(_of_receipt(receipt_id), Answer(""))


def answer_receipt(receipt_id: str) -> ResponseReturnValue:
    """Take the answer to a receipt's warnings of one code, or to one of them."""
    return _answer(_of_receipt(receipt_id))


_Finder = Callable[[Session], Sequence[StoredWarning]]


def _form(find: _Finder, typed: Answer, errors: Sequence[FieldError] = ()) -> str:
    account = _account()
    with read_session() as session:
        found = find(session)
    page = answer_page(found, typed, account.viewer, reading_language(), onward=_onward(), errors=errors)
    return render_template("warning_answer.html", page=page)


def _answer(find: _Finder) -> ResponseReturnValue:
    """Answer whatever of it waits for an answer, in one transaction; a form with a fault comes back as it was typed."""
    account, hub = _account(), current_hub()
    typed = Answer(request.form.get("kind", ""), request.form.get("note", ""))
    try:
        with hub.database.transaction() as session:
            waiting = [one.about for one in find(session) if one.answer is None]
            answer_all(session, waiting, typed, Answerer(account.username, account.viewer), hub.clock.now())
    except InvalidAnswerError as error:
        wrong = FieldError(error.field, error.words.of(reading_language()))
        return _form(find, typed, [wrong]), _REFUSED
    return redirect(_onward(), code=303)


def _of_series(number: int) -> _Finder:
    partner = _account().viewer.partner

    def find(session: Session) -> Sequence[StoredWarning]:
        about = WarningAbout("", "", series_warning_id=number)
        return [find_warning(session, about, partner=partner)]

    return find


def _of_receipt(receipt_id: str) -> _Finder:
    partner, code, pointer = _account().viewer.partner, request.args.get("code"), request.args.get("pointer")

    def find(session: Session) -> Sequence[StoredWarning]:
        found = [
            one
            for one in warnings_of_receipt(session, receipt_id, partner=partner)
            if one.about.code == code and pointer in {None, one.about.pointer}
        ]
        if not found:
            raise NotFound
        return found

    return find


def _onward() -> str:
    asked = request.form.get("next") or request.args.get("next")
    return local_path(asked) if asked else url_for("warnings.listed")


def _account() -> Account:
    account = reader()
    if account is None:
        raise NotFound
    return account


def _asked() -> dict[str, str]:
    """Take the filters that were given; what waits is shown unless something else is asked for."""
    found = {name: request.args.get(name, "").strip()[:_LONGEST_FILTER] for name in (*FILTERS, "before")}
    kept = {name: value for name, value in found.items() if value and value.isprintable()}
    return kept | {"state": kept.get("state", "") if kept.get("state") in get_args(Narrowed) else "open"}


def _query(session: Session, account: Account, asked: dict[str, str]) -> WarningQuery:
    own = scope_of(session, account.viewer, current_hub().clock.now()).partner
    states: dict[str, Narrowed] = {state: state for state in get_args(Narrowed)}
    return WarningQuery(
        partner=asked.get("partner") if own is None else own,
        state=states[asked["state"]],
        code=asked.get("code"),
        flow=asked.get("flow"),
        before=asked.get("before"),
    )


def _series_first(session: Session, query: WarningQuery) -> tuple[WarningList, WarningList]:
    """Read the series' warnings, which are few, on the first page alone, and a page of the receipts'."""
    nothing = WarningList((), None)
    series = nothing if query.before else series_warnings(session, replace(query, limit=_LINES_OF_FILE))
    return series, receipt_warnings(session, query)


def _all_pages(query: WarningQuery) -> Iterator[Sequence[StoredWarning]]:
    """Read both lists part by part, each in a transaction of its own, which may not last as long as the file."""
    for read in (series_warnings, receipt_warnings):
        part = query
        while True:
            with read_session() as session:
                found = read(session, part)
            yield found.warnings
            if found.after is None:
                break
            part = replace(part, before=found.after)
