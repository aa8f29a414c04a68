"""
Slow guessing down: failed attempts are counted by account and by address, for all web processes together.

The counts are the security events of the last quarter of an hour, so that a restart forgets nothing and a second
process allows no more. Attempts on one name are judged one after the other: of many at once, each sees the failures
before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from payments_hub.domain.security_events import Kind, SecurityEvent
from payments_hub.store import attempts

WINDOW = timedelta(minutes=15)
MOST_BY_ACCOUNT = 10
MOST_BY_ADDRESS = 30
"""An office behind one address has more people than an account has owners."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """
    Somebody tries to prove something.

    Args:
        kind: What a failure is, among the security events.
        actor: Whose account is tried; None where only the address tells attempts apart.
        address: Where it comes from.
        endpoint: The route's name.
        request_id: The request's id.

    """

    kind: Kind
    actor: str | None
    address: str
    endpoint: str
    request_id: str


def may_try(session: Session, attempt: Attempt, now: datetime) -> bool:
    """Tell whether an attempt is judged at all; if so, others on the same names wait until this transaction ends."""
    if _too_many(session, attempt, now):
        return False
    # Always the address before the account, so that no two wait for each other.
    attempts.wait_for_turn(session, f"{attempt.kind}|address|{attempt.address}")
    if attempt.actor is not None:
        attempts.wait_for_turn(session, f"{attempt.kind}|actor|{attempt.actor}")
    return not _too_many(session, attempt, now)


def failed(session: Session, attempt: Attempt, now: datetime) -> None:
    """Count an attempt that failed, in the transaction that judged it, which has to be committed."""
    event = SecurityEvent(
        attempt.kind,
        actor=attempt.actor,
        address=attempt.address,
        endpoint=attempt.endpoint,
        request_id=attempt.request_id,
    )
    attempts.add_failure(session, event, now)


def _too_many(session: Session, attempt: Attempt, now: datetime) -> bool:
    since = now - WINDOW
    if attempts.failures_of_address(session, attempt.kind, attempt.address, since) >= MOST_BY_ADDRESS:
        return True
    if attempt.actor is None:
        return False
    return attempts.failures_of_actor(session, attempt.kind, attempt.actor, since) >= MOST_BY_ACCOUNT
