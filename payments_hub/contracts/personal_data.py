"""Card numbers, telephone numbers, identity numbers and e-mail addresses in texts where none belong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from payments_hub.domain.languages import Words


class PersonalDataKind(StrEnum):
    """What was recognised."""

    CARD = "card"
    PHONE = "phone"
    IDENTITY = "identity"
    EMAIL = "email"


KIND_NAMES = {
    PersonalDataKind.CARD: Words("số thẻ", "a card number"),
    PersonalDataKind.PHONE: Words("số điện thoại", "a telephone number"),
    PersonalDataKind.IDENTITY: Words("số định danh 12 chữ số", "a 12-digit identity number"),
    PersonalDataKind.EMAIL: Words("địa chỉ thư điện tử", "an e-mail address"),
}

_DIGIT_RUN = re.compile(r"(?<![0-9])\+?[0-9](?:[ .-]?[0-9]){8,22}(?![0-9])")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}")
_PHONE = re.compile(r"(?:\+?84|0)(?:[35789][0-9]{8}|2[0-9]{9})")
_IDENTITY = re.compile(r"0[0-9]{11}")
_UNBROKEN = re.compile(r"\+?[0-9]{9,19}")
_CARD_LENGTHS = range(13, 20)


@dataclass(frozen=True, slots=True)
class PersonalData:
    """One stretch of a text that looks like somebody's."""

    kind: PersonalDataKind
    start: int
    end: int


def find_personal_data(text: str) -> tuple[PersonalData, ...]:
    """
    Find what looks like a card number, a Vietnamese telephone or identity number, or an e-mail address, in order.

    >>> [found.kind.value for found in find_personal_data("4111 1111 1111 1111, an@example.vn")]
    ['card', 'email']
    """
    return tuple(sorted((*_numbers(text), *_emails(text)), key=lambda found: found.start))


def mask_personal_data(text: str) -> str:
    """
    Replace what looks like somebody's by stars, leaving its first two characters so that its owner can find it.

    >>> mask_personal_data("gọi 0912 345 678")
    'gọi 09**********'
    """
    masked = text
    for found in find_personal_data(text):
        stars = "*" * (found.end - found.start - 2)
        masked = masked[: found.start + 2] + stars + masked[found.end :]
    return masked


def _emails(text: str) -> Iterator[PersonalData]:
    for match in _EMAIL.finditer(text):
        yield PersonalData(PersonalDataKind.EMAIL, match.start(), match.end())


def _numbers(text: str) -> Iterator[PersonalData]:
    for match in _DIGIT_RUN.finditer(text):
        kind = _number_kind(re.sub(r"[ .-]", "", match[0]))
        if kind:
            yield PersonalData(kind, match.start(), match.end())
        else:
            yield from _unbroken_numbers(text, match.start(), match.end())


def _unbroken_numbers(text: str, start: int, end: int) -> Iterator[PersonalData]:
    """Look at each number by itself where several stand in a row."""
    for match in _UNBROKEN.finditer(text, start, end):
        kind = _number_kind(match[0])
        if kind:
            yield PersonalData(kind, match.start(), match.end())


def _number_kind(number: str) -> PersonalDataKind | None:
    if _PHONE.fullmatch(number):
        return PersonalDataKind.PHONE
    if _IDENTITY.fullmatch(number):
        return PersonalDataKind.IDENTITY
    if len(number) in _CARD_LENGTHS and _passes_luhn(number):
        return PersonalDataKind.CARD
    return None


def _passes_luhn(number: str) -> bool:
    """Check the last digit as ISO/IEC 7812-1 annex B does."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
