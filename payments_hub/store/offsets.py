"""
Where each Kafka feed stands, and what its consumer last said of it.

A feed's position moves in the transaction that stores what came before it, and only from where the worker that moves
it continued. So a record is stored once, whatever happens to a worker: the database is the one judge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_hub.store.tables.feeds import ConsumerStatusRow, FeedOffsetRow

RECEIPTS_PREFIX = "receipts."
"""How the topics begin that receipts are published on; their publisher leaves its signs of life here too."""


class FeedState(StrEnum):
    """How a feed is being read."""

    READING = "READING"
    """Its records are taken as they come."""

    WAITING = "WAITING"
    """A fault of ours, or another worker's success, stands in the way; it is tried again by itself."""

    BLOCKED = "BLOCKED"
    """It cannot be read on without leaving records out, so a person must decide."""


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """
    What a consumer says of a feed.

    Args:
        position: The next offset to read.
        log_end: The offset that the next record will get; None while the broker does not say.
        last_poll_at: When Kafka was last heard.
        detail: Why the feed stands still, if it does.

    """

    topic: str
    partition: int
    position: int
    log_end: int | None
    last_poll_at: datetime
    state: FeedState
    detail: str | None

    @property
    def lag(self) -> int | None:
        """Count the offsets still to be read, control records included; None while the end is unknown."""
        return None if self.log_end is None else self.log_end - self.position


def read_position(session: Session, topic: str, partition: int) -> int | None:
    """Read the next offset of a feed; None if it was never started."""
    row = session.get(FeedOffsetRow, (topic, partition), populate_existing=True)
    return None if row is None else row.next_offset


def start(session: Session, topic: str, partition: int, *, offset: int) -> int:
    """Start a feed that was never read at an offset; tell where it stands, which another worker may have decided."""
    values = {"topic": topic, "partition": partition, "next_offset": offset, "updated_at": func.now()}
    session.execute(insert(FeedOffsetRow).values(values).on_conflict_do_nothing())
    return session.scalars(
        select(FeedOffsetRow.next_offset).where(FeedOffsetRow.topic == topic, FeedOffsetRow.partition == partition)
    ).one()


def advance(session: Session, topic: str, partition: int, *, from_offset: int, to_offset: int) -> bool:
    """
    Move a feed's position, if it still is where this worker continued.

    The comparison is with the position the worker continued from, never with its first record's offset: the commit
    and abort markers of transactions take offsets too and are not delivered.

    Returns:
        Whether it moved. If not, another worker did, and nothing of this transaction may be kept.

    """
    moved = session.execute(
        update(FeedOffsetRow)
        .where(
            FeedOffsetRow.topic == topic,
            FeedOffsetRow.partition == partition,
            FeedOffsetRow.next_offset == from_offset,
        )
        .values(next_offset=to_offset, updated_at=func.now())
        .returning(FeedOffsetRow.next_offset)
    )
    return moved.one_or_none() is not None


def save_status(session: Session, statuses: Iterable[FeedStatus]) -> None:
    """Leave what a consumer says of its feeds; the last word holds."""
    rows = [asdict(status) for status in statuses]
    if not rows:
        return
    values = insert(ConsumerStatusRow).values(rows)
    replaced = {name: values.excluded[name] for name in ("position", "log_end", "last_poll_at", "state", "detail")}
    session.execute(values.on_conflict_do_update(index_elements=["topic", "partition"], set_=replaced))


def forget_statuses(session: Session, topics: Collection[str]) -> None:
    """Forget what was said of topics that are not there."""
    if topics:
        session.execute(delete(ConsumerStatusRow).where(ConsumerStatusRow.topic.in_(sorted(topics))))


def read_statuses(session: Session) -> tuple[FeedStatus, ...]:
    """Read what the consumers last said of every feed, by topic and partition."""
    rows = session.scalars(
        select(ConsumerStatusRow)
        .order_by(ConsumerStatusRow.topic, ConsumerStatusRow.partition)
        .execution_options(populate_existing=True)
    )
    return tuple(
        FeedStatus(
            topic=row.topic,
            partition=row.partition,
            position=row.position,
            log_end=row.log_end,
            last_poll_at=row.last_poll_at,
            state=FeedState(row.state),
            detail=row.detail,
        )
        for row in rows
    )
