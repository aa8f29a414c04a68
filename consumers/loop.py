"""
A worker: Kafka's records into the hub, each exactly once, until it is told to stop.

Partitions are assigned by hand. A group that moves partitions between workers would add rebalances, their listeners
and their known faults, and could not prove anything: whether a worker may store is decided by the database alone. Two
workers on one feed are therefore safe; the one that comes second is fenced and stands back. More workers share the
work by naming different partners.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass, field

import structlog
from sqlalchemy.orm import Session

from consumers.backoff import delay_seconds
from consumers.batch import Checkpoint, Edge
from consumers.broker import Bounds, Broker, Polled
from consumers.errors import FencedError
from consumers.feeds import Feeds
from consumers.settings import LOOK_AROUND_SECONDS, POLL_SECONDS
from consumers.shutdown import Shutdown
from consumers.topics import Feed
from payments_hub.store import offsets

_UNREADABLE_AFTER = 3
"""Tries with a new connection before records count as unreadable: a byte may have fallen on the way."""

log = structlog.get_logger()


def no_beat() -> None:
    """Tell nobody that the worker came round."""


@dataclass(slots=True)
class Worker:
    """
    The loop; owned by one thread.

    Args:
        connect: Makes a connection to Kafka.
        topics: Names the topics to read, from the hub's partners.
        checkpoint: Stores what a poll brought.
        beat: Called on every round.

    """

    connect: Callable[[], Broker]
    topics: Callable[[Session], Collection[str]]
    checkpoint: Checkpoint
    stop: Shutdown
    beat: Callable[[], None] = no_beat
    look_around_seconds: float = LOOK_AROUND_SECONDS
    _feeds: Feeds = field(default_factory=Feeds)
    _failures: int = 0
    _suspicious: bool = False

    def run(self) -> None:
        """
        Read until the stop is asked for.

        Any exception that reaches this level ends the connection: after one out of a poll, kafka-python's next poll
        may never return. Nothing was stored that the database does not know of, so a new one continues exactly.
        """
        while not self.stop.requested:
            self.beat()
            try:
                with closing(self.connect()) as broker:
                    self._feeds.lose_places()
                    self._follow(broker)
            except MemoryError:
                # What is left of this process is not fit to go on; a new one is, and its supervisor reports the end.
                raise
            except Exception as error:  # noqa: BLE001  the entry point's one broad catch: log, wait, begin anew
                self._failures += 1
                log.warning("connection_thrown_away", error=words_of(error), times=self._failures)
                self.stop.wait(delay_seconds(self._failures))

    def _follow(self, broker: Broker) -> None:
        looked_at = -self.look_around_seconds
        while not self.stop.requested:
            self.beat()
            if time.monotonic() - looked_at >= self.look_around_seconds:
                self._look_around(broker)
                looked_at = time.monotonic()
            self._place(broker)
            if self._suspicious:
                self._read_each_alone(broker)
            if self._feeds.positions():
                self._poll(broker)
            else:
                self.stop.wait(POLL_SECONDS)
            self._failures = 0

    def _poll(self, broker: Broker) -> None:
        self._suspicious = True
        polls = broker.poll(POLL_SECONDS)
        self._suspicious = False
        for polled in polls:
            self._take(broker, polled)
        if not all(self._feeds.placed(polled.feed) for polled in polls):
            broker.read_from(self._feeds.positions())

    def _take(self, broker: Broker, polled: Polled) -> None:
        """Store a poll of one feed; on a fault that feed alone stands still, and nothing of it is left out."""
        feed = polled.feed
        try:
            for piece in polled.pieces(self._feeds.piece_size(feed)):
                if self.stop.requested:
                    return
                self.checkpoint.store(piece)
                self._feeds.moved(feed, piece.position)
                broker.report(feed, piece.position)
                self.checkpoint.failpoint(Edge.AFTER_REPORT)
                self.beat()
        except FencedError as error:
            log.warning("batch_fenced", topic=feed.topic, partition=feed.partition, records=len(polled.records))
            self._feeds.set_back(feed, error.message)
        except Exception as error:  # noqa: BLE001  whatever it is, it is ours: retried, never a verdict, never passed over
            times = self._feeds.set_back(feed, words_of(error))
            log.warning("batch_failed", topic=feed.topic, partition=feed.partition, error=words_of(error), times=times)

    def _read_each_alone(self, broker: Broker) -> None:
        """After a poll raised, find the feed whose records cannot be read: it alone stands still."""
        for feed, position in self._feeds.behind().items():
            self.beat()
            broker.read_from({feed: position})
            try:
                polls = broker.poll(POLL_SECONDS)
            except Exception as error:
                self._blame(feed, position, words_of(error))
                raise
            for polled in polls:
                self._take(broker, polled)
        self._suspicious = False
        broker.read_from(self._feeds.positions())

    def _blame(self, feed: Feed, position: int, words: str) -> None:
        if self._feeds.set_back(feed, words) >= _UNREADABLE_AFTER:
            self._block(feed, position, f"its records cannot be read: {words}")

    def _place(self, broker: Broker) -> None:
        """Ask the database where to read the feeds that stand still, and read them from there if the log has it."""
        due = self._feeds.due()
        if not due:
            return
        bounds = broker.bounds(due)
        with self.checkpoint.database.transaction() as session:
            stored = {
                # A feed that was never read begins where its log begins, said aloud rather than left to a default.
                feed: offsets.start(session, feed.topic, feed.partition, offset=bounds[feed].first)
                for feed in due
            }
        self._feeds.note_ends(bounds)
        for feed, position in stored.items():
            self._place_one(feed, position, bounds[feed])
        broker.read_from(self._feeds.positions())

    def _place_one(self, feed: Feed, position: int, bounds: Bounds) -> None:
        gap = _gap(position, bounds)
        if gap is None:
            self._feeds.place(feed, position)
        else:
            self._block(feed, position, gap)

    def _block(self, feed: Feed, position: int, detail: str) -> None:
        if self._feeds.block(feed, position, detail):
            log.error("feed_blocked", topic=feed.topic, partition=feed.partition, position=position, detail=detail)

    def _look_around(self, broker: Broker) -> None:
        """Find new topics, ask for the ends of the logs (a cut network is only silence to a poll), leave the status."""
        database = self.checkpoint.database
        with database.transaction() as session:
            topics = self.topics(session)
        present = broker.feeds(topics)
        self._follow_feeds(broker, present)
        self._feeds.note_ends(broker.bounds(present))
        with database.transaction() as session:
            offsets.save_status(session, self._feeds.statuses(self.checkpoint.clock.now()))
            # Nobody speaks of a vanished topic any more; its last word would look like a consumer that fell silent.
            offsets.forget_statuses(session, set(topics) - {feed.topic for feed in present})

    def _follow_feeds(self, broker: Broker, present: Collection[Feed]) -> None:
        """Take new feeds up, and leave vanished ones before a poll asks for them."""
        gone = sorted(self._feeds.positions().keys() - set(present))
        for feed in self._feeds.follow(present):
            log.info("feed_found", topic=feed.topic, partition=feed.partition)
            if feed.partition > 0:
                log.warning("topic_has_more_than_one_partition", topic=feed.topic)
        for feed in gone:
            log.warning("feed_gone", topic=feed.topic, partition=feed.partition)
        if gone:
            broker.read_from(self._feeds.positions())


def _gap(position: int, bounds: Bounds) -> str | None:
    """Say what is missing between the stored position and the log; None if nothing is."""
    if position < bounds.first:
        lost = f"offsets {position} to {bounds.first - 1}"
        return f"{bounds.first - position} records were deleted before they were read: {lost}"
    if position > bounds.end:
        return f"the log ends at {bounds.end}, before the stored position {position}: it was cut or made anew"
    return None


def words_of(error: Exception) -> str:
    """Name an error in one line, without the statement and its parameters, which may hold a partner's figures."""
    return f"{type(error).__name__}: {error}".partition("\n")[0][:300]
