"""Ed25519's public keys as people hand them over: a PEM file, or `whpk_` and base 64."""

from __future__ import annotations

from base64 import b64decode
from enum import StrEnum

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

LONGEST_PUBLIC_KEY = 1_000
"""Characters of a public key as typed: a PEM block of this kind has 113."""

_PREFIX = "whpk_"
_PRIVATE = ("PRIVATE KEY", "whsk_", "whsec_")
_LENGTH = 32
_TOP_BIT = 0x7F
_SMALL = {
    bytes.fromhex(point)
    for point in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "ee" + "ff" * 30 + "7f",
    )
}
"""The points of small order, sign left out: under such a key signatures can be made by anybody."""


class PublicKeyFault(StrEnum):
    """Why a text is no public key that the hub takes."""

    PRIVATE = "private"
    """It is a private key or a secret, which nobody may have but its owner."""
    UNREADABLE = "unreadable"
    WEAK = "weak"
    """Anybody could make signatures that this key finds good."""


def read_public_key(text: str) -> bytes | PublicKeyFault:
    """
    Read a public key.

    >>> read_public_key("whsk_AAAA")
    <PublicKeyFault.PRIVATE: 'private'>
    >>> read_public_key("whpk_AAAA")
    <PublicKeyFault.UNREADABLE: 'unreadable'>
    """
    typed = text.strip()
    if any(mark in typed for mark in _PRIVATE):
        return PublicKeyFault.PRIVATE
    if len(typed) > LONGEST_PUBLIC_KEY:
        return PublicKeyFault.UNREADABLE
    raw = _from_base64(typed.removeprefix(_PREFIX)) if typed.startswith(_PREFIX) else _from_pem(typed)
    if raw is None or len(raw) != _LENGTH:
        return PublicKeyFault.UNREADABLE
    return PublicKeyFault.WEAK if raw[:-1] + bytes([raw[-1] & _TOP_BIT]) in _SMALL else raw


def _from_base64(text: str) -> bytes | None:
    try:
        return b64decode(text.encode(), validate=True)
    except ValueError:  # no base 64, or no text that could be
        return None


def _from_pem(text: str) -> bytes | None:
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else None
