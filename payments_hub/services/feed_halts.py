"""Why a partner's feed from Kafka is not read on, if it is not: what the partner itself can know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from payments_hub.store.feed_status import open_suspension
from payments_hub.store.offsets import FeedState, FeedStatus, read_statuses


class Halt(StrEnum):
    """What holds a feed up."""

    SUSPENDED = "SUSPENDED"
    """Too much of what it brought was refused."""

    BLOCKED = "BLOCKED"
    """Reading on would leave records out."""

    HELD_BACK = "HELD_BACK"
    """A transaction of its sender stays open."""


@dataclass(frozen=True, slots=True)
class FeedHalt:
    """
    One feed that is held up.

    Args:
        position: The first record that waits; None for a whole partner that is suspended.
        since: When it was suspended; None where nobody noted it.
        rejected: How many messages had been refused then.

    """

    halt: Halt
    position: int | None = None
    since: datetime | None = None
    rejected: int = 0


def feed_halts(session: Session, number: int, partner: str) -> tuple[FeedHalt, ...]:
    """Read what holds up the feeds of one partner; nothing while they are read, or where it sends another way."""
    suspension = open_suspension(session, number)
    if suspension is not None:
        return (FeedHalt(Halt.SUSPENDED, since=suspension.suspended_at, rejected=suspension.rejected),)
    own = [status for status in read_statuses(session) if status.topic == f"feeds.{partner}"]
    return tuple(FeedHalt(halt, status.position) for status in own if (halt := _halt_of(status)) is not None)


def _halt_of(status: FeedStatus) -> Halt | None:
    if status.state is FeedState.BLOCKED:
        return Halt.BLOCKED
    # A feed that is being read has a detail to tell only while an open transaction holds it back.
    return Halt.HELD_BACK if status.state is FeedState.READING and status.detail else None
