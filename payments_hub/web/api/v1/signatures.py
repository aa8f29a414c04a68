"""
Whether a request is signed, where its partner has a signing key: the whole body as sent, whatever messages it holds.

It is verified in the transaction that would store them, by the keys of that moment, and before anything is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import request

from payments_hub.contracts.signatures import (
    ID_HEADER,
    LARGEST_SKEW_SECONDS,
    SIGNATURE_HEADER,
    TIME_HEADER,
    SignatureFault,
    SigningKey,
    Stamp,
    read_stamp,
    verify,
)
from payments_hub.domain.languages import Words
from payments_hub.domain.security_events import Kind
from payments_hub.web.context import caller_key
from payments_hub.web.refusals import RefusalError
from payments_hub.web.refused import refused

_CHALLENGE = (("WWW-Authenticate", 'Bearer realm="payments-hub"'),)


@dataclass(frozen=True, slots=True)
class SignedBody:
    """
    What a request's signature is about.

    Args:
        stamp: Its headers, or what is wrong with them.
        body: The bytes as received.

    """

    stamp: Stamp | SignatureFault
    body: bytes


def read_signed(body: bytes) -> SignedBody:
    """Read this request's signature, whether it needs one or not."""
    named = (request.headers.get(name) for name in (ID_HEADER, TIME_HEADER, SIGNATURE_HEADER))
    return SignedBody(read_stamp(*named), body)


def require_signature(signed: SignedBody, keys: Sequence[SigningKey], *, is_binary: bool, now: datetime) -> str:
    """
    Name the key that signed this request.

    Args:
        signed: The request's signature and body.
        keys: The partner's live keys; at least one.
        is_binary: Whether attributes of the event are in headers, which no signature covers.
        now: This moment, which the time of signing must be near.

    Raises:
        RefusalError: 401, with the reason's class alone.

    """
    if is_binary:
        raise _refusal("SIGNATURE_BINARY", _BINARY)
    if isinstance(signed.stamp, SignatureFault):
        raise _refusal(f"SIGNATURE_{signed.stamp.name}", _FAULTS[signed.stamp])
    kid = verify(keys, signed.stamp, signed.body)
    if kid is None:
        raise _refusal("SIGNATURE_WRONG", _FAULTS[SignatureFault.WRONG])
    behind = int(now.timestamp()) - signed.stamp.signed_at
    if abs(behind) > LARGEST_SKEW_SECONDS:
        raise _refusal("SIGNATURE_TIME", _skew(behind))
    return kid


def _refusal(code: str, words: Words) -> RefusalError:
    refused(Kind.SIGNATURE, actor=f"key:{caller_key().prefix}")
    return RefusalError(401, code, words, headers=_CHALLENGE)


def _skew(behind: int) -> Words:
    seconds = abs(behind)
    vi, en = ("chậm", "behind") if behind > 0 else ("nhanh", "ahead of")
    return Words(
        f"Chữ ký đúng nhưng thời điểm ký lệch: đồng hồ của đơn vị {vi} {seconds} giây so với hệ thống, hoặc yêu cầu "
        f"đến muộn. Giới hạn là {LARGEST_SKEW_SECONDS} giây. Hãy chỉnh đồng hồ rồi ký lại.",
        f"The signature is good, its time is not: your clock is {seconds} s {en} ours, or the request came late. "
        f"The limit is {LARGEST_SKEW_SECONDS} s. Set the clock and sign anew.",
    )


_BINARY = Words(
    "Chữ ký không bao gồm các tiêu đề ce-. Đơn vị có khóa ký phải gửi ở chế độ có cấu trúc: cả CloudEvent nằm trong "
    "nội dung.",
    "The signature does not cover ce- headers. Who has a signing key sends in structured mode: the whole CloudEvent in "
    "the body.",
)
_FAULTS = {
    SignatureFault.MISSING: Words(
        "Đơn vị có khóa ký nên mọi yêu cầu phải có đủ ba tiêu đề webhook-id, webhook-timestamp và webhook-signature. "
        "Hãy ký yêu cầu, hoặc thu hồi khóa ký.",
        "You have a signing key, so each request needs the three headers webhook-id, webhook-timestamp and "
        "webhook-signature. Sign the request, or revoke the key.",
    ),
    SignatureFault.UNREADABLE: Words(
        "Không đọc được tiêu đề chữ ký: webhook-id không có dấu chấm, webhook-timestamp là số giây, webhook-signature "
        "dạng v1,BASE64 hoặc v1a,BASE64, cách nhau một dấu cách.",
        "The headers of the signature cannot be read: webhook-id has no dot, webhook-timestamp is in seconds, "
        "webhook-signature is v1,BASE64 or v1a,BASE64, one space between several.",
    ),
    SignatureFault.WRONG: Words(
        "Không chữ ký nào do khóa đang dùng của đơn vị tạo ra trên đúng các byte này. Hãy ký id.thời-điểm.nội-dung "
        "trên chính các byte được gửi, bằng khóa chưa thu hồi.",
        "No signature was made by a live key of yours over these bytes. Sign id.timestamp.body over the very bytes "
        "that are sent, with a key that is not revoked.",
    ),
}
