"""A slice's cells as they were read: figures for who counts or writes them, values for who works with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, overload

from payments_hub.domain.cells import Cell, Contributors
from payments_hub.domain.instruments import CellStatus, Initiation, Instrument, Purpose


class Shares(Protocol):
    """How many owners stand behind a figure, and the two largest shares."""

    n: int
    top1_bp: int
    top2_bp: int


class Figures(Protocol):
    """What a `Cell` holds, with codes as plain text; a `Cell` itself will do, for its codes are text too."""

    instrument: str | None
    initiation: str | None
    sector: str | None
    purpose: str | None
    status: str
    count: int | None
    amount: int | None
    refund_count: int | None
    refund_amount: int | None
    contributors: Shares | None


class ReadCells(Sequence[Cell]):
    """
    Cells in their order, each made only when somebody asks for one.

    A feed's cells are mostly written and forgotten, and making a value of each costs more than reading it. Compares
    like the tuple of its cells.

    Args:
        figures: The cells as they were read; nobody changes them any more.

    """

    __slots__ = ("_made", "figures")

    def __init__(self, figures: Sequence[Figures]) -> None:
        self.figures = figures
        self._made: tuple[Cell, ...] | None = None

    def __len__(self) -> int:
        """Tell how many there are."""
        return len(self.figures)

    @overload
    def __getitem__(self, index: int) -> Cell: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Cell, ...]: ...
    def __getitem__(self, index: int | slice) -> Cell | tuple[Cell, ...]:
        """Hand out one cell, or some."""
        return self._cells()[index]

    def __iter__(self) -> Iterator[Cell]:
        """Hand out one after the other."""
        return iter(self._cells())

    def __eq__(self, other: object) -> bool:
        """Compare with other cells, read or made."""
        return isinstance(other, (tuple, ReadCells)) and self._cells() == tuple(other)

    def __hash__(self) -> int:
        """Hash as the tuple does."""
        return hash(self._cells())

    def __repr__(self) -> str:
        """Write as the tuple does."""
        return repr(self._cells())

    def _cells(self) -> tuple[Cell, ...]:
        if self._made is None:
            self._made = tuple([_cell(figures) for figures in self.figures])
        return self._made


def figures_of(cells: Sequence[Cell]) -> Sequence[Figures]:
    """Hand out cells as they were read, where they were, without making values of them."""
    if isinstance(cells, ReadCells):
        return cells.figures
    plain: Any = cells  # a Cell has every attribute of Figures; that they cannot be set does not matter to a reader
    return plain  # type: ignore[no-any-return]  # as said


def _cell(figures: Figures) -> Cell:
    owners = figures.contributors
    return Cell(
        Instrument(figures.instrument) if figures.instrument else None,
        Initiation(figures.initiation) if figures.initiation else None,
        figures.sector,
        Purpose(figures.purpose) if figures.purpose else None,
        CellStatus(figures.status),
        figures.count,
        figures.amount,
        figures.refund_count,
        figures.refund_amount,
        None if owners is None else Contributors(owners.n, owners.top1_bp, owners.top2_bp),
    )
