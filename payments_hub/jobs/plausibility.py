"""
The night's look at every series: what is usual of it, whether it fell silent, whether another source disagrees.

The bands are of one day of the city; the first slot of a day makes them, after midnight or when the scheduler comes
back. Run again, it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from payments_hub.contracts.findings import make_finding
from payments_hub.contracts.receipt_v1 import FindingV1
from payments_hub.domain.coverage import Obligation
from payments_hub.domain.flows import FLOWS, AddsUpFrom
from payments_hub.domain.places import Place
from payments_hub.domain.plausibility import (
    ANY_SEASON,
    APART_PERCENT,
    FEWEST_CELLS,
    HISTORIES,
    LONGEST_SILENCE,
    SOURCES_COMPARED,
    STEADINESS,
    BandMeasure,
    are_apart,
    band_of,
    due_periods,
    find_silence,
)
from payments_hub.kernel.clock import local_day
from payments_hub.kernel.periods import Frequency
from payments_hub.store import bands
from payments_hub.store.bands import Series, SeriesBand, SeriesSpread
from payments_hub.store.partners import all_obligations, all_partners
from payments_hub.store.places import all_places
from payments_hub.store.series_warnings import SeriesWarning, received_starts, settle, source_pairs

_SITE_FLOWS: Final = tuple(flow.code for flow in FLOWS.values() if flow.adds_up_from is AddsUpFrom.SITES)
"""Where each source counts the whole site; in an area every bank counts its own merchants, and none disagrees."""


def look_at_series(session: Session, now: datetime) -> str:
    """Do the night's work unless it is done, and say what came of it."""
    today = local_day(now)
    if bands.bands_computed_on(session) == today:
        return "done today"
    made = sum(_make_bands(session, number, today) for number in bands.partner_numbers(session))
    silent = settle(session, "W5002", list(silent_series(session, today)), now, today=today)
    apart = settle(session, "W5004", list(disagreeing_sources(session, today)), now, today=today)
    raised, resolved = silent.raised + apart.raised, silent.resolved + apart.resolved
    return f"{made} bands, {raised} warnings raised, {resolved} resolved"


def silent_series(session: Session, today: date) -> Iterator[SeriesWarning]:
    """Find the steady series of which the last due slices are missing."""
    numbers = {partner.code: number for number, partner in all_partners(session)}
    places = {place.code: (number, place) for number, place in all_places(session)}
    owed: dict[int, list[Obligation]] = {}
    for duty in all_obligations(session):
        if duty.place in places and (duty.valid_to is None or duty.valid_to >= today):
            owed.setdefault(numbers[duty.partner], []).append(duty)
    for partner_id, duties in owed.items():
        received = received_starts(session, partner_id, _earliest(duties, today))
        for duty in duties:
            place_id, place = places[duty.place]
            series = Series(partner_id, duty.flow, place_id, duty.frequency.value)
            yield from _silence(series, duty, place, received.get(series, set()), today)


def disagreeing_sources(session: Session, today: date) -> Iterator[SeriesWarning]:
    """
    Find the slices whose site another partner reports otherwise.

    Each of the two is told its own figure and that another differs, never the other's figure: it is a competitor's.
    """
    found: dict[tuple[Series, date], SeriesWarning] = {}
    for pair in source_pairs(session, _SITE_FLOWS, today - SOURCES_COMPARED):
        if are_apart(pair.total, pair.other_total, pair.currency):
            finding = FindingV1.of(make_finding("W5004", got=pair.total, percent=APART_PERCENT))
            found[pair.series, pair.start] = SeriesWarning(pair.series, pair.start, finding.model_dump(mode="json"))
    yield from found.values()


def _make_bands(session: Session, partner_id: int, today: date) -> int:
    totals = bands.total_spreads(session, partner_id, today)
    tickets = bands.ticket_spreads(session, partner_id, today)
    return bands.replace_bands(session, partner_id, _bands((*totals, *tickets)), today=today)


def _bands(spreads: Iterable[SeriesSpread]) -> Iterator[SeriesBand]:
    for one in spreads:
        band = band_of(one.spread, fewest=_fewest(one))
        if band is not None:
            yield SeriesBand(one.series, one.key, band, one.spread)


def _fewest(one: SeriesSpread) -> int:
    if one.key.measure is BandMeasure.MEAN_TICKET:
        return FEWEST_CELLS
    history = HISTORIES[Frequency(one.series.frequency)]
    return history.fewest if one.key.season == ANY_SEASON else history.fewest_in_season


def _earliest(duties: Iterable[Obligation], today: date) -> date:
    """Tell how far back the received slices of some duties are of interest."""
    longest = {Frequency.DAY: 1, Frequency.MONTH: 31, Frequency.QUARTER: 92, Frequency.YEAR: 366}
    periods = max(LONGEST_SILENCE + STEADINESS[duty.frequency].before for duty in duties)
    days = max(longest[duty.frequency] for duty in duties) * periods
    return max(today - timedelta(days=days), date(2000, 1, 1))


def _silence(
    series: Series, duty: Obligation, place: Place, received: set[date], today: date
) -> Iterator[SeriesWarning]:
    silence = find_silence(due_periods(duty, place, today), received, STEADINESS[duty.frequency])
    if silence is not None:
        finding = FindingV1.of(make_finding("W5002", "/data/period", last=str(silence.last_received)))
        yield SeriesWarning(series, silence.first_missing.start, finding.model_dump(mode="json"))
