"""
The place that knows kafka-python, with `consumers.admin`: what is read and written by it.

Everything else sees a `Broker`: bytes, offsets, positions. The client is untyped, so `Any` lives here and nowhere else.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError

from consumers.admin import admin_client, connected
from consumers.errors import BrokerUnreachableError, UnknownTopicError
from consumers.reaching import check_reachable, silent
from consumers.security import connection_options
from consumers.settings import PIECE_BYTES, REQUEST_SECONDS, ConsumerSettings, client_options, producer_options
from consumers.topics import Feed

MAKE_TOPICS = "payments-consumers topics"
_CLOSE_SECONDS = 1.0
_PUSH_SECONDS = 30.0
_DELIVERY_SECONDS = 10.0
"""By then every record sent has its answer: the client itself gives up before."""

_LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Record:
    """One record as the broker holds it; value None is a tombstone."""

    offset: int
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    @property
    def unpacked_bytes(self) -> int:
        """
        Count what it holds in memory, however little it was on the way.

        >>> Record(0, b"abc", (("ce-id", b"17"), ("sig", None))).unpacked_bytes
        13
        """
        return len(self.value or b"") + sum(len(name) + len(value or b"") for name, value in self.headers)


@dataclass(frozen=True, slots=True)
class Polled:
    """
    What a poll brought of one feed.

    Args:
        start: Where the reading of it continued; what the database must still hold for it to be stored.
        records: In order; empty if only transaction markers or aborted records were passed over.
        position: The next offset to read, past whatever was passed over.
        topic_id: Kafka's own name of the topic that was read; None if the broker does not tell.

    """

    feed: Feed
    start: int
    records: tuple[Record, ...]
    position: int
    topic_id: str | None = None

    def pieces(self, size: int, most_bytes: int = PIECE_BYTES) -> Iterator[Polled]:
        """
        Cut into polls of at most so many records and unpacked bytes, but one record at least.

        The last one keeps what was passed over behind them.
        """
        start, piece, held = self.start, list[Record](), 0
        for record in self.records:
            if piece and (len(piece) == size or held + record.unpacked_bytes > most_bytes):
                position = piece[-1].offset + 1
                yield Polled(self.feed, start, tuple(piece), position, self.topic_id)
                start, piece, held = position, [], 0
            piece.append(record)
            held += record.unpacked_bytes
        yield Polled(self.feed, start, tuple(piece), self.position, self.topic_id)


@dataclass(frozen=True, slots=True)
class Bounds:
    """
    The first offset that the log still has, and the one that its next record will get.

    Args:
        end: With a transaction open, the offset at which it began: nothing behind it can be read yet.
        high: The offset that the next record will get, whatever is open; None while no read has told it.

    """

    first: int
    end: int
    high: int | None = None


class Broker(Protocol):
    """A connection to Kafka that reads; after any exception out of it, it is closed and another one made."""

    def feeds(self, topics: Iterable[str]) -> frozenset[Feed]:
        """List the feeds of those topics that exist."""
        ...

    def topic_id(self, topic: str) -> str | None:
        """Tell Kafka's own name of a topic as it was when feeds were listed last; None if it was not told."""
        ...

    def bounds(self, feeds: Iterable[Feed]) -> Mapping[Feed, Bounds]:
        """Ask where logs begin and end."""
        ...

    def read_from(self, positions: Mapping[Feed, int]) -> None:
        """Read these feeds and no others, each from its position."""
        ...

    def poll(self, timeout_seconds: float) -> Sequence[Polled]:
        """Wait for records of the feeds being read."""
        ...

    def report(self, feed: Feed, position: int) -> None:
        """Tell Kafka a position for its lag monitoring, without waiting and without need."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


class KafkaBroker:
    """
    A broker of real Kafka; owned by the thread that made it, because kafka-python's consumer is not thread safe.

    Raises:
        BrokerUnreachableError: Nothing answers.

    """

    def __init__(self, settings: ConsumerSettings) -> None:
        check_reachable(settings.servers)
        self._consumer: Any = connected(KafkaConsumer, client_options(settings), settings)
        self._thread = threading.get_ident()
        self._positions: dict[Feed, int] = {}
        self._topic_ids: dict[str, str] = {}
        try:
            self._consumer.bootstrap(timeout_ms=int(REQUEST_SECONDS * 1000))
        except KafkaTimeoutError as error:
            # Its thread would knock for ever, one more at each try.
            self.close()
            raise silent(settings) from error

    def feeds(self, topics: Iterable[str]) -> frozenset[Feed]:
        """List the feeds of those topics that exist."""
        cluster = self._look_at_cluster()
        found = {name: cluster.partitions_for_topic(name) or () for name in cluster.topics() & set(topics)}
        ids = {name: cluster.topic_id(name) for name in found}
        self._topic_ids = {name: str(number) for name, number in ids.items() if number is not None}
        return frozenset(Feed(name, part) for name, parts in found.items() for part in parts)

    def topic_id(self, topic: str) -> str | None:
        """Tell Kafka's own name of a topic as it was when feeds were listed last; None if it was not told."""
        return self._topic_ids.get(topic)

    def bounds(self, feeds: Iterable[Feed]) -> Mapping[Feed, Bounds]:
        """Ask where logs begin and end; of an open transaction's records the end is where it began."""
        wanted = {_partition(feed): feed for feed in feeds}
        if not wanted:
            return {}
        milliseconds = int(REQUEST_SECONDS * 1000 / 2)
        first = self._consumer.beginning_offsets(list(wanted), timeout_ms=milliseconds)
        end = self._consumer.end_offsets(list(wanted), timeout_ms=milliseconds)
        return {feed: Bounds(first[key], end[key], self._high(feed)) for key, feed in wanted.items()}

    def read_from(self, positions: Mapping[Feed, int]) -> None:
        """Read these feeds and no others, each from its position; what was fetched from elsewhere is dropped."""
        self._consumer.assign([_partition(feed) for feed in positions])
        for feed, position in positions.items():
            self._consumer.seek(_partition(feed), position)
        self._positions = dict(positions)
        self._want_all_topics()

    def poll(self, timeout_seconds: float) -> Sequence[Polled]:
        """Wait for records of the feeds being read."""
        if threading.get_ident() != self._thread:
            raise RuntimeError("a Kafka consumer belongs to the thread that made it")
        found = self._consumer.poll(timeout_ms=int(timeout_seconds * 1000))
        return [polled for feed in self._positions if (polled := self._polled(feed, found)) is not None]

    def report(self, feed: Feed, position: int) -> None:
        """Tell Kafka a position for its lag monitoring; whether it arrives does not matter."""
        self._consumer.commit_async({_partition(feed): OffsetAndMetadata(position, "", -1)})

    def close(self) -> None:
        """Close the connection, within a second."""
        self._consumer.close(autocommit=False, timeout_ms=int(_CLOSE_SECONDS * 1000))

    def _polled(self, feed: Feed, found: Mapping[Any, Sequence[Any]]) -> Polled | None:
        partition = _partition(feed)
        records = tuple(Record(one.offset, one.value, tuple(one.headers)) for one in found.get(partition, ()))
        # The position and not the last offset plus one: markers and aborted records behind it take offsets too.
        position = self._consumer.position(partition, timeout_ms=0)
        start = self._positions[feed]
        if position is None or position <= start or self._is_made_anew(feed.topic):
            return None
        self._positions[feed] = position
        return Polled(feed, start, records, position, self._topic_ids.get(feed.topic))

    def _high(self, feed: Feed) -> int | None:
        """Tell where the log ends with all that is open: the answers to reads say it, nothing more is asked."""
        return None if feed not in self._positions else self._consumer.highwater(_partition(feed))

    def _is_made_anew(self, topic: str) -> bool:
        """Tell whether the client has come to know of another topic of this name: an offset means nothing there."""
        now = self._consumer._cluster.topic_id(topic)  # noqa: SLF001  as below
        return now is not None and topic in self._topic_ids and self._topic_ids[topic] != str(now)

    def _want_all_topics(self) -> None:
        """Let every answer tell all topics, also to what the client asks by itself: it would forget the others' ids."""
        self._consumer._cluster.need_all_topic_metadata = True  # noqa: SLF001  no option sets it, and some calls undo it

    def _look_at_cluster(self) -> Any:
        """Ask for all topics, within bounds: the client's own `topics` waits without end while no broker answers."""
        # Only this way may be given a time. The dependency is pinned, and the fault bench asks a silent broker.
        consumer = self._consumer
        self._want_all_topics()
        future = consumer._cluster.request_update()  # noqa: SLF001  as said above
        consumer._net.run(consumer._manager.wait_for, future, int(REQUEST_SECONDS * 1000))  # noqa: SLF001  as said above
        return consumer._cluster  # noqa: SLF001  as said above


@dataclass(frozen=True, slots=True)
class Letter:
    """One record to be sent."""

    key: bytes
    value: bytes


class Sender(Protocol):
    """A connection to Kafka that writes; after any exception out of it, it is closed and another one made."""

    def topics(self) -> frozenset[str]:
        """List the topics that exist."""
        ...

    def send(
        self, letters: Mapping[str, Sequence[Letter]], content_type: str, *, give_up: Callable[[], bool]
    ) -> Mapping[str, str]:
        """Send each topic its letters in order; tell of which topics not all are known to be stored, and why."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...


class KafkaSender:
    """
    A connection to real Kafka that writes; owned by the thread that made it.

    What one call sends to one topic fits into one batch of records, which Kafka stores whole or not at all: so a fault
    in the middle never lets later letters overtake earlier ones.

    Raises:
        BrokerUnreachableError: Nothing answers.

    """

    def __init__(self, settings: ConsumerSettings) -> None:
        check_reachable(settings.servers)
        self._servers = settings.servers
        self._admin: Any = admin_client(settings)
        try:
            self._producer: Any = connected(KafkaProducer, producer_options(settings), settings)
        except BrokerUnreachableError:
            self._admin.close()
            raise

    def topics(self) -> frozenset[str]:
        """List the topics that exist."""
        check_reachable(self._servers)
        return frozenset(self._admin.list_topics())

    def send(
        self, letters: Mapping[str, Sequence[Letter]], content_type: str, *, give_up: Callable[[], bool]
    ) -> Mapping[str, str]:
        """
        Send each topic its letters in order, and wait for Kafka's answers.

        Args:
            letters: By topic, each topic's within `BATCH_BYTES`.
            content_type: Of every letter.
            give_up: Asked now and then; once it says so, no answer is waited for any more.

        Returns:
            Of the topics of which not all letters are known to be stored, why.

        """
        headers = [("content-type", content_type.encode("ascii"))]
        pending = {
            topic: [self._producer.send(topic, one.value, key=one.key, headers=headers, partition=0) for one in some]
            for topic, some in letters.items()
        }
        self._wait([future for futures in pending.values() for future in futures], give_up)
        return {topic: fault for topic, futures in pending.items() if (fault := _fault(futures)) is not None}

    def close(self) -> None:
        """Close the connection; what was not answered is given up."""
        try:
            self._producer.close(timeout=_CLOSE_SECONDS)
        except KafkaTimeoutError:
            # Where records still wait for an answer, the client's own close ends before it has stopped its thread.
            self._producer._sender.force_close()  # noqa: SLF001  there is no other way to it
        finally:
            self._admin.close()

    def _wait(self, futures: Sequence[Any], give_up: Callable[[], bool]) -> None:
        end = time.monotonic() + _DELIVERY_SECONDS
        while not all(future.is_done for future in futures) and not give_up() and time.monotonic() < end:
            with contextlib.suppress(KafkaTimeoutError):
                self._producer.flush(timeout=_LOOK_SECONDS)


def _fault(futures: Iterable[Any]) -> str | None:
    for future in futures:
        if not future.is_done:
            return "Kafka has not answered"
        if future.failed():
            return f"{type(future.exception).__name__}: {future.exception}"
    return None


def push(settings: ConsumerSettings, topic: str, messages: Iterable[bytes], content_type: str) -> int:
    """
    Send messages in order and wait until the broker has every one; tell how many.

    Raises:
        BrokerUnreachableError: Nothing answers, or not every message was taken.
        UnknownTopicError: The topic is not there.

    """
    check_reachable(settings.servers)
    _check_topic(settings, topic)
    producer = KafkaProducer(
        **connection_options(settings.servers, settings.security),
        acks="all",
        enable_idempotence=True,
        allow_auto_create_topics=False,
        linger_ms=5,
        max_block_ms=int(_PUSH_SECONDS * 1000),
    )
    headers = [("content-type", content_type.encode("ascii"))]
    try:
        pending = [producer.send(topic, message, headers=headers) for message in messages]
        for future in pending:
            future.get(timeout=_PUSH_SECONDS)
    except KafkaError as error:
        raise BrokerUnreachableError(f"Kafka did not take every message for {topic}: {error}") from error
    finally:
        producer.close(timeout=_CLOSE_SECONDS)
    return len(pending)


def _check_topic(settings: ConsumerSettings, topic: str) -> None:
    """Ask first: the producer would wait for a missing topic until its time is up."""
    admin = admin_client(settings)
    try:
        present = admin.list_topics()
    finally:
        admin.close()
    if topic not in present:
        raise UnknownTopicError(f"There is no topic {topic}. Once the partner is registered, make it: {MAKE_TOPICS}.")


def _partition(feed: Feed) -> Any:
    return TopicPartition(feed.topic, feed.partition)
