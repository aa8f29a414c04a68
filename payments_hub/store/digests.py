"""Receipts and refusals as the daily digests take them: whole, in their order, as they are stored."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import orjson
from sqlalchemy import BigInteger, RowMapping, func, select
from sqlalchemy.orm import Session

from payments_hub.domain.audit import Anchor
from payments_hub.kernel.clock import end_of_local_day, start_of_local_day
from payments_hub.store.tables.audit import AuditEntryRow, SecurityEventRow
from payments_hub.store.tables.ingest import DeliveryRow, ReceiptRow
from payments_hub.store.tables.partners import PartnerRow

# The list stands for ever: with another one, no digest of the past could be computed again.
_FORM_1 = (
    ReceiptRow.number,
    ReceiptRow.id,
    ReceiptRow.delivery_id,
    ReceiptRow.previous_id,
    ReceiptRow.cause,
    ReceiptRow.replay_id,
    ReceiptRow.issued_at,
    ReceiptRow.verdict,
    ReceiptRow.rules_version,
    ReceiptRow.source,
    ReceiptRow.event_id,
    ReceiptRow.flow,
    ReceiptRow.site,
    ReceiptRow.period,
    ReceiptRow.revision,
    ReceiptRow.known_at,
    ReceiptRow.first_receipt_id,
    ReceiptRow.current_revision,
    ReceiptRow.findings,
    ReceiptRow.has_more_findings,
    DeliveryRow.transport,
    DeliveryRow.position,
    DeliveryRow.received_at,
    DeliveryRow.bytes_sha256,
    DeliveryRow.byte_count,
)
_READ_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class ReceiptDigest:
    """
    What a stretch of one partner's receipts comes to.

    Args:
        after: The number before the first of them: the last one of the digest before.
        last: The number of the last of them.
        sha256: Over the lines of `receipt_lines`.

    """

    after: int
    last: int
    count: int
    sha256: bytes


def partner_numbers(session: Session) -> dict[str, int]:
    """Read the number of each partner by its code, in the order of the codes."""
    rows = session.execute(select(PartnerRow.code, PartnerRow.id).order_by(PartnerRow.code))
    return {row.code: row.id for row in rows}


def last_receipt(session: Session, partner: int, day: date) -> int:
    """Find the number of a partner's last receipt that was issued before a day's end; 0 where there is none."""
    query = select(func.max(ReceiptRow.number)).where(
        ReceiptRow.partner_id == partner, ReceiptRow.issued_at < end_of_local_day(day)
    )
    return session.scalar(query) or 0


def receipt_digest(session: Session, partner: int, *, after: int, last: int) -> ReceiptDigest:
    """Compute the digest of a partner's receipts after one number, up to another."""
    count, digest = 0, hashlib.sha256()
    for line in receipt_lines(session, partner, after=after, last=last):
        count += 1
        digest.update(line)
    return ReceiptDigest(after, last, count, digest.digest())


def receipt_lines(session: Session, partner: int, *, after: int, last: int) -> Iterator[bytes]:
    """Write receipts in the order of their numbers, each with its delivery as a line of canonical JSON."""
    query = (
        select(*_FORM_1)
        .join(DeliveryRow, DeliveryRow.id == ReceiptRow.delivery_id)
        .where(ReceiptRow.partner_id == partner, ReceiptRow.number > after, ReceiptRow.number <= last)
        .order_by(ReceiptRow.number)
    )
    for row in session.execute(query.execution_options(yield_per=_READ_AT_ONCE)).mappings():
        yield _line(row)


def refusals_on(session: Session, day: date) -> tuple[int, int]:
    """Count the security events of a day, and how many more they stand for."""
    query = select(func.count(), func.coalesce(func.sum(SecurityEventRow.folded), 0)).where(
        SecurityEventRow.at >= start_of_local_day(day), SecurityEventRow.at < end_of_local_day(day)
    )
    rows, folded = session.execute(query).one()
    return rows, int(folded)


def first_instant(session: Session) -> datetime | None:
    """Tell when the first receipt was issued or the first refusal kept; None before either."""
    found = [session.scalar(select(func.min(column))) for column in (ReceiptRow.issued_at, SecurityEventRow.at)]
    return min((instant for instant in found if instant is not None), default=None)


def digested_up_to(session: Session, action: str) -> dict[str, int]:
    """Read from the chain how far each partner's receipts are digested."""
    partner, last = AuditEntryRow.details["partner"].astext, AuditEntryRow.details["last"].astext.cast(BigInteger)
    query = select(partner.label("partner"), func.max(last).label("last")).where(AuditEntryRow.action == action)
    return {row.partner: row.last for row in session.execute(query.group_by(partner))}


def closed_days(session: Session, action: str) -> list[tuple[date, Anchor]]:
    """Read from the chain the days that were closed, in their order, each with its entry as an anchor."""
    query = select(AuditEntryRow.subject, AuditEntryRow.number, AuditEntryRow.sha256)
    rows = session.execute(query.where(AuditEntryRow.action == action).order_by(AuditEntryRow.number))
    return [(date.fromisoformat(row.subject), Anchor(row.number, row.sha256)) for row in rows]


def _line(row: RowMapping) -> bytes:
    return orjson.dumps({name: _plain(value) for name, value in row.items()}, option=orjson.OPT_SORT_KEYS) + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    return value.hex() if isinstance(value, bytes) else value
