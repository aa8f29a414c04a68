"""Lock periods, unlock them, and decide on what they hold."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from payments_hub.domain.languages import Words
from payments_hub.domain.people import Action
from payments_hub.domain.typed_periods import read_period
from payments_hub.kernel.errors import ConflictError
from payments_hub.services.locks import Lists, lock_period, refuse_held, release_held, unlock_period
from payments_hub.store import lock_pages
from payments_hub.web.access import needs, route
from payments_hub.web.actors import acting, signed_in
from payments_hub.web.context import current_hub, read_session, reading_language
from payments_hub.web.locks.forms import (
    LARGEST_NUMBER,
    Typed,
    choice_errors,
    chosen_deliveries,
    lock_errors,
    reason_errors,
)
from payments_hub.web.locks.pages import LINES_A_PAGE, Shown, locks_page
from payments_hub.web.locks.words import done_words

HISTORY = 20
_TYPED_KEPT = 2000
_DECISIONS = {"release": (release_held, "released"), "refuse": (refuse_held, "refused")}


def blueprint() -> Blueprint:
    """Make the routes of locked periods."""
    made = Blueprint("locks", __name__)
    may_lock = needs(Action.LOCK_PERIODS)
    route(made, "/locks", needs(Action.SEE_LOCKS))(listed)
    route(made, "/locks", may_lock, methods=("POST",))(lock)
    route(made, "/locks/<int:number>/unlock", may_lock, methods=("POST",))(unlock)
    route(made, "/locks/held", may_lock, methods=("POST",))(decide)
    return made


def listed() -> ResponseReturnValue:
    """Show what is locked, what waits and what was decided."""
    return _page(Typed(), done=done_words(request.args, reading_language()))


def lock() -> ResponseReturnValue:
    """Lock a period."""
    values = {name: _sent(name) for name in ("flow", "period", "reason")}
    errors, period = lock_errors(values, reading_language()), read_period(values["period"])
    if errors or period is None:
        return _page(Typed(values, errors=errors)), 422
    hub = current_hub()
    try:
        with hub.database.transaction() as session:
            lock_period(session, values["flow"], period, reason=values["reason"], by=acting(), now=hub.clock.now())
    except ConflictError:
        words = Words("Kỳ này của luồng này đang khóa rồi.", "This very period of the flow is locked already.")
        return _page(Typed(values, notice=words.of(reading_language()))), 409
    return redirect(url_for("locks.listed", did="locked"), code=303)


def unlock(number: int) -> ResponseReturnValue:
    """End a lock; what it holds goes on waiting."""
    if number > LARGEST_NUMBER:
        raise NotFound
    hub, name, reason = current_hub(), f"unlock-{number}", _sent("reason")
    errors = reason_errors(name, reason, reading_language())
    if errors:
        return _page(Typed({name: reason}, errors=errors)), 422
    try:
        with hub.database.transaction() as session:
            ended = unlock_period(session, number, reason=reason, by=acting(), now=hub.clock.now())
    except ConflictError:
        words = Words("Người khác vừa mở khóa kỳ này trước.", "Somebody else has just unlocked this period.")
        return _page(Typed(notice=words.of(reading_language()))), 409
    return redirect(url_for("locks.listed", did="unlocked", n=ended.waiting), code=303)


def decide() -> ResponseReturnValue:
    """Release or refuse the slices that were ticked."""
    chosen, why = chosen_deliveries(request.form.getlist("held")), _sent("why")
    how = _DECISIONS.get(_sent("decision"))
    if how is None:
        raise NotFound
    language = reading_language()
    errors = (*choice_errors(chosen, language), *reason_errors("why", why, language))
    if errors:
        return _page(Typed({"why": why}, frozenset(chosen), errors)), 422
    hub = current_hub()
    try:
        with hub.database.transaction() as session:
            lists = Lists(hub.reference.current(session), hub.clock)
            decided = how[0](session, chosen, reason=why, by=acting(), lists=lists)
    except ConflictError:
        words = Words(
            "Người khác vừa quyết định các lát này trước; xem ở phần đã quyết định.",
            "Somebody else has just decided on these; see what was decided.",
        )
        return _page(Typed({"why": why}, notice=words.of(language))), 409
    done = url_for("locks.listed", did=how[1], n=len(decided.receipts), late=decided.too_late)
    return redirect(done, code=303)


def _page(typed: Typed, done: str = "") -> str:
    behind = chosen_deliveries([request.args.get("behind", "")])
    with read_session() as session:
        shown = Shown(
            standing=lock_pages.standing_locks(session),
            ended=lock_pages.ended_locks(session, HISTORY),
            waiting=lock_pages.waiting_slices(session, limit=LINES_A_PAGE + 1, behind=sum(behind)),
            decided=lock_pages.decided_slices(session, limit=HISTORY),
            waiting_count=lock_pages.count_waiting(session),
        )
    may_lock = signed_in().viewer.may(Action.LOCK_PERIODS)
    page = locks_page(shown, typed, may_lock=may_lock, done=done, language=reading_language())
    return render_template("locks.html", page=page)


def _sent(name: str) -> str:
    return request.form.get(name, "")[:_TYPED_KEPT].strip()
