"""
What an officer decides of held slices: released, they are judged against the head of that moment; refused, rejected.

Either way the same delivery gets a second receipt, known at the moment of the decision. Both run in the caller's
transaction; of two officers who decide at once, the second finds nothing left to decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from payments_hub.contracts.decode import decode
from payments_hub.contracts.findings import make_finding
from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.verdicts import Cause
from payments_hub.ingest.accept import slice_key
from payments_hub.ingest.arrivals import kept_arrival
from payments_hub.ingest.book import Book, Earlier, Message
from payments_hub.ingest.receipts import receipt_of
from payments_hub.ingest.reference import Reference
from payments_hub.ingest.rows import kept_raw, ledger_of
from payments_hub.kernel.clock import Clock
from payments_hub.store.kept_bytes import KeptMessage, held_messages, partners_of_held, rejected_before
from payments_hub.store.locks import note_decisions
from payments_hub.store.slices import forget_seen_events, lock_partner_numbers, write_ledger


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided, and why; the reason stands on the partner's receipt where a slice is refused."""

    by: str
    reason: str


def release(
    session: Session, deliveries: Sequence[int], decision: Decision, *, reference: Reference, clock: Clock
) -> list[ReceiptV1]:
    """
    Let held slices in, in the order in which they came.

    Returns:
        A second receipt for each that was still to be decided: ACCEPTED, NO_CHANGE or SUPERSEDED.

    """
    messages = _take(session, deliveries, Cause.RELEASE, reference)
    _note(session, messages, "RELEASED", decision, clock)
    # Read after the decision is written: what is released does not hold its own number any more.
    book = Book(session, messages, clock.now())
    outcomes = [book.judge(message) for message in messages]
    write_ledger(session, ledger_of(outcomes, book))
    return [receipt_of(outcome) for outcome in outcomes]


def refuse(
    session: Session, deliveries: Sequence[int], decision: Decision, *, reference: Reference, clock: Clock
) -> list[ReceiptV1]:
    """
    Reject held slices: their revision numbers and their event ids are free again.

    Returns:
        A second receipt, REJECTED, for each that was still to be decided.

    """
    messages = _take(session, deliveries, Cause.REFUSAL, reference)
    _note(session, messages, "REFUSED", decision, clock)
    forget_seen_events(session, {message.event_key for message in messages if message.event_key})
    finding = make_finding("H4003/refused", "/data/period", reason=decision.reason)
    # Without a slice to judge, a message is rejected for its findings.
    refused = [replace(message, slice_key=None, findings=(*message.findings, finding)) for message in messages]
    book = Book(session, refused, clock.now())
    outcomes = [book.judge(message) for message in refused]
    ledger = ledger_of(outcomes, book)
    kept = rejected_before(session, [outcome.delivery_id for outcome in outcomes])
    ledger.quarantine.extend(kept_raw(outcome) for outcome in outcomes if outcome.delivery_id not in kept)
    write_ledger(session, ledger)
    return [receipt_of(outcome) for outcome in outcomes]


def _take(session: Session, deliveries: Sequence[int], cause: Cause, reference: Reference) -> list[Message]:
    """Take the partners' locks first, as ingest does, then the held slices that still wait for a decision."""
    lock_partner_numbers(session, partners_of_held(session, deliveries))
    return [_message(held, cause, reference) for held in held_messages(session, deliveries)]


def _message(held: KeptMessage, cause: Cause, reference: Reference) -> Message:
    """Decode a held slice again; it was without fault when it came, so that no list or clock is asked any more."""
    decoded = decode(held.body, headers=held.headers, content_type=held.content_type)
    partner = reference.partners[held.partner]
    key = None if decoded.event is None else slice_key(decoded.event, partner, reference)
    earlier = Earlier(held.delivery_id, held.receipt_id, cause)
    return Message(kept_arrival(held), partner, decoded, decoded.findings, key, earlier)


def _note(session: Session, messages: Sequence[Message], outcome: str, decision: Decision, clock: Clock) -> None:
    numbers = [message.earlier.delivery_id for message in messages if message.earlier]
    note_decisions(session, numbers, decision=outcome, by=decision.by, reason=decision.reason, now=clock.now())
