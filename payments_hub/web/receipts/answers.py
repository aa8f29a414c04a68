"""What was answered to a receipt's warnings, and the form by which its partner answers on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import url_for

from payments_hub.contracts.root_causes import RootCause
from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.people import Action, Viewer
from payments_hub.domain.warnings import (
    ANSWER_HINTS,
    ANSWER_WORDS,
    LONGEST_NOTE,
    STATE_WORDS,
    WarningState,
    answer_kinds,
)
from payments_hub.services.receipt_pages import ReceiptView
from payments_hub.services.warnings import StoredWarning
from payments_hub.web.components import Option, Tag

_KINDS = {
    WarningState.OPEN: ("watch", "watch"),
    WarningState.PROMISED: ("info", "clock"),
    WarningState.ANSWERED: ("good", "good"),
    WarningState.CORRECTED: ("none", "check"),
}


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """
    How one cause of warnings stands.

    Args:
        anchor: Tells the fields of several forms on one page apart.
        told: What was answered, in words.
        kinds: What may be answered; none for who may not, or where nothing waits for an answer.
        action: Where the form goes.
        onward: Where the reader is led after it.

    """

    anchor: str
    state: Tag
    told: tuple[str, ...]
    kinds: tuple[Option, ...]
    hints: tuple[str, ...]
    action: str
    onward: str
    longest_note: int = LONGEST_NOTE


def answer_part(
    view: ReceiptView, cause: RootCause, anchor: str, viewer: Viewer, language: Language
) -> AnswerPart | None:
    """Word how one cause of warnings stands; None for one that takes no answer."""
    code = cause.first.code
    found = [one for one in view.warnings if one.about.code == code and one.about.pointer in cause.places]
    if not found or not answer_kinds(code):
        return None
    waits = any(one.answer is None and not one.settled for one in found)
    kinds = answer_kinds(code) if waits and viewer.partner and viewer.may(Action.ANSWER_WARNINGS) else ()
    state = _state(found)
    kind, icon = _KINDS[state]
    address = url_for("receipts.one", receipt_id=view.receipt.id)
    asked = {"code": code} | ({"pointer": cause.places[0]} if len(cause.places) == 1 else {})
    return AnswerPart(
        anchor=anchor,
        state=Tag(STATE_WORDS[state].of(language), kind, icon),
        told=tuple(dict.fromkeys(_told(one, language) for one in found if one.answer)),
        kinds=tuple(Option(kind.value, ANSWER_WORDS[kind].of(language)) for kind in kinds),
        hints=tuple(f"{ANSWER_WORDS[kind].of(language)}: {ANSWER_HINTS[kind].of(language)}" for kind in kinds),
        action=f"{url_for('warnings.answer_receipt', receipt_id=view.receipt.id)}?{urlencode(asked)}",
        onward=f"{address}#{anchor}",
    )


def _state(found: Sequence[StoredWarning]) -> WarningState:
    """Tell how several stand together: as the one that is farthest from its end."""
    states = {one.state for one in found}
    return next(state for state in WarningState if state in states)


def _told(one: StoredWarning, language: Language) -> str:
    if one.answer is None:
        return ""
    words = ANSWER_WORDS[one.answer.kind].of(language)
    when = formatting.instant(one.answer.at, language)
    note = f" “{one.answer.note}”" if one.answer.note else ""
    by = Words(f"{one.answer.by} trả lời lúc {when}", f"answered by {one.answer.by}, {when}").of(language)
    return f"{words}.{note} ({by})"
