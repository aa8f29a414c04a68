import pytest
from hypothesis import given
from hypothesis import strategies as st

from sme_registry import sheets
from sme_registry.findings import FindingCode, Severity
from sme_registry.imports import ALIASES, COLUMNS
from sme_registry.sheets import Sheet, read_sheet
from tests.support.firms import firm_cells, firm_file


def read(content: bytes) -> Sheet:
    return read_sheet(content, COLUMNS, ALIASES)


def found(sheet: Sheet) -> list[tuple[FindingCode, int | None]]:
    return [(finding.code, finding.line) for finding in sheet.findings]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_declared_separators_read_the_same(delimiter: str) -> None:
    sheet = read(firm_file(firm_cells(), delimiter=delimiter))

    assert dict(sheet.lines[0].cells) == firm_cells()
    assert sheet.findings == ()


def test_columns_may_come_in_any_order() -> None:
    sheet = read_sheet(b"area,name\nA,B\n", ["name", "area"], {})

    assert dict(sheet.lines[0].cells) == {"name": "B", "area": "A"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_form_of_unicode_is_read(encoding: str) -> None:
    content = firm_file(firm_cells(name="Công ty Đồ Sơn")).decode().encode(encoding)

    assert read(content).lines[0].cells["name"] == "Công ty Đồ Sơn"


def test_windows_vietnamese_is_read_composed_and_said_so() -> None:
    decomposed = firm_file(firm_cells(name="Ha\u0309i Pho\u0300ng")).decode()

    sheet = read(decomposed.encode("cp1258"))

    assert sheet.lines[0].cells["name"] == "Hải Phòng"
    assert found(sheet) == [(FindingCode.FILE_ENCODING_ASSUMED, None)]
    assert sheet.findings[0].severity is Severity.NOTICE
    assert sheet.findings[0].suggestion == "Windows-1258"


@pytest.mark.parametrize(
    "content",
    [firm_file(firm_cells(name="海防")).decode().encode("gbk"), "name".encode("utf-16")[:-1], b"h\xd2\xd2"],
    ids=["another country's", "half a letter", "stray accents"],
)
def test_an_encoding_that_does_not_fit_is_refused_and_not_guessed(content: bytes) -> None:
    assert found(read(content)) == [(FindingCode.FILE_ENCODING, None)]


def test_an_unclosed_quote_refuses_the_file_at_its_line() -> None:
    good = firm_file(firm_cells())

    sheet = read(good + b'0100047516,"Open quote,,,,,,2025,,\n' + b"0100047516,x,,,,,,2025,,\n" * 3)

    assert sheet.lines == ()
    assert found(sheet) == [(FindingCode.FILE_UNREADABLE, 3)]


def test_a_cell_beyond_the_readers_limit_refuses_the_file() -> None:
    assert found(read(firm_file(firm_cells(name="x" * 200_000)))) == [(FindingCode.FILE_UNREADABLE, 2)]


def test_short_and_long_lines_are_refused_and_the_others_read() -> None:
    sheet = read_sheet(b"name,area\na,b\nshort\nc,d,e\nf,g\n", ["name", "area"], {})

    assert found(sheet) == [(FindingCode.LINE_LENGTH, 3), (FindingCode.LINE_LENGTH, 4)]
    assert [line.number for line in sheet.lines] == [2, 5]


@pytest.mark.parametrize("total", [b"T\xe1\xbb\x95ng c\xe1\xbb\x99ng,,,,45\n", b",Total,,,45,,,,,\n"], ids=["vi", "en"])
def test_a_line_of_totals_is_no_firm(total: bytes) -> None:
    assert found(read(firm_file(firm_cells()) + total)) == [(FindingCode.LINE_TOTAL, 3)]


def test_a_corporation_is_no_line_of_totals() -> None:
    sheet = read_sheet("name\nTổng công ty Cảng\nCộng Hòa\n".encode(), ["name"], {})

    assert [line.cells["name"] for line in sheet.lines] == ["Tổng công ty Cảng", "Cộng Hòa"]


def test_a_header_alone_is_no_file() -> None:
    assert found(read(firm_file())) == [(FindingCode.FILE_WITHOUT_LINES, None)]


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\xef\xbb\xbf", b",,,\n"], ids=["nothing", "lines", "mark", "cells"]
)
def test_an_empty_file_says_so(content: bytes) -> None:
    assert found(read(content)) == [(FindingCode.FILE_EMPTY, None)]


def test_a_column_that_is_there_twice_is_refused() -> None:
    sheet = read_sheet(b"name,area,name\na,b,c\n", ["name", "area"], {})

    assert found(sheet) == [(FindingCode.HEADER_DUPLICATE, 1)]


@pytest.mark.parametrize(
    ("header", "suggestion"),
    [("Tax_Code", "tax_code"), ("tax code", "tax_code"), ("taxcode", "tax_code"), ("Mã số thuế", "tax_code")],
)
def test_a_renamed_column_is_refused_with_the_name_that_was_meant(header: str, suggestion: str) -> None:
    sheet = read(firm_file(firm_cells()).replace(b"tax_code", header.encode(), 1))

    assert [(each.code, each.suggestion) for each in sheet.findings] == [(FindingCode.HEADER_UNKNOWN, suggestion)]


def test_a_missing_column_is_named_and_a_foreign_one_too() -> None:
    sheet = read(firm_file(firm_cells()).replace(b"facts_year", b"phone", 1))

    assert [(each.code, each.column, each.got) for each in sheet.findings] == [
        (FindingCode.HEADER_UNKNOWN, None, "phone"),
        (FindingCode.HEADER_MISSING, "facts_year", ""),
    ]


def test_empty_lines_keep_the_numbers_of_the_others() -> None:
    sheet = read_sheet(b"name\n\na\n \nb\n", ["name"], {})

    assert [line.number for line in sheet.lines] == [3, 5]


def test_a_file_beyond_the_limits_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_LINES", 2)

    sheet = read_sheet(b"name\na\nb\nc\n", ["name"], {})

    assert sheet.lines == ()
    assert found(sheet) == [(FindingCode.FILE_TOO_LARGE, 4)]


def test_too_many_bytes_are_not_even_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MAX_BYTES", 10)

    assert found(read_sheet(b"name\naaaaaaaaaa\n", ["name"], {})) == [(FindingCode.FILE_TOO_LARGE, None)]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_and_never_fail(content: bytes) -> None:
    sheet = read(content)

    assert sheet.findings
    assert sheet.lines == ()
