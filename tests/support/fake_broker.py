"""A Kafka in memory, for tests of the loop: logs with offsets, and faults on demand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from consumers.broker import Bounds, Polled, Record
from consumers.topics import Feed


@dataclass(slots=True)
class FakeKafka:
    """
    The cluster: it outlives the connections to it.

    Args:
        logs: The values of each feed, by offset from 0; None is a tombstone.
        unreadable: Offsets that make a poll raise.
        unreadable_error: What it raises there.
        faults: Exceptions that the next polls raise, one each.
        topic_ids: What the cluster calls each topic.
        firsts: Where logs begin that lost their oldest records.
        most_records: How many of one feed a poll brings.
        highs: Where logs end behind open transactions, which a log's own end is before.

    """

    logs: dict[Feed, list[bytes | None]]
    unreadable: dict[Feed, int] = field(default_factory=dict)
    unreadable_error: Exception = field(
        default_factory=lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "a header's name")
    )
    faults: list[Exception] = field(default_factory=list)
    topic_ids: dict[str, str] = field(default_factory=dict)
    firsts: dict[Feed, int] = field(default_factory=dict)
    highs: dict[Feed, int] = field(default_factory=dict)
    most_records: int = 1_000_000
    connections: int = 0
    reports: dict[Feed, int] = field(default_factory=dict)

    def connect(self) -> FakeBroker:
        """Open a connection."""
        self.connections += 1
        return FakeBroker(self)


@dataclass(slots=True)
class FakeBroker:
    """One connection. As the real client's, it is of no use after a poll raised."""

    kafka: FakeKafka
    positions: dict[Feed, int] = field(default_factory=dict)
    broken: bool = False

    def feeds(self, topics: Iterable[str]) -> frozenset[Feed]:
        """List the feeds of those topics that exist."""
        wanted = set(topics)
        return frozenset(feed for feed in self.kafka.logs if feed.topic in wanted)

    def topic_id(self, topic: str) -> str | None:
        """Tell the id of a topic."""
        return self.kafka.topic_ids.get(topic)

    def bounds(self, feeds: Iterable[Feed]) -> Mapping[Feed, Bounds]:
        """Tell where logs begin and end."""
        return {
            feed: Bounds(self.kafka.firsts.get(feed, 0), len(self.kafka.logs[feed]), self.kafka.highs.get(feed))
            for feed in feeds
        }

    def read_from(self, positions: Mapping[Feed, int]) -> None:
        """Read these feeds, each from its position."""
        self.positions = dict(positions)

    def poll(self, timeout_seconds: float) -> Sequence[Polled]:
        """Hand over everything up to the first offset that cannot be read; raise at that offset."""
        if self.broken:
            raise AssertionError("polled again after an exception: the real client would spin for ever")
        if self.kafka.faults:
            self.broken = True
            raise self.kafka.faults.pop(0)
        return [polled for feed in sorted(self.positions) if (polled := self._polled(feed)) is not None]

    def report(self, feed: Feed, position: int) -> None:
        """Note the position."""
        self.kafka.reports[feed] = position

    def close(self) -> None:
        """Close the connection."""
        self.broken = True

    def _polled(self, feed: Feed) -> Polled | None:
        start, end = self.positions[feed], len(self.kafka.logs[feed])
        if start < self.kafka.firsts.get(feed, 0):
            self.broken = True
            raise IndexError("the offset is out of range")
        stop = self.kafka.unreadable.get(feed, end)
        if start == stop and stop < end:
            self.broken = True
            raise self.kafka.unreadable_error
        if start >= end:
            return None
        stop = min(stop, start + self.kafka.most_records)
        values = self.kafka.logs[feed][start:stop]
        self.positions[feed] = stop
        return Polled(
            feed,
            start,
            tuple(Record(start + n, value, ()) for n, value in enumerate(values)),
            stop,
            self.topic_id(feed.topic),
        )
