"""Where a feed that stands still could go on, told before anything is changed. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from consumers.broker import Bounds
from consumers.placing import obstacle
from consumers.topics import Feed
from payments_hub.kernel.errors import ConflictError, InvalidValueError
from payments_hub.store.offsets import FeedState, FeedStatus, Standing


@dataclass(frozen=True, slots=True)
class Mend:
    """
    What a person is asked to decide.

    Args:
        reason: Why the feed stands still.
        bounds: What its log has now.

    """

    feed: Feed
    before: Standing
    after: Standing
    bounds: Bounds
    reason: str

    def words(self) -> tuple[str, ...]:
        """Say what is wrong, and what going on would leave out or read again."""
        return (
            f"{self.feed.name} stands at offset {self.before.next_offset}: {self.reason}.",
            f"Its log has offsets {self.bounds.first} to {self.bounds.end - 1}."
            if self.bounds.end > self.bounds.first
            else f"Its log is empty; the next record gets offset {self.bounds.end}.",
            f"It would go on at offset {self.after.next_offset}: {self._consequence()}.",
        )

    def _consequence(self) -> str:
        if self.before.topic_id != self.after.topic_id and self.before.topic_id is not None:
            return "the new topic's records are read, and what nobody had read of the old one is lost"
        start, goal = self.before.next_offset, self.after.next_offset
        if goal < start:
            return "what was read before from there on is read again, and answered as before"
        if goal == start:
            return "nothing is left out, the same record is tried again"
        there = goal - max(start, self.bounds.first)
        lost = f"offsets {start} to {goal - 1} are left out"
        return f"{lost}, {there} of which Kafka still has" if there > 0 else f"{lost}, which Kafka has no more"


def planned(
    feed: Feed,
    standing: Standing | None,
    bounds: Bounds,
    topic_id: str | None,
    status: FeedStatus | None,
    at: int | None,
) -> Mend:
    """
    Plan how a feed goes on.

    Without a wish it goes on at the first record that the log has, where the log is the matter, and else tries again
    where it stands: a record is left out by a person's word alone.

    Raises:
        ConflictError: It was never read, or nothing is wrong with it.
        InvalidValueError: The wished offset is not in the log.

    """
    if standing is None:
        raise ConflictError(f"{feed.name} was never read, so there is nothing to mend.")
    reason = obstacle(standing, bounds, topic_id)
    reported = status.detail if status is not None and status.state is FeedState.BLOCKED else None
    if reason is None and reported is None:
        raise ConflictError(f"{feed.name} is not blocked: it goes on by itself from offset {standing.next_offset}.")
    goal = at if at is not None else (standing.next_offset if reason is None else bounds.first)
    if not bounds.first <= goal <= bounds.end:
        raise InvalidValueError(f"Offset {goal} is not in the log: it has {bounds.first} to {bounds.end}.")
    return Mend(feed, standing, Standing(goal, topic_id or standing.topic_id), bounds, reason or reported or "")
