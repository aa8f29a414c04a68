"""Feeds: all partners for those who keep the city's figures, its own for a partner."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from payments_hub.domain.formatting import read_day
from payments_hub.domain.people import Action, Viewer
from payments_hub.kernel.periods import Frequency
from payments_hub.services.feeds import Feed, FeedChoice, partner_feed, standings
from payments_hub.services.readers import scope_of
from payments_hub.web.access import needs, route
from payments_hub.web.actors import signed_in
from payments_hub.web.context import current_hub, read_session, reading_language
from payments_hub.web.csv_files import csv_answer
from payments_hub.web.feeds.calendars import file_rows
from payments_hub.web.feeds.pages import feed_page, feeds_page, nothing_owed_page

_MOST_PAGES = 10_000
_YEARS = range(2001, 2101)


def blueprint() -> Blueprint:
    """Make the routes of feeds."""
    made = Blueprint("feeds", __name__)
    may_see = needs(Action.SEE_FEEDS)
    route(made, "/feeds", may_see)(listed)
    route(made, "/feeds/<partner>", may_see)(one)
    route(made, "/feeds/<partner>/calendar.csv", may_see)(calendar_file)
    return made


def listed() -> ResponseReturnValue:
    """List all partners; a partner is led to its own feed."""
    hub, viewer = current_hub(), signed_in().viewer
    if viewer.partner is not None:
        return redirect(url_for("feeds.one", partner=viewer.partner), code=303)
    with read_session() as session:
        found = standings(session, hub.reference.current(session), now=hub.clock.now())
    return render_template("feeds.html", page=feeds_page(found, reading_language()))


def one(partner: str) -> ResponseReturnValue:
    """Show one partner's calendar and what belongs beside it."""
    viewer = signed_in().viewer
    with read_session() as session:
        feed = _feed(session, viewer, partner)
    if feed is None:
        return render_template("feeds.html", page=nothing_owed_page(partner, viewer, reading_language()))
    page = request.args.get("page", "1")
    number = int(page) if page.isascii() and page.isdecimal() and int(page) < _MOST_PAGES else 1
    return render_template("feed.html", page=feed_page(feed, viewer, page=number, language=reading_language()))


def calendar_file(partner: str) -> ResponseReturnValue:
    """Give every cell of the calendar as a CSV file."""
    with read_session() as session:
        feed = _feed(session, signed_in().viewer, partner)
    if feed is None:
        raise NotFound
    return csv_answer(f"payments-hub-calendar-{feed.partner.code}", file_rows(feed))


def _feed(session: Session, viewer: Viewer, partner: str) -> Feed | None:
    hub = current_hub()
    scope = scope_of(session, viewer, hub.clock.now())
    if scope.partner not in {None, partner}:
        raise NotFound
    return partner_feed(
        session,
        hub.reference.current(session),
        partner,
        chosen=_choice(request.args.get("flow", "")),
        first=_day(request.args.get("from", "")),
        now=hub.clock.now(),
    )


def _choice(text: str) -> FeedChoice | None:
    """Read which calendar is asked for; what is no choice is none, so that an old address still shows something."""
    flow, _, frequency = text.partition(".")
    if not flow or frequency not in set(Frequency):
        return None
    return FeedChoice(flow, Frequency(frequency))


def _day(text: str) -> date | None:
    """Read from when on is asked for; a day that no feed can be of is none."""
    found = read_day(text.strip())
    return found if found is not None and found.year in _YEARS else None
