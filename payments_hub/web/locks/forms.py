"""What officers send from the page of locks: as it was typed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from payments_hub.domain.flows import FLOWS
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.typed_periods import read_period
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.services.locks import LONGEST_REASON, MOST_AT_ONCE, checked_reason
from payments_hub.web.components import FieldError

LARGEST_NUMBER = 2**63 - 1
"""What the database can number; what is larger was never given out."""


@dataclass(frozen=True, slots=True)
class Typed:
    """
    What came back with errors, so that nobody types it twice.

    Args:
        values: By the field's name.
        chosen: The deliveries that were ticked.
        errors: What is wrong, by field.
        notice: What else happened, such as that somebody else was first; may be empty.

    """

    values: Mapping[str, str] = field(default_factory=dict)
    chosen: frozenset[int] = frozenset()
    errors: tuple[FieldError, ...] = ()
    notice: str = ""


def lock_errors(values: Mapping[str, str], language: Language) -> tuple[FieldError, ...]:
    """Tell what is wrong with the form that locks a period."""
    found = []
    if values["flow"] not in FLOWS:
        found.append(FieldError("flow", _FLOW.of(language)))
    if read_period(values["period"]) is None:
        found.append(FieldError("period", _PERIOD.of(language)))
    return (*found, *reason_errors("reason", values["reason"], language))


def reason_errors(name: str, reason: str, language: Language) -> tuple[FieldError, ...]:
    """Tell whether a reason cannot be taken."""
    try:
        checked_reason(reason)
    except InvalidValueError:
        return (FieldError(name, _REASON.of(language)),)
    return ()


def choice_errors(chosen: Sequence[int], language: Language) -> tuple[FieldError, ...]:
    """Tell whether no slice was ticked, or too many."""
    return () if 1 <= len(chosen) <= MOST_AT_ONCE else (FieldError("held", _CHOICE.of(language)),)


def chosen_deliveries(sent: Sequence[str]) -> list[int]:
    """Take the numbers of the ticked deliveries; what is no number names nothing."""
    numbers = {int(text) for text in sent if text.isascii() and text.isdecimal()}
    return sorted(number for number in numbers if 0 < number <= LARGEST_NUMBER)


_FLOW = Words("Hãy chọn một luồng.", "Choose a flow.")
_PERIOD = Words(
    "Kỳ này chưa đọc được. Gõ như 3/10/2026, 10/2026, Q4/2026 hoặc 2026.",
    "This is no period. Type it like 3/10/2026, 10/2026, Q4/2026 or 2026.",
)
_REASON = Words(
    f"Hãy ghi lý do, từ 1 đến {LONGEST_REASON} ký tự.", f"Give a reason of 1 to {LONGEST_REASON} characters."
)
_CHOICE = Words(f"Hãy đánh dấu từ 1 đến {MOST_AT_ONCE} lát.", f"Tick 1 to {MOST_AT_ONCE} slices.")
