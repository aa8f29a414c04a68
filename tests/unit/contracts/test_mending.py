import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_hub.contracts.decode import decode
from payments_hub.contracts.json_places import find_places
from payments_hub.contracts.mending import MendedMessage, mend_message
from payments_hub.contracts.receipt_v1 import FindingV1
from tests.builders import CARD_CELL, cell, slice_event, slice_message

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda part: st.lists(part) | st.dictionaries(st.text(), part),
)


def told(body: bytes) -> list[FindingV1]:
    return [FindingV1.of(finding) for finding in decode(body).findings]


def mended(body: bytes) -> MendedMessage | None:
    return mend_message(body, findings=told(body))


def replacements(body: bytes) -> list[tuple[str, str, str]]:
    found = mended(body)
    return [] if found is None else [(mend.pointer, mend.before, mend.after) for mend in found.mends]


def with_control(**totals: int) -> bytes:
    cells = [cell(count=100, amount=7_035_060_000)]
    return slice_message(cells=cells, control={"count": 100, "amount": 7_035_060_000} | totals)


@pytest.mark.parametrize(
    ("body", "replaced"),
    [
        (
            slice_message(cells=[cell(instrument="MOBILEMONEY")]),
            ("/data/cells/0/instrument", '"MOBILEMONEY"', '"MOBILE_MONEY"'),
        ),
        (slice_message(cells=[cell(instrument="CRAD")]), ("/data/cells/0/instrument", '"CRAD"', '"CARD"')),
        (slice_message(cells=[cell(sector="g47")]), ("/data/cells/0/sector", '"g47"', '"G47"')),
        (slice_message(finality="Final"), ("/data/finality", '"Final"', '"FINAL"')),
        (slice_message(cells=[cell(count="10")], control={"count": 10, "amount": 2_000_000}), None),
        (with_control(amount=7_053_060_000), ("/data/control/amount", "7053060000", "7035060000")),
        (with_control(amount=7_035_060), ("/data/control/amount", "7035060", "7035060000")),
    ],
    ids=["separator", "swapped-letters", "case", "case-of-finality", "quoted", "swapped-digits", "in-thousands"],
)
def test_a_slip_of_the_hand_is_mended(body: bytes, replaced: tuple[str, str, str] | None) -> None:
    found = replacements(body)

    assert found == [replaced or ("/data/cells/0/count", '"10"', "10")]


@pytest.mark.parametrize(
    "body",
    [
        with_control(amount=7_035_060_001),
        with_control(amount=7_053_060_000, count=99),
        slice_message(cells=[cell(instrument="CASD")]),
        slice_message(cells=[cell(sector="G46")]),
        slice_message(cells=[cell(instrument="GOLD")]),
        slice_message(cells=[cell(count=-10)], control={"count": -10, "amount": 2_000_000}),
        slice_message(period="2026-7-3"),
        slice_message(without=["finality"]),
        slice_message(cells=[cell(), cell()]),
        slice_message(time="20260704"),
        slice_message(),
        b"garbage",
        b"",
    ],
    ids=[
        "one-digit-more",
        "both-totals",
        "near-two-codes",
        "short-code",
        "no-such-code",
        "negative",
        "period",
        "missing",
        "same-cell-twice",
        "digits-that-are-no-number",
        "nothing-wrong",
        "not-json",
        "empty",
    ],
)
def test_what_is_not_beyond_doubt_is_left_to_the_partner(body: bytes) -> None:
    found = mended(body)

    assert found is None


def test_a_misspelt_field_gets_its_name_and_keeps_its_value() -> None:
    one = cell(amount=None) | {"amonut": 2_000_000}
    body = slice_message(cells=[one], control={"count": 10, "amount": 2_000_000})

    found = mended(body)

    assert found is not None
    assert found.faults_left == 0
    assert decode(found.after.encode()).event is not None


def test_a_misspelt_field_is_left_where_its_name_is_taken() -> None:
    found = mended(slice_message(cells=[cell() | {"amonut": 1}]))

    assert found is None


def test_a_fault_that_only_the_mend_brings_to_light_is_mended_too() -> None:
    body = slice_message(cells=[cell(count="10", amount=7_035_060_000)], control={"count": 10, "amount": 7_053_060_000})

    found = replacements(body)

    assert found == [("/data/cells/0/count", '"10"', "10"), ("/data/control/amount", "7053060000", "7035060000")]


def test_every_byte_outside_the_mends_stays_as_it_was_sent() -> None:
    event = slice_event(cells=[{**CARD_CELL, "instrument": "CRAD"}], note='một "hai" \\ {ba}')
    text = json.dumps(event, indent=3, ensure_ascii=False).replace('"G47"', ' "\\u004747"')

    found = mended(text.encode())

    assert found is not None
    assert found.after == text.replace('"CRAD"', '"CARD"')


def test_faults_that_are_left_are_counted_those_of_the_lists_too() -> None:
    body = slice_message(cells=[cell(instrument="CRAD", count=-10)], control={"count": -10, "amount": 2_000_000})
    closed = FindingV1(
        code="E2103", severity="error", pointer="/data/site", side="both", text_vi="đóng", text_en="closed"
    )

    found = mend_message(body, findings=[*told(body), closed])

    assert found is not None
    assert found.faults_left == len({"/data/cells/0/count", "/data/control/count", "/data/site"})


def test_a_code_of_a_place_is_mended_in_its_case_alone() -> None:
    body = slice_message(site="mall-0012")
    values: dict[str, Any] = {"code": "E2101", "severity": "error", "side": "both", "text_vi": "", "text_en": ""}

    same = mend_message(body, findings=[FindingV1(pointer="/data/site", suggestion="MALL-0012", **values)])
    other = mend_message(body, findings=[FindingV1(pointer="/data/site", suggestion="MALL-0021", **values)])

    assert same is not None
    assert [mend.after for mend in same.mends] == ['"MALL-0012"']
    assert other is None


def test_binary_mode_is_mended_in_structured_form() -> None:
    event = slice_event(cells=[cell(instrument="CRAD")])
    data = json.dumps(event.pop("data")).encode()
    headers = [(f"ce_{name}", str(value).encode()) for name, value in event.items()]
    findings = [FindingV1.of(one) for one in decode(data, headers=headers, content_type="application/json").findings]

    found = mend_message(data, headers=headers, content_type="application/json", findings=findings)

    assert found is not None
    assert decode(found.after.encode()).event is not None


def test_a_message_with_personal_data_says_so() -> None:
    private = mended(slice_message(cells=[cell(instrument="CRAD")], note="gọi 0912 345 678"))
    plain = mended(slice_message(cells=[cell(instrument="CRAD")], note="trễ"))

    assert private is not None
    assert plain is not None
    assert (private.holds_personal_data, plain.holds_personal_data) == (True, False)


@given(value=JSON, indent=st.none() | st.integers(0, 3))
def test_every_place_of_a_text_is_found_where_its_value_stands(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)

    whole = find_places(text)

    assert json.loads(text[whole.start : whole.end]) == value
    assert [json.loads(text[part.start : part.end]) for part in whole.parts] == _parts(value)


def _parts(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
