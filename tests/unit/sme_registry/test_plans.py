from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from sme_registry.findings import FindingCode
from sme_registry.identifiers import EnterpriseCode, Identity
from sme_registry.imports import FirmFacts, FirmLine
from sme_registry.plans import KnownFirm, Spell, plan_import

FIRM: Identity = EnterpriseCode("0100047516")
FACTS = FirmFacts("Công ty A", None, None, 5, None, None)
GROWN = replace(FACTS, insured_employees=6)
START = date(2026, 3, 2)
LINE = FirmLine(2, FIRM, 2025, FACTS, "ND80-11", START)


def test_a_new_firm_brings_its_facts_and_its_enrolment() -> None:
    plan = plan_import([LINE], {})

    assert [(added.identity, added.version) for added in plan.facts] == [(FIRM, 1)]
    assert plan.spells == ((FIRM, Spell("ND80-11", START)),)
    assert (plan.taken, plan.unchanged) == (1, 0)


def test_other_facts_become_the_next_version() -> None:
    known = {FIRM: KnownFirm({2025: FACTS}, {2025: 3})}

    plan = plan_import([replace(LINE, facts=GROWN)], known)

    assert [added.version for added in plan.facts] == [4]


def test_an_older_file_that_comes_again_does_not_undo_a_newer_one() -> None:
    known = {FIRM: KnownFirm({2025: GROWN}, {2025: 2}, frozenset({2025}))}

    assert plan_import([LINE], known).facts == ()


def test_a_second_start_of_an_open_enrolment_is_refused_with_its_facts() -> None:
    known = {FIRM: KnownFirm(spells=(Spell("ND80-11", date(2026, 1, 5)),))}

    plan = plan_import([LINE], known)

    assert [(each.code, each.line) for each in plan.findings] == [(FindingCode.ENROLMENT_OPEN, 2)]
    assert (plan.facts, plan.spells, plan.taken) == ((), (), 0)


def test_a_firm_that_left_may_enrol_again_the_day_after() -> None:
    known = {FIRM: KnownFirm(spells=(Spell("ND80-11", date(2025, 1, 5), date(2026, 3, 1)),))}

    assert plan_import([LINE], known).spells == ((FIRM, Spell("ND80-11", START)),)


def test_an_enrolment_that_has_ended_is_not_opened_again_by_its_old_file() -> None:
    known = {FIRM: KnownFirm({2025: FACTS}, {2025: 1}, spells=(Spell("ND80-11", START, date(2026, 5, 1)),))}

    assert plan_import([LINE], known).unchanged == 1


def test_two_starts_in_one_file_are_one_enrolment_and_a_refusal() -> None:
    plan = plan_import([LINE, replace(LINE, line=3, enrolled_on=date(2026, 4, 1))], {})

    assert len(plan.spells) == 1
    assert [(each.code, each.line) for each in plan.findings] == [(FindingCode.ENROLMENT_OPEN, 3)]


def test_lines_that_contradict_each_other_are_all_refused() -> None:
    plan = plan_import([LINE, replace(LINE, line=7, facts=GROWN)], {})

    assert [(each.code, each.line, each.got) for each in plan.findings] == [
        (FindingCode.LINE_CONTRADICTS, 2, "2, 7"),
        (FindingCode.LINE_CONTRADICTS, 7, "2, 7"),
    ]
    assert (plan.facts, plan.taken) == ((), 0)


lines = st.builds(
    FirmLine,
    st.integers(2, 9),
    st.sampled_from([FIRM, EnterpriseCode("0314409058")]),
    st.sampled_from([2024, 2025]),
    st.sampled_from([FACTS, GROWN]),
    st.just("ND80-11"),
    st.sampled_from([START, date(2026, 4, 1)]),
)


@given(st.lists(lines, max_size=6, unique_by=lambda line: line.line))
def test_every_line_is_taken_or_refused_once(given_lines: list[FirmLine]) -> None:
    plan = plan_import(given_lines, {})

    refused = {each.line for each in plan.findings}
    assert plan.taken + len(refused) == len(given_lines)
    assert len({(added.identity, added.facts_year) for added in plan.facts}) == len(plan.facts)
