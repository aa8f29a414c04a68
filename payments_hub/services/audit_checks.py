"""Prove the chain of acts, against anchors kept elsewhere and against the receipts that it digests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from payments_hub.domain.anchors import SignedHead
from payments_hub.domain.audit import Anchor, Break, Entry, first_bad
from payments_hub.services.digests import CLOSED, DIGESTED
from payments_hub.store import audit, digests


@dataclass(frozen=True, slots=True)
class ChainReport:
    """
    What a proof of the chain found.

    Args:
        count: How many entries were read.
        head: The newest entry's number and hash; None where the chain is empty.
        bad: Where it does not hold for the first time; None where it does.

    """

    count: int
    head: Anchor | None
    bad: Break | None


@dataclass(frozen=True, slots=True)
class Difference:
    """
    What is stored now is not what an entry of the chain says was there.

    Args:
        number: The entry.
        subject: Of what it is the digest: "AEON-HP/2026-11-21", or a day whose refusals were counted.

    """

    number: int
    subject: str
    recorded: str
    found: str


def check_chain(session: Session, anchors: Sequence[Anchor]) -> ChainReport:
    """Compute every hash anew, from the first entry on, and compare with the anchors."""
    with audit.entries(session) as chain:
        bad = first_bad(chain, anchors)
    head = audit.head(session)
    return ChainReport(0 if head is None else head.number, head, bad)


def foreign_heads(heads: Sequence[SignedHead], secret_key: str) -> list[SignedHead]:
    """List the heads that this hub's secret key did not sign as they stand."""
    return [head for head in heads if not head.is_signed_with(secret_key)]


def check_digests(session: Session) -> Iterator[Difference]:
    """Compute each digest of receipts anew, and count each day's refusals; what differs comes out, the oldest first."""
    partners = digests.partner_numbers(session)
    for entry in list(audit.entries_of(session, (DIGESTED, CLOSED))):
        details = entry.act.details
        if entry.act.action == DIGESTED:
            recorded, found = (
                _receipts(details.get("count"), details.get("sha256")),
                _receipts_now(session, entry, partners),
            )
        else:
            recorded = _refusals(details.get("security_events"), details.get("security_events_folded"))
            found = _refusals(*digests.refusals_on(session, date.fromisoformat(entry.act.subject)))
        if found != recorded:
            yield Difference(entry.number, entry.act.subject, recorded, found)


def _receipts_now(session: Session, entry: Entry, partners: Mapping[str, int]) -> str:
    details = entry.act.details
    partner = partners.get(str(details.get("partner")))
    if partner is None:
        return "no such partner"
    after, last = int(str(details.get("after"))), int(str(details.get("last")))
    made = digests.receipt_digest(session, partner, after=after, last=last)
    return _receipts(made.count, made.sha256.hex())


def _receipts(count: object, sha256: object) -> str:
    return f"{count} receipts, {sha256}"


def _refusals(count: object, folded: object) -> str:
    return f"{count} refusals and {folded} folded"
