"""Two hundred invented firms, as the file that an officer would take into the register."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from numpy.random import Generator

from payments_hub.demo.chance import chance
from payments_hub.demo.city import City
from payments_hub.domain.geography import AreaLevel, load_schemes
from sme_registry.enterprises import BILLION
from sme_registry.identifiers import check_digit
from sme_registry.imports import COLUMNS
from sme_registry.programmes import DIGITAL_SUPPORT

FIRMS: Final = 200
_BRANCH_EVERY, _HOUSEHOLD_EVERY = 17, 9
_MISSING_PART, _ENROLLED_PART = 0.09, 0.42
_LARGEST_SMALL_FIRM = 100
_REGION = "00"  # no tax office has it, so that no code can be a real firm's
_PERSON = "000"  # no province has it, so that no number can be a real person's
_ENROLMENT_DAYS = 500
_ROUND_TO = 1_000_000

_FORMS: Final = ("Công ty TNHH", "Công ty Cổ phần", "Hợp tác xã", "Doanh nghiệp tư nhân")
_TRADES: Final = (
    ("VSIC-2018:G47", "Cửa hàng", 0.24),
    ("VSIC-2018:G46", "Phân phối", 0.14),
    ("VSIC-2018:I56", "Ẩm thực", 0.13),
    ("VSIC-2018:I55", "Lưu trú", 0.07),
    ("VSIC-2018:H49", "Vận tải", 0.11),
    ("VSIC-2018:C10", "Thực phẩm", 0.10),
    ("VSIC-2018:C25", "Cơ khí", 0.09),
    ("VSIC-2018:F41", "Xây dựng", 0.07),
    ("VSIC-2018:J62", "Phần mềm", 0.05),
)
_NAMES: Final = (
    "Sóng Biếc", "Cánh Buồm Nâu", "Hải Âu Trắng", "Phượng Đỏ", "Bến Xưa", "Ngọn Đèn Biển", "Đồi Thông Xanh",
    "Vải Chín", "Gốm Lam", "Cầu Vồng", "Thuyền Nan", "Mây Chiều", "Lúa Vàng", "Suối Nhỏ", "Gió Đông", "Trăng Non",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SimulatedFirm:
    """
    One invented firm; None is "not known". Its fields are the columns of the register's import.

    Args:
        tax_code: An enterprise's ten digits, a branch's thirteen, or the twelve of a household's representative.
        area: A commune's place code.
        sector: Scheme ':' code.
        programme: The programme it is enrolled in, or None.

    """

    tax_code: str
    name: str
    area: str
    sector: str
    insured_employees: int | None
    annual_revenue_vnd: int | None
    total_capital_vnd: int | None
    facts_year: int
    programme: str | None
    enrolled_on: date | None


def simulated_firms(city: City) -> tuple[SimulatedFirm, ...]:
    """Invent the city's firms: enterprises with some branches and business households among them."""
    areas = [unit.place_code for unit in load_schemes()[-1].of_level(AreaLevel.COMMUNE)]
    serials = _valid_serials()
    return tuple(_firm(city, number, next(serials), areas) for number in range(FIRMS))


def firms_csv(city: City) -> bytes:
    """Write the firms as the import reads them: UTF-8, commas, a header."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for firm in simulated_firms(city):
        writer.writerow(_cell(getattr(firm, column)) for column in COLUMNS)
    return text.getvalue().encode()


def _firm(city: City, number: int, code: str, areas: list[str]) -> SimulatedFirm:
    rng = chance(city.seed, "firm", number)
    sector, trade, _ = _TRADES[int(rng.choice(len(_TRADES), p=[part for _, _, part in _TRADES]))]
    is_household = number % _HOUSEHOLD_EVERY == 0
    is_branch = not is_household and number % _BRANCH_EVERY == 0
    employees = 2 if is_household else max(1, int(rng.lognormal(2.3, 1.25)))
    enrolled_on = None if is_household or is_branch else _enrolled_on(city, employees, rng)
    return SimulatedFirm(
        tax_code=f"{_PERSON}{number:09d}" if is_household else code + ("-001" if is_branch else ""),
        name=_name(number, trade, is_household=is_household, is_branch=is_branch, rng=rng),
        area=areas[int(rng.integers(len(areas)))],
        sector=sector,
        insured_employees=_known(employees, rng),
        annual_revenue_vnd=_known(_money(employees * 0.9, rng), rng),
        total_capital_vnd=_known(_money(employees * 0.4, rng), rng),
        facts_year=city.today.year - 1,
        programme=DIGITAL_SUPPORT.code if enrolled_on else None,
        enrolled_on=enrolled_on,
    )


def _name(number: int, trade: str, *, is_household: bool, is_branch: bool, rng: Generator) -> str:
    form = "Hộ kinh doanh" if is_household else _FORMS[int(rng.integers(len(_FORMS)))]
    branch = "Chi nhánh " if is_branch else ""
    return f"{branch}{form} {trade} {_NAMES[number % len(_NAMES)]} {number + 1} (mô phỏng)"


def _enrolled_on(city: City, employees: int, rng: Generator) -> date | None:
    if employees > _LARGEST_SMALL_FIRM or rng.random() >= _ENROLLED_PART:
        return None
    return city.today - timedelta(days=int(rng.integers(1, _ENROLMENT_DAYS)))


def _money(billions: float, rng: Generator) -> int:
    return int(billions * BILLION * rng.lognormal(0.0, 0.6) / _ROUND_TO) * _ROUND_TO


def _known(figure: int, rng: Generator) -> int | None:
    return None if rng.random() < _MISSING_PART else figure


def _valid_serials() -> Iterator[str]:
    for serial in range(1, 10_000_000):
        nine = f"{_REGION}{serial:07d}"
        digit = check_digit(nine)
        if digit is not None:
            yield nine + digit


def _cell(value: object) -> str:
    return "" if value is None else str(value)
