"""
Signatures of messages, in the form of Standard Webhooks: three headers beside the bytes as they are sent.

What is signed is `id.timestamp.body`. The algorithm is the key's own, as it was registered: a message may say which of
its signatures is meant for which kind of key, and nothing that it says chooses a key or turns one kind into another.
"""

from __future__ import annotations

import hmac
import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from payments_hub.domain.keys import SigningAlgorithm

ID_HEADER = "webhook-id"
TIME_HEADER = "webhook-timestamp"
SIGNATURE_HEADER = "webhook-signature"
SIGNATURE_HEADERS = (ID_HEADER, TIME_HEADER, SIGNATURE_HEADER)

MOST_SIGNATURES = 4
"""One for each key that a partner has while it changes keys, and as many again."""

LARGEST_SKEW_SECONDS = 300
"""How far a sender's clock may be off where the time of signing is judged: over HTTP alone."""

_MARKS = {SigningAlgorithm.HMAC_SHA256: "v1", SigningAlgorithm.ED25519: "v1a"}
# Printable, without space, the dot that separates, and the comma by which servers join repeated headers.
_ID = re.compile(r"[!-+\-/-~]{1,200}", re.ASCII)
_TIME = re.compile(r"[0-9]{1,12}", re.ASCII)
_LONGEST = 1_000


class SignatureFault(StrEnum):
    """Why a message does not count as signed."""

    MISSING = "missing"
    """It has none of the three headers, or not all."""
    UNREADABLE = "unreadable"
    """A header is not of the form that it must have."""
    WRONG = "wrong"
    """No live key of the partner made any of its signatures."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """
    A live key of a partner.

    Args:
        kid: What names it to people; no message names it.
        algorithm: The one algorithm that it is used with.
        material: Ed25519's public key of 32 bytes, or the secret shared for HMAC-SHA256.

    """

    kid: str
    algorithm: SigningAlgorithm
    material: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stamp:
    """The three headers of a signed message, read and bounded; `signed_at` in seconds since 1970."""

    message_id: str
    timestamp: str
    signatures: tuple[tuple[str, bytes], ...]

    @property
    def signed_at(self) -> int:
        """Tell when the sender says that it signed."""
        return int(self.timestamp)


def read_stamp(message_id: str | None, timestamp: str | None, signatures: str | None) -> Stamp | SignatureFault:
    """
    Read the three headers.

    >>> read_stamp("msg-1", "1614265330", "v1,YWJj v1a,eHl6").signatures
    (('v1', b'abc'), ('v1a', b'xyz'))
    >>> read_stamp("msg.1", "1614265330", "v1,AAAA")
    <SignatureFault.UNREADABLE: 'unreadable'>
    >>> read_stamp("msg-1", None, "v1,AAAA")
    <SignatureFault.MISSING: 'missing'>
    """
    if not message_id or not timestamp or not signatures:
        return SignatureFault.MISSING
    if not _ID.fullmatch(message_id) or not _TIME.fullmatch(timestamp) or len(signatures) > _LONGEST:
        return SignatureFault.UNREADABLE
    parts = signatures.split(" ")
    read = [_read_signature(part) for part in parts[:MOST_SIGNATURES]]
    known = tuple(one for one in read if one is not None)
    if len(parts) > MOST_SIGNATURES or len(known) < len(parts):
        return SignatureFault.UNREADABLE
    return Stamp(message_id, timestamp, known)


def verify(keys: Sequence[SigningKey], stamp: Stamp, body: bytes) -> str | None:
    """
    Find the key that signed a body.

    Args:
        keys: The partner's live keys; a revoked one is none.
        stamp: The message's headers.
        body: The bytes as received.

    Returns:
        The key's `kid`, or None where no signature is any key's.

    """
    signed = b"%b.%b.%b" % (stamp.message_id.encode("ascii"), stamp.timestamp.encode("ascii"), body)
    for key in keys:
        mark = _MARKS[key.algorithm]
        if any(made_with == mark and _is_good(key, signature, signed) for made_with, signature in stamp.signatures):
            return key.kid
    return None


def _read_signature(text: str) -> tuple[str, bytes] | None:
    mark, comma, written = text.partition(",")
    if not mark or not comma or not written.isascii():
        return None
    try:
        return mark, b64decode(written, validate=True)
    except Base64Error:
        return None


def _is_good(key: SigningKey, signature: bytes, signed: bytes) -> bool:
    match key.algorithm:
        case SigningAlgorithm.HMAC_SHA256:
            return hmac.compare_digest(hmac.digest(key.material, signed, sha256), signature)
        case SigningAlgorithm.ED25519:
            return _is_good_ed25519(key.material, signature, signed)


def _is_good_ed25519(public_key: bytes, signature: bytes, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    except InvalidSignature:
        return False
    return True
