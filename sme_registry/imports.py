"""One line of a spreadsheet of firms: a value, or everything that is wrong with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sme_registry.enterprises import SizeFacts, sector_group
from sme_registry.findings import Finding, FindingCode, finding
from sme_registry.identifiers import (
    EnterpriseCode,
    IdentifierFault,
    Identity,
    RefusedIdentifier,
    holds_long_number,
    identify,
)
from sme_registry.programmes import PROGRAMMES
from sme_registry.sheets import SheetLine

COLUMNS: tuple[str, ...] = (
    "tax_code",
    "name",
    "area",
    "sector",
    "insured_employees",
    "annual_revenue_vnd",
    "total_capital_vnd",
    "facts_year",
    "programme",
    "enrolled_on",
)
"""The header of the file, in any order."""

ALIASES: Mapping[str, str] = {
    "mst": "tax_code",
    "ma_so_thue": "tax_code",
    "ma_so_doanh_nghiep": "tax_code",
    "ten": "name",
    "ten_doanh_nghiep": "name",
    "dia_ban": "area",
    "phuong_xa": "area",
    "nganh": "sector",
    "nganh_nghe": "sector",
    "so_lao_dong": "insured_employees",
    "lao_dong_bhxh": "insured_employees",
    "doanh_thu": "annual_revenue_vnd",
    "doanh_thu_nam": "annual_revenue_vnd",
    "tong_von": "total_capital_vnd",
    "tong_nguon_von": "total_capital_vnd",
    "nam": "facts_year",
    "nam_so_lieu": "facts_year",
    "chuong_trinh": "programme",
    "ngay_dang_ky": "enrolled_on",
}
"""What people call the columns, to suggest the right name."""

FIRST_YEAR = 2000
MOST_EMPLOYEES = 1_000_000
MOST_VND = 10**16
"""Ten million tỷ, near the country's yearly product: more is a wrong unit."""

_NAME_LENGTH = 255
_CODE_LENGTH = 100
_SCIENTIFIC = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+")
_VIETNAMESE_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_HOUSEHOLD_NAME = re.compile(r"(?:hộ kinh doanh|hkd|hộ kd)\b")

_IDENTIFIER_FINDINGS: Mapping[IdentifierFault, FindingCode] = {
    IdentifierFault.EMPTY: FindingCode.CELL_REQUIRED,
    IdentifierFault.SCIENTIFIC: FindingCode.TAX_CODE_SCIENTIFIC,
    IdentifierFault.CHARACTERS: FindingCode.TAX_CODE_SHAPE,
    IdentifierFault.LENGTH: FindingCode.TAX_CODE_SHAPE,
    IdentifierFault.ZERO_LOST: FindingCode.TAX_CODE_ZERO_LOST,
    IdentifierFault.SERIAL: FindingCode.TAX_CODE_NEVER_ISSUED,
    IdentifierFault.CHECK_DIGIT: FindingCode.TAX_CODE_CHECK_DIGIT,
    IdentifierFault.BRANCH_NUMBER: FindingCode.TAX_CODE_NEVER_ISSUED,
}


@dataclass(frozen=True, slots=True)
class FirmFacts:
    """
    What a line says of a firm for one year; None is "not known".

    Args:
        name: Its registered name.
        area: Its commune, as scheme ':' unit.
        sector: Its sector, as scheme ':' code.
        insured_employees: Mean number of employees in social insurance.
        annual_revenue_vnd: Revenue of the year.
        total_capital_vnd: Total capital.

    """

    name: str
    area: str | None
    sector: str | None
    insured_employees: int | None
    annual_revenue_vnd: int | None
    total_capital_vnd: int | None

    def size_facts(self) -> SizeFacts:
        """Pick what the size class depends on."""
        return SizeFacts(
            None if self.sector is None else sector_group(self.sector),
            self.insured_employees,
            self.annual_revenue_vnd,
            self.total_capital_vnd,
        )


@dataclass(frozen=True, slots=True)
class FirmLine:
    """
    One good line.

    Args:
        line: Its line in the file.
        identity: The firm.
        facts_year: The year of the facts.
        facts: What it says of the firm.
        programme: The code of a programme the firm is enrolled in, or None.
        enrolled_on: Since when; given together with the programme.

    """

    line: int
    identity: Identity
    facts_year: int
    facts: FirmFacts
    programme: str | None
    enrolled_on: date | None


@dataclass(frozen=True, slots=True)
class ImportRules:
    """
    What a line is read against.

    Args:
        key: The registry's secret for personal codes.
        areas: Every commune by its place code, with its name.
        today: The city's day.

    """

    key: bytes = field(repr=False)
    areas: Mapping[str, str]
    today: date


def read_firm(line: SheetLine, rules: ImportRules) -> FirmLine | tuple[Finding, ...]:
    """
    Read one line: the firm it describes, or every fault in it, in the order of the columns.

    >>> cells = dict.fromkeys(COLUMNS, "") | {"tax_code": "0100047517", "name": "Công ty A", "facts_year": "25"}
    >>> faults = read_firm(SheetLine(2, 2, cells), ImportRules(bytes(32), {}, date(2026, 7, 1)))
    >>> [(fault.column, fault.code.value) for fault in faults]
    [('tax_code', 'tax-code-check-digit'), ('facts_year', 'year-shape')]
    """
    cells = _Cells(line, rules)
    identity = cells.identity()
    facts = FirmFacts(
        name=cells.words("name"),
        area=cells.area(),
        sector=cells.sector(),
        insured_employees=cells.number("insured_employees", MOST_EMPLOYEES),
        annual_revenue_vnd=cells.number("annual_revenue_vnd", MOST_VND),
        total_capital_vnd=cells.number("total_capital_vnd", MOST_VND),
    )
    facts_year = cells.year()
    programme = cells.programme()
    enrolled_on = cells.day("enrolled_on")
    cells.check_household(identity)
    cells.check_enrolment(programme, enrolled_on)
    if cells.findings or identity is None or facts_year is None:
        return tuple(sorted(cells.findings, key=_column_order))
    return FirmLine(line.number, identity, facts_year, facts, programme, enrolled_on)


def _column_order(fault: Finding) -> int:
    return COLUMNS.index(fault.column) if fault.column in COLUMNS else len(COLUMNS)


class _Cells:
    """Reads the cells of one line and gathers what is wrong; made and dropped by `read_firm`."""

    def __init__(self, line: SheetLine, rules: ImportRules) -> None:
        self.findings: list[Finding] = []
        self._line = line
        self._rules = rules
        self._broken = {column for column, text in line.cells.items() if not text.isprintable()}
        for column in self._broken:
            lines = "" if line.last_number == line.number else f"{line.number}–{line.last_number}"
            self._refuse(FindingCode.CELL_CONTROL, column, lines)

    def _text(self, column: str) -> str:
        """Tell a cell's text, empty where it was refused already."""
        return "" if column in self._broken else self._line.cells[column]

    def _refuse(self, code: FindingCode, column: str, suggestion: str = "") -> None:
        got = self._line.cells[column]
        self.findings.append(finding(code, line=self._line.number, column=column, got=got, suggestion=suggestion))

    def identity(self) -> Identity | None:
        if "tax_code" in self._broken:
            return None
        found = identify(self._text("tax_code"), key=self._rules.key)
        if isinstance(found, RefusedIdentifier):
            self._refuse(_IDENTIFIER_FINDINGS[found.fault], "tax_code")
            return None
        return found

    def words(self, column: str) -> str:
        text = self._text(column)
        if column in self._broken:
            return ""
        if not text:
            self._refuse(FindingCode.CELL_REQUIRED, column)
        elif len(text) > _NAME_LENGTH:
            self._refuse(FindingCode.CELL_TOO_LONG, column, f"≤ {_NAME_LENGTH}")
        elif holds_long_number(text):
            self._refuse(FindingCode.CELL_PERSONAL_NUMBER, column)
        return text

    def area(self) -> str | None:
        text = self._text("area")
        if not text:
            return None
        if text not in self._rules.areas:
            self._refuse(FindingCode.AREA_UNKNOWN, "area", _areas_meant(text, self._rules.areas))
        return text

    def sector(self) -> str | None:
        text = self._text("sector")
        if not text:
            return None
        if sector_group(text) is None:
            self._refuse(FindingCode.SECTOR_UNKNOWN, "sector")
        return text

    def number(self, column: str, most: int) -> int | None:
        text = self._text(column)
        if not text:
            return None
        if not (text.isascii() and text.isdecimal()) or (text[0] == "0" and text != "0"):
            scientific = _SCIENTIFIC.fullmatch(text)
            code = FindingCode.NUMBER_SCIENTIFIC if scientific else FindingCode.NUMBER_SHAPE
            self._refuse(code, column)
            return None
        # The length first: turning a long text into a number takes time that grows with its square.
        if len(text) > len(str(most)) or int(text) > most:
            self._refuse(FindingCode.NUMBER_TOO_LARGE, column, f"≤ {most}")
            return None
        return int(text)

    def year(self) -> int | None:
        text = self._text("facts_year")
        if "facts_year" in self._broken:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) == 4):  # noqa: PLR2004 (a year's digits)
            self._refuse(FindingCode.YEAR_SHAPE if text else FindingCode.CELL_REQUIRED, "facts_year")
            return None
        if not FIRST_YEAR <= int(text) <= self._rules.today.year:
            self._refuse(FindingCode.YEAR_RANGE, "facts_year", f"{FIRST_YEAR}–{self._rules.today.year}")
        return int(text)

    def programme(self) -> str | None:
        text = self._text("programme")
        if not text:
            return None
        if text not in PROGRAMMES:
            self._refuse(FindingCode.PROGRAMME_UNKNOWN, "programme", " | ".join(PROGRAMMES))
        return text

    def day(self, column: str) -> date | None:
        text = self._text(column)
        if not text:
            return None
        found = _iso_day(text)
        if found is None:
            self._refuse(FindingCode.DATE_SHAPE, column, _day_meant(text))
        elif found > self._rules.today:
            self._refuse(FindingCode.DATE_FUTURE, column, f"≤ {self._rules.today}")
        return found

    def check_household(self, identity: Identity | None) -> None:
        if isinstance(identity, EnterpriseCode) and _HOUSEHOLD_NAME.match(self._text("name").casefold()):
            self._refuse(FindingCode.HOUSEHOLD_OLD_CODE, "tax_code")

    def check_enrolment(self, programme: str | None, enrolled_on: date | None) -> None:
        if bool(self._line.cells["programme"]) != bool(self._line.cells["enrolled_on"]):
            self._refuse(FindingCode.ENROLMENT_HALF, "enrolled_on" if programme else "programme")
        found = PROGRAMMES.get(programme or "")
        if found is not None and enrolled_on is not None and not found.open_on(enrolled_on):
            times = f"{found.valid_from} – {found.valid_to or ''}"
            self._refuse(FindingCode.ENROLMENT_BEFORE_PROGRAMME, "enrolled_on", times)


def _areas_meant(text: str, areas: Mapping[str, str]) -> str:
    wanted = unicodedata.normalize("NFC", text).casefold()
    unit = text.rpartition(":")[2]
    meant = [code for code, name in areas.items() if name.casefold() == wanted or code.rpartition(":")[2] == unit]
    return " | ".join(f"{code} ({areas[code]})" for code in meant[:5])


def _iso_day(text: str) -> date | None:
    # `fromisoformat` alone would also read 20260703 and 2026-W27-5.
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day_meant(text: str) -> str:
    found = _VIETNAMESE_DAY.fullmatch(text)
    if found is None:
        return ""
    day, month, year = (int(part) for part in found.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""
