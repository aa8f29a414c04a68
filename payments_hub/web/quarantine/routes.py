"""Quarantine: lists, one record, a dry run, and the replay itself."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from payments_hub.domain.languages import Words
from payments_hub.domain.people import Action
from payments_hub.ingest.replays import Trial
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.services import quarantine
from payments_hub.store.accounts import Account
from payments_hub.store.partners import all_partners
from payments_hub.store.quarantine import QuarantinedDelivery, QuarantineQuery, cause_groups, quarantined
from payments_hub.store.receipts import receipts_of_delivery
from payments_hub.store.replays import replayed_deliveries, replays
from payments_hub.web.access import needs, route
from payments_hub.web.components import FieldError
from payments_hub.web.context import current_hub, read_session, reader, reading_language
from payments_hub.web.csv_files import csv_answer
from payments_hub.web.quarantine.listing import LINES_A_PAGE, file_rows, quarantine_page
from payments_hub.web.quarantine.pages import record_page, replay_page, replays_page, trial_page
from payments_hub.web.quarantine.queries import Asked, asked_for, numbers_of

_CAUSES_A_PAGE = 100
_REPLAYS_A_PAGE = 100
_LINES_A_FILE_PAGE = 500


def blueprint() -> Blueprint:
    """Make the routes of quarantine."""
    made = Blueprint("quarantine", __name__)
    may_see = needs(Action.SEE_QUARANTINE)
    route(made, "/quarantine", may_see)(listed)
    route(made, "/quarantine.csv", may_see)(listed_file)
    route(made, "/quarantine/causes", may_see)(causes)
    route(made, "/quarantine/<int:delivery>", may_see)(one)
    route(made, "/quarantine/<int:delivery>/raw", may_see)(raw)
    route(made, "/quarantine/trial", needs(Action.REPLAY))(trial)
    route(made, "/quarantine/replay", needs(Action.REPLAY), methods=("POST",))(replay)
    route(made, "/replays", may_see)(replay_list)
    route(made, "/replays/<replay_id>", may_see)(replayed)
    return made


def listed() -> ResponseReturnValue:
    """List rejected deliveries, newest first; a partner sees its own alone."""
    account, asked = _account(), asked_for(request.args)
    behind = next(iter(numbers_of(request.args.getlist("behind"))), None)
    with read_session() as session:
        query = quarantine.own_query(session, account.viewer, asked.query(), current_hub().clock.now())
        found = quarantined(session, query, behind=behind, limit=LINES_A_PAGE)
        partners = [] if account.viewer.partner else [partner.code for _number, partner in all_partners(session)]
    page = quarantine_page(found, asked, partners, account.viewer, reading_language(), by_cause=False)
    return render_template("quarantine.html", page=page)


def causes() -> ResponseReturnValue:
    """Group what is still rejected by cause, that of most deliveries first."""
    account, asked = _account(), asked_for(request.args)
    with read_session() as session:
        query = quarantine.own_query(session, account.viewer, asked.query(), current_hub().clock.now())
        found = cause_groups(session, query, limit=_CAUSES_A_PAGE)
        partners = [] if account.viewer.partner else [partner.code for _number, partner in all_partners(session)]
    page = quarantine_page(found, asked, partners, account.viewer, reading_language(), by_cause=True)
    return render_template("quarantine.html", page=page)


def listed_file() -> ResponseReturnValue:
    """Give the list as a CSV file: every line."""
    account = _account()
    with read_session() as session:
        now = current_hub().clock.now()
        query = quarantine.own_query(session, account.viewer, asked_for(request.args).query(), now)
    return csv_answer("payments-hub-quarantine", file_rows(_all(query)))


def one(delivery: int) -> ResponseReturnValue:
    """Show one rejected delivery with its bytes as text, its headers and every fault."""
    account, language = _account(), reading_language()
    with read_session() as session:
        kept = quarantine.kept_message(session, account.viewer, delivery, current_hub().clock.now())
        answers = [] if kept is None else [stored.receipt for stored in receipts_of_delivery(session, delivery)]
    if kept is None:
        raise NotFound
    page = record_page(kept, answers, language, may_replay=account.viewer.may(Action.REPLAY))
    return render_template("quarantined.html", page=page)


def raw(delivery: int) -> ResponseReturnValue:
    """Give the bytes as they came, as a file that no browser opens."""
    with read_session() as session:
        kept = quarantine.kept_message(session, _account().viewer, delivery, current_hub().clock.now())
    if kept is None or kept.body is None:
        raise NotFound
    headers = {"Content-Disposition": f"attachment; filename=delivery-{delivery}.bin"}
    return Response(kept.body, mimetype="application/octet-stream", headers=headers)


def trial() -> ResponseReturnValue:
    """Show what a replay would make of a selection; nothing is written."""
    _account()
    return _trial_answer(asked_for(request.args))


def replay() -> ResponseReturnValue:
    """Judge a selection again and keep what follows."""
    account, asked, reason = _account(), asked_for(request.form), request.form.get("reason", "")
    hub = current_hub()
    try:
        with hub.database.transaction() as session:
            made, _trials = quarantine.replay_selection(
                session,
                asked.selection(),
                by=f"account:{account.username}",
                reason=reason,
                reference=hub.reference.current(session),
                clock=hub.clock,
            )
    except InvalidValueError:
        return _trial_answer(asked, reason=reason, refused=True)
    return redirect(url_for("quarantine.replayed", replay_id=made), code=303)


def replay_list() -> ResponseReturnValue:
    """List replays, newest first."""
    partner = _account().viewer.partner
    with read_session() as session:
        found = replays(session, partner=partner, limit=_REPLAYS_A_PAGE)
    return render_template("replays.html", page=replays_page(found, reading_language()))


def replayed(replay_id: str) -> ResponseReturnValue:
    """Show what a replay made of each delivery."""
    partner = _account().viewer.partner
    with read_session() as session:
        found = replays(session, partner=partner, replay_id=replay_id.replace("\0", ""), limit=1)
        lines = replayed_deliveries(session, found[0].replay_id, partner=partner, limit=LARGEST) if found else []
    if not found:
        raise NotFound
    return render_template("replayed.html", page=replay_page(found[0], lines, reading_language()))


LARGEST = quarantine.LARGEST_REPLAY


def _trial_answer(asked: Asked, *, reason: str = "", refused: bool = False) -> ResponseReturnValue:
    hub, language = current_hub(), reading_language()
    trials: list[Trial]
    with hub.database.transaction() as session:
        selection = asked.selection()
        _numbers, more = quarantine.chosen(session, selection)
        lists = hub.reference.current(session)
        trials = quarantine.try_selection(session, selection, reference=lists, clock=hub.clock)
    words = Words("Hãy ghi lý do: đã sửa gì.", "Give the reason: what was mended.").of(language)
    errors = (FieldError("reason", words),) if refused else ()
    page = trial_page(trials, asked, language, more=more, reason=reason, errors=errors)
    return render_template("trial.html", page=page), 422 if refused else 200


def _account() -> Account:
    account = reader()
    if account is None:
        raise NotFound
    return account


def _all(query: QuarantineQuery) -> Iterator[QuarantinedDelivery]:
    """Read the list page by page, each in a transaction of its own, which may not last as long as the file."""
    behind: int | None = None
    while True:
        with read_session() as session:
            page = quarantined(session, query, behind=behind, limit=_LINES_A_FILE_PAGE)
        if not page:
            return
        yield from page
        behind = page[-1].delivery_id
