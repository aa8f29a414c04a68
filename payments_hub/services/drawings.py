"""Kept drawings: find one, or ask for it to be drawn; nothing is drawn here."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from payments_hub.domain.languages import Language
from payments_hub.domain.overview import Overview
from payments_hub.domain.series_chart import SPEC_NAME, Width
from payments_hub.store import charts, requests
from payments_hub.store.charts import ChartKey

DRAWING_JOB = "drawing"
"""The job that draws the city's charts now; what else it is asked for stands behind a colon."""


def find(session: Session, key: ChartKey) -> str | None:
    """Find a drawing: the SVG, or None while it is not drawn."""
    return charts.find_chart(session, key)


def drawn_or_asked_for(session: Session, shown: Overview, language: Language, now: datetime) -> frozenset[Width]:
    """Tell in which widths the overview's chart is drawn; where one is missing, ask the drawing job for it."""
    if shown.chart is None:
        return frozenset()
    drawn = charts.drawn_widths(session, SPEC_NAME, shown.chart.digest(), language)
    if drawn != frozenset(Width):
        requests.ask_for(session, drawing_job(shown.partner, shown.as_of), now)
    return drawn


def drawing_job(partner: str | None, as_of: date | None = None) -> str:
    """
    Name the job that draws what one partner sees, or the city, now or as known at the end of a day.

    >>> drawing_job("AEON-HP"), drawing_job(None), drawing_job(None, date(2026, 10, 31))
    ('drawing:AEON-HP', 'drawing', 'drawing:@2026-10-31')
    """
    part = f"{partner or ''}{'' if as_of is None else f'@{as_of}'}"
    return f"{DRAWING_JOB}:{part}" if part else DRAWING_JOB


def asked_of(job: str) -> tuple[str | None, date | None]:
    """
    Read a job's name back: whose chart, and as known when.

    >>> asked_of("drawing:AEON-HP@2026-10-31")
    ('AEON-HP', datetime.date(2026, 10, 31))
    """
    partner, _, day = job.partition(":")[2].partition("@")
    return partner or None, date.fromisoformat(day) if day else None
