"""What pages read of the rollups: one key's periods, now or as known at the end of a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from payments_hub.domain.indicators import Sums
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.store.tables.ingest import SliceCellRow, SliceHeadRow, SliceRevisionRow, TouchedSliceRow
from payments_hub.store.tables.places import PlaceRow
from payments_hub.store.tables.rollups import ALL_PARTNERS, STILL_KNOWN, RollupKeyRow, RollupRow


@dataclass(frozen=True, slots=True)
class FigureKey:
    """
    Which rollup: a flow at a place, of one partner or, with None, of all.

    Args:
        currency: '' for a flow that has no amount.

    """

    flow: str
    place: str
    frequency: Frequency
    currency: str
    partner_id: int | None = None


@dataclass(slots=True)
class PeriodFigures:
    """One period of a key: how many slices were received of those expected, the sums, and those by code."""

    period: Period
    received: int = 0
    expected: int = 0
    whole: Sums = field(default_factory=Sums)
    by_code: dict[str, dict[str, Sums]] = field(default_factory=dict)


def period_figures(
    session: Session, key: FigureKey, *, as_of: date | None = None, dimensions: Sequence[str] = ()
) -> list[PeriodFigures]:
    """
    Read every period of a key, oldest first.

    Args:
        session: Of the reader.
        key: Which rollup.
        as_of: The day at whose end the figures were known; None for now.
        dimensions: Which breakdowns to read beside the whole.

    """
    found: dict[Period, PeriodFigures] = {}
    rows = session.execute(
        select(RollupRow, RollupKeyRow.start)
        .join(RollupKeyRow, RollupKeyRow.id == RollupRow.key_id)
        .join(PlaceRow, PlaceRow.id == RollupKeyRow.place_id)
        .where(
            PlaceRow.code == key.place,
            RollupKeyRow.flow == key.flow,
            RollupKeyRow.frequency == key.frequency,
            RollupKeyRow.partner_id == (ALL_PARTNERS if key.partner_id is None else key.partner_id),
            RollupKeyRow.currency == key.currency,
            RollupRow.dimension.in_(["", *dimensions]),
            known_at_end_of(as_of),
        )
        .order_by(RollupKeyRow.start, RollupRow.dimension, RollupRow.code)
    )
    for row, start in rows:
        period = Period(start, key.frequency)
        _add_row(found.setdefault(period, PeriodFigures(period)), row)
    return list(found.values())


def newest_known(session: Session, flow: str, partner_id: int | None, as_of: date | None = None) -> datetime | None:
    """Tell when the newest slice of a flow, of one partner or of any, was known: by now, or by the end of a day."""
    if as_of is None:
        statement = select(func.max(SliceHeadRow.known_at)).where(SliceHeadRow.flow == flow)
        mine = SliceHeadRow.partner_id == partner_id
    else:
        accepted = (SliceRevisionRow.verdict == Verdict.ACCEPTED, SliceRevisionRow.known_on <= as_of)
        statement = select(func.max(SliceRevisionRow.known_at)).where(SliceRevisionRow.flow == flow, *accepted)
        mine = SliceRevisionRow.partner_id == partner_id
    return session.scalar(statement if partner_id is None else statement.where(mine))


def stored_sums(session: Session) -> dict[str, tuple[int, int]]:
    """Add up by flow the cells that views read now: payments, and whole units of the one currency."""
    rows = session.execute(
        select(SliceHeadRow.flow, func.sum(SliceCellRow.count), func.sum(SliceCellRow.amount))
        .join(SliceCellRow, SliceCellRow.revision_id == SliceHeadRow.content_revision_id)
        .group_by(SliceHeadRow.flow)
    )
    return {flow: (int(count or 0), int(amount or 0)) for flow, count, amount in rows}


def known_at_end_of(day: date | None) -> ColumnElement[bool]:
    """Pick the versions that were known at the end of a day, or with None those that hold now."""
    if day is None:
        return RollupRow.known_to == STILL_KNOWN
    return and_(RollupRow.known_from <= day, RollupRow.known_to > day)


def touched_until(session: Session, day: date | None) -> bool:
    """Tell whether a change known on or before a day (None: on any day) still waits for the drain."""
    waiting = exists(TouchedSliceRow.id)
    if day is not None:
        waiting = waiting.where(TouchedSliceRow.known_on <= day)
    return bool(session.scalar(select(waiting)))


def _add_row(figures: PeriodFigures, row: RollupRow) -> None:
    sums = Sums(_whole(row.count), _whole(row.amount))
    if row.dimension:
        figures.by_code.setdefault(row.dimension, {})[row.code] = sums
        return
    figures.received, figures.expected, figures.whole = row.received or 0, row.expected or 0, sums


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value))
