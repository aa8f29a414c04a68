"""The overview and the charts it shows."""

from __future__ import annotations

import csv
import io
import re

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from payments_hub.domain.languages import Language
from payments_hub.domain.people import Action
from payments_hub.domain.series_chart import SPEC_NAME, Width
from payments_hub.services import drawings
from payments_hub.services.exports import COLUMNS, month_figures
from payments_hub.store.charts import ChartKey
from payments_hub.web.access import needs, route
from payments_hub.web.analysis.pages import overview_page
from payments_hub.web.as_of import as_of_control, asked_day, required_day
from payments_hub.web.context import current_hub, read_session, reader, reading_language
from payments_hub.web.headers import DRAWING_SECURITY_POLICY

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DRAWING_MAX_AGE_SECONDS = 86_400


def blueprint() -> Blueprint:
    """Make the routes for those who read figures."""
    made = Blueprint("analysis", __name__)
    route(made, "/", needs(Action.SEE_OVERVIEW))(overview)
    route(made, "/figures.csv", needs(Action.SEE_OVERVIEW))(figures_file)
    route(made, "/charts/<digest>-<language>-<width>.svg", needs(Action.SEE_CHARTS))(chart)
    return made


def overview() -> ResponseReturnValue:
    """Show the overview; a partner sees its own figures alone."""
    hub, account, language = current_hub(), reader(), reading_language()
    if account is None:
        raise NotFound
    asked, now = asked_day(), hub.clock.now()
    with read_session() as session:
        shown = current_app.extensions["payments_hub_overview"](session, account.viewer, now, asked.day)
    with hub.database.transaction() as session:
        drawn = drawings.drawn_or_asked_for(session, shown, language, now)
    control = as_of_control(asked, now, language)
    page = overview_page(shown, drawn, language, control)
    return render_template("overview.html", page=page), 400 if asked.fault else 200


def figures_file() -> ResponseReturnValue:
    """Give the figures behind the overview as a CSV file: every month, all digits."""
    hub, account = current_hub(), reader()
    if account is None:
        raise NotFound
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    as_of = required_day()
    with read_session() as session:
        rows.writerows(row.cells() for row in month_figures(session, account.viewer, hub.clock.now(), as_of))
    # Spreadsheets take a file without the mark for one in the machine's old code page.
    content = "\ufeff" + written.getvalue()
    name = "payments-hub-figures.csv" if as_of is None else f"payments-hub-figures-as-of-{as_of}.csv"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    return Response(content, mimetype="text/csv", headers=headers)


def chart(digest: str, language: str, width: str) -> ResponseReturnValue:
    """
    Show one drawing, never made here.

    Its address is the hash of all that it shows, which nobody can guess who may not see it.
    """
    if not _DIGEST.fullmatch(digest) or language not in set(Language) or width not in set(Width):
        raise NotFound
    with read_session() as session:
        svg = drawings.find(session, ChartKey(SPEC_NAME, digest, Language(language), Width(width)))
    if svg is None:
        raise NotFound
    headers = {
        "Content-Security-Policy": DRAWING_SECURITY_POLICY,
        "Cache-Control": f"private, max-age={_DRAWING_MAX_AGE_SECONDS}, immutable",
    }
    return Response(svg, mimetype="image/svg+xml", headers=headers)
