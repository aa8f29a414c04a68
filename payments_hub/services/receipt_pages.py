"""One receipt as its reader may see it: with its delivery's other receipts, its hashes, and the mended message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from payments_hub.contracts.decode import decode
from payments_hub.contracts.mending import MendedMessage, mend_message
from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.contracts.root_causes import CauseKey, RootCause, cause_key, root_causes
from payments_hub.domain.languages import Words
from payments_hub.domain.people import Action, Viewer
from payments_hub.domain.verdicts import Cause, Verdict
from payments_hub.services.readers import scope_of
from payments_hub.store.kept_bytes import KeptMessage, quarantined_messages
from payments_hub.store.receipt_pages import (
    KeptBytes,
    RecordedSlice,
    held_hashes,
    kept_bytes,
    place_name,
    reason_of,
    recorded_slice,
    same_faults,
)
from payments_hub.store.receipt_standing import Accepted, Used, accepted_now, used_by_now
from payments_hub.store.receipts import StoredReceipt, receipt_by_id, receipts_of_delivery
from payments_hub.store.warnings import StoredWarning, warnings_of_receipt

SAME_FAULT_DAYS = 7
"""How far back other messages with the same fault are counted: a week shows whether one machine makes it again."""


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """
    One receipt and what stands around it.

    Args:
        stored: The receipt.
        chain: Every receipt of the same delivery, the first first; this one is among them.
        causes: Its findings by their cause.
        others: In how many other messages of the week before each cause was found.
        place_name: Of the place that it names, if the hub knows it.
        recorded: What was recorded of the slice; None unless it was let in.
        accepted: What it is by now; None unless it was let in.
        used: Which of its numbers are used in what was recorded or is held.
        hashes: Of the canonical event and of its content; None where neither was recorded nor held.
        made_at: When the partner made the message, as far as that can be told still.
        kept: Until when the raw bytes are kept; None where they are not.
        reason: Why a delivery was answered again; None on arrival, and where nothing was said.
        warnings: Its warnings that take an answer, with what was answered.
        mended: The message with its sure mends, for those who may see raw bytes; None where nothing is sure.

    """

    stored: StoredReceipt
    chain: tuple[StoredReceipt, ...]
    causes: tuple[RootCause, ...]
    others: Mapping[CauseKey, int]
    place_name: Words | None
    recorded: RecordedSlice | None
    accepted: Accepted | None
    used: Used
    hashes: tuple[bytes, bytes] | None
    made_at: datetime | None
    kept: KeptBytes | None
    reason: str | None
    warnings: tuple[StoredWarning, ...]
    mended: MendedMessage | None

    @property
    def receipt(self) -> ReceiptV1:
        """Tell what was given out."""
        return self.stored.receipt


def receipt_for(session: Session, viewer: Viewer, receipt_id: str, now: datetime) -> StoredReceipt | None:
    """Find a receipt that a viewer may see; another partner's is not there, as one that never was."""
    return receipt_by_id(session, receipt_id, scope_of(session, viewer, now).partner)


def receipt_view(session: Session, viewer: Viewer, receipt_id: str, now: datetime) -> ReceiptView | None:
    """Load one receipt for a viewer; None where there is none that the viewer may see."""
    stored = receipt_for(session, viewer, receipt_id, now)
    if stored is None:
        return None
    receipt, delivery = stored.receipt, stored.delivery_id
    recorded, raw = recorded_slice(session, delivery), _raw(session, delivery)
    since = receipt.issued_at - timedelta(days=SAME_FAULT_DAYS)
    codes = {finding.code for finding in receipt.findings}
    return ReceiptView(
        stored=stored,
        chain=tuple(receipts_of_delivery(session, delivery)),
        causes=root_causes(receipt.findings),
        others=same_faults(session, delivery, codes, since=since, until=receipt.issued_at),
        place_name=place_name(session, receipt.key.site),
        recorded=recorded,
        accepted=accepted_now(session, delivery),
        used=used_by_now(session, receipt.id),
        hashes=(recorded.event_sha256, recorded.content_sha256) if recorded else held_hashes(session, delivery),
        made_at=recorded.event_time if recorded else _claimed_time(raw),
        kept=kept_bytes(session, delivery),
        reason=None if receipt.cause is Cause.ARRIVAL else reason_of(session, delivery, receipt.replay),
        warnings=warnings_of_receipt(session, receipt.id, partner=receipt.partner),
        mended=_mended(viewer, stored, raw),
    )


def mended_message(session: Session, viewer: Viewer, receipt_id: str, now: datetime) -> MendedMessage | None:
    """Make the mended message of a receipt, for those who may see raw bytes and where it may be handed out."""
    stored = receipt_for(session, viewer, receipt_id, now)
    if stored is None:
        return None
    mended = _mended(viewer, stored, _raw(session, stored.delivery_id))
    return None if mended is None or mended.holds_personal_data else mended


def others_with(view: ReceiptView, cause: RootCause) -> int:
    """Tell in how many other messages of the week before a cause was found."""
    return view.others.get(cause_key(cause.first), 0)


def _mended(viewer: Viewer, stored: StoredReceipt, raw: KeptMessage | None) -> MendedMessage | None:
    receipt = stored.receipt
    offered = receipt.verdict is Verdict.REJECTED and stored.later_id is None and not receipt.has_more_findings
    # A partner's scope holds its own receipts alone, so this is the owner's or the keepers' permission.
    if raw is None or raw.body is None or not offered or not viewer.may(Action.SEE_QUARANTINE):
        return None
    return mend_message(raw.body, headers=raw.headers, content_type=raw.content_type, findings=receipt.findings)


def _claimed_time(raw: KeptMessage | None) -> datetime | None:
    if raw is None or raw.body is None:
        return None
    return decode(raw.body, headers=raw.headers, content_type=raw.content_type).header.time


def _raw(session: Session, delivery_id: int) -> KeptMessage | None:
    """Read the bytes that were kept of a rejected delivery, unless only the beginning of them was."""
    kept = quarantined_messages(session, [delivery_id])
    return kept[0] if kept and not kept[0].truncated else None
