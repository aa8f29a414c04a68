"""Periods as people type them into forms, in either language; messages and addresses keep to the one exact form."""

from __future__ import annotations

import re

from payments_hub.domain.formatting import read_day
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.periods import Frequency, Period

_QUARTERS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_MONTH = re.compile(r"(?:tháng|thang|month)?\s*([0-9]{1,2})\s*[/.-]\s*([0-9]{4})", re.ASCII | re.IGNORECASE)
_QUARTER = re.compile(
    r"(?:q|quý|quy|quarter)\s*(i{1,3}|iv|[1-4])\s*[/.\s-]\s*(?:năm\s+)?([0-9]{4})", re.ASCII | re.IGNORECASE
)
_YEAR = re.compile(r"(?:năm|nam|year)\s+([0-9]{4})", re.ASCII | re.IGNORECASE)


def read_period(text: str) -> Period | None:
    """
    Read a period as people type it, or as the contract writes it; None for what is no period of our times.

    >>> [str(read_period(text)) for text in ("10/2026", "3/7/2026", "Q3/2026", "Quý IV/2026", "Tháng 1/2026")]
    ['2026-10', '2026-07-03', '2026-Q3', '2026-Q4', '2026-01']
    >>> [str(read_period(text)) for text in ("2026-07-03", "2026-07", "2026-Q3", "2026", " năm 2026 ")]
    ['2026-07-03', '2026-07', '2026-Q3', '2026', '2026']
    >>> [read_period(text) for text in ("13/2026", "31/2/2026", "Q5/2026", "10/26", "")]
    [None, None, None, None, None]
    """
    wanted = " ".join(text.split())
    try:
        return Period.parse(_exact(wanted))
    except InvalidValueError:
        return None


def _exact(text: str) -> str:
    """Write what was typed as the contract does; what is neither stays as it is."""
    day = read_day(text)
    if day is not None:
        return str(Period.containing(day, Frequency.DAY))
    if found := _MONTH.fullmatch(text):
        return f"{found[2]}-{int(found[1]):02}"
    if found := _QUARTER.fullmatch(text):
        return f"{found[2]}-Q{_QUARTERS[found[1].lower()]}"
    if found := _YEAR.fullmatch(text):
        return found[1]
    return text.upper()
