"""
Read a spreadsheet saved as CSV: bytes in, numbered lines out, and every reason why not.

Nothing is guessed that changes a value: an unclosed quote, a renamed column or an unknown encoding refuses the file; a
line that is too short, or a line of totals, is refused by itself.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sme_registry.findings import Finding, FindingCode, finding

MAX_BYTES = 64 * 1024 * 1024
MAX_LINES = 200_000
"""Four times the enterprises of the city, and what one transaction can hold."""

DELIMITERS = ",;\t"
"""What spreadsheets write between cells; a Vietnamese Excel writes semicolons."""

_TOTAL = re.compile(r"(?:(?:grand )?total|cộng|tổng)\s*[:.]?|(?:tổng cộng|tổng số)\b.*", re.DOTALL)
_SPACES = re.compile("[ \u00a0]+")
_VIETNAMESE = frozenset(
    unicodedata.normalize("NFC", letter + tone)
    for base in "aăâeêioôơuưy"
    for letter in (base, base.upper())
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
) | frozenset("đĐ–—“”\u2018\u2019…₫·\u00a0")


@dataclass(frozen=True, slots=True)
class SheetLine:
    """
    One line of a sheet, the header left out.

    Args:
        number: Its line in the file, the header being line 1.
        last_number: The line of the file it ends on; another one only where a quoted cell holds a line break.
        cells: Column to text, composed (NFC), spaces tidied.

    """

    number: int
    last_number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    What was read of a file.

    Args:
        lines: The readable lines; none where the file as a whole is refused.
        findings: What is wrong with the file and with single lines.
        line_count: How many lines with content it has below its header, readable or not.

    """

    lines: tuple[SheetLine, ...] = ()
    findings: tuple[Finding, ...] = ()
    line_count: int = 0


_Record = tuple[int, int, list[str]]


def read_sheet(content: bytes, columns: Sequence[str], aliases: Mapping[str, str]) -> Sheet:
    r"""
    Read a CSV file with a header of known columns, in any order.

    Args:
        content: The file.
        columns: The columns it must have, and no others.
        aliases: Other words that people write for a column, folded by `fold`, to suggest the right one.

    >>> sheet = read_sheet("name;area\nChợ Sắt;\n".encode("utf-8"), ["name", "area"], {})
    >>> sheet.lines[0].number, dict(sheet.lines[0].cells)
    (2, {'name': 'Chợ Sắt', 'area': ''})
    >>> read_sheet(b"name,aera\n", ["name", "area"], {}).findings[0].suggestion
    'area'
    """
    if len(content) > MAX_BYTES:
        return Sheet(findings=(finding(FindingCode.FILE_TOO_LARGE, got=f"{len(content)} B"),))
    decoded = decode(content)
    if decoded is None:
        return Sheet(findings=(finding(FindingCode.FILE_ENCODING),))
    text, encoding = decoded
    records = _records(text, columns)
    if isinstance(records, Finding):
        return Sheet(findings=(records,))
    sheet = _sheet(records, columns, aliases)
    if encoding == "UTF-8" or not sheet.lines:
        return sheet
    notice = finding(FindingCode.FILE_ENCODING_ASSUMED, got=_first_accented(text), suggestion=encoding)
    return Sheet(sheet.lines, (notice, *sheet.findings), sheet.line_count)


def decode(content: bytes) -> tuple[str, str] | None:
    r"""
    Decode a file: UTF-8 with or without its mark, then UTF-16, then Windows' Vietnamese code page.

    The last one fits almost any bytes, so it counts only when every accented letter is a Vietnamese one.

    Returns:
        The text, composed (NFC), and the encoding's name; None where none of them fits.

    >>> decode("Hải Phòng".encode("utf-16"))
    ('Hải Phòng', 'UTF-16')
    >>> decode("海防".encode("gbk")) is None
    True
    """
    utf16 = _utf16_name(content)
    if utf16 is None:
        try:
            return unicodedata.normalize("NFC", content.decode("utf-8-sig")), "UTF-8"
        except UnicodeDecodeError:
            return _decode_code_page(content)
    try:
        return unicodedata.normalize("NFC", content.decode(utf16)), "UTF-16"
    except UnicodeDecodeError:
        return None


def fold(text: str) -> str:
    """
    Fold a column's name to compare it: no case, no accents, one underscore between words.

    >>> fold(" Địa bàn "), fold("Tax-Code")
    ('dia_ban', 'tax_code')
    """
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")


def _utf16_name(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    # Without a mark, a header of ASCII letters still shows itself: every other byte is nought.
    start = content[:20]
    if len(start) >= 4 and not any(start[1::2]):  # noqa: PLR2004 (two letters)
        return "utf-16-le"
    if len(start) >= 4 and not any(start[0::2]):  # noqa: PLR2004 (two letters)
        return "utf-16-be"
    return None


def _decode_code_page(content: bytes) -> tuple[str, str] | None:
    try:
        text = unicodedata.normalize("NFC", content.decode("cp1258"))
    except UnicodeDecodeError:
        return None
    return (text, "Windows-1258") if all(letter.isascii() or letter in _VIETNAMESE for letter in text) else None


def _first_accented(text: str) -> str:
    return next((word for word in text.splitlines() if not word.isascii()), "")


def _records(text: str, columns: Sequence[str]) -> list[_Record] | Finding:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, columns), strict=True)
    records: list[_Record] = []
    first = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                records.append((first, reader.line_num, cells))
            if len(records) > MAX_LINES + 1:
                return finding(FindingCode.FILE_TOO_LARGE, line=first, suggestion=f"≤ {MAX_LINES}")
            first = reader.line_num + 1
    except csv.Error:
        return finding(FindingCode.FILE_UNREADABLE, line=first)
    return records or finding(FindingCode.FILE_EMPTY)


def _delimiter(text: str, columns: Sequence[str]) -> str:
    header = text.lstrip().partition("\n")[0].replace('"', "")
    wanted = {fold(column) for column in columns}

    def known(delimiter: str) -> tuple[int, int]:
        names = header.split(delimiter)
        return sum(fold(name) in wanted for name in names), len(names)

    return max(DELIMITERS, key=known)


def _sheet(records: list[_Record], columns: Sequence[str], aliases: Mapping[str, str]) -> Sheet:
    number, _, header_cells = records[0]
    header = [cell.strip() for cell in header_cells]
    faults = _header_findings(header, columns, aliases, number)
    if faults:
        return Sheet(findings=faults)
    if len(records) == 1:
        return Sheet(findings=(finding(FindingCode.FILE_WITHOUT_LINES),))
    lines: list[SheetLine] = []
    findings: list[Finding] = []
    for first, last, cells in records[1:]:
        line = _line(first, last, cells, header)
        if isinstance(line, Finding):
            findings.append(line)
        else:
            lines.append(line)
    return Sheet(tuple(lines), tuple(findings), len(records) - 1)


def _line(first: int, last: int, cells: list[str], header: list[str]) -> SheetLine | Finding:
    texts = [_SPACES.sub(" ", cell).strip() for cell in cells]
    opening = next((text for text in texts if text), "")
    if _TOTAL.fullmatch(opening.casefold()):
        return finding(FindingCode.LINE_TOTAL, line=first, got=opening)
    if len(texts) != len(header):
        return finding(FindingCode.LINE_LENGTH, line=first, got=str(len(texts)), suggestion=str(len(header)))
    return SheetLine(first, last, dict(zip(header, texts, strict=True)))


def _header_findings(
    header: list[str], columns: Sequence[str], aliases: Mapping[str, str], line: int
) -> tuple[Finding, ...]:
    missing = [column for column in columns if column not in header]
    twice = [name for name in dict.fromkeys(header) if header.count(name) > 1]
    unknown = [name for name in dict.fromkeys(header) if name not in columns and name not in twice]
    near = {name: _nearest(name, missing, aliases) for name in unknown}
    lost = [column for column in missing if column not in near.values()]
    return (
        *(finding(FindingCode.HEADER_DUPLICATE, line=line, got=name) for name in twice),
        *(finding(FindingCode.HEADER_UNKNOWN, line=line, got=name, suggestion=near[name]) for name in unknown),
        *(finding(FindingCode.HEADER_MISSING, line=line, column=column) for column in lost),
    )


def _nearest(name: str, missing: Sequence[str], aliases: Mapping[str, str]) -> str:
    folded = fold(name)
    meant = aliases.get(folded)
    if meant in missing:
        return str(meant)
    return next(iter(difflib.get_close_matches(folded, missing, n=1, cutoff=0.7)), "")
