"""The rules of a whole message: its envelope, then its slice or its manifest."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from payments_hub.contracts.envelope import PLAIN_JSON
from payments_hub.contracts.findings import Finding, make_finding
from payments_hub.contracts.header import parse_time
from payments_hub.contracts.manifest_rules import manifest_findings
from payments_hub.contracts.slice_rules import slice_findings
from payments_hub.contracts.slice_v1 import SliceMessageV1

ENVELOPE_FIELDS = frozenset(SliceMessageV1.__annotations__)
_EXTENSION_NAME = re.compile(r"[a-z0-9]{1,20}", re.ASCII)


def message_findings(message: Mapping[str, Any], *, unsure: Collection[int] | None = ()) -> Iterator[Finding]:
    """
    Apply every rule that needs nothing but the message, which is a slice's.

    Args:
        message: The message, of which parts may be missing; what is there has the right type.
        unsure: As for `slice_findings`.

    """
    yield from _envelope_findings(message)
    if "data" in message:
        yield from slice_findings(message["data"], unsure=unsure)


def manifest_message_findings(message: Mapping[str, Any]) -> Iterator[Finding]:
    """Apply every rule that needs nothing but the message, which is a manifest's; parts of it may be missing."""
    yield from _envelope_findings(message)
    if "data" in message:
        yield from manifest_findings(message["data"])


def _envelope_findings(message: Mapping[str, Any]) -> Iterator[Finding]:
    if "time" in message and parse_time(message["time"]) is None:
        yield make_finding("E2002/time", "/time", got=message["time"])
    content_type = message.get("datacontenttype")
    if content_type is not None and content_type.partition(";")[0].strip().lower() != PLAIN_JSON:
        yield make_finding("E2101", "/datacontenttype", got=content_type, allowed=(PLAIN_JSON,))
    if not message.keys() <= ENVELOPE_FIELDS:
        yield from _extension_findings(message)


def _extension_findings(message: Mapping[str, Any]) -> Iterator[Finding]:
    """Let CloudEvents' extension attributes pass, which libraries for tracing add, and nothing else."""
    for name in message.keys() - ENVELOPE_FIELDS:
        if not _EXTENSION_NAME.fullmatch(name):
            pointer = f"/{name[:40]}"
            yield make_finding("E2003", pointer, got=message[name], allowed=sorted(ENVELOPE_FIELDS), meant=name)
        elif not isinstance(message[name], (str, int, type(None))):
            yield make_finding("E2002/not-text", f"/{name}", got=message[name])
