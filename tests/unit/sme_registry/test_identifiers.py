import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.vn import mst

from sme_registry.errors import WeakKeyError
from sme_registry.identifiers import (
    BranchCode,
    EnterpriseCode,
    HouseholdIdentity,
    IdentifierFault,
    RefusedIdentifier,
    identify,
    key_fingerprint,
    mask_long_numbers,
    person_hash,
)
from tests.support.firms import KEY

PERSON = "031090001212"


@given(st.from_regex(r"[0-9]{10}", fullmatch=True))
def test_ten_digits_are_an_enterprise_exactly_where_python_stdnum_says_so(code: str) -> None:
    assert isinstance(identify(code, key=KEY), EnterpriseCode) == mst.is_valid(code)


@given(st.from_regex(r"[0-9]{9}", fullmatch=True), st.integers(0, 999))
def test_a_branch_is_read_exactly_where_python_stdnum_says_so(nine: str, branch: int) -> None:
    code = f"{nine}{mst.calc_check_digit(nine)[-1]}-{branch:03d}"

    assert isinstance(identify(code, key=KEY), BranchCode) == mst.is_valid(code)


@given(st.from_regex(r"01[0-9]{6}1", fullmatch=True), st.integers(0, 9), st.integers(1, 9))
def test_one_mistyped_digit_is_noticed(nine: str, position: int, shift: int) -> None:
    code = nine + mst.calc_check_digit(nine)[-1]
    wrong = str((int(code[position]) + shift) % 10)

    mistyped = code[:position] + wrong + code[position + 1 :]

    assert not (mst.is_valid(code) and isinstance(identify(mistyped, key=KEY), EnterpriseCode))


def test_a_branch_is_the_same_with_and_without_its_dash_and_knows_its_enterprise() -> None:
    branch = identify("0100047516-001", key=KEY)

    assert branch == identify(" 0100047516001 ", key=KEY)
    assert branch == BranchCode("0100047516-001")
    assert branch.enterprise == EnterpriseCode("0100047516")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", IdentifierFault.EMPTY),
        ("1.00048E+8", IdentifierFault.SCIENTIFIC),
        ("3,1E+11", IdentifierFault.SCIENTIFIC),
        ("'0100047516", IdentifierFault.CHARACTERS),
        ("٠١٠٠٠٤٧٥١٦", IdentifierFault.CHARACTERS),
        ("01 00047516", IdentifierFault.CHARACTERS),
        ("0100047516-01", IdentifierFault.CHARACTERS),
        ("12345", IdentifierFault.LENGTH),
        ("01000475160012", IdentifierFault.LENGTH),
        ("100047516", IdentifierFault.ZERO_LOST),
        ("31090001212", IdentifierFault.ZERO_LOST),
        ("100047516001", IdentifierFault.ZERO_LOST),
        ("0100000000", IdentifierFault.SERIAL),
        ("0100047517", IdentifierFault.CHECK_DIGIT),
        ("0100047080", IdentifierFault.CHECK_DIGIT),
        ("0100047516000", IdentifierFault.BRANCH_NUMBER),
    ],
)
def test_a_text_that_is_no_code_is_refused_with_its_fault(text: str, fault: IdentifierFault) -> None:
    assert identify(text, key=KEY) == RefusedIdentifier(fault)


def test_a_households_number_is_in_no_value_and_no_repr() -> None:
    household = identify(PERSON, key=KEY)

    assert isinstance(household, HouseholdIdentity)
    assert household.person_mask == "0*********12"
    assert PERSON not in repr(household)
    assert PERSON.encode() not in household.person_hash


def test_a_household_is_found_again_by_its_number_and_by_no_other_key() -> None:
    assert identify(PERSON, key=KEY) == identify(f" {PERSON} ", key=KEY)
    assert person_hash(PERSON, key=KEY) != person_hash(PERSON, key=KEY[::-1])
    assert key_fingerprint(KEY) != key_fingerprint(KEY[::-1])


def test_a_short_key_is_refused_for_any_code() -> None:
    with pytest.raises(WeakKeyError, match="at least 32"):
        identify("0100047516", key=b"short")


@given(st.from_regex(r"[0-9]{9,14}", fullmatch=True), st.sampled_from(["", " ", "-", ".", "\u00a0"]))
def test_a_long_number_is_masked_however_it_is_spaced(number: str, between: str) -> None:
    masked = mask_long_numbers(f"số {between.join(number)} của hộ")

    assert masked == f"số {number[0]}{'*' * (len(number) - 3)}{number[-2:]} của hộ"


def test_days_and_house_numbers_are_not_masked() -> None:
    assert mask_long_numbers("2026-07-03, 128 Lạch Tray, 03/07/2026") == "2026-07-03, 128 Lạch Tray, 03/07/2026"
