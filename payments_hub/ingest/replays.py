"""
Judge rejected deliveries again, after a code list or an agreement was mended.

A replay is the same delivery with one more receipt, never a second delivery: nothing is counted twice, and a replay of
what is settled changes nothing. What is still rejected gets no new receipt. A dry run judges alike and writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from payments_hub.contracts.receipt_v1 import FindingV1, ReceiptV1
from payments_hub.domain.verdicts import Cause, Verdict
from payments_hub.ingest.accept import read_message
from payments_hub.ingest.arrivals import kept_arrival
from payments_hub.ingest.book import Book, Earlier, Message, Outcome, Totals
from payments_hub.ingest.receipts import receipt_of
from payments_hub.ingest.reference import Reference
from payments_hub.ingest.rows import ledger_of
from payments_hub.ingest.signatures import check_signatures
from payments_hub.kernel.clock import Clock
from payments_hub.store.kept_bytes import KeptMessage, partners_of, quarantined_messages
from payments_hub.store.locks import open_locks
from payments_hub.store.replays import ReplayAct, ReplayedDelivery, note_replay
from payments_hub.store.slices import lock_partner_numbers, write_ledger


class Blocked(StrEnum):
    """Why a delivery cannot be replayed."""

    SETTLED = "settled"
    """It is not rejected any more."""
    REFUSED = "refused"
    """An officer refused it; the partner sends anew."""
    TRUNCATED = "truncated"
    """It was too large, and only its beginning was kept."""
    EXPIRED = "expired"
    """Its bytes were kept as long as was promised, and are gone."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a slice's view holds before and after."""

    before: Totals
    after: Totals


@dataclass(frozen=True, slots=True)
class Trial:
    """
    What a replay makes, or would make, of one delivery.

    Args:
        receipt: The new receipt; None where the delivery stays rejected or cannot be replayed. A dry run's is not kept.
        difference: For an ACCEPTED one, what it changes.
        simulated: Whether its partner is a simulated one.
        blocked: Why it cannot be replayed, or None.

    """

    delivery_id: int
    partner: str
    before: Verdict
    after: Verdict
    findings_before: tuple[FindingV1, ...]
    findings_after: tuple[FindingV1, ...]
    receipt: ReceiptV1 | None = None
    difference: Difference | None = None
    simulated: bool = False
    blocked: Blocked | None = None


def try_again(session: Session, deliveries: Sequence[int], *, reference: Reference, clock: Clock) -> list[Trial]:
    """Tell what a replay would make of deliveries; nothing is written."""
    trials, _outcomes, _book = _judge(session, deliveries, None, reference, clock)
    return trials


def replay(
    session: Session, deliveries: Sequence[int], act: ReplayAct, *, reference: Reference, clock: Clock
) -> list[Trial]:
    """
    Judge deliveries again, in the order in which they came, and keep what follows.

    Args:
        session: The caller's; committed by the caller.
        deliveries: Numbers of deliveries that were rejected once.
        act: Who replays, why, and by what the deliveries were chosen.
        reference: The code lists of this moment.
        clock: Tells when what is accepted now is known.

    Returns:
        One trial a delivery that exists, in order.

    """
    trials, outcomes, book = _judge(session, deliveries, act, reference, clock)
    write_ledger(session, ledger_of(outcomes, book))
    note_replay(session, act, [_noted(trial) for trial in trials if trial.blocked is None], now=clock.now())
    return trials


def _judge(
    session: Session, deliveries: Sequence[int], act: ReplayAct | None, reference: Reference, clock: Clock
) -> tuple[list[Trial], list[Outcome], Book]:
    lock_partner_numbers(session, partners_of(session, deliveries))
    kept = quarantined_messages(session, deliveries)
    messages = [None if _blocked(one) else _message(one, act, reference, clock) for one in kept]
    book = Book(session, [message for message in messages if message], clock.now(), open_locks(session))
    judged = [
        (one, None if message is None else _Judged.by(book, message))
        for one, message in zip(kept, messages, strict=True)
    ]
    settled = [each.outcome for _, each in judged if each and each.outcome.verdict is not Verdict.REJECTED]
    return [_trial(one, each) for one, each in judged], settled, book


@dataclass(frozen=True, slots=True)
class _Judged:
    """An outcome, with what its slice's view held before and after it."""

    outcome: Outcome
    before: Totals
    after: Totals

    @classmethod
    def by(cls, book: Book, message: Message) -> _Judged:
        before = book.totals(message.slice_key)
        outcome = book.judge(message)
        return cls(outcome, before, book.totals(message.slice_key))


def _message(one: KeptMessage, act: ReplayAct | None, reference: Reference, clock: Clock) -> Message:
    earlier = Earlier(one.delivery_id, one.receipt_id, Cause.REPLAY, None if act is None else act.replay_id)
    arrival = kept_arrival(one)
    # By the keys of this moment: what a revoked key signed may have been signed by whoever took it.
    unsigned = check_signatures([arrival], reference).faults.get(0)
    return read_message(arrival, reference=reference, now=clock.now(), earlier=earlier, unsigned=unsigned)


def _blocked(one: KeptMessage) -> Blocked | None:
    if one.verdict != Verdict.REJECTED:
        return Blocked.SETTLED
    if one.cause == Cause.REFUSAL:
        return Blocked.REFUSED
    if one.truncated:
        return Blocked.TRUNCATED
    # A record without a value was rejected as empty, and its hash is that of nothing: it stays what it was.
    return Blocked.EXPIRED if one.body is None and one.byte_count else None


def _trial(one: KeptMessage, judged: _Judged | None) -> Trial:
    before, findings = Verdict(one.verdict), tuple(FindingV1.model_validate(finding) for finding in one.findings)
    if judged is None:
        return Trial(one.delivery_id, one.partner, before, before, findings, findings, blocked=_blocked(one))
    outcome = judged.outcome
    receipt = receipt_of(outcome)
    accepted = outcome.verdict is Verdict.ACCEPTED
    return Trial(
        delivery_id=one.delivery_id,
        partner=one.partner,
        before=before,
        after=outcome.verdict,
        findings_before=findings,
        findings_after=receipt.findings,
        receipt=None if outcome.verdict is Verdict.REJECTED else receipt,
        difference=Difference(judged.before, judged.after) if accepted else None,
        simulated=receipt.simulated,
    )


def _noted(trial: Trial) -> ReplayedDelivery:
    return ReplayedDelivery(trial.delivery_id, trial.after.value, None if trial.receipt is None else trial.receipt.id)
