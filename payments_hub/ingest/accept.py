"""
Take messages in: the one function that every transport calls, inside the caller's transaction.

In order: decode and check every message; take the partners' locks; read what is recorded; judge the messages one after
the other; write deliveries, receipts, quarantine, revisions, cells, heads and touched slices at once. A fault of ours
raises and leaves nothing behind; it is never a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from payments_hub.contracts.decode import decode
from payments_hub.contracts.findings import Finding
from payments_hub.contracts.manifest_v1 import ManifestEvent
from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.contracts.slice_v1 import SliceEvent
from payments_hub.domain.manifests import ManifestKey
from payments_hub.domain.slices import SliceKey
from payments_hub.ingest.arrivals import Arrival
from payments_hub.ingest.book import Book, Earlier, Message, Outcome
from payments_hub.ingest.checks import check
from payments_hub.ingest.impersonation import keep_impersonations
from payments_hub.ingest.receipts import receipt_of
from payments_hub.ingest.reference import Reference, RegisteredPartner
from payments_hub.ingest.rows import ledger_of
from payments_hub.ingest.signatures import check_signatures
from payments_hub.kernel.clock import Clock
from payments_hub.kernel.errors import NotFoundError
from payments_hub.store.locks import open_locks
from payments_hub.store.signing_keys import touch_signing_keys
from payments_hub.store.slices import lock_partners, write_ledger


def accept(session: Session, arrivals: Sequence[Arrival], *, reference: Reference, clock: Clock) -> list[ReceiptV1]:
    """
    Judge arrivals in their order, store what follows, and write the receipts that are handed out.

    Arguments and errors as for `take_in`.

    Returns:
        One receipt an arrival, in the same order.

    """
    return [receipt_of(outcome) for outcome in take_in(session, arrivals, reference=reference, clock=clock)]


def take_in(session: Session, arrivals: Sequence[Arrival], *, reference: Reference, clock: Clock) -> list[Outcome]:
    """
    Judge arrivals in their order and store what follows.

    Args:
        session: The caller's; it is committed by the caller, and the outcomes hold only then.
        arrivals: Of any partners, at most a few hundred.
        reference: The code lists of this moment.
        clock: Tells when the arrivals are known.

    Returns:
        What became of each arrival, in the same order.

    Raises:
        NotFoundError: An arrival's partner is not registered; its transport should not have let it in.

    """
    signed, now = check_signatures(arrivals, reference), clock.now()
    messages = [
        read_message(arrival, reference=reference, now=now, unsigned=signed.faults.get(place))
        for place, arrival in enumerate(arrivals)
    ]
    lock_partners(session, {arrival.partner for arrival in arrivals})
    book = Book(session, messages, clock.now(), open_locks(session))
    outcomes = [book.judge(message) for message in messages]
    write_ledger(session, ledger_of(outcomes, book))
    keep_impersonations(session, outcomes, clock.now())
    touch_signing_keys(session, signed.used, clock.now())
    return outcomes


def read_message(
    arrival: Arrival,
    *,
    reference: Reference,
    now: datetime,
    earlier: Earlier | None = None,
    unsigned: Finding | None = None,
) -> Message:
    """
    Decode one arrival and check it against the lists and the clock.

    Args:
        arrival: What came.
        reference: The code lists of this moment.
        now: This moment.
        earlier: For a delivery that is judged again, what was answered to it.
        unsigned: Why it does not count as its partner's; what it says of itself then names no event.

    Raises:
        NotFoundError: Its partner is not registered.

    """
    partner = reference.partners.get(arrival.partner)
    if partner is None:
        raise NotFoundError(f"The partner {arrival.partner} is not registered.")
    decoded = decode(arrival.body, headers=arrival.headers, content_type=arrival.content_type)
    if unsigned is not None:
        decoded = replace(decoded, findings=(unsigned, *decoded.findings), key=replace(decoded.key, event_id=None))
    findings = (*decoded.findings, *check(decoded, partner=partner, reference=reference, now=now))
    if any(finding.rejects for finding in findings):
        return Message(arrival, partner, decoded, findings, None, earlier)
    about_slice = None if decoded.event is None else slice_key(decoded.event, partner, reference)
    about_manifest = None if decoded.manifest is None else _manifest_key(decoded.manifest, partner)
    return Message(arrival, partner, decoded, findings, about_slice, earlier, about_manifest)


def slice_key(event: SliceEvent, partner: RegisteredPartner, reference: Reference) -> SliceKey:
    """Name the slice of an event whose place is known."""
    place_id = reference.place_numbers[event.site]
    return SliceKey(partner.number, event.flow, place_id, event.period.frequency.value, event.period.start)


def _manifest_key(event: ManifestEvent, partner: RegisteredPartner) -> ManifestKey:
    return ManifestKey(partner.number, event.flow, event.period.frequency.value, event.period.start)
