"""
Close each day that has ended: the digest of every partner's receipts goes into the chain, then its head out of it.

A digest is over the receipts after the one before, so that each receipt is in one digest, whatever the clock did.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from payments_hub.domain.anchors import SignedHead, sign_head
from payments_hub.domain.audit import Act
from payments_hub.kernel.clock import end_of_local_day, local_day
from payments_hub.services.audit import record
from payments_hub.store import anchors, digests

ACTOR = "job:digesting"
DIGESTED, CLOSED = "receipts_digested", "day_closed"

SETTLED_AFTER = timedelta(minutes=5)
"""A transaction that began in the last moment of a day has ended by then, ten times over."""

MOST_DAYS = 7
"""A hub whose jobs stood still for long catches up a week a run: what one transaction reads is bounded."""


def close_days(session: Session, now: datetime) -> int:
    """Close the days that have ended since the last that was closed, and tell how many; once more changes nothing."""
    days = _days_to_close(session, now)
    # All is read before the first entry: who appends keeps others from appending until the transaction ends.
    for act in list(_acts(session, days)):
        record(session, act, now)
    return len(days)


def anchor_heads(session: Session, path: Path, secret_key: str) -> int:
    """
    Bring the file of anchors up to the days that were closed, and tell how many lines it gained.

    Call it before `close_days`, so that it meets what is stored for good: a head whose transaction was undone would
    look like a lost tail for ever.
    """
    kept = {head.day for head in anchors.read_anchors(path)} if path.exists() else set()
    heads = [sign_head(anchor, day, secret_key) for day, anchor in digests.closed_days(session, CLOSED)]
    missing: list[SignedHead] = [head for head in heads if head.day not in kept]
    if missing:
        anchors.append_anchors(path, missing)
    return len(missing)


def _days_to_close(session: Session, now: datetime) -> list[date]:
    closed = digests.closed_days(session, CLOSED)
    since = digests.first_instant(session) if not closed else None
    if closed:
        first = closed[-1][0] + timedelta(days=1)
    elif since is not None:
        first = local_day(since)
    else:
        return []
    days = (first + timedelta(days=number) for number in range(MOST_DAYS))
    return [day for day in days if end_of_local_day(day) + SETTLED_AFTER <= now]


def _acts(session: Session, days: list[date]) -> Iterator[Act]:
    partners, reached = digests.partner_numbers(session), digests.digested_up_to(session, DIGESTED)
    for day in days:
        count = 0
        for code, number in partners.items():
            act = _digest(session, day, code, number, reached.get(code, 0))
            if act is not None:
                reached[code], count = int(str(act.details["last"])), count + int(str(act.details["count"]))
                yield act
        refusals, folded = digests.refusals_on(session, day)
        details = {"receipts": count, "security_events": refusals, "security_events_folded": folded}
        yield Act(ACTOR, CLOSED, day.isoformat(), details)


def _digest(session: Session, day: date, partner: str, number: int, after: int) -> Act | None:
    """Digest a partner's receipts of one day; None where there are none."""
    last = digests.last_receipt(session, number, day)
    if last <= after:
        return None
    made = digests.receipt_digest(session, number, after=after, last=last)
    details: dict[str, str | int | None] = {
        "partner": partner,
        "day": day.isoformat(),
        "after": after,
        "last": last,
        "count": made.count,
        "sha256": made.sha256.hex(),
        "form": 1,
    }
    return Act(ACTOR, DIGESTED, f"{partner}/{day.isoformat()}", details)
