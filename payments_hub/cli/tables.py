"""Lists at a terminal, in columns."""

from __future__ import annotations

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """
    Set rows in columns under their head.

    >>> print(table(["key", "partner"], [["hp1", "AEON-HP"]]))
    key  partner
    hp1  AEON-HP
    """
    listed = [head, *rows]
    widths = [max(len(row[column]) for row in listed) for column in range(len(head))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in listed)
    return "\n".join(line.rstrip() for line in lines)
