"""From outcomes to the ledger's rows; each function's values are in the order of its table's columns."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from datetime import timedelta

import orjson

from payments_hub.contracts.codes import RULES_VERSION
from payments_hub.contracts.envelope import MAX_BYTES
from payments_hub.contracts.findings import Finding
from payments_hub.contracts.manifest_v1 import ManifestEvent
from payments_hub.contracts.read_cells import figures_of
from payments_hub.contracts.receipt_v1 import FindingV1
from payments_hub.contracts.slice_v1 import SliceEvent
from payments_hub.domain.cells import Cell, Contributors
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.manifests import ManifestKey
from payments_hub.domain.slices import SliceKey
from payments_hub.domain.verdicts import Cause, Verdict
from payments_hub.ingest.arrivals import Arrival
from payments_hub.ingest.book import Book, Message, Outcome
from payments_hub.kernel.clock import local_day
from payments_hub.store.copying import as_bytea, as_lines
from payments_hub.store.slices import Ledger, Values

RAW_BYTES_KEPT = timedelta(days=400)
"""How long the bytes of what was rejected or held are kept."""

_KEPT_OF_OVERSIZE = 4096
_NO_CONTRIBUTORS = (None, None, None)


def ledger_of(outcomes: Iterable[Outcome], book: Book) -> Ledger:
    """Collect every row that a batch writes."""
    ledger = Ledger(heads=dict(book.heads), manifest_states=book.manifests())
    for outcome in outcomes:
        if outcome.message.earlier is None:
            ledger.deliveries.append(_delivery(outcome))
            if outcome.verdict is Verdict.REJECTED:
                ledger.quarantine.append(kept_raw(outcome))
        ledger.receipts.append(_receipt(outcome))
        ledger.outbox.append((outcome.message.partner.number, outcome.number, outcome.receipt_id, outcome.issued_at))
        if outcome.verdict not in {Verdict.REJECTED, Verdict.DUPLICATE}:
            _add_slice(ledger, outcome)
            _add_manifest(ledger, outcome)
    return ledger


def _add_slice(ledger: Ledger, outcome: Outcome) -> None:
    event, key = outcome.message.decoded.event, outcome.message.slice_key
    if event is None or key is None:
        return
    if outcome.message.cause is not Cause.RELEASE:
        digest = as_bytea(outcome.message.decoded.event_sha256)
        ledger.seen_events.append((*_used(outcome), digest, outcome.receipt_id))
    if outcome.lock_id is not None:
        ledger.held.append(_held(outcome, event, key))
    if outcome.revision_id is None:
        return
    ledger.revisions.append(_revision(outcome, event, key))
    if outcome.verdict is not Verdict.NO_CHANGE and event.cells:
        ledger.cells.append(as_lines(_cells(outcome.revision_id, event.cells)))
    if outcome.verdict is Verdict.ACCEPTED and outcome.known_at is not None:
        currency = rollup_currency(outcome.message)
        ledger.touched.append((*key, currency, local_day(outcome.known_at), outcome.issued_at))


def _used(outcome: Outcome) -> tuple[int, str]:
    """Name the event by which a message is looked up, so that what is kept is what is found again."""
    used = outcome.message.event_key
    if used is None:
        raise TypeError("An event without a name of its own was taken.")
    return used


def _add_manifest(ledger: Ledger, outcome: Outcome) -> None:
    decoded, key = outcome.message.decoded, outcome.message.manifest_key
    if decoded.manifest is None or key is None:
        return
    digest = as_bytea(decoded.event_sha256)
    ledger.seen_events.append((*_used(outcome), digest, outcome.receipt_id))
    if outcome.revision_id is not None:
        ledger.manifests.append(_manifest(outcome, decoded.manifest, key))


def rollup_currency(message: Message) -> str:
    """Tell the currency of the rollups that a slice counts in: the partner's, or '' for a flow without amounts."""
    event = message.decoded.event
    return message.partner.currency if event is not None and FLOWS[event.flow].has_amount else ""


def _delivery(outcome: Outcome) -> Values:
    message = outcome.message
    arrival, decoded = message.arrival, message.decoded
    return (
        outcome.delivery_id,
        message.partner.number,
        arrival.transport.value,
        arrival.position,
        arrival.received_at,
        as_bytea(decoded.bytes_sha256),
        decoded.byte_count,
    )


def _receipt(outcome: Outcome) -> Values:
    key, earlier = outcome.message.decoded.key, outcome.message.earlier
    return (
        outcome.receipt_id,
        outcome.number,
        outcome.message.partner.number,
        outcome.delivery_id,
        earlier and earlier.receipt_id,
        outcome.message.cause.value,
        earlier and earlier.replay_id,
        outcome.issued_at,
        outcome.verdict.value,
        RULES_VERSION,
        key.source,
        key.event_id,
        key.flow,
        key.site,
        key.period,
        key.revision,
        outcome.known_at,
        outcome.first_receipt_id,
        outcome.current_revision,
        _findings(outcome.findings) if outcome.findings else "[]",
        outcome.message.decoded.has_more_findings,
    )


def _findings(findings: Iterable[Finding]) -> str:
    return orjson.dumps([FindingV1.of(finding).model_dump(mode="json") for finding in findings]).decode()


def kept_raw(outcome: Outcome) -> Values:
    """Write a rejected message as it came."""
    arrival = outcome.message.arrival
    body = arrival.body
    truncated = body is not None and len(body) > MAX_BYTES
    kept = body[:_KEPT_OF_OVERSIZE] if body is not None and truncated else body
    return (outcome.delivery_id, kept, truncated, *_as_sent(arrival), arrival.received_at + RAW_BYTES_KEPT)


def _held(outcome: Outcome, event: SliceEvent, key: SliceKey) -> Values:
    arrival = outcome.message.arrival
    return (
        outcome.delivery_id,
        outcome.lock_id,
        *key,
        event.revision,
        event.id,
        outcome.message.decoded.content_sha256,
        outcome.receipt_id,
        outcome.issued_at,
        arrival.body,
        *_as_sent(arrival),
        arrival.received_at + RAW_BYTES_KEPT,
    )


def _as_sent(arrival: Arrival) -> tuple[str, str | None]:
    """Write headers, their values in base 64, and the content type."""
    headers = [
        [_storable(name), None if value is None else base64.b64encode(value).decode()]
        for name, value in arrival.headers
    ]
    return orjson.dumps(headers).decode(), arrival.content_type and _storable(arrival.content_type)


def _storable(sent: str) -> str:
    """Escape what PostgreSQL's text cannot hold: a message may be rejected for it, never stop its feed."""
    return sent.encode("utf-8", "backslashreplace").decode().replace("\x00", r"\x00")


def _revision(outcome: Outcome, event: SliceEvent, key: SliceKey) -> Values:
    known_at = outcome.known_at
    coverage = event.coverage
    return (
        outcome.revision_id,
        outcome.delivery_id,
        *key,
        event.revision,
        outcome.verdict.value,
        outcome.content_revision_id,
        outcome.replaces_id,
        event.action.value,
        event.finality.value,
        event.reason and event.reason.value,
        event.note,
        event.currency,
        rollup_currency(outcome.message),
        coverage and coverage.reporting,
        coverage and coverage.total,
        *_contributors(event.contributors),
        event.control_count,
        event.control_amount,
        event.source,
        event.id,
        event.time,
        event.subject,
        event.partition_key,
        event.data_schema,
        as_bytea(outcome.message.decoded.event_sha256),
        as_bytea(outcome.message.decoded.content_sha256),
        known_at,
        known_at and local_day(known_at),
    )


def _manifest(outcome: Outcome, event: ManifestEvent, key: ManifestKey) -> Values:
    return (
        outcome.revision_id,
        outcome.delivery_id,
        *key,
        event.revision,
        outcome.verdict.value,
        event.slices,
        event.count,
        event.amount,
        event.currency,
        event.source,
        event.id,
        event.time,
        outcome.message.decoded.event_sha256,
        outcome.message.decoded.content_sha256,
        outcome.known_at,
    )


def _cells(revision_id: int, cells: Sequence[Cell]) -> list[Values]:
    return [
        (
            revision_id,
            ordinal,
            cell.instrument,
            cell.initiation,
            cell.sector,
            cell.purpose,
            cell.status,
            cell.count,
            cell.amount,
            cell.refund_count,
            cell.refund_amount,
            *((owners.n, owners.top1_bp, owners.top2_bp) if (owners := cell.contributors) else _NO_CONTRIBUTORS),
        )
        for ordinal, cell in enumerate(figures_of(cells))
    ]


def _contributors(contributors: Contributors | None) -> tuple[int | None, int | None, int | None]:
    if contributors is None:
        return _NO_CONTRIBUTORS
    return contributors.n, contributors.top1_bp, contributors.top2_bp
