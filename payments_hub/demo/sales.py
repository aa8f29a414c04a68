"""What a site sells on a day, with and without cash."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from payments_hub.demo.calendar import Rhythm, day_factor, days_from_tet
from payments_hub.demo.chance import chance
from payments_hub.demo.profiles import TICKETS, TRADES, SiteProfile, Trade
from payments_hub.demo.slices import NOTHING, Measures, SliceFigures, owners_behind, simple_cell
from payments_hub.domain.cells import Cell, Contributors, Coverage
from payments_hub.domain.instruments import Instrument

EPOCH = date(2025, 1, 1)
_YEAR_DAYS = 365.25
_NOISE_OF_DAY, _NOISE_OF_SHARE, _NOISE_OF_TICKET = 0.07, 0.012, 0.05
_ROUND_TO = 1_000  # nobody pays less than a thousand đồng exactly
_SELLERS_FOR_ONE_TILL = 1.3
_TILL_OUT = 0.015
_MARKETS_STAND_STILL = (0, 1)  # days from the first of Tết

Shares = NDArray[np.float64]


def years_since(day: date) -> float:
    """Count the years since the epoch of all growth."""
    return (day - EPOCH).days / _YEAR_DAYS


def expected_sales(profile: SiteProfile, day: date) -> float:
    """Tell what a site sells on a day of that kind on average, in VND."""
    trade = TRADES[profile.kind]
    growth: float = profile.growth ** years_since(day)
    return profile.daily_sales * growth * day_factor(day, trade.rhythm, profile.summer_height)


def instrument_shares(profile: SiteProfile, day: date, cashless: float) -> dict[Instrument, float]:
    """Divide a day's sales among the instruments, cash last; the shares add up to one."""
    trade = TRADES[profile.kind]
    weights = dict(trade.cashless_mix)
    weights[Instrument.MOBILE_MONEY] *= trade.mobile_money_growth ** years_since(day)
    total = sum(weights.values())
    return {code: cashless * weight / total for code, weight in weights.items()} | {Instrument.CASH: 1.0 - cashless}


def sales_of(profile: SiteProfile, day: date, seed: int) -> SliceFigures:
    """Draw a site's slice of one day; a market that stands still on the first days of Tết gives one without cells."""
    if TRADES[profile.kind].rhythm is Rhythm.MARKET and days_from_tet(day) in _MARKETS_STAND_STILL:
        return NOTHING
    rng = chance(seed, profile.code, day)
    level = expected_sales(profile, day) * rng.lognormal(0.0, _NOISE_OF_DAY)
    cashless = float(np.clip(profile.cashless.at(day) + rng.normal(0.0, _NOISE_OF_SHARE), 0.01, 0.97))
    shares = instrument_shares(profile, day, cashless)
    counts, amounts = _draw(TRADES[profile.kind], level, shares, rng)
    cells = tuple(_cells(profile, shares, counts, amounts, rng))
    payments = int(counts.sum())
    if payments == 0:
        return NOTHING
    return SliceFigures(cells, _owners(profile, 1.0, payments), _coverage(profile, rng))


def _draw(
    trade: Trade, level: float, shares: dict[Instrument, float], rng: Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw counts and amounts: Shape (sectors, instruments), payments and whole VND."""
    sectors = np.fromiter(trade.sectors.values(), dtype=float)[:, None]
    tickets = np.fromiter((TICKETS[code] for code in shares), dtype=float)[None, :]
    parts: Shares = np.fromiter(shares.values(), dtype=float)[None, :]
    counts = rng.poisson(level * sectors * parts / tickets)
    means = tickets * rng.lognormal(0.0, _NOISE_OF_TICKET, counts.shape)
    return counts, np.rint(counts * means / _ROUND_TO).astype(np.int64) * _ROUND_TO


def _cells(
    profile: SiteProfile,
    shares: dict[Instrument, float],
    counts: NDArray[np.int64],
    amounts: NDArray[np.int64],
    rng: Generator,
) -> list[Cell]:
    trade = TRADES[profile.kind]
    return [
        simple_cell(
            code,
            None,
            sector,
            _measures(profile, weight * _breadth(code), int(counts[row, column]), int(amounts[row, column]), rng),
        )
        for row, (sector, weight) in enumerate(trade.sectors.items())
        for column, code in enumerate(shares)
    ]


def _measures(profile: SiteProfile, part: float, count: int, amount: int, rng: Generator) -> Measures:
    owners = _owners(profile, part, count)
    rate = TRADES[profile.kind].refunds
    if rate is None:
        return Measures(count, amount, owners)
    refunds = int(rng.binomial(count, rate))
    return Measures(count, amount, owners, refunds, amount * refunds // max(count, 1) // _ROUND_TO * _ROUND_TO)


def _breadth(code: Instrument) -> float:
    """Tell which part of the sellers takes an instrument."""
    return {Instrument.CASH: 1.0, Instrument.MOBILE_MONEY: 0.35, Instrument.CARD: 0.7}.get(code, 0.9)


def _owners(profile: SiteProfile, part: float, payments: int) -> Contributors | None:
    return owners_behind(max(1, round(profile.sellers * part)), payments, TRADES[profile.kind].inequality)


def _coverage(profile: SiteProfile, rng: Generator) -> Coverage:
    tills = max(2, round(profile.sellers * _SELLERS_FOR_ONE_TILL))
    return Coverage(tills - int(rng.binomial(tills, _TILL_OUT)), tills)
