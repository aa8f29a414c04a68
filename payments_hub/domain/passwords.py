"""
What a password must not be: too short, or among the first that anybody would guess.

Length counts, and nothing is asked of its make-up: no digits, capitals or signs, which only lead to "Password1!".
NIST SP 800-63B, 3.1.1.2: at least 15 characters alone, any printable sign allowed, checked against common ones.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise

SHORTEST_PASSWORD = 12
ADVISED_PASSWORD = 15
LONGEST_PASSWORD = 512

_FEWEST_SIGNS = 5
_SHORTEST_PIECE = 8
_MOST_AROUND_A_WORD = 8
_LEAST_OF_ITS_OWN = 8
_MOSTLY = 0.75
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_HUB_WORDS = ("paymentshub", "payments", "thanhtoanso", "thanhtoan", "haiphong")
_AROUND = re.compile(r"^[^a-z]+|[^a-z]+$")


class PasswordFault(StrEnum):
    """Why a password cannot be taken."""

    TOO_SHORT = "too short"
    TOO_LONG = "too long"
    COMMON = "common"
    REPEATED = "repeated"
    ABOUT_US = "about us"


def prepared(password: str) -> str:
    """
    Give a password the one form that is hashed: the same keys give different bytes on different systems.

    >>> prepared("a\u0302") == "\u00e2"
    True
    """
    return unicodedata.normalize("NFC", password)


def password_fault(password: str, username: str) -> PasswordFault | None:
    """
    Find what is wrong with a new password.

    >>> password_fault("Password123456", "lan"), password_fault("qwertyuiop12", "lan")
    (<PasswordFault.COMMON: 'common'>, <PasswordFault.REPEATED: 'repeated'>)
    >>> password_fault("lan@haiphong.2026", "lan"), password_fault("ngày mai trời lại sáng", "lan")
    (<PasswordFault.ABOUT_US: 'about us'>, None)
    """
    length = len(prepared(password))
    if length < SHORTEST_PASSWORD:
        return PasswordFault.TOO_SHORT
    if length > LONGEST_PASSWORD:
        return PasswordFault.TOO_LONG
    plain = _plain(password)
    if _is_repeated(plain):
        return PasswordFault.REPEATED
    if _is_common(plain):
        return PasswordFault.COMMON
    return PasswordFault.ABOUT_US if _is_about_us(plain, username) else None


def _plain(password: str) -> str:
    """Take marks, capitals and spaces off: who guesses tries those first."""
    parts = unicodedata.normalize("NFKD", password.casefold().replace("đ", "d"))
    return "".join(sign for sign in parts if not unicodedata.combining(sign) and not sign.isspace())


def _is_repeated(plain: str) -> bool:
    """Tell whether it is few signs, a short piece over and over, or mostly a run along a row of keys."""
    if len(set(plain)) < _FEWEST_SIGNS:
        return True
    if any(plain.startswith(plain[piece:]) for piece in range(1, _SHORTEST_PIECE)):
        return True
    neighbours = sum(_are_neighbours(first, second) for first, second in pairwise(plain))
    return neighbours >= _MOSTLY * (len(plain) - 1)


def _are_neighbours(first: str, second: str) -> bool:
    return first == second or any(first + second in row or second + first in row for row in _ROWS)


def _is_common(plain: str) -> bool:
    """Tell whether it is a common password, or a common word with a few other signs around it."""
    word = _AROUND.sub("", plain)
    return plain in _common() or (word in _common() and len(plain) - len(word) <= _MOST_AROUND_A_WORD)


def _is_about_us(plain: str, username: str) -> bool:
    """Tell whether too little is left without the user's name and the hub's."""
    own = plain
    for word in (*_HUB_WORDS, *re.findall(r"[a-z]{3,}", username)):
        own = own.replace(word, "")
    return own != plain and sum(sign.isalnum() for sign in own) < _LEAST_OF_ITS_OWN


@cache
def _common() -> frozenset[str]:
    """Read the list that stands in common_passwords/; PROVENANCE.md there says what it is."""
    text = (files("payments_hub.domain") / "common_passwords" / "common_passwords.csv").read_text(encoding="utf-8")
    return frozenset(text.split()[1:])
