"""What is wrong with, or remarkable about, a message: one finding for each fault, in both languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from payments_hub.contracts.codes import CODES
from payments_hub.contracts.explanations import EXPLANATIONS
from payments_hub.contracts.personal_data import mask_personal_data
from payments_hub.contracts.similarity import nearest
from payments_hub.domain.languages import Words

GOT_LENGTH = 80
"""A finding repeats no more of a message than a person needs to recognise it."""

_HOLDING = {"H4003"}
"""Cases that reject nothing: an officer still decides."""

_ALLOWED_SHOWN = 40
_POINTER_LENGTH = 300
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode's categories of characters that would act on a page or a terminal in place of being read."""


class Severity(StrEnum):
    """Whether a finding rejects the message."""

    ERROR = "error"
    WARNING = "warning"


class Side(StrEnum):
    """Who can put it right."""

    PARTNER = "partner"
    HUB = "hub"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One fault or remark.

    Args:
        code: A code of the contract, such as E2101.
        pointer: JSON Pointer (RFC 6901) to the place in the message; empty for the whole of it.
        got: What stood there, shortened, personal data masked; None where nothing stood there.
        allowed: What could stand there; empty where that is no list.
        suggestion: The nearest of what is allowed, or None.
        row: For a file, the line of the sheet.

    """

    code: str
    severity: Severity
    pointer: str
    got: str | None
    allowed: tuple[str, ...]
    suggestion: str | None
    side: Side
    text_vi: str
    text_en: str
    row: int | None = None

    @property
    def rejects(self) -> bool:
        """Tell whether the message is rejected for this."""
        return self.severity is Severity.ERROR


def make_finding(
    case: str,
    pointer: str = "",
    *,
    got: object = None,
    allowed: Iterable[str] = (),
    meant: str | None = None,
    suggestion: str | None = None,
    **values: object,
) -> Finding:
    """
    Describe one fault or remark in the words that fit the case.

    Args:
        case: A code, or one of its cases, such as 'E1001/duplicate-key'.
        pointer: JSON Pointer to the place.
        got: What stood there, as decoded.
        allowed: What could stand there; the one nearest to what was meant becomes the suggestion.
        meant: What to compare with the allowed; `got` where nothing else is said.
        suggestion: What was most likely meant, where that is known already.
        values: What the words of the case name.

    """
    code = CODES[case.partition("/")[0]]
    # A sender names the fields that are not ours, so a place is as little to be trusted as what stands there.
    pointer = clean(pointer, _POINTER_LENGTH)
    shown = show(got)
    meant = got if meant is None and isinstance(got, str) else meant
    choices = tuple(map(str, allowed))
    named = {"got": shown, "allowed": ", ".join(choices[:_ALLOWED_SHOWN]), "field": pointer.rpartition("/")[2]}
    words = EXPLANATIONS[case]
    filled = named | {name: show(value) for name, value in values.items()}
    filled = {name: "∅" if value is None else value for name, value in filled.items()}
    return Finding(
        code=code.code,
        severity=Severity.WARNING if case.startswith("W") or case in _HOLDING else Severity.ERROR,
        pointer=pointer,
        got=shown,
        allowed=choices[:_ALLOWED_SHOWN],
        suggestion=suggestion or (nearest(meant, choices) if meant and choices else None),
        side=Side(code.side),
        text_vi=words.vi.format_map(filled),
        text_en=words.en.format_map(filled),
    )


def in_words(name: str, words: Words) -> dict[str, str]:
    """Hand a case's sentences what each language says in its own words, as `name_vi` and `name_en`."""
    return {f"{name}_vi": words.vi, f"{name}_en": words.en}


def show(value: object) -> str | None:
    """
    Write a decoded value for a person: short, inert, without anybody's personal data; None for nothing.

    >>> show("gọi 0912345678"), show(True), show([1])
    ('gọi 09********', 'true', '[…]')
    """
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case str():
            return clean(mask_personal_data(value[: 2 * GOT_LENGTH]), GOT_LENGTH)
        case dict():
            return "{…}"
        case list() | tuple():
            return "[…]"
        case _:
            return clean(str(value), GOT_LENGTH)


def clean(text: str, length: int) -> str:
    """Make a text safe to store, log and show: no control characters, nothing invisible, no more than a length."""
    kept = text[:length]
    if not kept.isprintable():  # what is unseen never is; a glance spares most texts the look at each letter
        kept = "".join("\ufffd" if unicodedata.category(letter) in _UNSEEN else letter for letter in kept)
    return kept if len(text) <= length else f"{kept[:-1]}…"
