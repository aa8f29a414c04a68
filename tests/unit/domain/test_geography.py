from datetime import date

import pytest

from payments_hub.domain.geography import (
    BEFORE_MERGER,
    SINCE_MERGER,
    AreaLevel,
    area_places,
    english_name,
    find_place,
    former_provinces,
    load_schemes,
)
from payments_hub.domain.places import AreaCode, Place, PlaceCodeFault, PlaceCodeRefusal, SiteCode, parse_place_code
from payments_hub.kernel.periods import Period

BEFORE, SINCE = load_schemes()
PLACES = {place.code: place for place in area_places()}


def test_the_city_has_the_units_of_its_resolutions() -> None:
    types = [unit.unit_type for unit in SINCE.of_level(AreaLevel.COMMUNE)]

    assert (types.count("xã"), types.count("phường"), types.count("đặc khu")) == (67, 45, 2)
    assert len(BEFORE.of_level(AreaLevel.COMMUNE)) == 374
    assert len(BEFORE.of_level(AreaLevel.DISTRICT)) == 27
    assert [unit.code for unit in BEFORE.of_level(AreaLevel.PROVINCE)] == ["30", "31"]
    assert [unit.code for unit in SINCE.of_level(AreaLevel.PROVINCE)] == ["31"]


def test_one_scheme_ends_the_day_before_the_next_begins() -> None:
    assert BEFORE_MERGER.valid_to is not None
    assert (SINCE_MERGER.valid_from - BEFORE_MERGER.valid_to).days == 1


def test_no_code_stands_twice_in_one_scheme() -> None:
    for scheme in (BEFORE, SINCE):
        assert len({unit.code for unit in scheme.units}) == len(scheme.units)


def test_every_parent_is_a_unit_of_the_same_scheme() -> None:
    for scheme in (BEFORE, SINCE):
        codes = {unit.code for unit in scheme.units}
        assert {unit.parent for unit in scheme.units} - codes == {None}


def test_ninety_five_codes_named_another_unit_before_the_merger() -> None:
    # Without marks, because Việt Hoà and Việt Hòa are two spellings of one name.
    old = {unit.code: unit.name_en for unit in BEFORE.of_level(AreaLevel.COMMUNE)}
    new = {unit.code: unit.name_en for unit in SINCE.of_level(AreaLevel.COMMUNE)}

    used_again = old.keys() & new.keys()

    assert len(used_again) == 113
    assert sum(old[code] != new[code] for code in used_again) == 95
    assert (old["11359"], new["11359"]) == ("Dang Giang Ward", "Gia Vien Ward")


def test_every_old_commune_went_somewhere() -> None:
    old = {unit.place_code for unit in BEFORE.of_level(AreaLevel.COMMUNE)}

    assert {change.old_place_code for change in SINCE.changes} == old


def test_every_new_commune_but_one_has_old_ones_behind_it() -> None:
    new = {unit.place_code for unit in SINCE.of_level(AreaLevel.COMMUNE)}

    assert new - {change.new_place_code for change in SINCE.changes} == {"VN-COMMUNE-2025-07-01:11948"}


def test_an_old_commune_is_split_exactly_if_it_went_into_several() -> None:
    targets: dict[str, list[bool]] = {}
    for change in SINCE.changes:
        targets.setdefault(change.old_place_code, []).append(change.old_unit_split)

    assert sum(marks == [False] for marks in targets.values()) == 303
    assert sum(len(marks) > 1 and all(marks) for marks in targets.values()) == 71


def test_no_new_commune_took_land_from_both_former_provinces() -> None:
    parents = {unit.place_code: unit.parent for unit in BEFORE.units}
    provinces: dict[str, set[str | None]] = {}
    for change in SINCE.changes:
        district = f"{BEFORE_MERGER.code}:{parents[change.old_place_code]}"
        provinces.setdefault(change.new_place_code, set()).add(parents[district])

    assert all(len(found) == 1 for found in provinces.values())
    assert {code: found.pop() for code, found in provinces.items()} == {
        code: province for code, province in former_provinces().items() if not code.endswith(":11948")
    }
    assert sorted(former_provinces().values()).count("31") == 50


def test_each_commune_has_its_own_tile() -> None:
    tiles = [unit.tile for unit in SINCE.of_level(AreaLevel.COMMUNE)]

    assert None not in tiles
    assert len(set(tiles)) == 114


def test_the_rule_for_english_names_gives_the_official_ones() -> None:
    wards = [unit for unit in SINCE.of_level(AreaLevel.COMMUNE) if unit.unit_type != "đặc khu"]

    assert [english_name(unit.name_vi, unit.unit_type) for unit in wards] == [unit.name_en for unit in wards]


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("MALL-0021", SiteCode("MALL-0021")),
        ("VN-COMMUNE-2025-07-01:11914", AreaCode("VN-COMMUNE-2025-07-01", "11914")),
        ("IN-PULSE-2018-01-01:goa/north-goa", AreaCode("IN-PULSE-2018-01-01", "goa/north-goa")),
        ("11914", PlaceCodeRefusal("11914", PlaceCodeFault.BARE)),
        ("VN-COMMUNE:11914", PlaceCodeRefusal("VN-COMMUNE:11914", PlaceCodeFault.UNDATED)),
        ("VN-COMMUNE-2025-07-01", PlaceCodeRefusal("VN-COMMUNE-2025-07-01", PlaceCodeFault.MALFORMED)),
        ("VN-COMMUNE-2025-07-01:", PlaceCodeRefusal("VN-COMMUNE-2025-07-01:", PlaceCodeFault.MALFORMED)),
        ("Phường Gia Viên", PlaceCodeRefusal("Phường Gia Viên", PlaceCodeFault.MALFORMED)),
        ("mall-0021", PlaceCodeRefusal("mall-0021", PlaceCodeFault.MALFORMED)),
        ("A:B:C", PlaceCodeRefusal("A:B:C", PlaceCodeFault.MALFORMED)),
        ("", PlaceCodeRefusal("", PlaceCodeFault.MALFORMED)),
    ],
)
def test_a_place_code_is_read_or_refused_with_its_reason(text: str, outcome: object) -> None:
    assert parse_place_code(text) == outcome


def test_a_period_inside_the_scheme_finds_the_unit() -> None:
    found = find_place("VN-COMMUNE-2025-07-01:11359", Period.parse("2026-07"), PLACES)

    assert isinstance(found, Place)
    assert found.name_vi == "Phường Gia Viên"
    assert found.parent_code == "VN-COMMUNE-2025-07-01:31"


@pytest.mark.parametrize(
    ("text", "period", "fault", "cut"),
    [
        ("VN-COMMUNE-2025-07-01:11359", "2025", PlaceCodeFault.OUTSIDE_VALIDITY, date(2025, 7, 1)),
        ("VN-COMMUNE-2025-07-01:11359", "2025-06", PlaceCodeFault.OUTSIDE_VALIDITY, date(2025, 7, 1)),
        ("VN-COMMUNE-2025-01-04:11359", "2025", PlaceCodeFault.OUTSIDE_VALIDITY, date(2025, 6, 30)),
        ("VN-COMMUNE-2025-01-04:11359", "2025-07", PlaceCodeFault.OUTSIDE_VALIDITY, date(2025, 6, 30)),
        ("VN-COMMUNE-2025-01-04:11359", "2024-Q4", PlaceCodeFault.OUTSIDE_VALIDITY, date(2025, 1, 1)),
        ("VN-COMMUNE-2025-07-01:99999", "2026-07", PlaceCodeFault.UNKNOWN_UNIT, None),
        ("VN-COMMUNE-2021-01-01:11359", "2026-07", PlaceCodeFault.UNKNOWN_SCHEME, None),
        ("MALL-9999", "2026-07-01", PlaceCodeFault.UNKNOWN_UNIT, None),
    ],
)
def test_a_code_that_names_no_place_in_that_period_says_why(
    text: str, period: str, fault: PlaceCodeFault, cut: date | None
) -> None:
    found = find_place(text, Period.parse(period), PLACES)

    assert isinstance(found, PlaceCodeRefusal)
    assert (found.fault, found.cut) == (fault, cut)


@pytest.mark.parametrize(
    ("text", "period", "suggestion"),
    [
        ("11359", "2026-07", "VN-COMMUNE-2025-07-01:11359"),
        ("11359", "2025-06", "VN-COMMUNE-2025-01-04:11359"),
        ("11359", "2025", None),
        ("VN-COMMUNE:11359", "2026-07", "VN-COMMUNE-2025-07-01:11359"),
        ("10510", "2026-07", None),
    ],
)
def test_a_bare_code_is_refused_with_the_dated_one_of_its_period(
    text: str, period: str, suggestion: str | None
) -> None:
    found = find_place(text, Period.parse(period), PLACES)

    assert isinstance(found, PlaceCodeRefusal)
    assert found.suggestion == suggestion
