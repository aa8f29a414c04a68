from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_registry.enterprises import SectorGroup, SizeFacts
from sme_registry.findings import TEXTS, Finding, FindingCode, finding
from sme_registry.identifiers import EnterpriseCode, HouseholdIdentity
from sme_registry.imports import FirmLine, ImportRules, read_firm
from sme_registry.reports import inert, report_file
from sme_registry.sheets import SheetLine
from tests.support.firms import KEY, firm_cells

AREAS = {"VN-COMMUNE-2025-07-01:11359": "Phường Gia Viên", "VN-COMMUNE-2025-01-04:11359": "Phường Đằng Giang"}
RULES = ImportRules(KEY, AREAS, date(2026, 7, 3))
PERSON = "031090001212"


def read(**cells: str) -> FirmLine | tuple[Finding, ...]:
    return read_firm(SheetLine(2, 2, firm_cells(**cells)), RULES)


def faults(**cells: str) -> list[tuple[str | None, FindingCode, str]]:
    found = read(**cells)
    assert isinstance(found, tuple)
    return [(each.column, each.code, each.suggestion) for each in found]


def test_a_good_line_becomes_a_firm() -> None:
    firm = read()

    assert isinstance(firm, FirmLine)
    assert firm.identity == EnterpriseCode("0100047516")
    assert firm.facts.size_facts() == SizeFacts(SectorGroup.TRADE, 8, 4_000_000_000, 2_000_000_000)
    assert (firm.programme, firm.enrolled_on) == ("ND80-11", date(2026, 3, 2))


def test_empty_cells_are_unknown_and_never_nought() -> None:
    blank = {"area": "", "sector": "", "insured_employees": "", "annual_revenue_vnd": "", "total_capital_vnd": ""}

    firm = read(programme="", enrolled_on="", **blank)

    assert isinstance(firm, FirmLine)
    assert firm.facts.size_facts() == SizeFacts()


def test_a_household_is_read_by_its_hash_and_mask() -> None:
    firm = read(tax_code=PERSON, name="Hộ kinh doanh Bánh đa", programme="", enrolled_on="")

    assert isinstance(firm, FirmLine)
    assert isinstance(firm.identity, HouseholdIdentity)
    assert PERSON not in repr(firm)


@pytest.mark.parametrize(
    ("column", "text", "code", "suggestion"),
    [
        ("tax_code", "", FindingCode.CELL_REQUIRED, ""),
        ("tax_code", "0100047517", FindingCode.TAX_CODE_CHECK_DIGIT, ""),
        ("tax_code", "1.00048E+08", FindingCode.TAX_CODE_SCIENTIFIC, ""),
        ("name", "", FindingCode.CELL_REQUIRED, ""),
        ("name", "x" * 256, FindingCode.CELL_TOO_LONG, "≤ 255"),
        ("name", f"Công ty {PERSON}", FindingCode.CELL_PERSONAL_NUMBER, ""),
        ("name", "Hộ kinh doanh Sáu", FindingCode.HOUSEHOLD_OLD_CODE, ""),
        ("name", "Công\x00ty", FindingCode.CELL_CONTROL, ""),
        ("name", "Công\nty", FindingCode.CELL_CONTROL, ""),
        ("area", "Phường Gia Viên", FindingCode.AREA_UNKNOWN, "VN-COMMUNE-2025-07-01:11359 (Phường Gia Viên)"),
        ("area", "VN-COMMUNE-2025-07-01:1", FindingCode.AREA_UNKNOWN, ""),
        ("sector", "G47", FindingCode.SECTOR_UNKNOWN, ""),
        ("insured_employees", "-1", FindingCode.NUMBER_SHAPE, ""),
        ("insured_employees", "8,0", FindingCode.NUMBER_SHAPE, ""),
        ("insured_employees", "٨", FindingCode.NUMBER_SHAPE, ""),
        ("insured_employees", "007", FindingCode.NUMBER_SHAPE, ""),
        ("insured_employees", "1000001", FindingCode.NUMBER_TOO_LARGE, "≤ 1000000"),
        ("annual_revenue_vnd", "4.000.000.000", FindingCode.NUMBER_SHAPE, ""),
        ("annual_revenue_vnd", "1.23457E+11", FindingCode.NUMBER_SCIENTIFIC, ""),
        ("annual_revenue_vnd", "=A1+1", FindingCode.NUMBER_SHAPE, ""),
        ("total_capital_vnd", "9" * 5000, FindingCode.NUMBER_TOO_LARGE, "≤ 10000000000000000"),
        ("facts_year", "", FindingCode.CELL_REQUIRED, ""),
        ("facts_year", "25", FindingCode.YEAR_SHAPE, ""),
        ("facts_year", "2027", FindingCode.YEAR_RANGE, "2000–2026"),
        ("programme", "SMEDX", FindingCode.PROGRAMME_UNKNOWN, "ND80-11"),
        ("programme", "", FindingCode.ENROLMENT_HALF, ""),
        ("enrolled_on", "", FindingCode.ENROLMENT_HALF, ""),
        ("enrolled_on", "02/03/2026", FindingCode.DATE_SHAPE, "2026-03-02"),
        ("enrolled_on", "31/02/2026", FindingCode.DATE_SHAPE, ""),
        ("enrolled_on", "20260302", FindingCode.DATE_SHAPE, ""),
        ("enrolled_on", "2026-02-31", FindingCode.DATE_SHAPE, ""),
        ("enrolled_on", "2026-07-04", FindingCode.DATE_FUTURE, "≤ 2026-07-03"),
        ("enrolled_on", "2021-10-14", FindingCode.ENROLMENT_BEFORE_PROGRAMME, "2021-10-15 – "),
    ],
)
def test_a_wrong_cell_is_named_with_what_to_do(column: str, text: str, code: FindingCode, suggestion: str) -> None:
    assert [(each[1], each[2]) for each in faults(**{column: text})] == [(code, suggestion)]


def test_a_bare_area_code_is_refused_with_every_dated_one_it_may_mean() -> None:
    assert faults(area="11359")[0][2] == " | ".join(f"{code} ({name})" for code, name in AREAS.items())


def test_every_fault_of_a_line_is_told_at_once_in_the_order_of_the_columns() -> None:
    found = faults(tax_code="x", name="", sector="?", facts_year="25", enrolled_on="today")

    assert [column for column, _, _ in found] == ["tax_code", "name", "sector", "facts_year", "enrolled_on"]


def test_a_cell_that_runs_over_lines_tells_which() -> None:
    found = read_firm(SheetLine(2, 5, firm_cells(name="a\nb")), RULES)

    assert isinstance(found, tuple)
    assert found[0].suggestion == "2–5"


def test_text_that_looks_like_a_formula_stays_text_and_leaves_inert() -> None:
    firm = read(name="=cmd|' /C calc'!A0")

    assert isinstance(firm, FirmLine)
    assert firm.facts.name == "=cmd|' /C calc'!A0"
    assert inert(firm.facts.name) == "'=cmd|' /C calc'!A0"


@given(
    st.sampled_from(sorted(firm_cells())),
    st.sampled_from(["{}", " {}x", "x{}", "={}", "{}\n", "{}{}", "-{}", "{}.0"]),
    st.sampled_from(["", ".", ",", " ", "-", "\u00a0"]),
)
def test_a_personal_number_in_any_column_is_in_no_report(column: str, shape: str, between: str) -> None:
    number = between.join([PERSON[:3], PERSON[3:6], PERSON[6:9], PERSON[9:]])
    found = read(**{column: shape.format(number, number)})

    report = report_file(found).decode() if isinstance(found, tuple) else repr(found)

    assert PERSON not in report
    assert number not in report


@given(st.dictionaries(st.sampled_from(sorted(firm_cells())), st.text(max_size=40)))
def test_any_text_is_read_or_refused_and_never_fails(cells: dict[str, str]) -> None:
    found = read(**cells)

    assert isinstance(found, FirmLine) or found


def test_every_kind_of_finding_has_words_in_both_languages() -> None:
    assert set(TEXTS) == set(FindingCode)
    assert all(vietnamese and english for vietnamese, english in TEXTS.values())


def test_a_report_is_a_file_that_excel_reads_and_never_runs() -> None:
    found = finding(FindingCode.NUMBER_SHAPE, line=4, column="insured_employees", got="=1+1")

    report = report_file([found])

    assert report.startswith(b"\xef\xbb\xbfline,column,severity,code,got,suggestion,text_vi,text_en\r\n")
    assert b"4,insured_employees,refused,number-shape,'=1+1,," in report
