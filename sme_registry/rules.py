"""
Eligibility: each rule passes, fails or does not know, and says why in both languages.

"Unknown" never refuses: it asks for the missing fact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sme_registry.enterprises import (
    DECREE_80,
    HOUSEHOLD_SIZE,
    Fact,
    Size,
    SizeClass,
    SizeFacts,
    enterprise_size,
    size_rules_on,
)
from sme_registry.identifiers import IdentityKind
from sme_registry.programmes import Programme


class Outcome(StrEnum):
    """What a rule says of a firm."""

    PASS = "pass"  # noqa: S105 (an outcome, not a password)
    FAIL = "fail"
    UNKNOWN = "unknown"


class Rule(StrEnum):
    """The rules of a programme."""

    OPEN = "programme-open"
    OWN_UNIT = "own-unit"
    SIZE = "size-class"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """
    What one rule says of one firm.

    Args:
        rule: Which rule.
        outcome: Pass, fail or unknown.
        legal_ref: The law behind the rule.
        reason_vi: Why, and what would change it, in Vietnamese.
        reason_en: The same in English.

    """

    rule: Rule
    outcome: Outcome
    legal_ref: str
    reason_vi: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Eligibility:
    """
    What all rules of a programme say of one firm.

    Args:
        outcome: Fail if one rule fails, else unknown if one does not know, else pass.
        results: Each rule's own word.

    """

    outcome: Outcome
    results: tuple[RuleResult, ...]


CLASS_WORDS: dict[SizeClass, tuple[str, str]] = {
    SizeClass.MICRO: ("doanh nghiệp siêu nhỏ", "micro enterprise"),
    SizeClass.SMALL: ("doanh nghiệp nhỏ", "small enterprise"),
    SizeClass.MEDIUM: ("doanh nghiệp vừa", "medium-sized enterprise"),
    SizeClass.LARGE: ("doanh nghiệp lớn", "large enterprise"),
    SizeClass.HOUSEHOLD: ("hộ kinh doanh", "business household"),
    SizeClass.UNKNOWN: ("chưa xác định", "not known"),
}
"""What each class is called, in Vietnamese and in English."""

FACT_WORDS: dict[Fact, tuple[str, str]] = {
    Fact.SECTOR: ("ngành kinh doanh", "sector"),
    Fact.INSURED_EMPLOYEES: ("số lao động tham gia bảo hiểm xã hội", "employees in social insurance"),
    Fact.ANNUAL_REVENUE_VND: ("doanh thu năm", "annual revenue"),
    Fact.TOTAL_CAPITAL_VND: ("tổng nguồn vốn", "total capital"),
}
"""What each fact is called, in Vietnamese and in English."""


def firm_size(kind: IdentityKind, facts: SizeFacts, day: date) -> Size:
    """
    Classify a firm of any kind by the limits in force on a day.

    A branch's facts are its enterprise's affair, so a branch by itself has no known class.

    >>> firm_size(IdentityKind.HOUSEHOLD, SizeFacts(), date(2026, 7, 1)).size_class.value
    'household'
    """
    rules = size_rules_on(day)
    if kind is IdentityKind.HOUSEHOLD:
        return HOUSEHOLD_SIZE
    if kind is IdentityKind.BRANCH or rules is None:
        return Size(SizeClass.UNKNOWN, frozenset(SizeClass) - {SizeClass.UNKNOWN, SizeClass.HOUSEHOLD})
    return enterprise_size(facts, rules)


def eligibility(kind: IdentityKind, facts: SizeFacts, *, programme: Programme, day: date) -> Eligibility:
    """
    Judge a firm against every rule of a programme on one day.

    >>> from sme_registry.enterprises import SectorGroup
    >>> from sme_registry.programmes import DIGITAL_SUPPORT
    >>> shop = SizeFacts(SectorGroup.TRADE, insured_employees=4, total_capital_vnd=2_000_000_000)
    >>> today = date(2026, 7, 1)
    >>> eligibility(IdentityKind.ENTERPRISE, shop, programme=DIGITAL_SUPPORT, day=today).outcome.value
    'pass'
    >>> judged = eligibility(IdentityKind.ENTERPRISE, SizeFacts(), programme=DIGITAL_SUPPORT, day=today)
    >>> judged.outcome.value, judged.results[2].reason_en.partition(";")[0]
    ('unknown', 'The size class is not known')
    """
    return judge(kind, firm_size(kind, facts, day), programme=programme, day=day)


def judge(kind: IdentityKind, size: Size, *, programme: Programme, day: date) -> Eligibility:
    """Judge a firm whose size class is known already, or known to be unknown."""
    results = (_open(programme, day), _own_unit(kind, programme), _size(size, programme))
    return Eligibility(_worst(result.outcome for result in results), results)


def _worst(outcomes: Iterable[Outcome]) -> Outcome:
    found = set(outcomes)
    return next((outcome for outcome in (Outcome.FAIL, Outcome.UNKNOWN) if outcome in found), Outcome.PASS)


def _open(programme: Programme, day: date) -> RuleResult:
    if programme.open_on(day):
        words = ("Chương trình đang nhận đăng ký.", "The programme is open.")
        return RuleResult(Rule.OPEN, Outcome.PASS, programme.legal_ref, *words)
    words = (f"Chương trình không nhận đăng ký vào ngày {day}.", f"The programme is not open on {day}.")
    return RuleResult(Rule.OPEN, Outcome.FAIL, programme.legal_ref, *words)


def _own_unit(kind: IdentityKind, programme: Programme) -> RuleResult:
    if kind is IdentityKind.BRANCH:
        words = (
            "Đây là đơn vị phụ thuộc; doanh nghiệp (mã 10 số) đăng ký cho tất cả đơn vị của mình.",
            "This is a branch; its enterprise (the 10-digit code) enters for all its units.",
        )
        return RuleResult(Rule.OWN_UNIT, Outcome.FAIL, programme.legal_ref, *words)
    words = ("Không phải đơn vị phụ thuộc.", "It is not a branch.")
    return RuleResult(Rule.OWN_UNIT, Outcome.PASS, programme.legal_ref, *words)


def _size(size: Size, programme: Programme) -> RuleResult:
    # Two possible classes that are both admitted leave nothing open.
    if size.candidates <= programme.classes:
        outcome = Outcome.PASS
    elif size.candidates.isdisjoint(programme.classes):
        outcome = Outcome.FAIL
    else:
        outcome = Outcome.UNKNOWN
    return RuleResult(Rule.SIZE, outcome, DECREE_80.legal_ref, *_size_words(size, outcome))


def _size_words(size: Size, outcome: Outcome) -> tuple[str, str]:
    found = sorted(size.candidates, key=list(SizeClass).index)
    vietnamese = " hoặc ".join(CLASS_WORDS[each][0] for each in found)
    english = " or ".join(CLASS_WORDS[each][1] for each in found)
    match outcome:
        case Outcome.PASS:
            return f"Thuộc diện hỗ trợ: {vietnamese}.", f"Admitted as {english}."
        case Outcome.FAIL:
            return f"Không thuộc diện hỗ trợ: {vietnamese}.", f"Not admitted: {english}."
        case Outcome.UNKNOWN:
            todo_vietnamese, todo_english = _size_todo(size)
            return (
                f"Chưa xác định được quy mô; có thể là {vietnamese}. {todo_vietnamese}",
                f"The size class is not known; it may be {english}. {todo_english}",
            )


def _size_todo(size: Size) -> tuple[str, str]:
    if size.missing:
        vietnamese = ", ".join(FACT_WORDS[fact][0] for fact in size.missing)
        english = ", ".join(FACT_WORDS[fact][1] for fact in size.missing)
        return f"Cần bổ sung: {vietnamese}.", f"Needed: {english}."
    if size.unverified:
        return (
            "Ngưỡng doanh nghiệp vừa của ngành này chưa được đối chiếu với nghị định.",
            "The limits of the medium class in this sector were not yet checked against the decree.",
        )
    return "Xét theo doanh nghiệp chủ quản.", "Judge it by its enterprise."
