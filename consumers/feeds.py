"""What one worker remembers of its feeds: where it continued each, and when to try again those that stand still."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from consumers.backoff import delay_seconds
from consumers.broker import Bounds
from consumers.settings import BLOCKED_RETRY_SECONDS
from consumers.topics import Feed
from payments_hub.store.offsets import FeedState, FeedStatus

_WHOLE_POLL = 1_000_000


@dataclass(slots=True)
class _Progress:
    """
    One feed's progress; owned by the worker.

    Args:
        position: Where this worker continued it; None until the database was asked.
        failures: Faults in a row.
        retry_at: When the database is asked again, on the monotonic clock.

    """

    position: int | None = None
    known_position: int = 0
    log_end: int | None = None
    failures: int = 0
    retry_at: float = 0.0
    state: FeedState = FeedState.WAITING
    detail: str | None = "not read yet"


class Feeds:
    """
    The feeds of one worker; owned by its thread.

    A feed is either placed, so that it is being read from a position that the database confirmed, or it stands still
    until its next try.
    """

    def __init__(self) -> None:
        self._progress: dict[Feed, _Progress] = {}

    def follow(self, present: Collection[Feed]) -> tuple[Feed, ...]:
        """Follow exactly these feeds from now on; tell which are new."""
        new = tuple(sorted(set(present) - set(self._progress)))
        for gone in set(self._progress) - set(present):
            del self._progress[gone]
        self._progress.update({feed: _Progress() for feed in new})
        return new

    def lose_places(self) -> None:
        """Forget where every feed was being read: the connection that read them is gone."""
        for progress in self._progress.values():
            progress.position = None

    def due(self) -> tuple[Feed, ...]:
        """List the feeds that stand still and whose next try has come."""
        now = time.monotonic()
        return tuple(
            feed for feed, progress in self._progress.items() if progress.position is None and progress.retry_at <= now
        )

    def positions(self) -> Mapping[Feed, int]:
        """List the feeds being read, with where each continues."""
        return {feed: progress.position for feed, progress in self._progress.items() if progress.position is not None}

    def placed(self, feed: Feed) -> bool:
        """Tell whether a feed is being read."""
        progress = self._progress.get(feed)
        return progress is not None and progress.position is not None

    def behind(self) -> Mapping[Feed, int]:
        """List the feeds being read that have records waiting, with where each continues."""
        ends = {feed: progress.log_end or 0 for feed, progress in self._progress.items()}
        return {feed: position for feed, position in self.positions().items() if position < ends[feed]}

    def place(self, feed: Feed, position: int) -> None:
        """Read a feed from a position that the database confirmed."""
        progress = self._progress[feed]
        progress.position = progress.known_position = position
        progress.state, progress.detail = FeedState.READING, None

    def moved(self, feed: Feed, position: int) -> None:
        """Note that a checkpoint moved a feed."""
        self.place(feed, position)
        self._progress[feed].failures = 0

    def set_back(self, feed: Feed, detail: str) -> int:
        """Let a feed stand still for a while after a fault; tell how many there were in a row."""
        progress = self._progress[feed]
        progress.position = None
        progress.failures += 1
        progress.retry_at = time.monotonic() + delay_seconds(progress.failures)
        progress.state, progress.detail = FeedState.WAITING, detail
        return progress.failures

    def block(self, feed: Feed, position: int, detail: str) -> bool:
        """Stop a feed that cannot be read on without leaving records out; tell whether that is news."""
        progress = self._progress[feed]
        news = progress.state is not FeedState.BLOCKED or progress.detail != detail
        progress.position, progress.known_position = None, position
        progress.retry_at = time.monotonic() + BLOCKED_RETRY_SECONDS
        progress.state, progress.detail = FeedState.BLOCKED, detail
        return news

    def piece_size(self, feed: Feed) -> int:
        """
        Tell how many records one transaction may take.

        All of a poll, unless the feed failed: then ever fewer, down to one. So a batch too big for the transaction's
        time limit shrinks until it fits, and one record that trips a bug of ours holds up none before it.
        """
        failures = self._progress[feed].failures
        return _WHOLE_POLL if failures == 0 else max(1, 512 >> (2 * failures))

    def note_ends(self, bounds: Mapping[Feed, Bounds]) -> None:
        """Note where the logs end."""
        for feed, bound in bounds.items():
            self._progress[feed].log_end = bound.end

    def statuses(self, polled_at: datetime) -> list[FeedStatus]:
        """Say of every feed what operators want to know."""
        return [
            FeedStatus(
                topic=feed.topic,
                partition=feed.partition,
                position=progress.known_position,
                log_end=progress.log_end,
                last_poll_at=polled_at,
                state=progress.state,
                detail=progress.detail,
            )
            for feed, progress in self._progress.items()
        ]
