"""
The publisher: receipts from the outbox onto each partner's topic, in order, until it is told to stop.

One round:

1. A transaction begins, and takes the turn: a second publisher waits.
2. The first receipts that wait are read, of every partner whose topic is there.
3. They are sent, and Kafka's answers awaited; without them nothing is known to be sent.
4. What Kafka has is taken out of the outbox, and the transaction commits.

A publisher that dies between the third step and the end of the fourth has sent receipts that still wait: they are sent
again. So each is on its topic at least once, and readers know a repeat by its id.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum

import structlog
from sqlalchemy.orm import Session

from consumers.backoff import delay_seconds
from consumers.broker import MAKE_TOPICS, Letter, Sender
from consumers.errors import BrokerOpenError, words_of
from consumers.loop import no_beat
from consumers.settings import BATCH_BYTES, LOOK_AROUND_SECONDS, POLL_SECONDS, RECORD_OVERHEAD_BYTES
from consumers.shutdown import Shutdown
from consumers.topics import receipts_topic_of
from payments_hub.contracts.envelope import STRUCTURED
from payments_hub.contracts.writing import receipt_bytes, receipt_partition_key
from payments_hub.kernel.clock import Clock
from payments_hub.store import offsets, outbox
from payments_hub.store.offsets import FeedState, FeedStatus
from payments_hub.store.outbox import WaitingReceipt
from payments_hub.store.session import Database

RECEIPTS_A_ROUND = 2000
"""Of all partners together: a second or two of a transaction's thirty."""

_LEAST_EACH = 20
_REST_SECONDS = 5.0
"""How long a topic rests after a fault, so that it does not hold up the others."""

log = structlog.get_logger()


class SendingEdge(StrEnum):
    """A place in the round where a test may stop or kill the publisher."""

    BEFORE_SENDING = "before-sending"
    AFTER_SENDING = "after-sending"
    AFTER_COMMIT = "after-commit"


def no_failpoint(_edge: SendingEdge) -> None:
    """Pass every edge, as in production."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A receipt as it is sent, with its place in its partner's order."""

    number: int
    letter: Letter


@dataclass(slots=True)
class Publisher:
    """
    The loop; owned by one thread.

    Args:
        connect: Makes a connection to Kafka.
        partners: Names the partners whose receipts are published.
        beat: Called on every round.
        failpoint: Called at every edge.

    """

    connect: Callable[[], Sender]
    database: Database
    partners: Callable[[Session], Collection[str]]
    clock: Clock
    stop: Shutdown
    beat: Callable[[], None] = no_beat
    failpoint: Callable[[SendingEdge], None] = no_failpoint
    look_around_seconds: float = LOOK_AROUND_SECONDS
    _ready: frozenset[str] = frozenset()
    _faults: dict[str, str] = field(default_factory=dict)
    _rests: dict[str, float] = field(default_factory=dict)
    _published: dict[str, int] = field(default_factory=dict)
    _failures: int = 0
    _begin_anew: bool = False

    def run(self) -> None:
        """Publish until the stop is asked for; after any exception, with a new connection."""
        while not self.stop.requested:
            self.beat()
            try:
                with closing(self.connect()) as sender:
                    self._publish(sender)
            except BrokerOpenError:
                raise
            except Exception as error:  # noqa: BLE001  the entry point's one broad catch: log, wait, begin anew
                self._failures += 1
                log.warning("publishing_failed", error=words_of(error), times=self._failures)
                self._tell_fault(words_of(error))
                self.stop.wait(delay_seconds(self._failures))

    def _publish(self, sender: Sender) -> None:
        looked_at = -self.look_around_seconds
        self._begin_anew = False
        while not self.stop.requested and not self._begin_anew:
            self.beat()
            if time.monotonic() - looked_at >= self.look_around_seconds:
                self._look_around(sender)
                looked_at = time.monotonic()
            sent = self._round(sender)
            self._failures = 0
            if not sent:
                self.stop.wait(POLL_SECONDS)

    def _round(self, sender: Sender) -> bool:
        """Send what waits; tell whether anything was sent, so that there may be more."""
        with self.database.transaction() as session:
            batches = self._next_batches(session) if outbox.take_turn(session) else {}
            if not batches:
                return False
            self.failpoint(SendingEdge.BEFORE_SENDING)
            faults = self._send(sender, batches)
            self.failpoint(SendingEdge.AFTER_SENDING)
            sent = {partner: batch for partner, batch in batches.items() if partner not in faults}
            for partner, batch in sent.items():
                outbox.forget_published(session, partner, [one.number for one in batch])
        self.failpoint(SendingEdge.AFTER_COMMIT)
        self._published |= {partner: batch[-1].number for partner, batch in sent.items()}
        self._note_faults(faults)
        return bool(sent)

    def _next_batches(self, session: Session) -> Mapping[str, Sequence[Posted]]:
        awake = self._awake()
        each = max(_LEAST_EACH, RECEIPTS_A_ROUND // max(len(awake), 1))
        waiting = outbox.waiting_receipts(session, awake, each=each)
        return {partner: first_batch(receipts) for partner, receipts in waiting.items()}

    def _send(self, sender: Sender, batches: Mapping[str, Sequence[Posted]]) -> Mapping[str, str]:
        """Send each partner its batch; tell of whom Kafka is not known to have all of it, and why."""
        letters = {receipts_topic_of(partner): [one.letter for one in batch] for partner, batch in batches.items()}
        faults = sender.send(letters, STRUCTURED, give_up=lambda: self.stop.requested)
        return {partner: faults[topic] for partner in batches if (topic := receipts_topic_of(partner)) in faults}

    def _note_faults(self, faults: Mapping[str, str]) -> None:
        """Let topics with a fault rest, and throw the connection away: it may still hold what was not answered."""
        for partner, fault in faults.items():
            log.warning("receipts_not_taken", partner=partner, error=fault)
            self._rests[partner] = time.monotonic() + _REST_SECONDS
        self._faults |= faults
        self._begin_anew = bool(faults)

    def _awake(self) -> frozenset[str]:
        now = time.monotonic()
        return frozenset(partner for partner in self._ready if self._rests.get(partner, now) <= now)

    def _look_around(self, sender: Sender) -> None:
        """Find out whose topics are there, and leave the status of each partner's receipts."""
        present = sender.topics()
        with self.database.transaction() as session:
            partners = self.partners(session)
            self._ready = frozenset(partner for partner in partners if receipts_topic_of(partner) in present)
            self._note_topics(partners)
            offsets.save_status(session, self._statuses(session, partners))

    def _note_topics(self, partners: Collection[str]) -> None:
        for partner in set(partners) - self._ready:
            missing = f"there is no topic {receipts_topic_of(partner)}: {MAKE_TOPICS}"
            if self._faults.get(partner) != missing:
                log.warning("receipts_topic_missing", partner=partner)
            self._faults[partner] = missing
        for partner in self._ready:
            if self._rests.get(partner, 0.0) <= time.monotonic():
                self._faults.pop(partner, None)

    def _tell_fault(self, words: str) -> None:
        """Leave in every partner's status that nothing can be published, as far as the database is there."""
        try:
            with self.database.transaction() as session:
                partners = self.partners(session)
                statuses = self._statuses(session, partners, every=words)
                offsets.save_status(session, statuses)
        except Exception as error:  # noqa: BLE001  it is why nothing can be told; the log has it
            log.warning("publishing_status_lost", error=words_of(error))

    def _statuses(self, session: Session, partners: Collection[str], every: str | None = None) -> list[FeedStatus]:
        lengths, now = outbox.outbox_lengths(session), self.clock.now()
        statuses = []
        for partner in sorted(partners):
            detail, published = every or self._faults.get(partner), self._published.get(partner, 0)
            length = lengths.get(partner)
            statuses.append(
                FeedStatus(
                    topic=receipts_topic_of(partner),
                    partition=0,
                    position=published,
                    log_end=published + (0 if length is None else length.receipts),
                    last_poll_at=now,
                    state=FeedState.READING if detail is None else FeedState.WAITING,
                    detail=detail,
                )
            )
        return statuses


def first_batch(waiting: Sequence[WaitingReceipt]) -> Sequence[Posted]:
    """Take the first receipts that fit into one batch of records; one at least."""
    batch: list[Posted] = []
    size = 0
    for one in waiting:
        letter = Letter(receipt_partition_key(one.receipt).encode(), receipt_bytes(one.receipt))
        size += len(letter.key) + len(letter.value) + RECORD_OVERHEAD_BYTES
        if batch and size > BATCH_BYTES:
            break
        batch.append(Posted(one.number, letter))
    return batch
