from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_registry.enterprises import (
    BILLION,
    DECREE_80,
    Fact,
    Mark,
    SectorGroup,
    SizeClass,
    SizeFacts,
    enterprise_size,
    sector_group,
    size_rules_on,
)

PRODUCTION, TRADE = SectorGroup.PRODUCTION, SectorGroup.TRADE
ORDER = [SizeClass.MICRO, SizeClass.SMALL, SizeClass.MEDIUM, SizeClass.LARGE]
VERIFIED = replace(DECREE_80, limits=tuple(replace(limit, mark=Mark.VERIFIED) for limit in DECREE_80.limits))
"""What would hold once somebody has read the medium class of trade."""

employees = st.integers(0, 400)
money = st.integers(0, 400).map(lambda billions: billions * BILLION)
groups = st.sampled_from(SectorGroup)
whole = st.builds(SizeFacts, groups, employees, money, money)
partial = st.builds(SizeFacts, st.none() | groups, st.none() | employees, st.none() | money, st.none() | money)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (SizeFacts(PRODUCTION, 10, 3 * BILLION, 999 * BILLION), SizeClass.MICRO),
        (SizeFacts(PRODUCTION, 10, 3 * BILLION + 1, 3 * BILLION), SizeClass.MICRO),
        (SizeFacts(PRODUCTION, 11, 3 * BILLION, 3 * BILLION), SizeClass.SMALL),
        (SizeFacts(PRODUCTION, 10, 3 * BILLION + 1, 3 * BILLION + 1), SizeClass.SMALL),
        (SizeFacts(PRODUCTION, 100, 50 * BILLION, 21 * BILLION), SizeClass.SMALL),
        (SizeFacts(PRODUCTION, 101, 50 * BILLION, 20 * BILLION), SizeClass.MEDIUM),
        (SizeFacts(PRODUCTION, 200, 201 * BILLION, 100 * BILLION), SizeClass.MEDIUM),
        (SizeFacts(PRODUCTION, 201, BILLION, BILLION), SizeClass.LARGE),
        (SizeFacts(PRODUCTION, 200, 201 * BILLION, 101 * BILLION), SizeClass.LARGE),
        (SizeFacts(TRADE, 10, 10 * BILLION, 4 * BILLION), SizeClass.MICRO),
        (SizeFacts(TRADE, 10, 11 * BILLION, 4 * BILLION), SizeClass.SMALL),
        (SizeFacts(TRADE, 50, 100 * BILLION, 51 * BILLION), SizeClass.SMALL),
    ],
)
def test_each_limit_of_the_decree_belongs_to_its_class(facts: SizeFacts, expected: SizeClass) -> None:
    assert enterprise_size(facts).size_class is expected


def test_a_trader_above_small_is_unknown_until_the_decree_was_read() -> None:
    size = enterprise_size(SizeFacts(TRADE, 51, BILLION, BILLION))

    assert size.size_class is SizeClass.UNKNOWN
    assert size.candidates == {SizeClass.MEDIUM, SizeClass.LARGE}
    assert [limit.size_class for limit in size.unverified] == [SizeClass.MEDIUM]
    assert size.missing == ()


@given(whole)
def test_the_unverified_limits_alone_keep_a_class_from_being_known(facts: SizeFacts) -> None:
    assert enterprise_size(facts, VERIFIED).size_class in enterprise_size(facts).candidates


@given(whole, employees, money, money)
def test_a_firm_that_grows_never_falls_into_a_smaller_class(facts: SizeFacts, more: int, sold: int, owned: int) -> None:
    grown = SizeFacts(
        facts.sector,
        (facts.insured_employees or 0) + more,
        (facts.annual_revenue_vnd or 0) + sold,
        (facts.total_capital_vnd or 0) + owned,
    )

    before, after = enterprise_size(facts, VERIFIED).size_class, enterprise_size(grown, VERIFIED).size_class

    assert ORDER.index(before) <= ORDER.index(after)


@given(partial, whole)
def test_a_fact_that_comes_in_never_adds_a_class_that_was_ruled_out(facts: SizeFacts, later: SizeFacts) -> None:
    filled = SizeFacts(
        facts.sector or later.sector,
        later.insured_employees if facts.insured_employees is None else facts.insured_employees,
        later.annual_revenue_vnd if facts.annual_revenue_vnd is None else facts.annual_revenue_vnd,
        later.total_capital_vnd if facts.total_capital_vnd is None else facts.total_capital_vnd,
    )

    assert enterprise_size(filled).candidates <= enterprise_size(facts).candidates


@given(partial)
def test_a_class_is_known_exactly_where_one_is_possible(facts: SizeFacts) -> None:
    size = enterprise_size(facts)

    assert (size.size_class is not SizeClass.UNKNOWN) == (len(size.candidates) == 1)
    assert (size.size_class is SizeClass.UNKNOWN) == bool(size.missing or size.unverified)


def test_nothing_known_is_never_micro() -> None:
    size = enterprise_size(SizeFacts())

    assert size.size_class is SizeClass.UNKNOWN
    assert size.candidates == set(ORDER)
    assert size.missing == tuple(Fact)


@pytest.mark.parametrize(
    ("facts", "missing"),
    [
        (SizeFacts(PRODUCTION, None, BILLION, None), (Fact.INSURED_EMPLOYEES,)),
        (SizeFacts(PRODUCTION, 5, None, 5 * BILLION), (Fact.ANNUAL_REVENUE_VND,)),
        (SizeFacts(None, 5, 8 * BILLION, 8 * BILLION), (Fact.SECTOR,)),
    ],
)
def test_only_the_facts_that_decide_are_asked_for(facts: SizeFacts, missing: tuple[Fact, ...]) -> None:
    assert enterprise_size(facts).missing == missing


def test_a_sector_is_not_needed_where_both_groups_agree() -> None:
    assert enterprise_size(SizeFacts(None, 5, BILLION, BILLION)).size_class is SizeClass.MICRO


def test_no_rules_are_in_force_before_the_decree() -> None:
    assert size_rules_on(date(2021, 10, 14)) is None
    assert size_rules_on(date(2021, 10, 15)) is DECREE_80


@pytest.mark.parametrize("sector", ["G47", "VSIC-2018:V99", "VSIC-2030:G47", "VSIC-2018:g47", "VSIC-2018:G4711000", ""])
def test_a_sector_without_its_scheme_is_no_sector(sector: str) -> None:
    assert sector_group(sector) is None
