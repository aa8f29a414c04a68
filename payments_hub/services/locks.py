"""
Lock periods, and decide on what came for one: released, or refused, each with a reason.

Unlocking releases nothing by itself. Of two officers who decide at once, one wins and the other is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from payments_hub.contracts.decode import decode
from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.instruments import Action
from payments_hub.domain.verdicts import Verdict
from payments_hub.ingest.decisions import Decision, refuse, release
from payments_hub.ingest.reference import Reference
from payments_hub.ingest.verdicts import judge_revision
from payments_hub.kernel.clock import Clock
from payments_hub.kernel.errors import ConflictError, InvalidValueError, NotFoundError
from payments_hub.kernel.periods import Period
from payments_hub.services.audit import Act, record
from payments_hub.store import lock_pages
from payments_hub.store.lock_pages import HeldSlice, StoredLock
from payments_hub.store.partners import all_partners
from payments_hub.store.slices import lock_partner_numbers

LONGEST_REASON = 500
MOST_AT_ONCE = 200
"""Bounds one decision's transaction, and the list that a person can look through."""

_SHOWN_OF_DELIVERIES = 20


class AlreadyLockedError(ConflictError):
    """The very same period is locked already."""

    code = "ALREADY_LOCKED"


class AlreadyUnlockedError(ConflictError):
    """Somebody ended the lock before."""

    code = "ALREADY_UNLOCKED"


class AlreadyDecidedError(ConflictError):
    """Somebody decided on all of these slices before; nothing of them waits any more."""

    code = "ALREADY_DECIDED"


@dataclass(frozen=True, slots=True)
class Lists:
    """What a decision judges by: the code lists and the clock."""

    reference: Reference
    clock: Clock


@dataclass(frozen=True, slots=True)
class Decided:
    """
    What came of a decision.

    Args:
        receipts: The second receipts of the slices that were decided now.
        too_late: How many of those asked for others had decided on before.

    """

    receipts: tuple[ReceiptV1, ...]
    too_late: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """
    What releasing a slice would do now.

    Args:
        verdict: ACCEPTED, NO_CHANGE or SUPERSEDED.
        action: What the slice does; None where its bytes are gone.
        count: What it counts, gross; None for a slice without cells.
        amount: What it amounts to, gross; None where the flow has no amounts.

    """

    verdict: Verdict
    action: Action | None
    count: int | None
    amount: int | None


def lock_period(session: Session, flow: str, period: Period, *, reason: str, by: str, now: datetime) -> StoredLock:
    """
    Lock a flow's period and every period inside it: what comes for them from now on is held.

    It waits for the messages that are being taken in, so that nothing moves under the lock once it holds.

    Raises:
        InvalidValueError: There is no such flow, or no reason.
        AlreadyLockedError: This very period is locked.

    """
    if flow not in FLOWS:
        raise InvalidValueError(f"There is no flow {flow[:40]!r}: one of {', '.join(FLOWS)}.", flow=flow)
    why = checked_reason(reason)
    lock_partner_numbers(session, {number for number, _partner in all_partners(session)})
    number = lock_pages.add_lock(session, flow, period, reason=why, by=by, now=now)
    lock = None if number is None else lock_pages.find_lock(session, number)
    if lock is None:
        raise AlreadyLockedError(f"{flow} {period} is locked already.", flow=flow, period=str(period))
    record(session, Act(by, "period_locked", f"{flow}/{period}", {"lock": lock.number, "reason": why}), now)
    return lock


def unlock_period(session: Session, number: int, *, reason: str, by: str, now: datetime) -> StoredLock:
    """
    End a lock. What it holds goes on waiting: unlocking releases nothing by itself.

    Raises:
        InvalidValueError: There is no reason.
        NotFoundError: There is no such lock.
        AlreadyUnlockedError: It has ended before.

    """
    why = checked_reason(reason)
    ended = lock_pages.end_lock(session, number, reason=why, by=by, now=now)
    lock = lock_pages.find_lock(session, number)
    if lock is None:
        raise NotFoundError(f"There is no lock {number}.", lock=number)
    if not ended:
        raise AlreadyUnlockedError(f"{lock.unlocked_by} unlocked {lock.flow} {lock.period} before.", lock=number)
    details: dict[str, str | int | None] = {"lock": number, "reason": why, "waiting": lock.waiting}
    record(session, Act(by, "period_unlocked", f"{lock.flow}/{lock.period}", details), now)
    return lock


def release_held(session: Session, deliveries: Sequence[int], *, reason: str, by: str, lists: Lists) -> Decided:
    """
    Let held slices in, each judged against the head of this moment.

    Raises:
        InvalidValueError: There is no reason, no slice, or too many at once.
        NotFoundError: One of the deliveries was never held.
        AlreadyDecidedError: Others decided on all of them before.

    """
    return _decide(session, deliveries, "held_released", release, Decision(by, checked_reason(reason)), lists)


def refuse_held(session: Session, deliveries: Sequence[int], *, reason: str, by: str, lists: Lists) -> Decided:
    """
    Reject held slices for a reason, which stands on their partners' receipts; their numbers are free again.

    Raises as `release_held` does.
    """
    return _decide(session, deliveries, "held_refused", refuse, Decision(by, checked_reason(reason)), lists)


def outlook(held: HeldSlice) -> Outlook:
    """Tell what releasing a slice would do to its head of this moment."""
    verdict = judge_revision(held.revision, held.content_sha256, held.head).verdict
    if held.body is None:
        return Outlook(verdict, None, None, None)
    event = decode(held.body, headers=held.headers, content_type=held.content_type).event
    if event is None:
        return Outlook(verdict, None, None, None)
    return Outlook(verdict, event.action, event.control_count, event.control_amount)


def checked_reason(reason: str) -> str:
    """
    Take a reason as a person typed it.

    Raises:
        InvalidValueError: It says nothing, is too long, or holds what is no text.

    """
    why = " ".join(reason.split())
    if not why or len(why) > LONGEST_REASON or not why.isprintable():
        raise InvalidValueError(f"Give a reason of 1 to {LONGEST_REASON} characters.")
    return why


_Decide = Callable[..., list[ReceiptV1]]


def _decide(
    session: Session, deliveries: Sequence[int], action: str, decide: _Decide, decision: Decision, lists: Lists
) -> Decided:
    asked = sorted(set(deliveries))
    if not 1 <= len(asked) <= MOST_AT_ONCE:
        raise InvalidValueError(f"Name 1 to {MOST_AT_ONCE} held slices at once.")
    decide = partial(decide, reference=lists.reference, clock=lists.clock)
    receipts = decide(session, asked, decision)
    found = lock_pages.named_slices(session, asked)
    if len(found) < len(asked):
        raise NotFoundError("There is no such held slice.", deliveries=asked)
    if not receipts:
        raise AlreadyDecidedError(f"{found[0].decided_by} decided on this before.", deliveries=asked)
    done = {receipt.id for receipt in receipts}
    now_decided = [held for held in found if held.receipt_id in done]
    record(session, Act(decision.by, action, _subject(now_decided), _details(now_decided, decision)), lists.clock.now())
    return Decided(tuple(receipts), len(asked) - len(receipts))


def _subject(decided: Sequence[HeldSlice]) -> str:
    first = decided[0]
    more = f" +{len(decided) - 1}" if len(decided) > 1 else ""
    return f"{first.partner}/{first.flow}/{first.site}/{first.period}{more}"


def _details(decided: Sequence[HeldSlice], decision: Decision) -> dict[str, str | int | None]:
    numbers = [str(held.delivery_id) for held in decided]
    cut = " …" if len(numbers) > _SHOWN_OF_DELIVERIES else ""
    return {
        "slices": len(decided),
        "deliveries": " ".join(numbers[:_SHOWN_OF_DELIVERIES]) + cut,
        "reason": decision.reason,
    }
