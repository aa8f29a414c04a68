"""One slice's figures, and how a partner writes them down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from typing import Final

from payments_hub.contracts.slice_v1 import SLICE_SCHEMA, SliceEvent
from payments_hub.domain.cells import Cell, Contributors, Coverage
from payments_hub.domain.instruments import Action, CellStatus, Finality, Initiation, Instrument, RevisionReason
from payments_hub.kernel.ids import named_id
from payments_hub.kernel.periods import Period

CURRENCY: Final = "VND"
_BASIS_POINTS = 10_000
_LARGEST_RANK = 20_000  # owners beyond it are too small to move a basis point


@dataclass(frozen=True, slots=True, order=True)
class SliceKey:
    """Which slice: partner, flow, place, period."""

    partner: str
    flow: str
    place: str
    period: Period

    def __str__(self) -> str:
        """Write the key as the contract's partition key does."""
        return f"{self.partner}|{self.flow}|{self.place}|{self.period}"


@dataclass(frozen=True, slots=True)
class SliceFigures:
    """What a slice says; without cells the place was open and had nothing to report."""

    cells: tuple[Cell, ...]
    contributors: Contributors | None = None
    coverage: Coverage | None = None

    @property
    def count(self) -> int:
        """Add up the payments, gross."""
        return sum(cell.count or 0 for cell in self.cells)

    @property
    def amount(self) -> int:
        """Add up the money, gross, in whole VND."""
        return sum(cell.amount or 0 for cell in self.cells)


NOTHING: Final = SliceFigures(())


@dataclass(frozen=True, slots=True)
class Edition:
    """
    One sending of a slice.

    Args:
        revision: Its number, from 0.
        action: What it does.
        finality: Whether the partner expects to change it.
        reason: Why it was changed; None for revision 0.
        note: A sentence of the partner's, or None.

    """

    revision: int = 0
    action: Action = Action.REPLACE
    finality: Finality = Finality.FINAL
    reason: RevisionReason | None = None
    note: str | None = None


FIRST_EDITION: Final = Edition()


def simple_cell(instrument: Instrument | None, initiation: Initiation | None, sector: str, measures: Measures) -> Cell:
    """Build a cell without purpose; refunds are left out where the measures have none."""
    return Cell(
        instrument=instrument,
        initiation=initiation,
        sector=sector,
        purpose=None,
        status=CellStatus.NORMAL,
        count=measures.count,
        amount=measures.amount,
        refund_count=measures.refund_count,
        refund_amount=measures.refund_amount,
        contributors=measures.contributors,
    )


@dataclass(frozen=True, slots=True)
class Measures:
    """The numbers of one cell; amounts in whole VND."""

    count: int
    amount: int
    contributors: Contributors | None
    refund_count: int | None = None
    refund_amount: int | None = None


def owners_behind(owners: int, payments: int, inequality: float) -> Contributors | None:
    """
    Say how many owners stand behind a figure, and the shares of the two largest, by Zipf's law.

    Args:
        owners: How many could stand behind it.
        payments: How many payments there were: nobody stands behind none, and no owner without one.
        inequality: The exponent of Zipf's law; 0 makes all owners equal.

    >>> owners_behind(1, 9, 1.0), owners_behind(5, 0, 1.0)
    (Contributors(n=1, top1_bp=10000, top2_bp=0), None)
    """
    count = min(owners, payments)
    if count == 0:
        return None
    if count == 1:
        return Contributors(1, _BASIS_POINTS, 0)
    total = _zipf_sums(inequality)[min(count, _LARGEST_RANK) - 1]
    first = int(_BASIS_POINTS / total)
    if count == 2:  # noqa: PLR2004 - with two owners, the two largest are all
        return Contributors(2, first, _BASIS_POINTS - first)
    return Contributors(count, first, int(_BASIS_POINTS * 2**-inequality / total))


@lru_cache(maxsize=16)
def _zipf_sums(inequality: float) -> tuple[float, ...]:
    """Add up the weights of the first 1, 2, 3 … owners."""
    return tuple(accumulate((rank + 1) ** -inequality for rank in range(_LARGEST_RANK)))


def event_id(key: SliceKey, seed: int, name: str) -> str:
    """Name an event for ever: the same city, slice and sending give the same id."""
    return named_id(f"{seed}|{key}|{name}")


def slice_event(key: SliceKey, figures: SliceFigures, edition: Edition, event: str, time: datetime) -> SliceEvent:
    """Put a slice's figures under an edition, as an event of the contract; without cells it says nothing of them."""
    replaces = edition.action is Action.REPLACE
    return SliceEvent(
        source=f"urn:hp:partner:{key.partner}",
        id=event,
        time=time,
        subject=f"{key.flow}/{key.place}/{key.period}",
        partition_key=str(key),
        data_schema=SLICE_SCHEMA,
        flow=key.flow,
        site=key.place,
        period=key.period,
        action=edition.action,
        revision=edition.revision,
        reason=edition.reason,
        note=edition.note,
        finality=edition.finality,
        currency=CURRENCY if replaces else None,
        coverage=figures.coverage,
        cells=figures.cells,
        contributors=figures.contributors,
        control_count=figures.count if replaces else None,
        control_amount=figures.amount if replaces else None,
    )
