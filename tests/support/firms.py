"""Builders of files of firms, each with the one detail that matters."""

from __future__ import annotations

import csv
import io

from sme_registry.imports import COLUMNS

KEY = b"a key for tests of thirty-two b."
SHOP = {
    "tax_code": "0100047516",
    "name": "Công ty Gạo Chợ Sắt",
    "area": "VN-COMMUNE-2025-07-01:11359",
    "sector": "VSIC-2018:G47",
    "insured_employees": "8",
    "annual_revenue_vnd": "4000000000",
    "total_capital_vnd": "2000000000",
    "facts_year": "2025",
    "programme": "ND80-11",
    "enrolled_on": "2026-03-02",
}
"""A micro trader that takes part; every cell is good."""


def firm_cells(**changed: str) -> dict[str, str]:
    """Fill one line: the shop's, except for what is named."""
    return {**SHOP, **changed}


def firm_file(*lines: dict[str, str], delimiter: str = ",") -> bytes:
    """Write a file of firms in UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def enterprise_code(serial: int) -> str:
    """Make the valid code of a serial number, skipping the numbers that are never issued."""
    weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
    nine = f"02{serial:07d}"
    total = sum(weight * int(digit) for weight, digit in zip(weights, nine, strict=True))
    return enterprise_code(serial + 5_000_000) if total % 11 == 0 else f"{nine}{10 - total % 11}"
