"""
The one place that knows kafka-python.

Everything else sees a `Broker`: bytes, offsets, positions. The client is untyped, so `Any` lives here and nowhere else.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError, TopicAlreadyExistsError

from consumers.errors import BrokerUnreachableError, UnknownTopicError
from consumers.settings import REQUEST_SECONDS, ConsumerSettings, client_options, producer_options
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


@dataclass(frozen=True, slots=True)
class Polled:
    """
    What a poll brought of one feed.

    Args:
        start: Where the reading of it continued; what the database must still hold for it to be stored.
        records: In order; empty if only transaction markers or aborted records were passed over.
        position: The next offset to read, past whatever was passed over.

    """

    feed: Feed
    start: int
    records: tuple[Record, ...]
    position: int

    def pieces(self, size: int) -> Iterator[Polled]:
        """Cut into polls of at most so many records; the last one keeps what was passed over behind them."""
        start = self.start
        for first in range(0, max(len(self.records), 1), size):
            records = self.records[first : first + size]
            last = first + size >= len(self.records)
            position = self.position if last else records[-1].offset + 1
            yield Polled(self.feed, start, records, position)
            start = position


@dataclass(frozen=True, slots=True)
class Bounds:
    """The first offset that the log still has, and the one that its next record will get."""

    first: int
    end: int


class Broker(Protocol):
    """A connection to Kafka that reads; after any exception out of it, it is closed and another one made."""

    def feeds(self, topics: Iterable[str]) -> frozenset[Feed]:
        """List the feeds of those topics that exist."""
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
        _check_reachable(settings.servers)
        self._servers = settings.servers
        self._consumer: Any = KafkaConsumer(**client_options(settings))
        self._thread = threading.get_ident()
        self._positions: dict[Feed, int] = {}
        try:
            self._consumer.bootstrap(timeout_ms=int(REQUEST_SECONDS * 1000))
        except KafkaTimeoutError as error:
            # Its thread would knock for ever, one more at each try.
            self.close()
            raise _silent(settings.servers) from error

    def feeds(self, topics: Iterable[str]) -> frozenset[Feed]:
        """List the feeds of those topics that exist."""
        # Asking for topics waits without end while no broker is there.
        _check_reachable(self._servers)
        present = self._consumer.topics() & set(topics)
        return frozenset(Feed(name, part) for name in present for part in self._consumer.partitions_for_topic(name))

    def bounds(self, feeds: Iterable[Feed]) -> Mapping[Feed, Bounds]:
        """Ask where logs begin and end; of an open transaction's records the end is where it began."""
        wanted = {_partition(feed): feed for feed in feeds}
        if not wanted:
            return {}
        milliseconds = int(REQUEST_SECONDS * 1000 / 2)
        first = self._consumer.beginning_offsets(list(wanted), timeout_ms=milliseconds)
        end = self._consumer.end_offsets(list(wanted), timeout_ms=milliseconds)
        return {feed: Bounds(first[key], end[key]) for key, feed in wanted.items()}

    def read_from(self, positions: Mapping[Feed, int]) -> None:
        """Read these feeds and no others, each from its position; what was fetched from elsewhere is dropped."""
        self._consumer.assign([_partition(feed) for feed in positions])
        for feed, position in positions.items():
            self._consumer.seek(_partition(feed), position)
        self._positions = dict(positions)

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
        if position is None or position == start:
            return None
        self._positions[feed] = position
        return Polled(feed, start, records, position)


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
        _check_reachable(settings.servers)
        self._servers = settings.servers
        self._admin: Any = _admin(settings)
        try:
            self._producer: Any = KafkaProducer(**producer_options(settings))
        except KafkaError as error:
            self._admin.close()
            raise _silent(settings.servers) from error

    def topics(self) -> frozenset[str]:
        """List the topics that exist."""
        _check_reachable(self._servers)
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


def create_topics(settings: ConsumerSettings, topics: Iterable[str], options: Mapping[str, str]) -> tuple[str, ...]:
    """
    Create topics of one partition, with the cluster's own replication; tell which were not there.

    Raises:
        BrokerUnreachableError: Nothing answers.

    """
    _check_reachable(settings.servers)
    admin = _admin(settings)
    try:
        return tuple(topic for topic in sorted(topics) if _create(admin, topic, options))
    finally:
        admin.close()


def push(settings: ConsumerSettings, topic: str, messages: Iterable[bytes], content_type: str) -> int:
    """
    Send messages in order and wait until the broker has every one; tell how many.

    Raises:
        BrokerUnreachableError: Nothing answers, or not every message was taken.
        UnknownTopicError: The topic is not there.

    """
    _check_reachable(settings.servers)
    _check_topic(settings, topic)
    producer = KafkaProducer(
        bootstrap_servers=list(settings.servers),
        security_protocol="PLAINTEXT",
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


def _create(admin: Any, topic: str, options: Mapping[str, str]) -> bool:
    try:
        admin.create_topics({topic: {"num_partitions": 1, "configs": dict(options)}}, wait_for_metadata=True)
    except TopicAlreadyExistsError:
        return False
    return True


def _check_topic(settings: ConsumerSettings, topic: str) -> None:
    """Ask first: the producer would wait for a missing topic until its time is up."""
    admin = _admin(settings)
    try:
        present = admin.list_topics()
    finally:
        admin.close()
    if topic not in present:
        raise UnknownTopicError(f"There is no topic {topic}. Once the partner is registered, make it: {MAKE_TOPICS}.")


def _admin(settings: ConsumerSettings) -> Any:
    try:
        return KafkaAdminClient(bootstrap_servers=list(settings.servers), security_protocol="PLAINTEXT")
    except KafkaTimeoutError as error:
        raise _silent(settings.servers) from error


def _partition(feed: Feed) -> Any:
    return TopicPartition(feed.topic, feed.partition)


def _check_reachable(servers: Sequence[str]) -> None:
    """Knock before kafka-python does: it cannot tell an absent broker from one that refuses to speak."""
    for server in servers:
        host, _, port = server.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=REQUEST_SECONDS / 2).close()
        except (OSError, ValueError):
            continue
        return
    raise BrokerUnreachableError(f"No Kafka listens at {', '.join(servers)}. Is it running, and is the address right?")


def _silent(servers: Sequence[str]) -> BrokerUnreachableError:
    return BrokerUnreachableError(
        f"Something listens at {', '.join(servers)} but does not speak Kafka with us. "
        "Does it want TLS or a password, or is it still starting?"
    )
