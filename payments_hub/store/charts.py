"""Drawn charts, kept by what they show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_hub.domain.languages import Language
from payments_hub.domain.series_chart import Width
from payments_hub.store.tables.analysis import ChartRow


@dataclass(frozen=True, slots=True)
class ChartKey:
    """What one drawing shows: the rules it was drawn by, the digest of its data, its language and width."""

    spec: str
    digest: str
    language: Language
    width: Width


def find_chart(session: Session, key: ChartKey) -> str | None:
    """Find a drawing: the SVG, or None while it is not drawn."""
    return session.scalar(
        select(ChartRow.svg).where(
            ChartRow.spec == key.spec,
            ChartRow.digest == key.digest,
            ChartRow.language == key.language,
            ChartRow.width == key.width,
        )
    )


def drawn_widths(session: Session, spec: str, digest: str, language: Language) -> frozenset[Width]:
    """Tell in which widths a chart is drawn, without loading the drawings."""
    query = select(ChartRow.width).where(
        ChartRow.spec == spec, ChartRow.digest == digest, ChartRow.language == language
    )
    return frozenset(Width(width) for width in session.scalars(query))


def save_chart(session: Session, key: ChartKey, svg: str, now: datetime) -> None:
    """Keep a drawing; the same drawing again replaces it."""
    row = {"spec": key.spec, "digest": key.digest, "language": key.language, "width": key.width}
    insertion = insert(ChartRow).values(**row, svg=svg, drawn_at=now)
    session.execute(
        insertion.on_conflict_do_update(index_elements=list(row), set_={"svg": insertion.excluded.svg, "drawn_at": now})
    )


def forget_charts(session: Session, now: datetime, keep: timedelta) -> None:
    """Drop drawings older than what anybody may still have on screen; one that is asked for again is drawn again."""
    session.execute(delete(ChartRow).where(ChartRow.drawn_at < now - keep))
