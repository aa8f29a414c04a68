"""
From bytes to a slice or a manifest, or to everything that is wrong with them, without a clock, a list or a database.

A slice without fault is read once, by msgspec (`payments_hub.contracts.quick_slices`). Only what is none, or is a rare
one, is read again, by pydantic; and what that refuses once more, slowly: to be explained, or because it is a manifest,
of which there is one to many slices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import islice
from typing import Any

from pydantic import ValidationError

from payments_hub.contracts.duplicate_keys import every_key_stands_once
from payments_hub.contracts.envelope import Headers, unwrap
from payments_hub.contracts.explain import explain
from payments_hub.contracts.findings import Finding, clean
from payments_hub.contracts.hashing import EventHashes
from payments_hub.contracts.header import NO_HEADER, NO_KEY, ClaimedKey, SliceHeader, claimed_key, read_header
from payments_hub.contracts.manifest_events import to_manifest
from payments_hub.contracts.manifest_v1 import MANIFEST_TYPE, ManifestEvent
from payments_hub.contracts.message_rules import manifest_message_findings, message_findings
from payments_hub.contracts.quick_slices import read_quickly
from payments_hub.contracts.slice_events import to_event
from payments_hub.contracts.slice_v1 import MAX_TEXT_LENGTH, SLICE_MESSAGE, SliceEvent

MAX_FINDINGS = 200
"""A receipt tells no more: whoever mends two hundred faults sees the next ones by sending again."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """
    What a message turned out to be.

    Args:
        event: The slice; None if any finding rejects the message, or it is a manifest.
        findings: Everything that is wrong or remarkable, at most `MAX_FINDINGS`.
        has_more_findings: True where some were left out.
        key: What the message calls itself, for the receipt, as far as it could be read.
        header: What the message is about, for the checks that need lists and the clock, as far as it could be read.
        bytes_sha256: Hash of the bytes as received; of nothing for a record without a value.
        event_sha256: Hash of the canonical event; None without an event.
        content_sha256: Hash of its content; None without an event.
        cells_sha256: Hash of its cells; None without any.
        manifest: The manifest; None if any finding rejects the message, or it is a slice.

    """

    event: SliceEvent | None
    findings: tuple[Finding, ...]
    has_more_findings: bool
    key: ClaimedKey
    header: SliceHeader
    bytes_sha256: bytes
    byte_count: int
    event_sha256: bytes | None = None
    content_sha256: bytes | None = None
    cells_sha256: bytes | None = None
    manifest: ManifestEvent | None = None


def decode(body: bytes | None, *, headers: Headers = (), content_type: str | None = None) -> Decoded:
    """
    Decode one message in structured or binary mode, and apply every rule that needs nothing but the message.

    Args:
        body: The bytes as received; None for a record without a value.
        headers: Names and values in order, repeated names kept.
        content_type: What the transport said the bytes are; else a header may say it.

    """
    received = body or b""
    text = unwrap(body, headers, content_type)
    if isinstance(text, Finding):
        return _refused(received, NO_KEY, NO_HEADER, iter([text]))
    quick = read_quickly(text)
    if quick is not None:
        return _accepted(received, quick.event, quick.hashes)
    return decode_thoroughly(received, text)


def decode_thoroughly(received: bytes, text: bytes) -> Decoded:
    """
    Decode a message whatever it is, and explain what is wrong with it.

    Args:
        received: The bytes as received.
        text: The message in structured form.

    """
    try:
        message: Mapping[str, Any] = SLICE_MESSAGE.validate_json(text)
    except ValidationError as refusal:
        return _read_again(received, text, refusal)
    if not every_key_stands_once(text, message):
        return _read_again(received, text, None)
    return _judge(received, message)


def _read_again(received: bytes, text: bytes, refusal: ValidationError | None) -> Decoded:
    explained = explain(text, refusal)
    if explained.is_readable:
        judge = _judge_manifest if explained.type == MANIFEST_TYPE else _judge
        return judge(received, explained.message)
    # Read before the findings, which take the message apart as they are told.
    header = read_header(explained.message) if explained.type else NO_HEADER
    return _refused(received, claimed_key(explained.message), header, explained.findings)


def _judge(received: bytes, message: Mapping[str, Any]) -> Decoded:
    findings, has_more = _first(message_findings(message))
    if any(finding.rejects for finding in findings):
        return _refused_for(received, message, findings, has_more_findings=has_more)
    hashed = to_event(message)
    return _accepted(received, hashed.event, hashed.hashes, findings, has_more_findings=has_more)


def _accepted(
    received: bytes,
    event: SliceEvent,
    hashes: EventHashes,
    remarks: tuple[Finding, ...] = (),
    *,
    has_more_findings: bool = False,
) -> Decoded:
    return Decoded(
        event=event,
        findings=remarks,
        has_more_findings=has_more_findings,
        # The site alone is free text as yet: no list was asked whether it exists.
        key=ClaimedKey(
            source=event.source,
            event_id=event.id,
            flow=event.flow,
            site=clean(event.site, MAX_TEXT_LENGTH),
            period=str(event.period),
            revision=str(event.revision),
        ),
        header=SliceHeader(event.source, event.time, event.flow, event.site, event.period, event.currency),
        bytes_sha256=sha256(received).digest(),
        byte_count=len(received),
        event_sha256=hashes.event,
        content_sha256=hashes.content,
        cells_sha256=hashes.cells,
    )


def _judge_manifest(received: bytes, message: Mapping[str, Any]) -> Decoded:
    findings, has_more = _first(manifest_message_findings(message))
    if any(finding.rejects for finding in findings):
        return _refused_for(received, message, findings, has_more_findings=has_more)
    hashed = to_manifest(message)
    return Decoded(
        event=None,
        findings=findings,
        has_more_findings=has_more,
        # As it stands and not as a person is shown it: what is looked up by it must be what is kept.
        key=ClaimedKey(
            source=hashed.event.source,
            event_id=hashed.event.id,
            flow=hashed.event.flow,
            site=None,
            period=str(hashed.event.period),
            revision=str(hashed.event.revision),
        ),
        header=read_header(message),
        bytes_sha256=sha256(received).digest(),
        byte_count=len(received),
        event_sha256=hashed.event_sha256,
        content_sha256=hashed.content_sha256,
        manifest=hashed.event,
    )


def _refused_for(
    received: bytes, message: Mapping[str, Any], findings: tuple[Finding, ...], *, has_more_findings: bool
) -> Decoded:
    refused = _refused(received, claimed_key(message), read_header(message), iter(findings))
    return replace(refused, has_more_findings=has_more_findings)


def _refused(received: bytes, key: ClaimedKey, header: SliceHeader, findings: Iterator[Finding]) -> Decoded:
    told, has_more = _first(findings)
    return Decoded(None, told, has_more, key, header, sha256(received).digest(), len(received))


def _first(findings: Iterator[Finding]) -> tuple[tuple[Finding, ...], bool]:
    told = tuple(islice(findings, MAX_FINDINGS + 1))
    return told[:MAX_FINDINGS], len(told) > MAX_FINDINGS
