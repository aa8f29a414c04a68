"""What a partner sends in one request: bounded before it is read, taken apart before it is decoded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from flask import request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge, UnsupportedMediaType

from payments_hub.contracts import batches
from payments_hub.contracts.batches import BatchFault, BatchPart
from payments_hub.contracts.envelope import MAX_BYTES, PLAIN_JSON, STRUCTURED
from payments_hub.domain.languages import Words
from payments_hub.web.api.v1.signatures import SignedBody, read_signed
from payments_hub.web.refusals import FieldFault, RefusalError

LARGEST_MESSAGE = MAX_BYTES
LONGEST_KEY = 200
KEY_HEADER = "Idempotency-Key"
_CHARSETS = frozenset({"utf-8", "utf8"})
_EVENT_HEADER = "ce-"


class Form(StrEnum):
    """How messages are written in a body, by its content type."""

    STRUCTURED = STRUCTURED
    JSON = PLAIN_JSON
    LINES = batches.NDJSON
    LIST = batches.JSON_BATCH

    @property
    def is_batch(self) -> bool:
        """Tell whether the body holds several messages, each answered on its own."""
        return self in {Form.LINES, Form.LIST}


@dataclass(frozen=True, slots=True)
class Sent:
    """
    One request's messages, undecoded.

    Args:
        parts: Its messages, or why they cannot be told apart.
        headers: CloudEvents' attributes of a message in binary mode, as they came.
        signed: The body as it came, with its signature, for a partner that signs.
        key: The sender's name for the request, or None.
        sha256: Of all that counts in the request.

    """

    form: Form
    parts: list[BatchPart] | BatchFault
    headers: tuple[tuple[str, bytes], ...]
    signed: SignedBody
    byte_count: int
    key: str | None
    sha256: bytes


def read_sent() -> Sent:
    """
    Read this request's messages.

    Raises:
        UnsupportedMediaType: The content type is none of ours, or the body is packed.
        RequestEntityTooLarge: The body is over its limit.
        ClientDisconnected: The body ended before its time.
        RefusalError: The request's key is none.

    """
    form, key = _form(), _key()
    body = _body(batches.MAX_BATCH_BYTES if form.is_batch else LARGEST_MESSAGE)
    headers = () if form.is_batch else _event_headers()
    parts, signed = _parts(form, body), read_signed(body)
    return Sent(form, parts, headers, signed, len(body), key, _digest(form, headers, body))


def refusal_of(fault: BatchFault) -> RefusalError:
    """Say why a body's messages cannot be told apart."""
    return RefusalError(413 if fault is BatchFault.TOO_MANY else 400, f"BATCH_{fault.name}", _FAULTS[fault])


def _form() -> Form:
    # A packed body is not unpacked: a thousand bytes may hold a thousand times as many.
    packed = request.headers.get("Content-Encoding", "identity").lower() != "identity"
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if packed or charset not in _CHARSETS or request.mimetype not in set(Form):
        raise UnsupportedMediaType
    return Form(request.mimetype)


def _key() -> str | None:
    key = request.headers.get(KEY_HEADER)
    if key is None or (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        return key
    words = Words(
        f"{KEY_HEADER} phải có từ 1 đến {LONGEST_KEY} ký tự ASCII in được.",
        f"{KEY_HEADER} must have 1 to {LONGEST_KEY} printable ASCII characters.",
    )
    raise RefusalError(400, "BAD_IDEMPOTENCY_KEY", words, fields=(FieldFault(KEY_HEADER, words),))


def _body(limit: int) -> bytes:
    # Werkzeug cuts a body that comes in chunks at its limit and says nothing, so one byte more is asked for.
    request.max_content_length = limit + 1
    body = request.get_data(cache=False)
    if len(body) > limit:
        raise RequestEntityTooLarge
    # A line that was cut is not a partner's fault; the rest of a message must not be judged as if it were the whole.
    if len(body) < (request.content_length or 0):
        raise ClientDisconnected
    return body


def _event_headers() -> tuple[tuple[str, bytes], ...]:
    # Quarantine keeps headers: the event's own alone go on, never the key. WSGI hands bytes over as Latin-1, so this
    # gives back those that came.
    return tuple(
        (name, value.encode("latin-1")) for name, value in request.headers if name.lower().startswith(_EVENT_HEADER)
    )


def _parts(form: Form, body: bytes) -> list[BatchPart] | BatchFault:
    match form:
        case Form.LINES:
            return batches.split_lines(body)
        case Form.LIST:
            return batches.split_list(body)
        case _:
            return [BatchPart(1, body)]


def _digest(form: Form, headers: tuple[tuple[str, bytes], ...], body: bytes) -> bytes:
    """Hash the request's form, its attributes and its body, each with its length before it."""
    digest = hashlib.sha256()
    named = sorted((name.lower().encode(), value) for name, value in headers)
    for part in (form.value.encode(), *(text for pair in named for text in pair), body):
        digest.update(b"%d:" % len(part) + part)
    return digest.digest()


_FAULTS = {
    BatchFault.NO_MESSAGE: Words(
        "Lô không có dòng nào. Mỗi dòng là một thông điệp.", "The batch has no line. Each line is one message."
    ),
    BatchFault.NO_LIST: Words(
        "Lô không phải một danh sách JSON trọn vẹn nên không tách được thông điệp; chưa thông điệp nào được nhận.",
        "The batch is not one whole JSON list, so its messages cannot be told apart; none was taken in.",
    ),
    BatchFault.TOO_DEEP: Words(
        f"Lô có các ngoặc lồng nhau quá {batches.DEEPEST} tầng; chưa thông điệp nào được nhận.",
        f"The batch has brackets nested over {batches.DEEPEST} deep; no message was taken in.",
    ),
    BatchFault.TOO_MANY: Words(
        "Lô có quá 1.000 thông điệp hoặc dòng; chưa thông điệp nào được nhận. Hãy chia lô.",
        "The batch has over 1,000 messages or lines; none was taken in. Split it.",
    ),
}
