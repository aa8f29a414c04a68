"""What an operator watches: last runs of jobs, who runs them, what waits to leave or for a person, the size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

# One look at the index for each job, whatever number of runs is kept.
_JOBS = text("""
WITH RECURSIVE names AS (
    SELECT min(job) AS job FROM job_run
  UNION ALL
    SELECT (SELECT min(job) FROM job_run WHERE job_run.job > names.job) FROM names WHERE names.job IS NOT NULL
)
SELECT names.job, run.slot, run.started_at, run.ended_at, run.outcome
FROM names CROSS JOIN LATERAL (
    SELECT slot, started_at, ended_at, outcome FROM job_run WHERE job_run.job = names.job ORDER BY slot DESC LIMIT 2
) AS run
ORDER BY names.job, run.slot DESC
""")

_WAITING = text("""
SELECT (SELECT count(*) FROM receipt_outbox) AS receipts,
       (SELECT min(written_at) FROM receipt_outbox) AS receipts_since,
       (SELECT count(*) FROM held_slice WHERE decided_at IS NULL) AS held,
       (SELECT min(held_at) FROM held_slice WHERE decided_at IS NULL) AS held_since,
       (SELECT count(*) FROM quarantine WHERE body IS NOT NULL) AS quarantined,
       pg_database_size(current_database()) AS database_bytes
""")

_QUARANTINED = text("""
SELECT partner.code, coalesce(counted.messages, 0) AS messages
FROM partner LEFT JOIN (
    SELECT delivery.partner_id, count(*) AS messages
    FROM quarantine JOIN delivery ON delivery.id = quarantine.delivery_id
    WHERE quarantine.body IS NOT NULL GROUP BY 1
) AS counted ON counted.partner_id = partner.id
ORDER BY partner.code
""")

_LEASES = text("SELECT name, holder, held_until FROM lease ORDER BY name")


@dataclass(frozen=True, slots=True)
class JobState:
    """
    A job's last run.

    Args:
        slot: Of the last run.
        every: The time between its last two slots; None after a single run.

    """

    job: str
    slot: datetime
    every: timedelta | None
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """
    What waits, and the size of the database.

    Args:
        receipts: Receipts that are still to be published, the oldest since `receipts_since`.
        held: Slices that wait for an officer, the oldest since `held_since`.
        quarantined: Rejected deliveries whose bytes are kept.

    """

    receipts: int
    receipts_since: datetime | None
    held: int
    held_since: datetime | None
    quarantined: int
    database_bytes: int


@dataclass(frozen=True, slots=True)
class LeaseState:
    """Who may run scheduled work, and until when."""

    name: str
    holder: str
    held_until: datetime


def job_states(session: Session) -> list[JobState]:
    """Read the last run of every job that ever ran, by name."""
    runs: dict[str, list[JobState]] = {}
    for row in session.execute(_JOBS):
        one = JobState(row.job, row.slot, None, row.started_at, row.ended_at, row.outcome)
        runs.setdefault(row.job, []).append(one)
    return [_last(both) for both in runs.values()]


def waiting(session: Session) -> Waiting:
    """Count what waits."""
    row = session.execute(_WAITING).one()
    return Waiting(
        receipts=row.receipts,
        receipts_since=row.receipts_since,
        held=row.held,
        held_since=row.held_since,
        quarantined=row.quarantined,
        database_bytes=row.database_bytes,
    )


def quarantined_messages(session: Session) -> dict[str, int]:
    """Count the rejected deliveries whose bytes are kept, by partner; 0 where there are none."""
    return {row.code: row.messages for row in session.execute(_QUARANTINED)}


def lease_states(session: Session) -> list[LeaseState]:
    """Read who holds which lease."""
    return [LeaseState(row.name, row.holder, row.held_until) for row in session.execute(_LEASES)]


def _last(runs: Sequence[JobState]) -> JobState:
    last = runs[0]
    every = last.slot - runs[1].slot if len(runs) > 1 else None
    return JobState(last.job, last.slot, every, last.started_at, last.ended_at, last.outcome)
