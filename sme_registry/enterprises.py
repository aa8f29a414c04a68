"""
Size classes by decree, as data with their legal source, judged in three values.

A missing fact makes the class unknown, never micro; a limit that nobody has read in the decree itself decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

BILLION = 10**9
"""`tỷ` of the decree, in VND."""

_SECTOR = re.compile(r"VSIC-(?:2018|2025):(?P<section>[A-V])[0-9]{0,5}")


class SizeClass(StrEnum):
    """How large a firm is. A business household is no enterprise, so it has a class of its own."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    HOUSEHOLD = "household"
    UNKNOWN = "unknown"


class SectorGroup(StrEnum):
    """The two groups of trades that the decree gives limits for."""

    PRODUCTION = "production"
    """Agriculture, forestry, fishery; industry and construction."""
    TRADE = "trade"
    """Trade and services."""


class Fact(StrEnum):
    """A fact that a size class may need."""

    SECTOR = "sector"
    INSURED_EMPLOYEES = "insured_employees"
    ANNUAL_REVENUE_VND = "annual_revenue_vnd"
    TOTAL_CAPITAL_VND = "total_capital_vnd"


class Mark(StrEnum):
    """Whether a figure was read in a source, or is only remembered."""

    VERIFIED = "verified"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class SizeFacts:
    """
    What is known of an enterprise for one year; None is "not known", never nought.

    Args:
        sector: Its group of trades.
        insured_employees: Mean number of employees in social insurance over the year.
        annual_revenue_vnd: Revenue of the year.
        total_capital_vnd: Total capital in the balance sheet.

    """

    sector: SectorGroup | None = None
    insured_employees: int | None = None
    annual_revenue_vnd: int | None = None
    total_capital_vnd: int | None = None


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """
    The upper limits of one class in one group: employees AND (revenue OR capital), each at most.

    Args:
        size_class: The class.
        group: The trades it holds for.
        employees: Most insured employees.
        revenue_vnd: Most revenue a year.
        capital_vnd: Most total capital.
        mark: An unverified limit is kept for the day it is read, and decides nothing until then.
        source: Where the figures were read.

    """

    size_class: SizeClass
    group: SectorGroup
    employees: int
    revenue_vnd: int
    capital_vnd: int
    mark: Mark
    source: str


@dataclass(frozen=True, slots=True)
class SizeRules:
    """
    One decree's limits.

    Args:
        code: Names the rules in a stored decision.
        legal_ref: The decree and its article.
        valid_from: First day in force.
        valid_to: Last day in force; None while nothing has replaced it.
        limits: From the smallest class up, in each group.

    """

    code: str
    legal_ref: str
    valid_from: date
    valid_to: date | None
    limits: tuple[SizeLimit, ...]

    def in_force(self, day: date) -> bool:
        """Tell whether the rules hold on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Size:
    """
    A firm's class, and what stands in the way of knowing it.

    Args:
        size_class: The class, or unknown.
        candidates: Every class it may still be; one when the class is known.
        missing: Facts to collect, any of which may decide.
        unverified: Limits in the way that nobody has verified.

    """

    size_class: SizeClass
    candidates: frozenset[SizeClass]
    missing: tuple[Fact, ...] = ()
    unverified: tuple[SizeLimit, ...] = ()


_EXPERTIS = "expertis.vn"
_PRODUCTION, _TRADE = SectorGroup.PRODUCTION, SectorGroup.TRADE
DECREE_80 = SizeRules(
    code="ND80-2021-5",
    legal_ref="Nghị định 80/2021/NĐ-CP, Điều 5",
    valid_from=date(2021, 10, 15),
    valid_to=None,
    limits=(
        SizeLimit(SizeClass.MICRO, _PRODUCTION, 10, 3 * BILLION, 3 * BILLION, Mark.VERIFIED, _EXPERTIS),
        SizeLimit(SizeClass.SMALL, _PRODUCTION, 100, 50 * BILLION, 20 * BILLION, Mark.VERIFIED, _EXPERTIS),
        SizeLimit(SizeClass.MEDIUM, _PRODUCTION, 200, 200 * BILLION, 100 * BILLION, Mark.VERIFIED, _EXPERTIS),
        SizeLimit(SizeClass.MICRO, _TRADE, 10, 10 * BILLION, 3 * BILLION, Mark.VERIFIED, _EXPERTIS),
        # One law firm's page gives 30 billion of capital here, two others 50.
        SizeLimit(SizeClass.SMALL, _TRADE, 50, 100 * BILLION, 50 * BILLION, Mark.VERIFIED, _EXPERTIS),
        SizeLimit(SizeClass.MEDIUM, _TRADE, 100, 300 * BILLION, 100 * BILLION, Mark.UNVERIFIED, "not read"),
    ),
)
"""Decree 80/2021/NĐ-CP, article 5; no successor was found."""

SIZE_RULES: tuple[SizeRules, ...] = (DECREE_80,)
"""Every decree's limits, oldest first."""

HOUSEHOLD_SIZE = Size(SizeClass.HOUSEHOLD, frozenset({SizeClass.HOUSEHOLD}))
"""What every business household is: the decree speaks of enterprises alone."""


def size_rules_on(day: date) -> SizeRules | None:
    """
    Find the limits in force on a day.

    >>> size_rules_on(date(2026, 7, 1)).code
    'ND80-2021-5'
    >>> size_rules_on(date(2020, 1, 1)) is None
    True
    """
    return next((rules for rules in SIZE_RULES if rules.in_force(day)), None)


def sector_group(sector: str) -> SectorGroup | None:
    """
    Tell the decree's group of a sector code, scheme ':' section with digits, or None where it is no such code.

    Sections A to F are agriculture, forestry, fishery, industry and construction in both schemes, VSIC-2018 and
    VSIC-2025; what was inserted in 2025 lies after them.

    >>> sector_group("VSIC-2025:C10"), sector_group("VSIC-2018:G47")
    (<SectorGroup.PRODUCTION: 'production'>, <SectorGroup.TRADE: 'trade'>)
    """
    found = _SECTOR.fullmatch(sector)
    if found is None or sector.startswith("VSIC-2018:V"):
        return None
    return SectorGroup.PRODUCTION if found["section"] <= "F" else SectorGroup.TRADE


def enterprise_size(facts: SizeFacts, rules: SizeRules = DECREE_80) -> Size:
    """
    Classify an enterprise: the smallest class whose limits it keeps, unknown as long as two classes are possible.

    Source: Decree 80/2021/NĐ-CP, article 5.

    >>> bakery = SizeFacts(SectorGroup.PRODUCTION, insured_employees=8, annual_revenue_vnd=2 * BILLION)
    >>> enterprise_size(bakery).size_class.value
    'micro'
    >>> enterprise_size(SizeFacts(SectorGroup.PRODUCTION, insured_employees=8)).missing
    (<Fact.ANNUAL_REVENUE_VND: 'annual_revenue_vnd'>, <Fact.TOTAL_CAPITAL_VND: 'total_capital_vnd'>)

    The medium class of trade is unverified, so nothing above small is shown as fact there:

    >>> wholesaler = SizeFacts(SectorGroup.TRADE, 80, 150 * BILLION, 60 * BILLION)
    >>> enterprise_size(wholesaler).size_class.value, len(enterprise_size(wholesaler).unverified)
    ('unknown', 1)
    """
    groups = list(SectorGroup) if facts.sector is None else [facts.sector]
    sizes = [_size_in_group(facts, group, rules) for group in groups]
    candidates = frozenset[SizeClass]().union(*(size.candidates for size in sizes))
    if len(candidates) == 1:
        return Size(next(iter(candidates)), candidates)
    missing = {fact for size in sizes for fact in size.missing}
    if facts.sector is None:
        missing.add(Fact.SECTOR)
    unverified = tuple(limit for size in sizes for limit in size.unverified)
    return Size(SizeClass.UNKNOWN, candidates, _in_order(missing), unverified)


def _size_in_group(facts: SizeFacts, group: SectorGroup, rules: SizeRules) -> Size:
    candidates: set[SizeClass] = set()
    missing: set[Fact] = set()
    unverified: list[SizeLimit] = []
    for limit in (limit for limit in rules.limits if limit.group is group):
        kept = _within(facts, limit)
        if kept is not False:
            candidates.add(limit.size_class)
        if kept is True:
            break
        if kept is None and limit.mark is Mark.UNVERIFIED:
            unverified.append(limit)
        elif kept is None:
            missing |= _needed(facts, limit)
    else:
        candidates.add(SizeClass.LARGE)
    size_class = next(iter(candidates)) if len(candidates) == 1 else SizeClass.UNKNOWN
    return Size(size_class, frozenset(candidates), _in_order(missing), tuple(unverified))


def _within(facts: SizeFacts, limit: SizeLimit) -> bool | None:
    if limit.mark is Mark.UNVERIFIED:
        return None
    revenue = _at_most(facts.annual_revenue_vnd, limit.revenue_vnd)
    capital = _at_most(facts.total_capital_vnd, limit.capital_vnd)
    return _both(_at_most(facts.insured_employees, limit.employees), _either(revenue, capital))


def _needed(facts: SizeFacts, limit: SizeLimit) -> set[Fact]:
    needed: set[Fact] = set()
    if facts.insured_employees is None:
        needed.add(Fact.INSURED_EMPLOYEES)
    revenue = _at_most(facts.annual_revenue_vnd, limit.revenue_vnd)
    capital = _at_most(facts.total_capital_vnd, limit.capital_vnd)
    if _either(revenue, capital) is None:
        needed |= {Fact.ANNUAL_REVENUE_VND} if revenue is None else set()
        needed |= {Fact.TOTAL_CAPITAL_VND} if capital is None else set()
    return needed


def _at_most(value: int | None, limit: int) -> bool | None:
    return None if value is None else value <= limit


def _both(left: bool | None, right: bool | None) -> bool | None:  # noqa: FBT001 (a truth value is the operand here)
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _either(left: bool | None, right: bool | None) -> bool | None:  # noqa: FBT001 (a truth value is the operand here)
    if left is True or right is True:
        return True
    return None if left is None or right is None else False


def _in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(sorted(facts, key=list(Fact).index))
