from string import Formatter

import pytest

from payments_hub.contracts.codes import CODES
from payments_hub.contracts.explanations import EXPLANATIONS
from payments_hub.contracts.findings import GOT_LENGTH, Severity, make_finding, show
from payments_hub.contracts.personal_data import PersonalDataKind, find_personal_data, mask_personal_data


def places_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("case", EXPLANATIONS)
def test_both_languages_name_the_same_things(case: str) -> None:
    words = EXPLANATIONS[case]

    assert {name.removesuffix("_vi") for name in places_in(words.vi)} == {
        name.removesuffix("_en") for name in places_in(words.en)
    }


def test_every_case_belongs_to_a_code_and_every_code_has_words() -> None:
    assert {case.partition("/")[0] for case in EXPLANATIONS} == set(CODES)


def test_only_errors_and_holds_are_errors() -> None:
    assert make_finding("E2001", "/data/flow").severity is Severity.ERROR
    assert make_finding("W5007", got=2, gross=1).severity is Severity.WARNING


def test_words_that_look_like_a_template_stay_as_they_are() -> None:
    assert make_finding("E2001", "/data/{got}").text_en == "{got} is missing. Add it."


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (False, "false"),
        (12, "12"),
        ({"a": 1}, "{…}"),
        ([1], "[…]"),
        ("a\u202eb\x00", "a\ufffdb\ufffd"),
        ("x" * 100, "x" * (GOT_LENGTH - 1) + "…"),
    ],
    ids=["nothing", "bool", "number", "object", "list", "characters-that-act", "long"],
)
def test_a_value_is_shown_short_and_inert(value: object, shown: str | None) -> None:
    assert show(value) == shown


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("thẻ 4111 1111 1111 1111", [PersonalDataKind.CARD]),
        ("thẻ 4111-1111-1111-1111", [PersonalDataKind.CARD]),
        ("4111 1111 1111 1112 fails Luhn's check", []),
        ("gọi 0912.345.678", [PersonalDataKind.PHONE]),
        ("+84 912 345 678", [PersonalDataKind.PHONE]),
        ("0225 3842 100", [PersonalDataKind.PHONE]),
        ("0912345678 0987654321", [PersonalDataKind.PHONE, PersonalDataKind.PHONE]),
        ("CCCD 031199000001", [PersonalDataKind.IDENTITY]),
        ("a.b@example.com.vn", [PersonalDataKind.EMAIL]),
        ("VN-COMMUNE-2025-07-01:11407, 2026-07-03T10:00", []),
        ("42 quầy, 1.234.567 đồng", []),
    ],
)
def test_personal_data_is_recognised(text: str, kinds: list[PersonalDataKind]) -> None:
    assert [found.kind for found in find_personal_data(text)] == kinds


def test_a_mask_keeps_the_text_around_it() -> None:
    assert mask_personal_data("gọi 0912345678 hoặc an@example.vn nhé") == "gọi 09******** hoặc an*********** nhé"
