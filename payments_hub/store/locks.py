"""Locked periods and held slices in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from payments_hub.domain.locks import PeriodLock
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.store.tables.holding import HeldSliceRow, PeriodLockRow


def open_locks(session: Session) -> list[PeriodLock]:
    """Read the locks that hold now, by flow and period."""
    rows = session.scalars(
        select(PeriodLockRow)
        .where(PeriodLockRow.unlocked_at.is_(None))
        .order_by(PeriodLockRow.flow, PeriodLockRow.start, PeriodLockRow.frequency)
    )
    return [PeriodLock(row.id, row.flow, Period(row.start, Frequency(row.frequency))) for row in rows]


def note_decisions(
    session: Session, deliveries: Collection[int], *, decision: str, by: str, reason: str, now: datetime
) -> None:
    """Write what was decided; the revision numbers of the slices are free again, or taken by what is recorded."""
    session.execute(
        update(HeldSliceRow)
        .where(HeldSliceRow.delivery_id.in_(deliveries))
        .values(decision=decision, decided_by=by, decided_at=now, reason=reason)
        .execution_options(synchronize_session=False)
    )
