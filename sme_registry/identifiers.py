"""
Tax codes: enterprises and branches in clear, households by a keyed hash and a mask.

Since 1 July 2025 a business household's tax code is the 12-digit personal number of its representative
(Circular 86/2024/TT-BTC), so it is personal data: `identify` hashes it before anything else sees it, and no value,
message or `repr` of this package holds it in clear.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from sme_registry.errors import WeakKeyError

KEY_BYTES = 32
"""A personal number has fewer than 2**40 values: only the key's length stands between the hash and the number."""

_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
_BRANCH = re.compile(r"([0-9]{10})-?([0-9]{3})")
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?[eE]\+?[0-9]+")
_HOUSEHOLD_DIGITS = 12
# Nine digits are the shortest personal number in use (the old identity card); a date has eight.
_LONG_NUMBER = re.compile(r"\d(?:[\s.,_/-]?\d){8,}")


class IdentityKind(StrEnum):
    """What stands behind a code."""

    ENTERPRISE = "enterprise"
    BRANCH = "branch"
    HOUSEHOLD = "household"


class IdentifierFault(StrEnum):
    """Why a text is not a tax code."""

    EMPTY = "empty"
    SCIENTIFIC = "scientific"
    CHARACTERS = "characters"
    LENGTH = "length"
    ZERO_LOST = "zero-lost"
    SERIAL = "serial"
    CHECK_DIGIT = "check-digit"
    BRANCH_NUMBER = "branch-number"


@dataclass(frozen=True, slots=True)
class EnterpriseCode:
    """The ten-digit code of an enterprise, checked."""

    code: str


@dataclass(frozen=True, slots=True)
class BranchCode:
    """The code of an enterprise's dependent unit, as `NNNNNNNNNN-NNN`, checked."""

    code: str

    @property
    def enterprise(self) -> EnterpriseCode:
        """Tell the enterprise it belongs to."""
        return EnterpriseCode(self.code[:10])


@dataclass(frozen=True, slots=True)
class HouseholdIdentity:
    """
    A business household, known by what cannot be turned back into its representative's number.

    Args:
        person_hash: 32 bytes, HMAC-SHA256 of the number under the registry's key.
        person_mask: The number as it may be shown.

    """

    person_hash: bytes
    person_mask: str


@dataclass(frozen=True, slots=True)
class RefusedIdentifier:
    """A text that is no tax code, and why; the text itself is left behind."""

    fault: IdentifierFault


Identity: TypeAlias = EnterpriseCode | BranchCode | HouseholdIdentity


def identify(text: str, *, key: bytes) -> Identity | RefusedIdentifier:
    """
    Read a tax code: 10 digits, 13 digits with or without the dash, or a household's 12.

    Args:
        text: One cell, spaces around it allowed.
        key: The registry's secret, at least `KEY_BYTES` long.

    Raises:
        WeakKeyError: The key is too short.

    >>> secret = bytes(32)
    >>> identify("0100047516", key=secret)
    EnterpriseCode(code='0100047516')
    >>> identify("0100047516001", key=secret)
    BranchCode(code='0100047516-001')
    >>> identify("0100047517", key=secret)
    RefusedIdentifier(fault=<IdentifierFault.CHECK_DIGIT: 'check-digit'>)
    >>> identify("031090001212", key=secret).person_mask
    '0*********12'
    """
    _require_strong(key)
    code = text.strip()
    fault = _shape_fault(code)
    if fault is not None:
        return RefusedIdentifier(fault)
    if len(code) == _HOUSEHOLD_DIGITS:
        return _household(code, key)
    return _enterprise_or_branch(code)


def _shape_fault(code: str) -> IdentifierFault | None:
    if not code:
        return IdentifierFault.EMPTY
    if _SCIENTIFIC.fullmatch(code):
        return IdentifierFault.SCIENTIFIC
    if _BRANCH.fullmatch(code):
        return None
    if not (code.isascii() and code.isdecimal()):
        return IdentifierFault.CHARACTERS
    if len(code) not in {10, _HOUSEHOLD_DIGITS}:
        # Spreadsheets drop the zero that most codes begin with.
        return IdentifierFault.ZERO_LOST if len(code) in {9, 11} else IdentifierFault.LENGTH
    return None


def _household(code: str, key: bytes) -> HouseholdIdentity | RefusedIdentifier:
    # A spreadsheet drops the zero of a branch's 13 digits, and what is left looks like a household.
    if code[0] != "0" and isinstance(_enterprise_or_branch("0" + code), BranchCode):
        return RefusedIdentifier(IdentifierFault.ZERO_LOST)
    return HouseholdIdentity(person_hash(code, key=key), person_mask(code))


def _enterprise_or_branch(code: str) -> EnterpriseCode | BranchCode | RefusedIdentifier:
    head, branch = code[:10], code[10:].removeprefix("-")
    if head[2:9] == "0000000":
        return RefusedIdentifier(IdentifierFault.SERIAL)
    if head[9] != check_digit(head[:9]):
        return RefusedIdentifier(IdentifierFault.CHECK_DIGIT)
    if not branch:
        return EnterpriseCode(head)
    if branch == "000":
        return RefusedIdentifier(IdentifierFault.BRANCH_NUMBER)
    return BranchCode(f"{head}-{branch}")


def check_digit(nine: str) -> str | None:
    """
    Compute the tenth digit of an enterprise's code, or None where the number is never issued.

    Rule: 10 less the weighted sum modulo 11. Source: Circular 105/2020/TT-BTC article 5 for the parts; packages
    vn-ident 0.1.0 and python-stdnum 2.2 for the weights.

    Args:
        nine: The first nine digits.

    >>> check_digit("010004751")
    '6'
    >>> check_digit("010004708") is None
    True
    """
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, nine, strict=True))
    remainder = total % 11
    return str(10 - remainder) if remainder else None


def person_hash(number: str, *, key: bytes) -> bytes:
    """
    Hash a personal number under the registry's key: 32 bytes. It stays personal data, but nobody can read it.

    >>> person_hash("031090001212", key=bytes(32)) == person_hash("031090001212", key=bytes(31) + b"1")
    False
    """
    _require_strong(key)
    return hmac.digest(key, b"sme_registry/household/1:" + number.encode("ascii"), hashlib.sha256)


def person_mask(number: str) -> str:
    """
    Show a personal number by its first and its last two digits.

    >>> person_mask("031090001212")
    '0*********12'
    """
    return number[0] + "*" * (len(number) - 3) + number[-2:]


def key_fingerprint(key: bytes) -> str:
    """
    Name a key without giving it away, so that hashes of two keys are never taken for two sets of households.

    >>> len(key_fingerprint(bytes(32)))
    16
    """
    _require_strong(key)
    return hmac.digest(key, b"sme_registry/key/1", hashlib.sha256).hex()[:16]


def mask_long_numbers(text: str) -> str:
    """
    Mask every number of nine digits or more, however it is spaced: any of them may be a person's.

    >>> mask_long_numbers("Hộ KD An, 031 090 001 212, từ 2026-07-01")
    'Hộ KD An, 0*********12, từ 2026-07-01'
    """
    return _LONG_NUMBER.sub(_masked, text)


def holds_long_number(text: str) -> bool:
    """
    Tell whether a text holds a number that may be a person's.

    >>> holds_long_number("Công ty 19/5"), holds_long_number("Hộ 031090001212")
    (False, True)
    """
    return _LONG_NUMBER.search(text) is not None


def _masked(found: re.Match[str]) -> str:
    return person_mask("".join(letter for letter in found.group() if letter.isdecimal()))


def _require_strong(key: bytes) -> None:
    if len(key) < KEY_BYTES:
        raise WeakKeyError(len(key), KEY_BYTES)
