"""
A worker: Kafka's records into the hub, each exactly once, until it is told to stop.

Partitions are assigned by hand. A group that moves partitions between workers would add rebalances, their listeners
and their known faults, and could not prove anything: whether a worker may store is decided by the database alone. Two
workers on one feed are therefore safe; the one that comes second is fenced and stands back. More workers share the
work by groups of partners.

Whose a fault is decides what waits. One of a feed's records: that feed, while the others go on. One of the database:
every feed, while the connection to Kafka stays and the logs' ends are asked for. One of Kafka: the connection is thrown
away and made anew. None of them is ever a verdict, and none moves a position.
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
from consumers.broker import Broker, Polled
from consumers.careful import Careful
from consumers.errors import BrokerOpenError, DatabaseFaultError, FencedError, words_of
from consumers.faults import concerns_every_feed
from consumers.feeds import Feeds
from consumers.looking import Surroundings
from consumers.placing import place_due
from consumers.settings import HELD_BACK_SECONDS, LOOK_AROUND_SECONDS, POLL_SECONDS, REJECTED_A_MINUTE
from consumers.shutdown import Shutdown
from consumers.suspending import Rejections

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
        held_back_seconds: How long a sender's transaction may stay open before it is news.
        rejected_a_minute: So many rejected records of one partner are answered; then its feed is suspended.

    """

    connect: Callable[[], Broker]
    topics: Callable[[Session], Collection[str]]
    checkpoint: Checkpoint
    stop: Shutdown
    beat: Callable[[], None] = no_beat
    look_around_seconds: float = LOOK_AROUND_SECONDS
    held_back_seconds: float = HELD_BACK_SECONDS
    rejected_a_minute: int = REJECTED_A_MINUTE
    _feeds: Feeds = field(default_factory=Feeds)
    _rejections: Rejections = field(init=False)
    _surroundings: Surroundings = field(init=False)
    _careful: Careful = field(init=False)
    _looked_at: float = -float("inf")
    _failures: int = 0
    _database_failures: int = 0

    def __post_init__(self) -> None:
        """Put the parts together."""
        database, clock = self.checkpoint.database, self.checkpoint.clock
        self._rejections = Rejections(self.rejected_a_minute)
        self._surroundings = Surroundings(
            self.topics, self._feeds, self._rejections, database, clock, self.held_back_seconds
        )
        self._careful = Careful(self._feeds, database, clock, self.stop, self._take, self.beat)

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
                    self._follow(broker)
            except (MemoryError, BrokerOpenError):
                # What is left of this process is not fit to go on; a new one is, and its supervisor reports the end.
                # Nor is a broker that lets everybody in: it is somebody's to mend, not to be waited out.
                raise
            except Exception as error:  # noqa: BLE001  the entry point's one broad catch: log, wait, begin anew
                self._failures += 1
                log.warning("connection_thrown_away", error=words_of(error), times=self._failures)
                self._feeds.lose_places(words_of(error))
                self._surroundings.leave_last_word()
                self.stop.wait(delay_seconds(self._failures))
        self._feeds.stopped()
        if not self._database_failures:
            self._surroundings.leave_last_word()

    def _follow(self, broker: Broker) -> None:
        self._feeds.lose_places()
        self._looked_at = -float("inf")
        while not self.stop.requested:
            self.beat()
            try:
                self._come_round(broker)
                self._database_failures = 0
            except DatabaseFaultError as fault:
                self._stand_back(broker, fault.message)
            self._failures = 0

    def _come_round(self, broker: Broker) -> None:
        if time.monotonic() - self._looked_at >= self.look_around_seconds:
            self._surroundings.look_around(broker)
            self._looked_at = time.monotonic()
        place_due(self._feeds, broker, self.checkpoint.database)
        if not self._careful.read_suspects(broker, self._looked_at + self.look_around_seconds):
            return
        if self._feeds.positions():
            self._poll(broker)
        else:
            self.stop.wait(POLL_SECONDS)

    def _poll(self, broker: Broker) -> None:
        try:
            polls = broker.poll(POLL_SECONDS)
        except Exception:
            # Any of them may hold what cannot be read: the next connection finds out which.
            self._feeds.suspect(self._feeds.positions())
            raise
        for polled in polls:
            self._take(broker, polled)
        if not all(self._feeds.placed(polled.feed) for polled in polls):
            broker.read_from(self._feeds.positions())

    def _take(self, broker: Broker, polled: Polled) -> None:
        """Store a poll of one feed; on a fault that feed alone stands still, and nothing of it is left out."""
        feed = polled.feed
        try:
            for piece in polled.pieces(self._feeds.piece_size(feed)):
                if self.stop.requested or not self._feeds.placed(feed):
                    return
                self._store(broker, piece)
        except FencedError as error:
            log.warning("batch_fenced", topic=feed.topic, partition=feed.partition, records=len(polled.records))
            self._feeds.set_back(feed, error.message, is_ours=False)
            self.beat()
        except (MemoryError, DatabaseFaultError):
            raise
        except Exception as error:  # whatever it is, it is ours: retried, never a verdict, never passed over
            if concerns_every_feed(error):
                raise DatabaseFaultError(words_of(error)) from error
            times = self._feeds.set_back(feed, words_of(error))
            log.warning("batch_failed", topic=feed.topic, partition=feed.partition, error=words_of(error), times=times)
            # A piece may take a transaction's whole time, and the next feed's too: one that failed came round as well.
            self.beat()

    def _store(self, broker: Broker, piece: Polled) -> None:
        rejected = self.checkpoint.store(piece)
        self._feeds.moved(piece.feed, piece.position)
        broker.report(piece.feed, piece.position)
        self.checkpoint.failpoint(Edge.AFTER_REPORT)
        self.beat()
        self._rejections.suspend_if_too_many(
            piece.feed.partner, rejected, self._feeds, self.checkpoint.database, self.checkpoint.clock
        )

    def _stand_back(self, broker: Broker, words: str) -> None:
        """
        Let every feed wait until the database is well, and Kafka know that somebody is still there.

        What was fetched is dropped, so that an outage holds no memory. Where to go on is asked anew: what was being
        committed when the connection broke may be stored or not, and the position says which.
        """
        self._database_failures += 1
        log.warning("database_away", error=words, times=self._database_failures)
        self._feeds.lose_places(words)
        broker.read_from({})
        self._surroundings.ask_for_ends(broker)
        self._looked_at = -float("inf")
        self.stop.wait(delay_seconds(self._database_failures))
