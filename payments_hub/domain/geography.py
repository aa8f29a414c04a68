"""Dated area schemes: which units a city had when, and what became of them at the cut of 1 July 2025."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files

from payments_hub.domain.places import (
    AREA_KIND,
    AreaCode,
    Place,
    PlaceCodeFault,
    PlaceCodeRefusal,
    SiteCode,
    parse_place_code,
)
from payments_hub.domain.sites import Interval
from payments_hub.kernel.periods import Period

CITY_UNIT = "31"
"""The city's own unit in each scheme: the former Hải Phòng before 1 July 2025, the merged one since."""

_UNIT_TYPES_EN = {
    "phường": "Ward",
    "thị trấn": "Township",
    "xã": "Commune",
    "quận": "Urban District",
    "huyện": "District",
    "thị xã": "Town",
    "thành phố": "City",
}


class AreaLevel(StrEnum):
    """How large a unit is; a total uses one level, never two."""

    COMMUNE = "commune"
    DISTRICT = "district"
    PROVINCE = "province"
    STATE = "state"
    COUNTRY = "country"


@dataclass(frozen=True, slots=True)
class AreaScheme:
    """
    A list of area units that held between two days, both included; without a last one it still holds.

    `total_level` is the one level whose slices add up to the units above it.
    """

    code: str
    valid_from: date
    valid_to: date | None
    title_vi: str
    title_en: str
    total_level: AreaLevel = AreaLevel.COMMUNE

    @property
    def validity(self) -> Interval:
        """Tell the days on which the scheme holds."""
        return Interval(self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class AreaUnit:
    """
    One unit of a scheme.

    Args:
        scheme_code: The dated scheme.
        code: The unit's code within the scheme; it may mean another unit in another scheme.
        level: A value of AreaLevel.
        parent: The code, in the same scheme, of the unit above it, or None.
        name_vi: Its full name in Vietnamese.
        name_en: Its name in English, without Vietnamese marks.
        unit_type: The kind of unit in Vietnamese, such as phường.
        tile: Column and row on the tile map, or None where the unit is not on it.
        area_km2: Its area in square kilometres as published, or None.

    """

    scheme_code: str
    code: str
    level: str
    parent: str | None
    name_vi: str
    name_en: str
    unit_type: str
    tile: tuple[int, int] | None = None
    area_km2: float | None = None

    @property
    def place_code(self) -> str:
        """Name the unit together with its scheme."""
        return f"{self.scheme_code}:{self.code}"


@dataclass(frozen=True, slots=True)
class AreaChange:
    """What became of a unit: its land went into a new one, whole, or in part where it was split."""

    old_place_code: str
    new_place_code: str
    old_unit_split: bool


@dataclass(frozen=True, slots=True)
class AreaSchemeData:
    """
    A scheme with its units, and the changes that led into it.

    Args:
        scheme: The dated scheme.
        units: All its units, of every level.
        changes: From the scheme before; empty for the first one.

    """

    scheme: AreaScheme
    units: tuple[AreaUnit, ...]
    changes: tuple[AreaChange, ...] = ()

    def of_level(self, level: str) -> tuple[AreaUnit, ...]:
        """Pick the units of one level."""
        return tuple(unit for unit in self.units if unit.level == level)


BEFORE_MERGER = AreaScheme(
    "VN-COMMUNE-2025-01-04",
    date(2025, 1, 1),
    date(2025, 6, 30),
    "Đơn vị hành chính trước ngày 1/7/2025",
    "Administrative units before 1 July 2025",
)
SINCE_MERGER = AreaScheme(
    "VN-COMMUNE-2025-07-01",
    date(2025, 7, 1),
    None,
    "Đơn vị hành chính từ ngày 1/7/2025",
    "Administrative units since 1 July 2025",
)
MERGER_DAY = SINCE_MERGER.valid_from


@lru_cache(maxsize=1)
def load_schemes() -> tuple[AreaSchemeData, ...]:
    """Read the packaged lists: the scheme before the merger, then the one since."""
    return (
        AreaSchemeData(BEFORE_MERGER, (*_provinces(BEFORE_MERGER), *_districts(), *_communes_before())),
        AreaSchemeData(SINCE_MERGER, (*_provinces(SINCE_MERGER), *_communes_since()), tuple(_changes())),
    )


@lru_cache(maxsize=1)
def former_provinces() -> Mapping[str, str]:
    """
    Map each commune's place code since the merger to the former province (30 or 31) that its land lay in.

    No new commune took land from both, so the former territories can be told apart exactly, without weights.
    """
    before, since = load_schemes()
    parents = {unit.place_code: unit.parent for unit in before.units}
    districts = {unit.code: unit.parent for unit in before.units if unit.level == AreaLevel.DISTRICT}
    found = {unit.place_code: CITY_UNIT for unit in since.of_level(AreaLevel.COMMUNE)}  # Bạch Long Vĩ had no commune
    found |= {change.new_place_code: districts[parents[change.old_place_code] or ""] or "" for change in since.changes}
    return found


def area_place(scheme: AreaScheme, unit: AreaUnit) -> Place:
    """List an area unit under the shape of the reference."""
    return Place(
        code=unit.place_code,
        kind=AREA_KIND,
        name_vi=unit.name_vi,
        name_en=unit.name_en,
        scheme_code=scheme.code,
        level=unit.level,
        parent_code=f"{scheme.code}:{unit.parent}" if unit.parent else None,
        valid_from=scheme.valid_from,
        valid_to=scheme.valid_to,
        open_intervals=(scheme.validity,),
    )


def area_places() -> tuple[Place, ...]:
    """List every unit of every packaged scheme under the shape of the reference."""
    return tuple(area_place(data.scheme, unit) for data in load_schemes() for unit in data.units)


def find_place(text: str, period: Period, places: Mapping[str, Place]) -> Place | PlaceCodeRefusal:
    """
    Find the place that a text names in a period.

    Args:
        text: A site's code, or 'scheme:unit'.
        period: What the figures are about; an area scheme must hold for all of it.
        places: The reference, by place code.

    Returns:
        The place, or why the text names none; a bare or undated code comes with the code that would be right.

    """
    match parse_place_code(text):
        case PlaceCodeRefusal() as refusal:
            unit = text.rpartition(":")[2]
            return PlaceCodeRefusal(text, refusal.fault, _code_in_period(unit, period, places))
        case SiteCode(code):
            return places.get(code) or PlaceCodeRefusal(text, PlaceCodeFault.UNKNOWN_UNIT)
        case AreaCode() as code:
            return _find_area(code, period, places)


def _find_area(code: AreaCode, period: Period, places: Mapping[str, Place]) -> Place | PlaceCodeRefusal:
    place = places.get(str(code))
    if place is None:
        known = any(other.scheme_code == code.scheme for other in places.values())
        fault = PlaceCodeFault.UNKNOWN_UNIT if known else PlaceCodeFault.UNKNOWN_SCHEME
        return PlaceCodeRefusal(str(code), fault, _code_in_period(code.unit, period, places))
    if not place.holds(period):
        cut = place.cut_in(period) or _nearest_cut(place, period)
        return PlaceCodeRefusal(str(code), PlaceCodeFault.OUTSIDE_VALIDITY, cut=cut)
    return place


def _nearest_cut(place: Place, period: Period) -> date | None:
    if place.valid_to is not None and period.start > place.valid_to:
        return place.valid_to
    return place.valid_from


def _code_in_period(unit: str, period: Period, places: Mapping[str, Place]) -> str | None:
    """Name the one area unit of that code whose scheme holds in the period."""
    schemes = (data.scheme.code for data in load_schemes())
    found = [places[code] for code in (f"{scheme}:{unit}" for scheme in schemes) if code in places]
    valid = [place.code for place in found if place.holds(period)]
    return valid[0] if len(valid) == 1 else None


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("payments_hub.domain") / "areas" / name).read_text(encoding="utf-8")
    return iter(csv.DictReader(text.splitlines()))


def _provinces(scheme: AreaScheme) -> Iterator[AreaUnit]:
    for row in _rows("provinces.csv"):
        if row["scheme"] == scheme.code:
            level = AreaLevel.PROVINCE
            yield AreaUnit(scheme.code, row["code"], level, None, row["name_vi"], row["name_en"], row["unit_type"])


def _districts() -> Iterator[AreaUnit]:
    for row in _rows("districts_2025-01-04.csv"):
        yield _old_unit(row, AreaLevel.DISTRICT, row["province_code"])


def _communes_before() -> Iterator[AreaUnit]:
    for row in _rows("communes_2025-01-04.csv"):
        yield _old_unit(row, AreaLevel.COMMUNE, row["district_code"])


def _old_unit(row: dict[str, str], level: AreaLevel, parent: str) -> AreaUnit:
    name, unit_type = row["name_vi"], row["unit_type"]
    return AreaUnit(BEFORE_MERGER.code, row["code"], level, parent, name, english_name(name, unit_type), unit_type)


def _communes_since() -> Iterator[AreaUnit]:
    for row in _rows("communes_2025-07-01.csv"):
        yield AreaUnit(
            SINCE_MERGER.code,
            row["code"],
            AreaLevel.COMMUNE,
            CITY_UNIT,
            row["name_vi"],
            row["name_en"],
            row["unit_type"],
            (int(row["tile_column"]), int(row["tile_row"])),
            float(row["area_km2"]),
        )


def _changes() -> Iterator[AreaChange]:
    for row in _rows("commune_changes_2025-07-01.csv"):
        yield AreaChange(
            f"{BEFORE_MERGER.code}:{row['old_code']}",
            f"{SINCE_MERGER.code}:{row['new_code']}",
            row["old_unit_split"] == "yes",
        )


def english_name(name_vi: str, unit_type: str) -> str:
    """
    Write a unit's name without Vietnamese marks, its kind behind it, as the official English list does.

    >>> english_name("Thị trấn Cát Bà", "thị trấn")
    'Cat Ba Township'
    """
    decomposed = unicodedata.normalize("NFD", name_vi.replace("đ", "d").replace("Đ", "D"))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return f"{plain[len(unit_type) + 1 :]} {_UNIT_TYPES_EN[unit_type]}"
