"""
The verdict on one event, from what is known of its slice: the contract's rules 1 and 3 to 6, and nothing else.

Pure: the same events in the same order give the same verdicts, whatever way they came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from payments_hub.domain.slices import SeenEvent, SliceState
from payments_hub.domain.verdicts import Verdict

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    A verdict, with what the receipt needs to explain it.

    Args:
        conflict: The code of the rule that rejects, or None.
        warning: The code of a rule that only warns, or None.
        first_receipt_id: For a duplicate, the receipt it repeats.

    """

    verdict: Verdict
    conflict: str | None = None
    warning: str | None = None
    first_receipt_id: str | None = None


def judge_identity(event_sha256: bytes | None, seen: SeenEvent | None) -> Judgement | None:
    """
    Apply rule 1: was this id seen before?

    Args:
        event_sha256: The event's hash, or None if it could not be decoded; then it cannot be the same.
        seen: What the id was used for before, or None.

    Returns:
        The judgement, or None if the rule does not apply.

    """
    if seen is None:
        return None
    if seen.event_sha256 == event_sha256:
        return Judgement(Verdict.DUPLICATE, first_receipt_id=seen.receipt_id)
    return Judgement(Verdict.REJECTED, conflict="E1102")


def judge_revision(revision: int, content_sha256: bytes, state: SliceState, *, is_locked: bool = False) -> Judgement:
    """
    Apply rules 3 to 6 to an event without fault.

    Args:
        revision: Its number.
        content_sha256: Its content's hash.
        state: What is recorded of its slice.
        is_locked: Whether a lock covers its period.

    >>> judge_revision(0, b"a", SliceState()).verdict
    <Verdict.ACCEPTED: 'ACCEPTED'>
    >>> judge_revision(1, b"a", SliceState(revision=3, content_sha256=b"b")).verdict
    <Verdict.SUPERSEDED: 'SUPERSEDED'>
    """
    recorded = state.recorded.get(revision)
    if recorded is not None:
        if recorded == content_sha256:
            return Judgement(Verdict.NO_CHANGE)
        return Judgement(Verdict.REJECTED, conflict="E4001")
    if is_locked:
        return Judgement(Verdict.HELD, warning="H4003")
    if state.revision is not None and revision < state.revision:
        return Judgement(Verdict.SUPERSEDED)
    warning = "W4002" if revision > next_revision(state) else None
    if content_sha256 == state.content_sha256:
        return Judgement(Verdict.NO_CHANGE, warning=warning)
    return Judgement(Verdict.ACCEPTED, warning=warning)


def next_revision(state: SliceState) -> int:
    """Tell the number that a slice's next revision is expected to have."""
    return 0 if state.revision is None else state.revision + 1


def known_instant(now: datetime, event_time: datetime, state: SliceState, *, simulated: bool) -> datetime:
    """
    Tell when a revision counts as known: always above its predecessor's.

    A simulated partner's past follows its messages' own times, so that a demonstration has one.
    """
    instant = event_time if simulated else now
    return instant if state.known_at is None else max(instant, state.known_at + _TICK)
