"""Identifiers that sort by the time they were made, and digests of bytes."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26
_RANDOM_BITS = 80
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_SHIFTS = range(5 * (_LENGTH - 2), -1, -10)
_LETTERS = str.maketrans("0123456789abcdef", "ABCDEFGHJKMNPQRS")


def new_id(now: datetime) -> str:
    """
    Make a ULID: 48 bits of milliseconds, 80 random bits, 26 characters of Crockford's base 32.

    Source: github.com/ulid/spec. Ids made in different milliseconds sort by time; within one they do not.

    >>> from datetime import UTC
    >>> made = new_id(datetime(2026, 7, 3, tzinfo=UTC))
    >>> len(made), made[:10]
    (26, '01KWJMCV00')
    """
    value = (int(now.timestamp() * 1000) << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS)
    return "".join([_PAIRS[(value >> shift) & 1023] for shift in _SHIFTS])


def named_id(name: str) -> str:
    """
    Make the id that a name always gets: 26 letters of its SHA-256.

    It has no digits, so that no reader takes a part of it for somebody's number.

    >>> named_id("MALL-0021|2026-07-03")
    'MMQEPDQAJNCAAEBJAFJHJRJHKJ'
    """
    return hashlib.sha256(name.encode()).hexdigest()[:_LENGTH].translate(_LETTERS)


def sha256(content: bytes) -> bytes:
    """Hash bytes: 32 bytes of SHA-256."""
    return hashlib.sha256(content).digest()
