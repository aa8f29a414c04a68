"""
Where each Kafka feed stands, and what its consumer last said of it.

A feed's position moves in the transaction that stores what came before it, and only from where the worker that moves
it continued. So a record is stored once, whatever happens to a worker: the database is the one judge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, func, select, update
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

    SUSPENDED = "SUSPENDED"
    """Too much of what its partner sent was refused; its records wait in Kafka until a person resumes it."""


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
        # A log that ends before the position was cut or made anew: a count below zero would hide what others wait for.
        return None if self.log_end is None else max(0, self.log_end - self.position)


@dataclass(frozen=True, slots=True)
class Standing:
    """
    Where a feed stands.

    Args:
        topic_id: Kafka's own name of the topic that the offset is of; None until a worker has asked for it.

    """

    next_offset: int
    topic_id: str | None


def read_position(session: Session, topic: str, partition: int) -> int | None:
    """Read the next offset of a feed; None if it was never started."""
    row = session.get(FeedOffsetRow, (topic, partition), populate_existing=True)
    return None if row is None else row.next_offset


def read_standings(session: Session, topics: Collection[str]) -> Mapping[tuple[str, int], Standing]:
    """Read where the feeds of some topics stand, by topic and partition; those never started are left out."""
    rows = session.execute(
        select(FeedOffsetRow.topic, FeedOffsetRow.partition, FeedOffsetRow.next_offset, FeedOffsetRow.topic_id).where(
            FeedOffsetRow.topic.in_(sorted(topics))
        )
    )
    return {(row.topic, row.partition): Standing(row.next_offset, row.topic_id) for row in rows}


def start(session: Session, topic: str, partition: int, *, offset: int, topic_id: str | None = None) -> Standing:
    """
    Start a feed that was never read at an offset, and give one without its topic's id that id.

    Returns:
        Where it stands, which another worker may have decided.

    """
    values = {"topic": topic, "partition": partition, "next_offset": offset, "topic_id": topic_id}
    session.execute(insert(FeedOffsetRow).values(**values, updated_at=func.now()).on_conflict_do_nothing())
    session.execute(
        update(FeedOffsetRow)
        .where(*_feed(topic, partition), FeedOffsetRow.topic_id.is_(None))
        .values(topic_id=topic_id)
    )
    return read_standings(session, [topic])[topic, partition]


def advance(
    session: Session, topic: str, partition: int, *, from_offset: int, to_offset: int, topic_id: str | None = None
) -> bool:
    """
    Move a feed's position, if it still is where this worker continued.

    The comparison is with the position the worker continued from, never with its first record's offset: the commit
    and abort markers of transactions take offsets too and are not delivered.

    The topic's id is that of the topic that the records came from: a worker that slept while the topic was made anew,
    and an operator began the new one, may find its old position again by chance. None compares nothing.

    Returns:
        Whether it moved. If not, another worker did, and nothing of this transaction may be kept.

    """
    same_topic = () if topic_id is None else (FeedOffsetRow.topic_id == topic_id,)
    moved = session.execute(
        update(FeedOffsetRow)
        .where(*_feed(topic, partition), FeedOffsetRow.next_offset == from_offset, *same_topic)
        .values(next_offset=to_offset, updated_at=func.now())
        .returning(FeedOffsetRow.next_offset)
    )
    return moved.one_or_none() is not None


def begin_anew(session: Session, topic: str, partition: int, *, before: Standing, after: Standing) -> bool:
    """Move a feed as a person decided, if it still stands where that person saw it; tell whether it moved."""
    moved = session.execute(
        update(FeedOffsetRow)
        .where(
            *_feed(topic, partition),
            FeedOffsetRow.next_offset == before.next_offset,
            FeedOffsetRow.topic_id.is_not_distinct_from(before.topic_id),
        )
        .values(next_offset=after.next_offset, topic_id=after.topic_id, updated_at=func.now())
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


def _feed(topic: str, partition: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (FeedOffsetRow.topic == topic, FeedOffsetRow.partition == partition)
