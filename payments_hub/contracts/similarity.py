"""The nearest of several codes, for people who mistyped one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from rapidfuzz import fuzz, process

_LEAST_CODE_SCORE = 70
_LEAST_NAME_SCORE = 85
"""Below them a suggestion misleads more than it helps; names are long and share words, so they must be nearer."""


@lru_cache(maxsize=8192)  # the code lists, asked again for each message that misses them
def plain(text: str) -> str:
    """
    Strip accents, case and punctuation, so that what people take for the same text compares as the same.

    >>> plain("Đồ Sơn"), plain("e-wallet")
    ('do son', 'e wallet')
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    letters = (letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in letters).split())


def nearest(text: str, choices: Iterable[str]) -> str | None:
    """
    Pick the code that a person most likely meant, or None where none is near.

    Args:
        text: What was written; only its first 80 characters are looked at.
        choices: What could have been written.

    >>> nearest("Mobile-Money", ["CARD", "MOBILE_MONEY"]), nearest("?", ["CARD"])
    ('MOBILE_MONEY', None)
    """
    candidates = {choice: plain(choice) for choice in choices}
    found = process.extractOne(plain(text[:80]), candidates, scorer=fuzz.ratio, score_cutoff=_LEAST_CODE_SCORE)
    return found[2] if found else None


def nearest_by_name(text: str, names: Mapping[str, str]) -> str | None:
    """
    Pick the code whose name a person most likely wrote in its place, or None where none is near.

    >>> nearest_by_name("cho sat", {"MARKET-0001": "Chợ Sắt", "MARKET-0002": "Chợ Ga"})
    'MARKET-0001'
    """
    candidates = {code: plain(name) for code, name in names.items()}
    found = process.extractOne(plain(text[:80]), candidates, scorer=fuzz.WRatio, score_cutoff=_LEAST_NAME_SCORE)
    return found[2] if found else None
