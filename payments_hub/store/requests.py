"""Work asked for between its slots: asked for twice, it is done once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_hub.store.tables.jobs import JobRequestRow


def ask_for(session: Session, job: str, now: datetime) -> None:
    """Ask for a job to be run soon; while the request stands, another changes nothing."""
    session.execute(insert(JobRequestRow).values(job=job, requested_at=now).on_conflict_do_nothing())


def take_requests(session: Session, job: str) -> list[str]:
    """Take the standing requests for a job and for its parts, which are named `job:part`; the caller does the work."""
    taken = delete(JobRequestRow).where(
        (JobRequestRow.job == job) | JobRequestRow.job.startswith(f"{job}:", autoescape=True)
    )
    return sorted(session.scalars(taken.returning(JobRequestRow.job)))
