"""Who may run scheduled work, and which slots have been run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from payments_hub.kernel.errors import ConflictError
from payments_hub.store.tables.jobs import JobRunRow, LeaseRow


class LeaseLostError(ConflictError):
    """Another scheduler took over while the work was done; the work is undone."""

    code = "LEASE_LOST"


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run scheduled work; `token` tells this holding from any earlier or later one."""

    name: str
    holder: str
    token: int


def take_lease(session: Session, name: str, holder: str, *, now: datetime, seconds: int) -> Lease | None:
    """
    Take a lease that is free, or keep one's own.

    Args:
        session: Commit it at once: nobody else can ask while it is open.
        name: Which lease.
        holder: Who asks; one process, one name.
        now: The present instant.
        seconds: How long it holds.

    Returns:
        The lease, or None while somebody else holds it.

    """
    until = now + timedelta(seconds=seconds)
    own = and_(LeaseRow.holder == holder, LeaseRow.held_until > now)
    statement = insert(LeaseRow).values(name=name, holder=holder, token=1, held_until=until)
    statement = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": holder, "token": LeaseRow.token + case((own, 0), else_=1), "held_until": until},
        where=or_(LeaseRow.holder == holder, LeaseRow.held_until <= now),
    )
    token = session.scalar(statement.returning(LeaseRow.token))
    return None if token is None else Lease(name, holder, token)


def give_lease_back(session: Session, lease: Lease, *, now: datetime) -> None:
    """End a lease early, so that the next scheduler need not wait."""
    row = session.get(LeaseRow, lease.name, with_for_update=True)
    if row is not None and row.token == lease.token:
        row.held_until = now


def require_held(session: Session, lease: Lease) -> None:
    """
    Make sure that the lease was not taken over since; nobody can take it over until this transaction ends.

    Raises:
        LeaseLostError: Another holder took it; what this transaction did must be undone.

    """
    token = session.scalar(select(LeaseRow.token).where(LeaseRow.name == lease.name).with_for_update(read=True))
    if token != lease.token:
        raise LeaseLostError(f"The lease {lease.name} was taken over.", token=token)


def claim_slot(session: Session, job: str, slot: datetime, lease: Lease, *, now: datetime) -> bool:
    """
    Take one slot of a job, in the transaction that does its work.

    A second transaction that claims the slot waits for this one, and finds it taken; if this one fails the slot is
    free again.
    """
    statement = insert(JobRunRow).values(job=job, slot=slot, token=lease.token, started_at=now)
    taken = session.scalar(statement.on_conflict_do_nothing().returning(JobRunRow.slot))
    return taken is not None


def end_slot(session: Session, job: str, slot: datetime, *, now: datetime, outcome: str) -> None:
    """Note how a slot's run ended."""
    row = session.get(JobRunRow, (job, slot))
    if row is not None:
        row.ended_at, row.outcome = now, outcome


def last_slot(session: Session, job: str) -> datetime | None:
    """Tell the latest slot of a job that was run."""
    return session.scalar(select(func.max(JobRunRow.slot)).where(JobRunRow.job == job))


def forget_runs(session: Session, *, before: datetime) -> int:
    """Delete the record of old runs, but for each job's last one, and tell how many; what is missed is told by it."""
    later = aliased(JobRunRow)
    has_later = exists().where(later.job == JobRunRow.job, later.slot > JobRunRow.slot)
    statement = delete(JobRunRow).where(JobRunRow.slot < before, has_later)
    return len(session.execute(statement.returning(JobRunRow.job)).all())
