"""Partners whose feeds are not read, because too much of what they sent was refused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_hub.store.tables.feeds import FeedSuspensionRow
from payments_hub.store.tables.partners import PartnerRow


def suspend(session: Session, partner: str, *, rejected: int, now: datetime) -> bool:
    """Suspend a partner's feed; tell whether that is news. A partner that is not registered is not suspended."""
    suspended = insert(FeedSuspensionRow).from_select(
        ["partner_id", "suspended_at", "rejected"],
        select(PartnerRow.id, literal(now), literal(rejected)).where(PartnerRow.code == partner),
    )
    added = session.scalars(suspended.on_conflict_do_nothing().returning(FeedSuspensionRow.id))
    return added.one_or_none() is not None


def suspended_partners(session: Session) -> frozenset[str]:
    """Read the codes of the partners whose feeds are not read."""
    open_ones = select(PartnerRow.code).join(FeedSuspensionRow, FeedSuspensionRow.partner_id == PartnerRow.id)
    return frozenset(session.scalars(open_ones.where(FeedSuspensionRow.resumed_at.is_(None))))


def resume(session: Session, partner: str, *, by: str, reason: str, now: datetime) -> int | None:
    """Let a partner's feed be read again; tell for how many refusals it was suspended, None if it was not."""
    number = select(PartnerRow.id).where(PartnerRow.code == partner).scalar_subquery()
    resumed = session.scalars(
        update(FeedSuspensionRow)
        .where(FeedSuspensionRow.partner_id == number, FeedSuspensionRow.resumed_at.is_(None))
        .values(resumed_at=now, resumed_by=by, reason=reason)
        .returning(FeedSuspensionRow.rejected)
    )
    return resumed.one_or_none()
