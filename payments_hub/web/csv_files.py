"""Lists as CSV files that a spreadsheet opens as meant: UTF-8 with its mark, and no text taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask import Response, stream_with_context

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_answer(file_name: str, rows: Iterable[Sequence[str]]) -> Response:
    """
    Answer with a file of rows, written while they are read.

    Args:
        file_name: Without its ending.
        rows: The names of the columns first.

    """
    headers = {"Content-Disposition": f"attachment; filename={file_name}.csv"}
    return Response(stream_with_context(_lines(rows)), mimetype="text/csv", headers=headers)


def inert(value: str) -> str:
    """
    Keep a spreadsheet from taking a text for a formula.

    >>> inert("=1+1"), inert("MALL-0021")
    ("'=1+1", 'MALL-0021')
    """
    return f"'{value}" if value.startswith(_FORMULA) else value


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    # Spreadsheets take a file without the mark for one in the machine's old code page.
    yield "\ufeff"
    for row in rows:
        line = io.StringIO()
        csv.writer(line).writerow([inert(value) for value in row])
        yield line.getvalue()
