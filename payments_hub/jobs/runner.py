"""
Run jobs in their slots: each slot once, whoever else tries.

Many schedulers may be started, on purpose or by mistake. One holds the lease; the others ask for it until it is free.
A slot's work, the record that it was run and the proof that the lease was still held are one transaction, so that a
scheduler that dies leaves its slot free for the next one, and one that wakes up late can store nothing.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

import structlog
from sqlalchemy.orm import Session

from payments_hub.kernel.clock import Clock
from payments_hub.store import leases
from payments_hub.store.leases import Lease
from payments_hub.store.session import Database

log = structlog.get_logger()

LEASE_NAME = "scheduler"
LEASE_SECONDS = 10
MOST_MISSED_SLOTS = 100
"""A job that catches up runs at most this many missed slots a tick, the oldest first: a long stop is no flood."""


@dataclass(frozen=True, slots=True)
class Job:
    """
    Work that is done again and again.

    Args:
        name: Under which its runs are recorded.
        help: What it does, for docs/operations.md.
        every_seconds: The length of a slot.
        run: Does the work in the slot's transaction and says in a few words what was done.
        limit_seconds: How long the work may take.
        catches_up: Missed slots are run later, one by one; without it only the present slot counts.

    """

    name: str
    help: str
    every_seconds: int
    run: Callable[[Session, datetime], str]
    limit_seconds: int = 30
    catches_up: bool = False

    def slot_at(self, instant: datetime) -> datetime:
        """
        Find the slot that an instant lies in.

        >>> Job("a", "", 60, lambda session, slot: "").slot_at(datetime(2026, 7, 3, 12, 0, 59, tzinfo=UTC)).second
        0
        """
        seconds = int(instant.timestamp())
        return datetime.fromtimestamp(seconds - seconds % self.every_seconds, UTC)


class Runner:
    """
    Runs the slots of jobs while it holds the lease.

    Owned by one scheduler process; its methods may be called from many threads.

    Args:
        lease_seconds: After so long without a sign of life, another scheduler takes over.

    """

    def __init__(self, database: Database, clock: Clock, *, lease_seconds: int = LEASE_SECONDS) -> None:
        self._database = database
        self._clock = clock
        self.lease_seconds = lease_seconds
        self._holder = f"{socket.gethostname()}-{os.getpid()}-{id(self)}"
        self._lease: Lease | None = None
        self._changing = Lock()

    def keep_lease(self) -> Lease | None:
        """Take the lease, or keep it; None while another scheduler holds it."""
        with self._changing:
            with self._database.transaction() as session:
                lease = leases.take_lease(
                    session, LEASE_NAME, self._holder, now=self._clock.now(), seconds=self.lease_seconds
                )
            if lease != self._lease:
                log.info("lease_changed", held=lease is not None, token=lease.token if lease else None)
            self._lease = lease
            return lease

    def give_lease_back(self) -> None:
        """End the lease, so that the next scheduler need not wait for it to run out."""
        with self._changing:
            if self._lease is not None:
                with self._database.transaction() as session:
                    leases.give_lease_back(session, self._lease, now=self._clock.now())
            self._lease = None

    def tick(self, job: Job) -> int:
        """Run the slots of a job that are due, and tell how many were run here."""
        lease = self._lease
        if lease is None:
            return 0
        ran = 0
        for slot in self._due_slots(job):
            try:
                ran += self._run_slot(job, slot, lease)
            except leases.LeaseLostError:
                log.warning("lease_lost", job=job.name, slot=slot.isoformat())
                break
        return ran

    def _due_slots(self, job: Job) -> Sequence[datetime]:
        present = job.slot_at(self._clock.now())
        if not job.catches_up:
            return [present]
        with self._database.transaction() as session:
            last = leases.last_slot(session, job.name)
        if last is None:
            return [present]
        length = timedelta(seconds=job.every_seconds)
        missed = min((present - last) // length, MOST_MISSED_SLOTS)
        return [last + step * length for step in range(1, missed + 1)]

    def _run_slot(self, job: Job, slot: datetime, lease: Lease) -> bool:
        with self._database.transaction(limit_seconds=job.limit_seconds) as session:
            if not leases.claim_slot(session, job.name, slot, lease, now=self._clock.now()):
                return False
            outcome = job.run(session, slot)
            leases.end_slot(session, job.name, slot, now=self._clock.now(), outcome=outcome)
            leases.require_held(session, lease)
        return True
