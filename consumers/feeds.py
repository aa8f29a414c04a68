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
from payments_hub.store.offsets import FeedState, FeedStatus, Standing

STOPPED = "its worker was stopped"
"""The last word of a worker that ended as it was asked to; one that leaves none has died."""

_NOT_READ_YET = "not read yet"

_WHOLE_POLL = 1_000_000


@dataclass(slots=True)
class _Progress:
    """
    One feed's progress; owned by the worker.

    Args:
        position: Where this worker continued it; None until the database was asked.
        topic_id: The topic that the position is of; None if the broker does not tell.
        held_at: Where an open transaction lets nothing behind it be read, since `held_since` on the monotonic clock.
        failures: Faults in a row, of whomever.
        own_faults: Of those, in a row, the faults of ours in storing its records.
        retry_at: When the database is asked again, on the monotonic clock.
        is_suspect: It is read alone, for its records may be what ended a poll or a worker.
        deaths: How many workers did not survive the read of its next records, as far as is known.
        known_position: Where it stands, as far as is known, whether it is being read or not.

    """

    position: int | None = None
    topic_id: str | None = None
    known_position: int | None = None
    bounds: Bounds | None = None
    held_at: int | None = None
    held_since: float = 0.0
    failures: int = 0
    own_faults: int = 0
    retry_at: float = 0.0
    state: FeedState = FeedState.WAITING
    detail: str | None = _NOT_READ_YET
    is_suspect: bool = False
    deaths: int = 0


class Feeds:
    """
    The feeds of one worker; owned by its thread.

    A feed is either placed, so that it is being read from a position that the database confirmed, or it stands still
    until its next try. A suspect is read alone.
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

    def followed(self) -> tuple[Feed, ...]:
        """List the feeds."""
        return tuple(sorted(self._progress))

    def lose_places(self, detail: str | None = None) -> None:
        """Forget where every feed was being read, for a reason that is none of theirs."""
        for progress in self._progress.values():
            progress.position = None
            if detail is not None and progress.state is FeedState.READING:
                progress.state, progress.detail = FeedState.WAITING, detail

    def due(self) -> tuple[Feed, ...]:
        """List the feeds that stand still and whose next try has come."""
        now = time.monotonic()
        return tuple(
            feed
            for feed, progress in self._progress.items()
            if progress.position is None and progress.retry_at <= now and progress.state is not FeedState.SUSPENDED
        )

    def positions(self) -> Mapping[Feed, int]:
        """List the feeds being read together, with where each continues."""
        return {
            feed: progress.position
            for feed, progress in self._progress.items()
            if progress.position is not None and not progress.is_suspect
        }

    def placed(self, feed: Feed) -> bool:
        """Tell whether a feed is being read."""
        progress = self._progress.get(feed)
        return progress is not None and progress.position is not None

    def standing(self, feed: Feed) -> Standing | None:
        """Tell where a feed is being read; None if it is not."""
        progress = self._progress[feed]
        return None if progress.position is None else Standing(progress.position, progress.topic_id)

    def suspect(self, feeds: Collection[Feed], deaths: Mapping[Feed, int] | None = None) -> None:
        """Read these feeds alone from now on; among them those last that workers have died of."""
        for feed in feeds:
            progress = self._progress[feed]
            progress.is_suspect = True
            progress.deaths = (deaths or {}).get(feed, progress.deaths)

    def suspects(self) -> tuple[Feed, ...]:
        """List the feeds to be read alone that have records waiting, the likeliest culprit last."""
        found = [feed for feed, one in self._progress.items() if one.is_suspect and self.is_behind(feed)]
        return tuple(sorted(found, key=lambda feed: (self._progress[feed].deaths, self._progress[feed].failures, feed)))

    def trust(self, feed: Feed) -> None:
        """Read a feed together with the others again."""
        progress = self._progress[feed]
        progress.is_suspect, progress.deaths = False, 0

    def acquit(self, feed: Feed) -> None:
        """Forget the deaths: what workers may have died of was taken one record at a time, and was not it."""
        self._progress[feed].deaths = 0

    def is_behind(self, feed: Feed) -> bool:
        """Tell whether a feed is being read and has records waiting."""
        progress = self._progress[feed]
        end = 0 if progress.bounds is None else progress.bounds.end
        return progress.position is not None and progress.position < end

    def place(self, feed: Feed, standing: Standing) -> None:
        """Read a feed from where the database confirmed that it stands."""
        progress = self._progress[feed]
        progress.position = progress.known_position = standing.next_offset
        progress.topic_id = standing.topic_id
        # One that has failed is well when it moves, not when it is tried: else its alert would come and go.
        if progress.failures == 0:
            progress.state, progress.detail = FeedState.READING, None

    def moved(self, feed: Feed, position: int) -> None:
        """Note that a checkpoint moved a feed."""
        progress = self._progress[feed]
        progress.position = progress.known_position = position
        self._recover(progress)

    def set_back(self, feed: Feed, detail: str, *, is_ours: bool = True) -> int:
        """Let a feed stand still for a while after a fault; tell how many there were in a row."""
        progress = self._progress[feed]
        progress.position = None
        progress.failures += 1
        progress.own_faults = progress.own_faults + 1 if is_ours else 0
        progress.retry_at = time.monotonic() + delay_seconds(progress.failures)
        if progress.state is not FeedState.BLOCKED:
            progress.state, progress.detail = FeedState.WAITING, detail
        return progress.failures

    def block(self, feed: Feed, position: int, detail: str, *, retry_seconds: float = BLOCKED_RETRY_SECONDS) -> bool:
        """Stop a feed that cannot be read on without leaving records out; tell whether that is news."""
        progress = self._progress[feed]
        news = progress.state is not FeedState.BLOCKED or progress.detail != detail
        progress.position, progress.known_position = None, position
        progress.retry_at = time.monotonic() + retry_seconds
        progress.state, progress.detail = FeedState.BLOCKED, detail
        return news

    def blocked(self) -> Mapping[Feed, int]:
        """List the feeds that a person must decide about, with where each stands as far as this worker knows."""
        return {
            feed: one.known_position
            for feed, one in self._progress.items()
            if one.state is FeedState.BLOCKED and one.known_position is not None
        }

    def unknown(self) -> tuple[Feed, ...]:
        """List the feeds of which this worker does not know yet where they stand."""
        return tuple(feed for feed, progress in self._progress.items() if progress.known_position is None)

    def expect(self, feed: Feed, position: int | None) -> None:
        """Note where a feed stands that is not being read yet; one that was never read begins where its log does."""
        progress = self._progress[feed]
        first = None if progress.bounds is None else progress.bounds.first
        progress.known_position = first if position is None else position

    def own_faults(self, feed: Feed) -> int:
        """Tell how often in a row a feed that is tried again could not be stored, for faults of ours."""
        progress = self._progress[feed]
        return progress.own_faults if progress.state is FeedState.WAITING else 0

    def try_soon(self, feed: Feed) -> None:
        """Ask the database about a feed that stands still without waiting for its turn."""
        self._progress[feed].retry_at = 0.0

    def suspend(self, partners: Collection[str]) -> tuple[Feed, ...]:
        """Read the feeds of exactly these partners no more, and those of all others again; tell which begin again."""
        resumed = []
        for feed, progress in self._progress.items():
            if feed.partner in partners:
                progress.position = None
                progress.state = FeedState.SUSPENDED
                progress.detail = "too much of what its partner sent was refused; its records wait"
            elif progress.state is FeedState.SUSPENDED:
                progress.retry_at = 0.0
                progress.state, progress.detail = FeedState.WAITING, "resumed"
                resumed.append(feed)
        return tuple(resumed)

    def piece_size(self, feed: Feed) -> int:
        """
        Tell how many records one transaction may take.

        All of a poll, unless the feed failed: then ever fewer, down to one. So a batch too big for the transaction's
        time limit shrinks until it fits, and one record that trips a bug of ours holds up none before it. And one
        record at a time if workers have died of them, so that it is seen of which.
        """
        progress = self._progress[feed]
        if progress.deaths:
            return 1
        failures = progress.failures
        return _WHOLE_POLL if failures == 0 else max(1, 512 >> (2 * failures))

    def note_ends(self, bounds: Mapping[Feed, Bounds]) -> None:
        """Note where the logs end, and whether a transaction holds one back."""
        for feed, bound in bounds.items():
            progress = self._progress[feed]
            progress.bounds = bound
            if bound.high is None or bound.high <= bound.end:
                progress.held_at = None
            elif progress.held_at != bound.end:
                progress.held_at, progress.held_since = bound.end, time.monotonic()
            if progress.position is not None and progress.position >= bound.end:
                self._recover(progress)
                progress.is_suspect, progress.deaths = False, 0

    def held_seconds(self, feed: Feed) -> float:
        """Tell for how long a transaction has let nothing of a feed be read; 0 if none does."""
        progress = self._progress[feed]
        return 0.0 if progress.held_at is None else time.monotonic() - progress.held_since

    def stopped(self) -> None:
        """Note that nothing is read any more, as it was asked for."""
        for progress in self._progress.values():
            if progress.state is FeedState.READING or progress.detail == _NOT_READ_YET:
                progress.detail = STOPPED

    def statuses(self, heard_at: datetime) -> list[FeedStatus]:
        """Say of every feed what operators want to know; nothing of one as long as nobody has asked where it stands."""
        return [
            FeedStatus(
                topic=feed.topic,
                partition=feed.partition,
                position=progress.known_position,
                log_end=None if progress.bounds is None else max(progress.bounds.end, progress.bounds.high or 0),
                last_poll_at=heard_at,
                state=progress.state,
                detail=progress.detail,
            )
            for feed, progress in self._progress.items()
            if progress.known_position is not None
        ]

    def tell(self, feed: Feed, detail: str | None) -> None:
        """Say something of a feed that is being read."""
        progress = self._progress[feed]
        if progress.state is FeedState.READING:
            progress.detail = detail

    @staticmethod
    def _recover(progress: _Progress) -> None:
        progress.failures = progress.own_faults = 0
        progress.state, progress.detail = FeedState.READING, None


def is_left_by_the_dead(status: FeedStatus) -> bool:
    """Tell whether only a living worker would say this of a feed: if none lives, it did not end as it was asked to."""
    reading = status.state is FeedState.READING and status.detail != STOPPED
    return reading or (status.state is FeedState.WAITING and status.detail == _NOT_READ_YET)
