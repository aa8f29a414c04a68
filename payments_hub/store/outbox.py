"""
Receipts on their way to Kafka: what waits, in each partner's order, and what was published.

Whoever publishes holds the turn until its transaction ends, so that two never send at once and no order is broken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.store.receipts import ReceiptQuery, receipts_after
from payments_hub.store.tables.answers import ReceiptOutboxRow
from payments_hub.store.tables.partners import PartnerRow

_TURN = 0x6F75_7462
"""The advisory lock that lets one publisher send at a time ('outb')."""

_NUMBERS = text("""
SELECT partner.code, waiting.number FROM partner CROSS JOIN LATERAL (
    SELECT number FROM receipt_outbox WHERE partner_id = partner.id ORDER BY number LIMIT :each
) AS waiting
WHERE partner.code = ANY (:partners)
ORDER BY partner.code, waiting.number
""")
_FORGET = text("""
DELETE FROM receipt_outbox USING partner
WHERE partner.id = receipt_outbox.partner_id AND partner.code = :partner AND number = ANY (:numbers)
""")


@dataclass(frozen=True, slots=True)
class WaitingReceipt:
    """A receipt that is to be published, with its place in its partner's order."""

    number: int
    receipt: ReceiptV1


@dataclass(frozen=True, slots=True)
class OutboxLength:
    """How many of a partner's receipts wait, and since when the first of them does."""

    receipts: int
    since: datetime


def take_turn(session: Session) -> bool:
    """Take the publisher's turn until the transaction ends; tell whether nobody else has it."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(_TURN))))


def waiting_receipts(
    session: Session, partners: Collection[str], *, each: int
) -> Mapping[str, tuple[WaitingReceipt, ...]]:
    """
    Read the first receipts that wait, in order, of the partners that have any.

    Args:
        session: Of the publisher.
        partners: Whose.
        each: How many at most of one partner.

    """
    numbers: dict[str, set[int]] = {}
    for row in session.execute(_NUMBERS, {"partners": sorted(partners), "each": each}):
        numbers.setdefault(row.code, set()).add(row.number)
    return {partner: _receipts(session, partner, waiting) for partner, waiting in numbers.items()}


def _receipts(session: Session, partner: str, numbers: Collection[int]) -> tuple[WaitingReceipt, ...]:
    asked = ReceiptQuery(partner, limit=len(numbers), after=min(numbers) - 1)
    found = receipts_after(session, asked)
    return tuple(WaitingReceipt(one.number, one.receipt) for one in found if one.number in numbers)


def forget_published(session: Session, partner: str, numbers: Iterable[int]) -> None:
    """Take out receipts that Kafka has."""
    session.execute(_FORGET, {"partner": partner, "numbers": list(numbers)})


def outbox_lengths(session: Session) -> Mapping[str, OutboxLength]:
    """Count what waits, by partner; a partner of whom nothing waits is not in it."""
    counted = (
        select(PartnerRow.code, func.count().label("receipts"), func.min(ReceiptOutboxRow.written_at).label("since"))
        .join(PartnerRow, PartnerRow.id == ReceiptOutboxRow.partner_id)
        .group_by(PartnerRow.code)
    )
    return {row.code: OutboxLength(row.receipts, row.since) for row in session.execute(counted)}


def forget_waiting(session: Session, *, before: datetime) -> int:
    """Give up publishing what has waited since before an instant; the receipts themselves stay. Tell how many."""
    old = delete(ReceiptOutboxRow).where(ReceiptOutboxRow.written_at < before).returning(ReceiptOutboxRow.number)
    return len(session.execute(old).all())
