from datetime import date

import pytest

from sme_registry.enterprises import BILLION, SectorGroup, SizeClass, SizeFacts
from sme_registry.errors import UnknownProgrammeError
from sme_registry.identifiers import IdentityKind
from sme_registry.programmes import DIGITAL_SUPPORT, programme_called
from sme_registry.rules import Eligibility, Outcome, eligibility, firm_size

TODAY = date(2026, 7, 1)
MICRO = SizeFacts(SectorGroup.TRADE, 5, 2 * BILLION, BILLION)


def judged(facts: SizeFacts, kind: IdentityKind = IdentityKind.ENTERPRISE, day: date = TODAY) -> Eligibility:
    return eligibility(kind, facts, programme=DIGITAL_SUPPORT, day=day)


def test_a_micro_enterprise_passes_every_rule() -> None:
    found = judged(MICRO)

    assert found.outcome is Outcome.PASS
    assert [result.outcome for result in found.results] == [Outcome.PASS] * 3


def test_two_possible_classes_that_are_both_admitted_pass() -> None:
    micro_or_small = SizeFacts(SectorGroup.PRODUCTION, 5, 10 * BILLION, None)

    assert firm_size(IdentityKind.ENTERPRISE, micro_or_small, TODAY).size_class is SizeClass.UNKNOWN
    assert judged(micro_or_small).outcome is Outcome.PASS


def test_an_unknown_size_does_not_refuse_and_names_what_to_bring() -> None:
    found = judged(SizeFacts(SectorGroup.PRODUCTION, None, BILLION, BILLION))

    assert found.outcome is Outcome.UNKNOWN
    assert "employees in social insurance" in found.results[2].reason_en
    assert "số lao động tham gia bảo hiểm xã hội" in found.results[2].reason_vi


def test_a_trader_above_small_hears_that_the_limits_were_not_checked() -> None:
    found = judged(SizeFacts(SectorGroup.TRADE, 80, BILLION, BILLION))

    assert found.outcome is Outcome.UNKNOWN
    assert "not yet checked against the decree" in found.results[2].reason_en


def test_a_large_enterprise_fails_with_the_decree_as_its_reason() -> None:
    found = judged(SizeFacts(SectorGroup.PRODUCTION, 500, BILLION, BILLION))

    assert found.outcome is Outcome.FAIL
    assert found.results[2].legal_ref == "Nghị định 80/2021/NĐ-CP, Điều 5"


def test_a_household_is_no_enterprise_of_the_decree() -> None:
    found = judged(SizeFacts(), IdentityKind.HOUSEHOLD)

    assert found.outcome is Outcome.FAIL
    assert "business household" in found.results[2].reason_en


def test_a_branch_enters_through_its_enterprise() -> None:
    assert judged(MICRO, IdentityKind.BRANCH).outcome is Outcome.FAIL


def test_nobody_enters_before_the_programme_opens() -> None:
    found = judged(MICRO, day=date(2021, 10, 14))

    assert found.results[0].outcome is Outcome.FAIL


def test_a_programme_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(UnknownProgrammeError, match="SMEDX"):
        programme_called("SMEDX")
