"""Receipts for people: the list, one receipt, the same as JSON, and the message mended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from payments_hub.domain.languages import Words
from payments_hub.domain.people import Action, Viewer
from payments_hub.services.readers import scope_of
from payments_hub.services.receipt_pages import mended_message, receipt_for, receipt_view
from payments_hub.store.partners import all_partners
from payments_hub.store.receipt_pages import ListedReceipt, ReceiptListQuery, listed_receipts
from payments_hub.web.access import needs, route
from payments_hub.web.context import current_hub, read_session, reader, reading_language
from payments_hub.web.csv_files import csv_answer
from payments_hub.web.receipts.listing import asked_for, file_rows, next_query, query_of, receipts_page
from payments_hub.web.receipts.pages import receipt_page

_LONGEST_ID = 60


def blueprint() -> Blueprint:
    """Make the routes of receipts."""
    made = Blueprint("receipts", __name__)
    may_see = needs(Action.SEE_RECEIPTS)
    route(made, "/receipts", may_see)(listed)
    route(made, "/receipts.csv", may_see)(listed_file)
    route(made, "/receipts/<receipt_id>", may_see)(one)
    route(made, "/receipts/<receipt_id>.json", may_see)(as_json)
    route(made, "/receipts/<receipt_id>/mended.json", may_see)(mended)
    return made


def listed() -> ResponseReturnValue:
    """List receipts, newest first; a partner sees its own alone."""
    viewer, asked, language = _viewer(), asked_for(request.args), reading_language()
    with read_session() as session:
        scope = scope_of(session, viewer, current_hub().clock.now())
        behind = request.args.get("behind", "")[:_LONGEST_ID]
        found = listed_receipts(session, query_of(asked, scope.partner, behind))
        partners = () if scope.partner else tuple(partner for _number, partner in all_partners(session))
    choices = [(partner.code, Words(partner.name_vi, partner.name_en)) for partner in partners]
    return render_template("receipts.html", page=receipts_page(found, asked, choices, viewer, language))


def listed_file() -> ResponseReturnValue:
    """Give the list as a CSV file: every line, all digits."""
    viewer, asked = _viewer(), asked_for(request.args)
    with read_session() as session:
        scope = scope_of(session, viewer, current_hub().clock.now())
    return csv_answer("payments-hub-receipts", file_rows(_all_pages(query_of(asked, scope.partner))))


def one(receipt_id: str) -> ResponseReturnValue:
    """Show one receipt; another partner's is as one that never was."""
    viewer, language = _viewer(), reading_language()
    with read_session() as session:
        view = receipt_view(session, viewer, receipt_id, current_hub().clock.now())
    if view is None:
        raise NotFound
    return render_template("receipt.html", page=receipt_page(view, viewer, language))


def as_json(receipt_id: str) -> ResponseReturnValue:
    """Give one receipt as it was given out."""
    with read_session() as session:
        stored = receipt_for(session, _viewer(), receipt_id, current_hub().clock.now())
    if stored is None:
        raise NotFound
    return Response(stored.receipt.model_dump_json(indent=2), mimetype="application/json")


def mended(receipt_id: str) -> ResponseReturnValue:
    """Give the message with its sure mends, where it may be handed out."""
    with read_session() as session:
        found = mended_message(session, _viewer(), receipt_id, current_hub().clock.now())
    if found is None:
        raise NotFound
    headers = {"Content-Disposition": "attachment; filename=mended.json"}
    return Response(found.after, mimetype="application/cloudevents+json", headers=headers)


def _viewer() -> Viewer:
    account = reader()
    if account is None:
        raise NotFound
    return account.viewer


def _all_pages(query: ReceiptListQuery) -> Iterator[Sequence[ListedReceipt]]:
    """Read the list page by page, each in a transaction of its own, which may not last as long as the file."""
    while True:
        with read_session() as session:
            page = listed_receipts(session, query)
        if not page:
            return
        yield page
        query = next_query(query, page[-1])
