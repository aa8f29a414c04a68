"""The consumers' workers as their supervisors last saw them, and which partners' feeds each of them reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_hub.store.tables.feeds import ConsumerStatusRow, ConsumerWorkerRow, FeedAttemptRow, FeedOffsetRow
from payments_hub.store.tables.partners import PartnerRow

_KEY = ("machine", "feed_group")


@dataclass(frozen=True, slots=True)
class ConsumerWorker:
    """
    The worker of one group of partners on one machine.

    Args:
        process: Its number; that of the last one while none runs.
        seen_at: When its supervisor last looked after it.
        restarts: How often it was started anew since its supervisor began.
        memory_bytes: What it holds in memory; None while it does not run.
        last_end: How the worker before it ended without being asked; None if none did.

    """

    machine: str
    feed_group: str
    process: int
    started_at: datetime
    seen_at: datetime
    restarts: int
    memory_bytes: int | None
    last_end: str | None


@dataclass(frozen=True, slots=True)
class ReadingPoint:
    """Where a feed is to be read on, while something is there to be read."""

    topic: str
    partition: int
    position: int

    def __str__(self) -> str:
        """Write it as operators know it from Kafka's own tools: topic-partition@offset."""
        return f"{self.topic}-{self.partition}@{self.position}"


def save_workers(session: Session, workers: Iterable[ConsumerWorker]) -> None:
    """Leave what a supervisor sees of its workers; the last word holds."""
    rows = [asdict(worker) for worker in workers]
    if not rows:
        return
    values = insert(ConsumerWorkerRow).values(rows)
    replaced = {name: values.excluded[name] for name in rows[0] if name not in _KEY}
    session.execute(values.on_conflict_do_update(index_elements=list(_KEY), set_=replaced))


def forget_workers(session: Session, machine: str, groups: Collection[str], *, silent_since: datetime) -> None:
    """Forget a machine's workers of some groups, and whatever no supervisor has looked after since an instant."""
    of_the_machine = (ConsumerWorkerRow.machine == machine) & ConsumerWorkerRow.feed_group.in_(sorted(groups))
    session.execute(delete(ConsumerWorkerRow).where(or_(of_the_machine, ConsumerWorkerRow.seen_at < silent_since)))


def read_workers(session: Session) -> tuple[ConsumerWorker, ...]:
    """Read every worker, by group and machine."""
    rows = session.scalars(
        select(ConsumerWorkerRow)
        .order_by(ConsumerWorkerRow.feed_group, ConsumerWorkerRow.machine)
        .execution_options(populate_existing=True)
    )
    return tuple(
        ConsumerWorker(
            machine=row.machine,
            feed_group=row.feed_group,
            process=row.process,
            started_at=row.started_at,
            seen_at=row.seen_at,
            restarts=row.restarts,
            memory_bytes=row.memory_bytes,
            last_end=row.last_end,
        )
        for row in rows
    )


def feed_groups(session: Session) -> dict[str, str]:
    """Read which group each partner's feed belongs to, by the partner's code."""
    return {row.code: row.feed_group for row in session.execute(select(PartnerRow.code, PartnerRow.feed_group))}


def partners_of_group(session: Session, group: str) -> frozenset[str]:
    """Read the codes of a group's partners."""
    return frozenset(session.scalars(select(PartnerRow.code).where(PartnerRow.feed_group == group)))


def move_to_group(session: Session, code: str, group: str) -> str | None:
    """Let a partner's feed be read with those of a group; tell of which it was before, None if nobody has the code."""
    before = session.scalar(select(PartnerRow.feed_group).where(PartnerRow.code == code).with_for_update())
    if before is not None:
        session.execute(update(PartnerRow).where(PartnerRow.code == code).values(feed_group=group))
    return before


def unread_points(session: Session, topics: Collection[str]) -> tuple[ReadingPoint, ...]:
    """
    Tell at which offsets the worker of these topics may have ended.

    Those of reads that were begun and never came back, if there are any; else of every feed that has records waiting.
    """
    wanted = sorted(topics)
    begun = select(FeedAttemptRow.topic, FeedAttemptRow.partition, FeedAttemptRow.position)
    attempts = session.execute(begun.where(FeedAttemptRow.topic.in_(wanted)).order_by(FeedAttemptRow.begun_at)).all()
    if attempts:
        return tuple(ReadingPoint(*row) for row in attempts)
    behind = (
        select(FeedOffsetRow.topic, FeedOffsetRow.partition, FeedOffsetRow.next_offset)
        .join(
            ConsumerStatusRow,
            (ConsumerStatusRow.topic == FeedOffsetRow.topic) & (ConsumerStatusRow.partition == FeedOffsetRow.partition),
        )
        .where(FeedOffsetRow.topic.in_(wanted), ConsumerStatusRow.log_end > FeedOffsetRow.next_offset)
        .order_by(FeedOffsetRow.topic, FeedOffsetRow.partition)
    )
    return tuple(ReadingPoint(*row) for row in session.execute(behind))
