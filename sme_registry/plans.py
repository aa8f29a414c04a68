"""What an import changes: good lines against what the register already holds. Nothing twice, nothing overwritten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sme_registry.findings import Finding, FindingCode, finding
from sme_registry.identifiers import Identity
from sme_registry.imports import FirmFacts, FirmLine


@dataclass(frozen=True, slots=True)
class Spell:
    """
    One enrolment of a firm in a programme.

    Args:
        programme: The programme's code.
        enrolled_on: Its first day.
        ended_on: Its last day; None while it is open.

    """

    programme: str
    enrolled_on: date
    ended_on: date | None = None

    def clashes(self, programme: str, enrolled_on: date) -> bool:
        """Tell whether an enrolment from another day on would lie over this one."""
        if programme != self.programme or enrolled_on == self.enrolled_on:
            return False
        return self.ended_on is None or self.ended_on >= enrolled_on


@dataclass(frozen=True, slots=True)
class KnownFirm:
    """
    What the register holds of a firm.

    Args:
        facts: The newest version of each year's facts.
        versions: How many versions each year has.
        stated: The years on which this very file has spoken before; whatever came since is newer than it.
        spells: Its enrolments.

    """

    facts: Mapping[int, FirmFacts] = field(default_factory=dict)
    versions: Mapping[int, int] = field(default_factory=dict)
    stated: frozenset[int] = frozenset()
    spells: tuple[Spell, ...] = ()


@dataclass(frozen=True, slots=True)
class NewFacts:
    """A version of a firm's facts for one year, to be added."""

    identity: Identity
    facts_year: int
    version: int
    facts: FirmFacts


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """
    What to save, and which lines not to.

    Args:
        facts: Versions to add, at most one for a firm and year.
        spells: Enrolments to open.
        findings: Lines that contradict one another or the register.
        taken: How many lines are taken in, changing something or not.
        unchanged: How many of these say nothing new.

    """

    facts: tuple[NewFacts, ...]
    spells: tuple[tuple[Identity, Spell], ...]
    findings: tuple[Finding, ...]
    taken: int
    unchanged: int


def plan_import(lines: Sequence[FirmLine], known: Mapping[Identity, KnownFirm]) -> ImportPlan:
    """
    Decide what an import changes.

    Facts of a firm and year that differ from the newest version become a new version; the same facts, and facts this
    file stated in an earlier run, change nothing. Two lines of one file that contradict each other are both refused.

    >>> from sme_registry.identifiers import EnterpriseCode
    >>> firm, facts = EnterpriseCode("0100047516"), FirmFacts("Công ty A", None, None, 5, None, None)
    >>> line = FirmLine(2, firm, 2025, facts, None, None)
    >>> [added.version for added in plan_import([line], {}).facts]
    [1]
    >>> plan_import([line], {firm: KnownFirm({2025: facts}, {2025: 1})}).unchanged
    1
    """
    contradictions = _contradictions(lines)
    refused = {fault.line for fault in contradictions}
    planner = _Planner(known)
    for line in lines:
        if line.line not in refused:
            planner.add(line)
    findings = (*contradictions, *planner.findings)
    return ImportPlan(
        tuple(planner.facts.values()), tuple(planner.spells), findings, planner.taken, planner.taken - planner.changed
    )


class _Planner:
    """Adds up one import's changes line by line; made and dropped by `plan_import`."""

    def __init__(self, known: Mapping[Identity, KnownFirm]) -> None:
        self.facts: dict[tuple[Identity, int], NewFacts] = {}
        self.spells: list[tuple[Identity, Spell]] = []
        self.findings: list[Finding] = []
        self.taken = 0
        self.changed = 0
        self._known = known
        self._opened: defaultdict[Identity, list[Spell]] = defaultdict(list)

    def add(self, line: FirmLine) -> None:
        firm = self._known.get(line.identity, KnownFirm())
        spell = _spell(line)
        held = (*firm.spells, *self._opened[line.identity])
        clash = next((old for old in held if spell and old.clashes(spell.programme, spell.enrolled_on)), None)
        if clash is not None:
            self.findings.append(_clash_finding(line, clash))
            return
        new_facts = self._new_facts(line, firm)
        new_spell = spell if spell and all(spell.enrolled_on != old.enrolled_on for old in _of(spell, held)) else None
        if new_facts:
            self.facts[line.identity, line.facts_year] = new_facts
        if new_spell:
            self.spells.append((line.identity, new_spell))
            self._opened[line.identity].append(new_spell)
        self.taken += 1
        self.changed += bool(new_facts or new_spell)

    def _new_facts(self, line: FirmLine, firm: KnownFirm) -> NewFacts | None:
        year = line.facts_year
        if (line.identity, year) in self.facts or year in firm.stated or firm.facts.get(year) == line.facts:
            return None
        return NewFacts(line.identity, year, firm.versions.get(year, 0) + 1, line.facts)


def _spell(line: FirmLine) -> Spell | None:
    if line.programme is None or line.enrolled_on is None:
        return None
    return Spell(line.programme, line.enrolled_on)


def _of(spell: Spell, held: Iterable[Spell]) -> list[Spell]:
    return [old for old in held if old.programme == spell.programme]


def _clash_finding(line: FirmLine, clash: Spell) -> Finding:
    days = f"{clash.enrolled_on} – {clash.ended_on or ''}"
    return finding(
        FindingCode.ENROLMENT_OPEN, line=line.line, column="enrolled_on", got=str(line.enrolled_on), suggestion=days
    )


def _contradictions(lines: Sequence[FirmLine]) -> tuple[Finding, ...]:
    spoken: defaultdict[tuple[Identity, int], list[FirmLine]] = defaultdict(list)
    for line in lines:
        spoken[line.identity, line.facts_year].append(line)
    findings: list[Finding] = []
    for group in spoken.values():
        if len({line.facts for line in group}) > 1:
            numbers = ", ".join(str(line.line) for line in group)
            findings += [finding(FindingCode.LINE_CONTRADICTS, line=line.line, got=numbers) for line in group]
    return tuple(findings)
