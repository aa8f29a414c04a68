"""A recorded revision as the event it was, rebuilt from its rows, so that its hashes can be checked for ever."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from payments_hub.contracts.slice_v1 import SliceEvent
from payments_hub.domain.cells import Cell, Contributors, Coverage
from payments_hub.domain.instruments import (
    Action,
    CellStatus,
    Finality,
    Initiation,
    Instrument,
    Purpose,
    RevisionReason,
)
from payments_hub.kernel.errors import NotFoundError
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.store.tables.ingest import SliceCellRow, SliceRevisionRow
from payments_hub.store.tables.places import PlaceRow


def stored_event(session: Session, revision_id: int) -> SliceEvent:
    """
    Rebuild the event of a recorded revision.

    Args:
        session: Of the reader.
        revision_id: The revision's number in the store; a SUPERSEDED or NO_CHANGE one is recorded too.

    Raises:
        NotFoundError: There is no such revision.

    """
    found = session.execute(
        select(SliceRevisionRow, PlaceRow.code)
        .join(PlaceRow, PlaceRow.id == SliceRevisionRow.place_id)
        .where(SliceRevisionRow.id == revision_id)
    ).first()
    if found is None:
        raise NotFoundError(f"No revision is recorded under the number {revision_id}.")
    row, site = found
    # A NO_CHANGE has no cells of its own: its content equals that of the revision it names.
    cells = session.scalars(
        select(SliceCellRow).where(SliceCellRow.revision_id == row.content_revision_id).order_by(SliceCellRow.ordinal)
    )
    return SliceEvent(
        source=row.source,
        id=row.event_id,
        time=row.event_time,
        subject=row.subject,
        partition_key=row.partition_key,
        data_schema=row.data_schema,
        flow=row.flow,
        site=site,
        period=Period(row.start, Frequency(row.frequency)),
        action=Action(row.action),
        revision=row.revision,
        reason=None if row.reason is None else RevisionReason(row.reason),
        note=row.note,
        finality=Finality(row.finality),
        currency=row.currency,
        coverage=_coverage(row),
        cells=tuple(_cell(cell) for cell in cells),
        contributors=_contributors(row),
        control_count=row.control_count,
        control_amount=row.control_amount,
    )


def _cell(row: SliceCellRow) -> Cell:
    return Cell(
        instrument=None if row.instrument is None else Instrument(row.instrument),
        initiation=None if row.initiation is None else Initiation(row.initiation),
        sector=row.sector,
        purpose=None if row.purpose is None else Purpose(row.purpose),
        status=CellStatus(row.status),
        count=row.count,
        amount=row.amount,
        refund_count=row.refund_count,
        refund_amount=row.refund_amount,
        contributors=_contributors(row),
    )


def _coverage(row: SliceRevisionRow) -> Coverage | None:
    if row.coverage_reporting is None or row.coverage_total is None:
        return None
    return Coverage(row.coverage_reporting, row.coverage_total)


def _contributors(row: SliceRevisionRow | SliceCellRow) -> Contributors | None:
    n, top1_bp, top2_bp = row.contributors_n, row.contributors_top1_bp, row.contributors_top2_bp
    return None if n is None or top1_bp is None or top2_bp is None else Contributors(n, top1_bp, top2_bp)
