"""What the ranges catch and what they disturb, on the simulated city's own eighteen months: claims with their rates."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from math import log
from statistics import median
from typing import NamedTuple

import pytest

from payments_hub.demo.calendar import days_from_tet
from payments_hub.demo.city import build_city
from payments_hub.demo.truth import expected_view
from payments_hub.domain.plausibility import FEWEST_CELLS, HISTORIES, Band, Spread, band_of, season_of
from payments_hub.kernel.periods import Frequency, Period

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
REMADE_AFTER = timedelta(days=7)
"""Bands are made each night; once a week is as strict, for older bands know less."""

Series = tuple[str, str, str]


class Reported(NamedTuple):
    period: Period
    amount: int
    tickets: tuple[tuple[str, float], ...]


@pytest.fixture(scope="module")
def city() -> Mapping[Series, Sequence[Reported]]:
    found: dict[Series, list[Reported]] = defaultdict(list)
    for key, figures in sorted(expected_view(build_city(NOW)).items()):
        cells = [(cell.instrument or "", cell.amount or 0, cell.count or 0) for cell in figures.cells]
        tickets = tuple((instrument, amount / count) for instrument, amount, count in cells if count and amount)
        if figures.amount:
            found[key.partner, key.flow, key.place].append(Reported(key.period, figures.amount, tickets))
    return found


def spread(values: Sequence[float]) -> Spread:
    logarithms = [log(value) for value in values]
    center = median(logarithms) if values else 0.0
    return Spread(center, median([abs(value - center) for value in logarithms] or [0.0]), len(values))


def reported_since(reported: Sequence[Reported], day: date, days: int) -> list[Reported]:
    return [one for one in reported if day - timedelta(days=days) <= one.period.start < day]


def total_band(past: Sequence[Reported], period: Period) -> Band | None:
    """Make the band of a period as the night's statement does: the season's median, the whole series' deviation."""
    history, by_season = HISTORIES[period.frequency], defaultdict[str, list[float]](list)
    for one in past:
        by_season[season_of(one.period)].append(log(one.amount))
    own = by_season.get(season_of(period), [])
    if period.frequency is not Frequency.DAY or len(own) < history.fewest_in_season:
        return band_of(spread([one.amount for one in past]), fewest=history.fewest)
    centers = {season: median(values) for season, values in by_season.items()}
    apart = [abs(value - centers[season]) for season, values in by_season.items() for value in values]
    return band_of(Spread(median(own), median(apart), len(own)), fewest=history.fewest_in_season)


def alarms(city: Mapping[Series, Sequence[Reported]], frequency: Frequency) -> tuple[int, list[Reported]]:
    """Compare each total with the band that the night before would have had: how many, and which were outside."""
    compared, outside = 0, []
    for series in city.values():
        for one in series:
            if one.period.frequency is not frequency:
                continue
            past = reported_since(series, one.period.start, HISTORIES[frequency].days)
            usual = total_band(past, one.period)
            if usual is not None:
                compared += 1
                outside += [] if usual.holds(one.amount) else [one]
    return compared, outside


def compared_tickets(city: Mapping[Series, Sequence[Reported]]) -> Iterator[tuple[Band, float]]:
    """Pair each cell's mean payment with its instrument's band of a night in the week before."""
    for series in city.values():
        made_on, bands = date(2000, 1, 1), dict[str, Band | None]()
        for one in series:
            if one.period.start - made_on >= REMADE_AFTER:
                made_on = one.period.start
                past = reported_since(series, made_on, HISTORIES[one.period.frequency].ticket_days)
                tickets: dict[str, list[float]] = defaultdict(list)
                for instrument, ticket in (pair for earlier in past for pair in earlier.tickets):
                    tickets[instrument].append(ticket)
                bands = {code: band_of(spread(seen), fewest=FEWEST_CELLS) for code, seen in tickets.items()}
            for instrument, ticket in one.tickets:
                usual = bands.get(instrument)
                if usual is not None:
                    yield usual, ticket


def test_of_a_thousand_days_four_at_most_are_remarkable_and_most_of_them_are_days_of_tet(
    city: Mapping[Series, Sequence[Reported]],
) -> None:
    compared, outside = alarms(city, Frequency.DAY)

    at_tet = [one for one in outside if days_from_tet(one.period.start) in range(-3, 5)]
    assert compared > 6_000
    assert len(outside) <= 4 * compared / 1_000
    assert len(at_tet) > len(outside) / 2


def test_no_month_of_any_commune_is_remarkable_though_receipts_grow_fivefold(
    city: Mapping[Series, Sequence[Reported]],
) -> None:
    compared, outside = alarms(city, Frequency.MONTH)

    assert compared > 2_000
    assert outside == []


def test_mean_payments_of_the_city_are_never_remarkable_and_every_slip_of_a_thousand_is_caught(
    city: Mapping[Series, Sequence[Reported]],
) -> None:
    compared = list(compared_tickets(city))

    assert len(compared) > 90_000
    assert [ticket for usual, ticket in compared if not usual.low <= ticket <= usual.high] == []
    assert [ticket for usual, ticket in compared if usual.low <= ticket * 1_000 <= usual.high] == []
    assert [ticket for usual, ticket in compared if usual.low <= ticket / 1_000 <= usual.high] == []
