"""What merchants receive in each commune through one bank and one Mobile Money provider, month by month."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np

from payments_hub.demo.calendar import Rhythm, day_factor
from payments_hub.demo.chance import chance
from payments_hub.demo.curves import SCurve
from payments_hub.demo.slices import NOTHING, Measures, SliceFigures, owners_behind, simple_cell
from payments_hub.domain.cells import Contributors
from payments_hub.domain.geography import AreaLevel, AreaUnit, load_schemes
from payments_hub.domain.instruments import Initiation, Instrument
from payments_hub.kernel.periods import Frequency, Period

_TYPE_WEIGHT = {"phường": 4.2, "thị trấn": 2.6, "xã": 1.0}
_CENTRE = {"303": 2.4, "304": 2.6, "305": 2.8, "306": 1.7, "307": 1.3, "288": 1.9, "311": 1.3, "312": 1.2}
_SUMMER = {"317": 2.6, "308": 2.3}  # Cát Hải and Đồ Sơn live on the bathing season
_ISLAND = "VN-COMMUNE-2025-07-01:11948"  # Bạch Long Vĩ had no commune before
_ISLAND_WEIGHT = 0.15
_SPREAD_OF_WEIGHTS, _NOISE_OF_MONTH, _NOISE_OF_TICKET = 0.55, 0.06, 0.05
_ROUND_TO = 1_000
_DAYS_OF_MONTH = 30.4
_PAYMENTS_OF_FIRST_MERCHANTS = 14
_MERCHANT_PAYMENTS = 22  # a merchant behind so many payments a month, before the large ones take their part


@dataclass(frozen=True, slots=True)
class CommuneEconomy:
    """
    What a commune is like.

    Args:
        place: Its place code.
        weight: Its part of the city's trade, as a multiple of a plain rural commune.
        summer_height: How many times a plain month the midsummer adds.
        midpoint_days: When half of its merchants have taken to paying without cash, in days after the city.

    """

    place: str
    weight: float
    summer_height: float
    midpoint_days: int


@dataclass(frozen=True, slots=True)
class Line:
    """One way of paying in one sector: its part of the whole, and its mean payment in whole VND."""

    instrument: Instrument | None
    initiation: Initiation
    sector: str
    part: float
    ticket: int


@dataclass(frozen=True, slots=True)
class Service:
    """
    What one provider offers to merchants.

    Args:
        flow: The flow it reports.
        payments: Payments a month in a plain rural commune where everybody has taken to it.
        adoption: How far merchants have taken to it, in the city as a whole.
        inequality: How unequal its merchants are, the exponent of Zipf's law.
        lines: Its ways of paying; the parts add up to one.

    """

    flow: str
    payments: float
    adoption: SCurve
    inequality: float
    lines: tuple[Line, ...]


_TRANSFER, _WALLET, _CARD = Instrument.ACCOUNT_TRANSFER, Instrument.E_WALLET, Instrument.CARD

SERVICES: Final[Mapping[str, Service]] = MappingProxyType(
    {
        "ACQ_P2M": Service(
            "ACQ_P2M",
            5_200.0,
            SCurve(0.10, 1.0, date(2026, 3, 1), 0.9),
            0.75,
            (
                Line(_TRANSFER, Initiation.QR, "G47", 0.42, 210_000),
                Line(_TRANSFER, Initiation.QR, "I56", 0.20, 125_000),
                Line(_WALLET, Initiation.QR, "G47", 0.09, 140_000),
                Line(_WALLET, Initiation.QR, "I56", 0.06, 95_000),
                Line(_CARD, Initiation.CHIP, "G47", 0.07, 690_000),
                Line(_CARD, Initiation.CHIP, "I56", 0.03, 520_000),
                Line(_CARD, Initiation.NFC, "G47", 0.08, 380_000),
                Line(_CARD, Initiation.NFC, "I56", 0.05, 260_000),
            ),
        ),
        "MM_P2M": Service(
            "MM_P2M",
            340.0,
            SCurve(0.04, 1.0, date(2026, 8, 1), 0.7),
            0.9,
            (
                Line(None, Initiation.QR, "G47", 0.50, 58_000),
                Line(None, Initiation.QR, "I56", 0.17, 41_000),
                Line(None, Initiation.APP, "G47", 0.24, 76_000),
                Line(None, Initiation.APP, "I56", 0.09, 49_000),
            ),
        ),
    }
)


@lru_cache(maxsize=4)
def commune_economies(seed: int) -> Mapping[str, CommuneEconomy]:
    """
    Tell what each commune of both schemes is like, by place code.

    A new commune is the sum of the old ones in it, a split one in equal parts, so that the city's total does not jump
    because of the new map.
    """
    before, since = load_schemes()
    old = {unit.place_code: _old_economy(unit, seed) for unit in before.of_level(AreaLevel.COMMUNE)}
    parts: dict[str, list[tuple[CommuneEconomy, float]]] = {}
    targets: dict[str, int] = {}
    for change in since.changes:
        targets[change.old_place_code] = targets.get(change.old_place_code, 0) + 1
    for change in since.changes:
        economy = old[change.old_place_code]
        parts.setdefault(change.new_place_code, []).append((economy, economy.weight / targets[economy.place]))
    new = {place: _merged(place, found) for place, found in parts.items()}
    return MappingProxyType(old | new | {_ISLAND: CommuneEconomy(_ISLAND, _ISLAND_WEIGHT, 0.0, 200)})


def expected_payments(service: Service, economy: CommuneEconomy, month: Period) -> float:
    """Tell how many payments a commune has in a month of that kind on average."""
    middle = month.start + timedelta(days=14)
    adoption = service.adoption.at(middle - timedelta(days=economy.midpoint_days))
    return service.payments * economy.weight * adoption * _month_factor(month, economy.summer_height)


def receipts_of(service: Service, economy: CommuneEconomy, month: Period, seed: int) -> SliceFigures:
    """Draw a commune's slice of one month; before the first merchants signed up it has no cells."""
    rng = chance(seed, service.flow, economy.place, month)
    expected = expected_payments(service, economy, month)
    if expected < _PAYMENTS_OF_FIRST_MERCHANTS:
        return NOTHING
    payments = expected * rng.lognormal(0.0, _NOISE_OF_MONTH)
    counts = rng.poisson(payments * np.array([line.part for line in service.lines]))
    if not counts.any():
        return NOTHING
    means = np.array([line.ticket for line in service.lines]) * rng.lognormal(0.0, _NOISE_OF_TICKET, counts.size)
    amounts = np.rint(counts * means / _ROUND_TO).astype(np.int64) * _ROUND_TO
    cells = tuple(
        simple_cell(line.instrument, line.initiation, line.sector, _measures(service, int(count), int(amount)))
        for line, count, amount in zip(service.lines, counts, amounts, strict=True)
    )
    return SliceFigures(cells, _owners(service, int(counts.sum())))


def _measures(service: Service, count: int, amount: int) -> Measures:
    # A payment so small that it rounds to nothing would be a count without money.
    return Measures(count, max(amount, count * _ROUND_TO), _owners(service, count))


def _owners(service: Service, payments: int) -> Contributors | None:
    return owners_behind(max(1, payments // _MERCHANT_PAYMENTS), payments, service.inequality)


def _old_economy(unit: AreaUnit, seed: int) -> CommuneEconomy:
    rng = chance(seed, "economy", unit.place_code)
    district = unit.parent or ""
    weight = _TYPE_WEIGHT[unit.unit_type] * _CENTRE.get(district, 1.0) * rng.lognormal(0.0, _SPREAD_OF_WEIGHTS)
    days_later = int(rng.normal(120 if unit.unit_type == "xã" else -40, 90))
    return CommuneEconomy(unit.place_code, float(weight), _SUMMER.get(district, 0.05), days_later)


def _merged(place: str, parts: list[tuple[CommuneEconomy, float]]) -> CommuneEconomy:
    total = sum(weight for _, weight in parts)
    summer = sum(economy.summer_height * weight for economy, weight in parts) / total
    days_later = round(sum(economy.midpoint_days * weight for economy, weight in parts) / total)
    return CommuneEconomy(place, total, summer, days_later)


@lru_cache(maxsize=512)
def _month_factor(month: Period, summer_height: float) -> float:
    rhythm = Rhythm.TOURISM if summer_height > 1 else Rhythm.BUSINESS
    return sum(_day_factors(month, rhythm, summer_height)) / _DAYS_OF_MONTH


def _day_factors(month: Period, rhythm: Rhythm, summer_height: float) -> Iterator[float]:
    for day in month.split(Frequency.DAY):
        yield day_factor(day.start, rhythm, summer_height)
