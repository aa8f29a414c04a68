"""
A scheduler in a process of its own, whose one job writes a line a slot into a table without any key.

Run as `python -m tests.support.scheduler_process URL leased|free`; a free one asks for no lease and claims no slot.
"""

from __future__ import annotations

import sys
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_hub.jobs.runner import Job, Runner
from payments_hub.jobs.scheduler import run_scheduler
from payments_hub.kernel.clock import SystemClock
from payments_hub.store.leases import Lease
from payments_hub.store.session import Database

LEASE_SECONDS = 2


class FreeRunner(Runner):
    """A runner that runs every slot that it thinks is due: what the lease and the claim are there to stop."""

    def keep_lease(self) -> Lease | None:
        """Ask nobody."""
        return None

    def tick(self, job: Job) -> int:
        """Run the present slot, whoever else does."""
        with self._database.transaction() as session:
            job.run(session, job.slot_at(self._clock.now()))
        return 1


def write_line(session: Session, slot: datetime) -> str:
    """Do the job's work."""
    session.execute(text("INSERT INTO line (slot) VALUES (:slot)"), {"slot": slot})
    return "a line"


def main(url: str, mode: str) -> None:
    """Run until stopped."""
    made = {"leased": Runner, "free": FreeRunner}[mode]
    runner = made(Database(url, connections=2), SystemClock(), lease_seconds=LEASE_SECONDS)
    run_scheduler(runner, [Job("line", "Write a line.", 1, write_line, catches_up=True)])


if __name__ == "__main__":
    main(*sys.argv[1:])
