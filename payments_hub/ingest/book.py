"""
One batch's book: what is recorded of the slices it is about, kept up to date while its messages are judged in order.

A book belongs to one transaction, which holds the locks of the batch's partners. It reads once, judges in memory, and
hands over all rows to be written at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from payments_hub.contracts.decode import Decoded
from payments_hub.contracts.findings import Finding, make_finding
from payments_hub.contracts.manifest_v1 import ManifestEvent
from payments_hub.contracts.slice_v1 import SliceEvent
from payments_hub.domain.locks import PeriodLock, lock_over
from payments_hub.domain.manifests import ManifestKey
from payments_hub.domain.slices import SeenEvent, SliceKey, SliceState
from payments_hub.domain.verdicts import Cause, Verdict
from payments_hub.ingest.arrivals import Arrival
from payments_hub.ingest.manifests import ManifestBook, RecordedManifest
from payments_hub.ingest.plausibility import ArrivedSlice, load_plausibility
from payments_hub.ingest.reference import RegisteredPartner
from payments_hub.ingest.verdicts import Judgement, judge_identity, judge_revision, known_instant, next_revision
from payments_hub.kernel.ids import new_id
from payments_hub.store.copying import next_numbers
from payments_hub.store.manifests import StoredManifest
from payments_hub.store.slices import seen_events, slice_states


@dataclass(frozen=True, slots=True)
class Earlier:
    """
    What was answered before to a delivery that is judged again.

    Args:
        delivery_id: The delivery's number.
        receipt_id: Its latest receipt.
        cause: Why it is judged again.
        replay_id: The replay it is part of, if it is.

    """

    delivery_id: int
    receipt_id: str
    cause: Cause
    replay_id: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """
    An arrival, decoded and checked.

    Args:
        findings: Of decoding and of the checks together.
        slice_key: The slice it is about; None where it is rejected for its own sake, or is a manifest.
        manifest_key: What it is a manifest of; None where it is rejected for its own sake, or is a slice.
        earlier: For a delivery that is judged again, what was answered to it.

    """

    arrival: Arrival
    partner: RegisteredPartner
    decoded: Decoded
    findings: tuple[Finding, ...]
    slice_key: SliceKey | None
    earlier: Earlier | None = None
    manifest_key: ManifestKey | None = None

    @property
    def cause(self) -> Cause:
        """Tell why its receipt is written."""
        return Cause.ARRIVAL if self.earlier is None else self.earlier.cause

    @property
    def event_key(self) -> tuple[int, str] | None:
        """Name the event for the duplicate rule; None where it names none, or not one of this partner's."""
        key = self.decoded.key
        if key.event_id is None or key.source != self.partner.source:
            return None
        return self.partner.number, key.event_id


@dataclass(slots=True)
class Outcome:
    """
    What became of a message; filled in by its book, and not changed once the book has handed it out.

    Args:
        revision_id: The stored revision, of a slice or a manifest; None unless it is recorded.
        content_revision_id: The stored revision whose cells it reads.
        replaces_id: For an ACCEPTED one, the revision whose cells the view read before.
        current_revision: The head's number after it; None without a head.
        number: The receipt's own, in the order of the partner's receipts.
        lock_id: The lock that holds it.

    """

    message: Message
    delivery_id: int
    receipt_id: str
    verdict: Verdict
    findings: tuple[Finding, ...]
    issued_at: datetime
    known_at: datetime | None = None
    first_receipt_id: str | None = None
    revision_id: int | None = None
    content_revision_id: int | None = None
    replaces_id: int | None = None
    current_revision: int | None = None
    number: int = 0
    lock_id: int | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """What the cells of a view add up to, gross: payments, and whole units of the currency; None where unknown."""

    count: int | None
    amount: int | None


class Book:
    """
    Judges the messages of one batch, in their order.

    Args:
        session: Its transaction holds the partners' locks.
        messages: The batch.
        now: An instant after the partners' locks were taken.
        locks: The locked periods that hold slices back; none for slices that are released.

    """

    def __init__(
        self, session: Session, messages: Sequence[Message], now: datetime, locks: Sequence[PeriodLock] = ()
    ) -> None:
        self._now = now
        self._locks = locks
        self._seen = seen_events(session, {message.event_key for message in messages if message.event_key})
        self._states = slice_states(session, _asked(messages))
        self._plausibility = load_plausibility(session, self._states.keys(), now)
        self.heads: dict[SliceKey, SliceState] = {}
        arrived = sum(message.earlier is None for message in messages)
        self._deliveries = iter(next_numbers(session, "delivery_id_seq", arrived))
        self._receipts = iter(next_numbers(session, "receipt_number_seq", len(messages)))
        judgeable = sum(message.slice_key is not None for message in messages)
        self._revisions = iter(next_numbers(session, "slice_revision_id_seq", judgeable))
        manifests = _asked_manifests(messages)
        self._manifests = ManifestBook(session, manifests, self._states.keys(), now)
        self._manifest_numbers = iter(
            next_numbers(session, "manifest_revision_id_seq", len(manifests)) if manifests else ()
        )

    def judge(self, message: Message) -> Outcome:
        """Apply the contract's rules, the first that fits, and note what follows for the messages after it."""
        outcome = self._begin(message)
        # A released slice's id was seen when it arrived: by itself.
        key = None if message.cause is Cause.RELEASE else message.event_key
        identity = judge_identity(message.decoded.event_sha256, self._seen.get(key) if key else None)
        if identity is not None:
            _conclude(outcome, identity)
            return outcome
        self._judge_content(outcome, message)
        if key is not None and outcome.verdict is not Verdict.REJECTED:
            self._seen[key] = SeenEvent(message.decoded.event_sha256 or b"", outcome.receipt_id)
        return outcome

    def manifests(self) -> list[StoredManifest]:
        """Tell how the manifests stand that the batch has changed anything of."""
        return self._manifests.changed()

    def totals(self, key: SliceKey | None) -> Totals:
        """Tell what a slice's view adds up to by now."""
        state = self._states.get(key) if key is not None else None
        return Totals(None, None) if state is None else Totals(state.total_count, state.total_amount)

    def _begin(self, message: Message) -> Outcome:
        delivery_id = next(self._deliveries) if message.earlier is None else message.earlier.delivery_id
        begun = Outcome(message, delivery_id, new_id(self._now), Verdict.REJECTED, message.findings, self._now)
        begun.number = next(self._receipts)
        return begun

    def _judge_content(self, outcome: Outcome, message: Message) -> None:
        event, manifest = message.decoded.event, message.decoded.manifest
        if event is not None and message.slice_key is not None:
            self._judge_slice(outcome, event, message.slice_key)
        elif manifest is not None and message.manifest_key is not None:
            self._judge_manifest(outcome, manifest, message.manifest_key)

    def _judge_manifest(self, outcome: Outcome, event: ManifestEvent, key: ManifestKey) -> None:
        """Judge a manifest's number as a slice's; no lock holds it, and that it differs is a warning."""
        state = self._manifests.state(key)
        content = outcome.message.decoded.content_sha256 or b""
        _conclude(outcome, judge_revision(event.revision, content, state), event, next_revision(state))
        outcome.current_revision = state.revision
        if event.revision in state.recorded or outcome.verdict is Verdict.REJECTED:
            return
        known_at = self._known_at(outcome, event.time, state)
        recorded = RecordedManifest(next(self._manifest_numbers), content, known_at)
        self._manifests.note_number(key, event.revision, content)
        outcome.known_at, outcome.revision_id = known_at, recorded.manifest_id
        if outcome.verdict is Verdict.SUPERSEDED:
            return
        outcome.findings = (*outcome.findings, *self._manifests.hold(key, event, recorded))
        outcome.current_revision = event.revision

    def _known_at(self, outcome: Outcome, made_at: datetime, state: SliceState) -> datetime:
        # What an officer or an operator decides is known when they decide it, in a simulated city too.
        simulated = outcome.message.partner.is_simulated and outcome.message.earlier is None
        return known_instant(self._now, made_at, state, simulated=simulated)

    def _judge_slice(self, outcome: Outcome, event: SliceEvent, key: SliceKey) -> None:
        state = self._states[key]
        content = outcome.message.decoded.content_sha256 or b""
        expected, recorded = next_revision(state), event.revision in state.recorded
        lock = lock_over(self._locks, event.flow, event.period) if self._locks else None
        judgement = judge_revision(event.revision, content, state, is_locked=lock is not None)
        _conclude(outcome, judgement, event, expected)
        outcome.current_revision = state.revision
        if recorded or outcome.verdict is Verdict.REJECTED:
            return
        if lock is not None:
            state.recorded[event.revision] = content
            outcome.lock_id = lock.number
            return
        self._record(outcome, event, content, key)

    def _record(self, outcome: Outcome, event: SliceEvent, content: bytes, key: SliceKey) -> None:
        """Give the revision its number in the store, and make it the head unless it came too late."""
        state = self._states[key]
        known_at = self._known_at(outcome, event.time, state)
        revision_id = next(self._revisions)
        state.recorded[event.revision] = content
        self._manifests.note_slice(key, event, content)
        outcome.known_at, outcome.revision_id, outcome.content_revision_id = known_at, revision_id, revision_id
        match outcome.verdict:
            case Verdict.ACCEPTED:
                slice_ = ArrivedSlice(outcome.message.arrival, outcome.message.decoded, event, key)
                outcome.findings = self._plausibility.remark(outcome.findings, slice_, self._states)
                outcome.replaces_id = state.content_revision_id
                state.content_revision_id, state.content_sha256 = revision_id, content
                _note_cells(state, outcome.message.decoded)
            case Verdict.NO_CHANGE:
                outcome.content_revision_id = state.content_revision_id
            case _:
                return
        state.revision, state.known_at = event.revision, known_at
        self.heads[key] = state
        outcome.current_revision = event.revision


def _note_cells(state: SliceState, decoded: Decoded) -> None:
    event = decoded.event
    if event is not None:
        state.cell_count, state.cells_sha256 = len(event.cells), decoded.cells_sha256
        state.total_count, state.total_amount = event.control_count, event.control_amount


def _asked(messages: Sequence[Message]) -> list[tuple[SliceKey, int]]:
    pairs = {
        (message.slice_key, message.decoded.event.revision)
        for message in messages
        if message.slice_key is not None and message.decoded.event is not None
    }
    return sorted(pairs)


def _asked_manifests(messages: Sequence[Message]) -> list[tuple[ManifestKey, int]]:
    return [
        (message.manifest_key, message.decoded.manifest.revision)
        for message in messages
        if message.manifest_key is not None and message.decoded.manifest is not None
    ]


def _conclude(
    outcome: Outcome,
    judgement: Judgement,
    event: SliceEvent | ManifestEvent | None = None,
    expected: int | None = None,
) -> None:
    """Put a judgement into an outcome, with the findings that explain it."""
    told = outcome.findings
    if judgement.verdict is Verdict.DUPLICATE:
        told = ()  # It was judged when it first came; its first receipt tells.
    if judgement.conflict == "E1102":
        told = (*told, make_finding("E1102", "/id", got=outcome.message.decoded.key.event_id))
    if judgement.conflict == "E4001" and event is not None and expected is not None:
        # What is recorded is the head's or below it; above it, a number is taken by what is held.
        code, current = ("E4001/held", None) if event.revision >= expected else ("E4001", expected - 1)
        told = (*told, make_finding(code, "/data/revision", got=event.revision, current=current))
    if judgement.warning == "H4003" and event is not None:
        told = (*told, make_finding("H4003", "/data/period", got=str(event.period)))
    if judgement.warning == "W4002" and event is not None:
        told = (*told, make_finding("W4002", "/data/revision", got=event.revision, expected=expected))
    outcome.verdict, outcome.findings, outcome.first_receipt_id = judgement.verdict, told, judgement.first_receipt_id
