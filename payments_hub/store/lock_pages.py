"""Locks and the slices that they hold, as officers look at them: what is open, what waits, what was decided."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_hub.domain.languages import Words
from payments_hub.domain.slices import SliceState
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.store.kept_bytes import sent_headers
from payments_hub.store.tables.holding import HeldSliceRow, PeriodLockRow


@dataclass(frozen=True, slots=True)
class StoredLock:
    """
    A lock as it is kept.

    Args:
        waiting: How many slices it holds that nobody has decided on.
        unlocked_at: When it ended, and by whom and why; None while it holds.

    """

    number: int
    flow: str
    period: Period
    reason: str
    locked_by: str
    locked_at: datetime
    waiting: int
    unlock_reason: str | None
    unlocked_by: str | None
    unlocked_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldSlice:
    """
    A slice that was held, with what the view reads of it now.

    Args:
        head: The slice's head; an empty state without one.
        receipt_id: Its latest receipt, and that one's verdict.
        decision: "RELEASED" or "REFUSED", by whom, when and why; None while it waits.

    """

    delivery_id: int
    lock_number: int
    partner: str
    partner_name: Words
    simulated: bool
    currency: str
    flow: str
    site: str
    site_name: Words
    period: Period
    revision: int
    held_at: datetime
    content_sha256: bytes
    body: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    content_type: str | None
    head: SliceState
    receipt_id: str
    verdict: str
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


_HELD = """
SELECT held.*, partner.code AS partner, partner.name_vi AS partner_vi, partner.name_en AS partner_en,
       partner.simulated, partner.currency, place.code AS site, place.name_vi AS site_vi, place.name_en AS site_en,
       head.revision AS head_revision, head.content_sha256 AS head_content, head.total_count, head.total_amount,
       receipt.id AS latest_receipt, receipt.verdict
FROM held_slice AS held
LEFT JOIN slice_head AS head USING (partner_id, flow, place_id, frequency, start)
JOIN partner ON partner.id = held.partner_id
JOIN place ON place.id = held.place_id
JOIN receipt ON receipt.delivery_id = held.delivery_id
    AND NOT EXISTS (SELECT FROM receipt AS later WHERE later.previous_id = receipt.id)
"""
_WAITING = text(
    f"{_HELD} WHERE held.decided_at IS NULL AND held.delivery_id > :behind ORDER BY held.delivery_id LIMIT :limit"
)
_DECIDED = text(
    f"{_HELD} WHERE held.decided_at IS NOT NULL ORDER BY held.decided_at DESC, held.delivery_id DESC LIMIT :limit"
)
_NAMED = text(f"{_HELD} WHERE held.delivery_id = ANY (:deliveries) ORDER BY held.delivery_id")


def add_lock(session: Session, flow: str, period: Period, *, reason: str, by: str, now: datetime) -> int | None:
    """Lock a flow's period and tell the lock's number; None where it is locked already."""
    statement = insert(PeriodLockRow).values(
        flow=flow,
        frequency=period.frequency.value,
        start=period.start,
        last=period.end,
        reason=reason,
        locked_by=by,
        locked_at=now,
    )
    return session.scalar(statement.on_conflict_do_nothing().returning(PeriodLockRow.id))


def end_lock(session: Session, number: int, *, reason: str, by: str, now: datetime) -> bool:
    """End a lock; False where it has ended before, or never was."""
    ended = update(PeriodLockRow).where(PeriodLockRow.id == number, PeriodLockRow.unlocked_at.is_(None))
    ended = ended.values(unlock_reason=reason, unlocked_by=by, unlocked_at=now)
    return session.scalar(ended.returning(PeriodLockRow.id)) is not None


def find_lock(session: Session, number: int) -> StoredLock | None:
    """Find a lock by its number."""
    return next(iter(_locks(session, PeriodLockRow.id == number)), None)


def standing_locks(session: Session) -> list[StoredLock]:
    """Read the locks that hold, by flow and period."""
    return _locks(session, PeriodLockRow.unlocked_at.is_(None))


def ended_locks(session: Session, limit: int) -> list[StoredLock]:
    """Read the locks that have ended, the last first."""
    found = _locks(session, PeriodLockRow.unlocked_at.is_not(None))
    return sorted(found, key=lambda lock: (lock.unlocked_at, lock.number), reverse=True)[:limit]


def waiting_slices(session: Session, *, limit: int, behind: int = 0) -> list[HeldSlice]:
    """Read held slices that wait for a decision, in the order in which they came, behind one of them."""
    rows = session.execute(_WAITING, {"limit": limit, "behind": behind}).mappings()
    return [_held(row) for row in rows]


def decided_slices(session: Session, *, limit: int) -> list[HeldSlice]:
    """Read held slices that were decided on, the last first."""
    return [_held(row) for row in session.execute(_DECIDED, {"limit": limit}).mappings()]


def named_slices(session: Session, deliveries: Collection[int]) -> list[HeldSlice]:
    """Read held slices by their deliveries, whatever was decided, in the order in which they came."""
    return [_held(row) for row in session.execute(_NAMED, {"deliveries": list(deliveries)}).mappings()]


def count_waiting(session: Session) -> int:
    """Count the held slices that wait for a decision."""
    query = select(func.count()).select_from(HeldSliceRow).where(HeldSliceRow.decided_at.is_(None))
    return session.scalar(query) or 0


def _locks(session: Session, condition: ColumnElement[bool]) -> list[StoredLock]:
    waiting = (
        select(func.count())
        .select_from(HeldSliceRow)
        .where(HeldSliceRow.lock_id == PeriodLockRow.id, HeldSliceRow.decided_at.is_(None))
        .scalar_subquery()
    )
    query = select(PeriodLockRow, waiting).where(condition)
    rows = session.execute(query.order_by(PeriodLockRow.flow, PeriodLockRow.start, PeriodLockRow.frequency))
    return [_lock(row, number) for row, number in rows]


def _lock(row: PeriodLockRow, waiting: int) -> StoredLock:
    return StoredLock(
        number=row.id,
        flow=row.flow,
        period=Period(row.start, Frequency(row.frequency)),
        reason=row.reason,
        locked_by=row.locked_by,
        locked_at=row.locked_at,
        waiting=waiting,
        unlock_reason=row.unlock_reason,
        unlocked_by=row.unlocked_by,
        unlocked_at=row.unlocked_at,
    )


def _held(row: RowMapping) -> HeldSlice:
    same = ("delivery_id", "partner", "simulated", "currency", "flow", "site", "revision", "held_at", "content_type")
    values: dict[str, Any] = {name: row[name] for name in (*same, "verdict", "decision", "decided_by", "reason")}
    head = SliceState(
        revision=row["head_revision"],
        content_sha256=None if row["head_content"] is None else bytes(row["head_content"]),
        total_count=row["total_count"],
        total_amount=row["total_amount"],
    )
    return HeldSlice(
        **values,
        lock_number=row["lock_id"],
        partner_name=Words(row["partner_vi"], row["partner_en"]),
        site_name=Words(row["site_vi"], row["site_en"]),
        period=Period(row["start"], Frequency(row["frequency"])),
        content_sha256=bytes(row["content_sha256"]),
        body=None if row["body"] is None else bytes(row["body"]),
        headers=sent_headers(row["headers"]),
        head=head,
        receipt_id=row["latest_receipt"],
        decided_at=row["decided_at"],
    )
