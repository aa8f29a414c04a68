"""
What one poll brought of one feed becomes durable, or has never been.

The checkpoint:

1. Fetch: `Broker.poll` hands over a feed's records, the position after them and the id of the topic they are of.
2. A transaction begins, and the feed's position moves by compare-and-set: from where this worker continued, in this
   very topic, to where the poll ended. If it is not there any more, another worker has done this work: undo all, and
   ask the database where to go on. It comes first because its row lock makes a second worker wait before it judges.
3. Decode: `accept` reads every record by its contract, and raises for none.
4. Check: it holds each to the code lists, the obligations, the clock and what is recorded, and gives it its verdict.
5. Store: rows, deliveries, receipts, quarantine, outbox and touched keys are written in the same transaction.
6. The transaction commits. From here on the records and the position are stored, together, exactly once. If the answer
   to the commit is lost, nobody guesses: the feed's position is read again, and it says which of the two it was.
7. Kafka is told the position, without waiting, for lag monitoring only; nothing ever reads it back.

A worker that dies between any two of these leaves either all or nothing, and its successor continues from the
database's position.
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
from payments_hub.domain.verdicts import Verdict
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

    def __call__(
        self,
        session: Session,
        topic: str,
        partition: int,
        *,
        from_offset: int,
        to_offset: int,
        topic_id: str | None = None,
    ) -> bool:
        """Move the position; tell whether it was still where this worker continued."""
        ...


class Judged(Protocol):
    """What became of one arrival."""

    @property
    def verdict(self) -> Verdict:
        """Its verdict."""
        ...


Accept = Callable[[Session, Sequence[Arrival]], Sequence[Judged] | None]
"""Judges arrivals inside the caller's transaction; tells what became of each, if it can."""


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

    def store(self, polled: Polled) -> int:
        """
        Store what a poll brought together with the new position.

        Returns:
            How many of the records were rejected.

        Raises:
            FencedError: Another worker moved the position; nothing is stored.

        """
        received_at = self.clock.now()
        arrivals = [arrival(polled, record, received_at) for record in polled.records]
        feed = polled.feed
        self.failpoint(Edge.BEFORE_TRANSACTION)
        with self.database.transaction() as session:
            if not self.advance(
                session,
                feed.topic,
                feed.partition,
                from_offset=polled.start,
                to_offset=polled.position,
                topic_id=polled.topic_id,
            ):
                raise FencedError(f"{feed.topic} was moved from {polled.start} by another worker.")
            judged = (self.accept(session, arrivals) if arrivals else None) or ()
            self.failpoint(Edge.INSIDE_TRANSACTION)
        self.failpoint(Edge.AFTER_COMMIT)
        return sum(one.verdict is Verdict.REJECTED for one in judged)


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
