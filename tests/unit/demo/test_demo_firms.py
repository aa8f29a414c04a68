from collections import Counter
from datetime import UTC, datetime

import pytest

from payments_hub.demo.city import build_city
from payments_hub.demo.firms import FIRMS, firms_csv, simulated_firms
from payments_hub.domain.geography import AreaLevel, load_schemes
from sme_registry.enterprises import SizeClass, enterprise_size
from sme_registry.identifiers import BranchCode, EnterpriseCode, HouseholdIdentity
from sme_registry.imports import ALIASES, COLUMNS, FirmLine, ImportRules, read_firm
from sme_registry.plans import plan_import
from sme_registry.sheets import read_sheet

CITY = build_city(datetime(2026, 11, 22, 11, 0, tzinfo=UTC))


@pytest.fixture(scope="module")
def lines() -> list[FirmLine]:
    areas = {unit.place_code: unit.name_vi for unit in load_schemes()[-1].of_level(AreaLevel.COMMUNE)}
    rules = ImportRules(bytes(32), areas, CITY.today)
    sheet = read_sheet(firms_csv(CITY), COLUMNS, ALIASES)
    found = [read_firm(line, rules) for line in sheet.lines]
    return [line for line in found if isinstance(line, FirmLine)]


def test_the_register_reads_every_line_without_a_finding(lines: list[FirmLine]) -> None:
    assert len(lines) == FIRMS
    assert plan_import(lines, {}).findings == ()


def test_there_are_enterprises_branches_and_households(lines: list[FirmLine]) -> None:
    kinds = Counter(type(line.identity) for line in lines)

    assert min(kinds[EnterpriseCode], kinds[BranchCode], kinds[HouseholdIdentity]) >= 10


def test_some_classes_cannot_be_known(lines: list[FirmLine]) -> None:
    classes = Counter(enterprise_size(line.facts.size_facts()).size_class for line in lines)

    assert min(classes[SizeClass.MICRO], classes[SizeClass.SMALL], classes[SizeClass.UNKNOWN]) >= 5


def test_some_are_enrolled_and_most_are_not(lines: list[FirmLine]) -> None:
    enrolled = [line for line in lines if line.programme]

    assert 30 < len(enrolled) < 100
    assert all(isinstance(line.identity, EnterpriseCode) for line in enrolled)


def test_no_code_can_be_a_real_firm_or_person() -> None:
    assert {firm.tax_code[:2] for firm in simulated_firms(CITY)} == {"00"}
    assert all(firm.name.endswith("(mô phỏng)") for firm in simulated_firms(CITY))
