"""
The ways a CloudEvent is wrapped: structured JSON, or binary mode with its attributes in headers.

Binary mode is turned into the structured form before anything is decoded, so that one path judges both.
A header counts only if the hub reads it: the content type, CloudEvents' attributes, and a signature.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote

import orjson

from payments_hub.contracts.findings import Finding, make_finding

Headers = Sequence[tuple[str, bytes | None]]

MAX_BYTES = 256 * 1024
STRUCTURED = "application/cloudevents+json"
PLAIN_JSON = "application/json"

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_CONTENT_TYPE = "content-type"
_PREFIXES = ("ce_", "ce-")
_SIGNATURE = "sig"
_READABLE = (STRUCTURED, PLAIN_JSON)


def unwrap(body: bytes | None, headers: Headers, content_type: str | None) -> bytes | Finding:
    """
    Bring a message into structured form, bounded and in UTF-8, or say why that cannot be done.

    Args:
        body: The bytes as received; None for a record without a value.
        headers: Names and values in order, repeated names kept.
        content_type: What the transport said the bytes are; a header says it where the transport does not.

    """
    if not body:
        return make_finding("E1001/empty")
    if len(body) > MAX_BYTES:
        return make_finding("E1003/bytes", size=len(body), limit=MAX_BYTES)
    read = _read_headers(headers) if headers else {}
    if isinstance(read, Finding):
        return read
    stated = content_type or read.pop(_CONTENT_TYPE, None)
    read.pop(_CONTENT_TYPE, None)
    read.pop(_SIGNATURE, None)
    text = body.removeprefix(_BYTE_ORDER_MARK)
    return _content_type_fault(stated) or _encoding_fault(text) or _in_structured_form(text, read, stated)


def _in_structured_form(text: bytes, attributes: dict[str, str], stated: str | None) -> bytes:
    # CloudEvents: the content type decides; a structured message may repeat its attributes as headers for routers.
    if not attributes or (stated or "").lower().startswith(STRUCTURED):
        return text
    return _written_as_structured(attributes, text)


# Senders use a handful of spellings; the bound is on what a hostile one can make us keep.
@lru_cache(maxsize=256)
def _content_type_fault(stated: str | None) -> Finding | None:
    if stated is None:
        return None
    media_type, *parameters = (part.strip().lower() for part in stated.split(";"))
    charsets = [value.partition("=")[2].strip('" ') for value in parameters if value.startswith("charset=")]
    if media_type in _READABLE and all(charset in {"utf-8", "utf8"} for charset in charsets):
        return None
    return make_finding("E1001/content-type", got=stated, allowed=_READABLE)


def _encoding_fault(text: bytes) -> Finding | None:
    if text.isascii():
        return None
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return make_finding("E1001/encoding")
    return None


def _read_headers(headers: Headers) -> dict[str, str] | Finding:
    """Collect the headers that the hub reads, attributes under CloudEvents' own names."""
    read: dict[str, str] = {}
    for name, raw in headers:
        wanted = _wanted_name(name)
        if wanted is None:
            continue
        value = _decode_header(name, raw)
        if value is None or wanted in read:
            return make_finding("E1001/header", name=name)
        read[wanted] = value
    return read


@lru_cache(maxsize=256)
def _wanted_name(name: str) -> str | None:
    lowered = name.lower()
    if lowered.startswith(_PREFIXES):
        return lowered[3:]
    return lowered if lowered in {_CONTENT_TYPE, _SIGNATURE} else None


def _decode_header(name: str, raw: bytes | None) -> str | None:
    if not raw:
        return None
    try:
        value = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    # HTTP's binding writes what is not ASCII in per cent; Kafka's writes UTF-8 as it is.
    return unquote(value, errors="replace") if name[2:3] == "-" else value


def _written_as_structured(attributes: dict[str, str], data: bytes) -> bytes:
    """
    Write binary mode as structured JSON.

    Data that tries to close the object early ends as trailing garbage or as a key that stands twice, and is refused.
    """
    return b"".join((orjson.dumps(attributes)[:-1], b',"data":', data, b"}"))
