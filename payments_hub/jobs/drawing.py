"""
Draw charts: the job that turns what pages asked for into SVGs, so that nothing is drawn in a request.

An SVG that a page shows as an image cannot use the page's faces, so each carries its own small one, and dark colours
for readers who ask for a dark page.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import structlog
import vl_convert
from sqlalchemy.orm import Session

from payments_hub.domain.languages import Language
from payments_hub.domain.overview import Overview
from payments_hub.domain.people import Role, Viewer
from payments_hub.domain.series_chart import SPEC_NAME, SeriesChart, Width
from payments_hub.jobs.chart_marks import DARK, FACE
from payments_hub.jobs.series_spec import series_spec
from payments_hub.services import monitoring
from payments_hub.services.drawings import DRAWING_JOB, asked_of
from payments_hub.store import charts, requests
from payments_hub.store.charts import ChartKey
from payments_hub.store.partners import partner_number
from payments_hub.store.reading import seeing

log = structlog.get_logger()

VEGA_LITE = "6.4"
KEPT = timedelta(days=30)
"""A drawing that is older is dropped; whoever asks for it again gets it drawn again."""

FONTS = Path(__file__).parent / "fonts"
_WEIGHTS = (400, 600)

OverviewReader = Callable[[Session, Viewer, datetime, date | None], Overview]


def draw(chart: SeriesChart, width: Width, language: Language) -> str:
    """Draw a chart as an SVG that needs nothing from outside."""
    _register_face()
    drawn: str = vl_convert.vegalite_to_svg(series_spec(chart, width, language), vl_version=VEGA_LITE)
    end = drawn.index(">") + 1
    return drawn[:end] + _style() + drawn[end:]


def draw_missing(session: Session, chart: SeriesChart, now: datetime) -> int:
    """Draw a chart in every language and width in which it is not kept, and tell how many were drawn."""
    digest, drawn = chart.digest(), 0
    for language in Language:
        for width in Width:
            key = ChartKey(SPEC_NAME, digest, language, width)
            if charts.find_chart(session, key) is None:
                charts.save_chart(session, key, draw(chart, width, language), now)
                drawn += 1
    return drawn


def draw_requested(session: Session, now: datetime, read_overview: OverviewReader = monitoring.overview) -> str:
    """Draw what was asked for: the city's chart, or a partner's."""
    charts.forget_charts(session, now, KEPT)
    drawn = 0
    for request in requests.take_requests(session, DRAWING_JOB):
        partner, as_of = asked_of(request)
        viewer = Viewer(Role.PARTNER, partner) if partner else Viewer(Role.ANALYST, None)
        # What is drawn is what its reader's page showed: read as that reader, or their digests differ.
        with seeing(session, partner_number(session, partner) if partner else None):
            chart = read_overview(session, viewer, now, as_of).chart
        drawn += 0 if chart is None else _draw_what_can_be(session, chart, now, request)
    return f"{drawn} drawn"


def _draw_what_can_be(session: Session, chart: SeriesChart, now: datetime, request: str) -> int:
    """Draw one chart; one that cannot be drawn is told of and does not hold the others back."""
    try:
        with session.begin_nested():
            return draw_missing(session, chart, now)
    except ValueError:  # what the renderer raises for a specification it cannot draw
        log.exception("chart_not_drawn", request=request)
        return 0


@cache
def _register_face() -> None:
    """Let the drawing measure texts with the face that it carries; once a process."""
    vl_convert.register_font_directory(str(FONTS))


@cache
def _style() -> str:
    faces = "".join(_face(weight) for weight in _WEIGHTS)
    dark = "".join(
        f'[fill="{light}"]{{fill:{there}}}[stroke="{light}"]{{stroke:{there}}}' for light, there in DARK.items()
    )
    return f"<style>{faces}@media(prefers-color-scheme:dark){{{dark}}}</style>"


def _face(weight: int) -> str:
    encoded = base64.b64encode((FONTS / f"hub-charts-{weight}.woff2").read_bytes()).decode()
    return (
        f"@font-face{{font-family:'{FACE}';font-weight:{weight};"
        f"src:url(data:font/woff2;base64,{encoded}) format('woff2')}}"
    )
