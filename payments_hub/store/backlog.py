"""How much the drain still has to take into the rollups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from payments_hub.store.tables.ingest import TouchedSliceRow


@dataclass(frozen=True, slots=True)
class Backlog:
    """Touched slices that wait, and since when the oldest does."""

    slices: int
    since: datetime | None


def drain_backlog(session: Session) -> Backlog:
    """Count what waits for the drain."""
    count, since = session.execute(select(func.count(), func.min(TouchedSliceRow.touched_at))).one()
    return Backlog(count, since)
