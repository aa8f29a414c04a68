"""
What one poll brought of one feed becomes durable, or has never been.

The checkpoint:

1. `Broker.poll` hands over a feed's records and the position after them.
2. A transaction begins.
3. The feed's position moves from where this worker continued to where the poll ended; if it is not there any more,
   another worker has done this work: undo all, and ask the database where to go on.
4. `accept` judges every record, good or bad, and writes deliveries, receipts, slices, quarantine.
5. The transaction commits. From here on the records are stored, exactly once.
6. Kafka is told the position, without waiting, for lag monitoring; nothing ever reads it back.

A worker that dies between any two of these leaves either all or nothing, and its successor continues from the
database's position. The position moves first because its row lock makes a second worker wait before it judges anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy.orm import Session

from consumers.broker import Polled, Record
from consumers.errors import FencedError
from payments_hub.ingest.arrivals import Arrival, Transport
from payments_hub.kernel.clock import Clock
from payments_hub.store import offsets
from payments_hub.store.session import Database


class Edge(StrEnum):
    """A place in the checkpoint where a test may stop or kill the worker."""

    BEFORE_TRANSACTION = "before-transaction"
    INSIDE_TRANSACTION = "inside-transaction"
    AFTER_COMMIT = "after-commit"
    AFTER_REPORT = "after-report"


class Advance(Protocol):
    """Moves a feed's position; `payments_hub.store.offsets.advance` unless a test shows what happens without it."""

    def __call__(self, session: Session, topic: str, partition: int, *, from_offset: int, to_offset: int) -> bool:
        """Move the position; tell whether it was still where this worker continued."""
        ...


Accept = Callable[[Session, Sequence[Arrival]], object]
"""Judges arrivals inside the caller's transaction."""


def no_failpoint(_edge: Edge) -> None:
    """Pass every edge, as in production."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """
    The way from a poll to the database.

    Args:
        accept: Judges the arrivals; raises only for faults of ours.
        failpoint: Called at every edge.

    """

    database: Database
    accept: Accept
    clock: Clock
    advance: Advance = offsets.advance
    failpoint: Callable[[Edge], None] = no_failpoint

    def store(self, polled: Polled) -> None:
        """
        Store what a poll brought together with the new position.

        Raises:
            FencedError: Another worker moved the position; nothing is stored.

        """
        received_at = self.clock.now()
        arrivals = [arrival(polled, record, received_at) for record in polled.records]
        feed = polled.feed
        self.failpoint(Edge.BEFORE_TRANSACTION)
        with self.database.transaction() as session:
            if not self.advance(
                session, feed.topic, feed.partition, from_offset=polled.start, to_offset=polled.position
            ):
                raise FencedError(f"{feed.topic} was moved from {polled.start} by another worker.")
            if arrivals:
                self.accept(session, arrivals)
            self.failpoint(Edge.INSIDE_TRANSACTION)
        self.failpoint(Edge.AFTER_COMMIT)


def arrival(polled: Polled, record: Record, received_at: datetime) -> Arrival:
    """Turn a record into an arrival. Its key and its timestamp are the sender's fancy and decide nothing."""
    return Arrival(
        partner=polled.feed.partner,
        transport=Transport.KAFKA,
        position=polled.feed.at(record.offset),
        body=record.value,
        headers=record.headers,
        content_type=content_type(record.headers),
        received_at=received_at,
    )


def content_type(headers: Sequence[tuple[str, bytes | None]]) -> str | None:
    """
    Read the one header `content-type`; None if it is absent, repeated or no text, which is for the contract to judge.

    >>> content_type([("content-type", b"application/cloudevents+json")])
    'application/cloudevents+json'
    """
    values = [value for name, value in headers if name.lower() == "content-type"]
    if len(values) != 1 or values[0] is None or not values[0].isascii():
        return None
    return values[0].decode("ascii")
