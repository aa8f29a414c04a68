"""Reads that a worker has begun and not come back from: what it leaves of itself if one of them ends it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_hub.store.tables.feeds import FeedAttemptRow

_COUNTED = datetime(1970, 1, 1, tzinfo=UTC)
"""When a read is said to have begun whose death is counted: no worker is in it any more."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """
    One read that has not come back: a poll, or the storing of what it brought.

    Args:
        deaths: How many workers did not survive the read of this offset.

    """

    topic: str
    partition: int
    position: int
    deaths: int


def begin(session: Session, topic: str, partition: int, *, position: int, now: datetime) -> None:
    """Note that a read begins; the deaths that are known of this offset stay known."""
    values = {"topic": topic, "partition": partition, "position": position, "deaths": 0, "begun_at": now}
    begun = insert(FeedAttemptRow).values(values)
    same = FeedAttemptRow.position == begun.excluded.position
    session.execute(
        begun.on_conflict_do_update(
            index_elements=["topic", "partition"],
            set_={
                "deaths": case((same, FeedAttemptRow.deaths), else_=0),
                "position": begun.excluded.position,
                "begun_at": begun.excluded.begun_at,
            },
        )
    )


def end(session: Session, topic: str, partition: int) -> bool:
    """Note that a read came back and is stored, or forget what is known of it; tell whether anything was."""
    where = (FeedAttemptRow.topic == topic, FeedAttemptRow.partition == partition)
    ended = session.scalars(delete(FeedAttemptRow).where(*where).returning(FeedAttemptRow.position))
    return ended.one_or_none() is not None


def count_deaths(session: Session, topics: Collection[str]) -> tuple[Attempt, ...]:
    """Count a death, once, for every read that a worker before this one left; tell what is known of all."""
    session.execute(
        update(FeedAttemptRow)
        .where(FeedAttemptRow.topic.in_(sorted(topics)), FeedAttemptRow.begun_at > _COUNTED)
        .values(deaths=FeedAttemptRow.deaths + 1, begun_at=_COUNTED)
    )
    return read(session, topics)


def read(session: Session, topics: Collection[str]) -> tuple[Attempt, ...]:
    """Read what is known of the reads of some topics."""
    rows = session.scalars(
        select(FeedAttemptRow)
        .where(FeedAttemptRow.topic.in_(sorted(topics)))
        .order_by(FeedAttemptRow.topic, FeedAttemptRow.partition)
        .execution_options(populate_existing=True)
    )
    return tuple(Attempt(row.topic, row.partition, row.position, row.deaths) for row in rows)
