"""An import's report, for a person: a line each finding, and a CSV file that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from sme_registry.findings import Finding

REPORT_COLUMNS: tuple[str, ...] = ("line", "column", "severity", "code", "got", "suggestion", "text_vi", "text_en")
"""The header of the report file."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def inert(cell: str) -> str:
    """
    Make a cell that a spreadsheet shows and never runs.

    Source: OWASP ASVS 5.0, 1.2.10.

    >>> inert("=HYPERLINK(A1)"), inert("Chợ Sắt")
    ("'=HYPERLINK(A1)", 'Chợ Sắt')
    """
    return "'" + cell if cell.startswith(_FORMULA_STARTS) else cell


def report_file(findings: Iterable[Finding]) -> bytes:
    """Write findings as a CSV file in UTF-8 with its mark, which is how Excel knows the encoding."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(REPORT_COLUMNS)
    for found in findings:
        cells = (found.column or "", found.severity, found.code, found.got, found.suggestion)
        line = "" if found.line is None else str(found.line)
        writer.writerow([line, *map(inert, cells), found.text_vi, found.text_en])
    return text.getvalue().encode("utf-8-sig")
