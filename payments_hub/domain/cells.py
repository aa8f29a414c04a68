"""
The smallest figure of a slice: one cell, and what stands behind it.

Both are tuples with names: a feed brings hundreds of thousands, and frozen dataclasses take five times as long to make.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from payments_hub.domain.instruments import CellStatus, Initiation, Instrument, Purpose

WHOLE_SHARE_BASIS_POINTS = 10_000


class Contributors(NamedTuple):
    """
    How many owners stand behind a figure, and the shares of the two largest, in basis points.

    They are for disclosure control alone: never shown, never exported.
    """

    n: int
    top1_bp: int
    top2_bp: int

    def are_possible(self) -> bool:
        """
        Tell whether any owners at all could have these shares of a figure above zero.

        The largest of n shares is at least 1/n, and what the two largest leave is shared by the other owners, of whom
        none has more than the second. Rounding to basis points may move each share by less than one.

        >>> Contributors(1, 10_000, 0).are_possible(), Contributors(3, 9_000, 100).are_possible()
        (True, False)
        """
        n, top1_bp, top2_bp = self
        rest = WHOLE_SHARE_BASIS_POINTS - top1_bp - top2_bp
        if top1_bp < top2_bp or rest < 0:
            return False
        if n < 1:
            return False
        if n == 1:
            return top1_bp == WHOLE_SHARE_BASIS_POINTS
        if n == 2:  # noqa: PLR2004 - with two owners, the two largest are all
            return rest == 0
        # What rounding took from the two largest, less than one each, is in the rest.
        return top1_bp >= WHOLE_SHARE_BASIS_POINTS // n and rest - 2 < (n - 2) * (top2_bp + 1)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Tills or branches that reported, and how many there are."""

    reporting: int
    total: int


class Cell(NamedTuple):
    """
    One combination of a flow's dimensions with its measures.

    A dimension or measure that the flow lacks is None; so are count and amount where the status is MISSING.
    Amounts are whole units of the slice's currency. Refunds are apart: count and amount are gross.
    """

    instrument: Instrument | None
    initiation: Initiation | None
    sector: str | None
    purpose: Purpose | None
    status: CellStatus
    count: int | None  # type: ignore[assignment]  # the measure's name; nobody counts a cell's values
    amount: int | None
    refund_count: int | None
    refund_amount: int | None
    contributors: Contributors | None

    @property
    def dimensions(self) -> tuple[str, str, str, str]:
        """Tell what sets the cell apart in its slice; slices keep their cells in this order."""
        return self.instrument or "", self.initiation or "", self.sector or "", self.purpose or ""
