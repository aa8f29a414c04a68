"""
Answers to warnings: what a partner says of its own figures that were remarkable, once for each warning.

The answer of a series' silence and of a receipt's warning are one act. Answered as normal, a code is not raised again
for the same series and instrument for a year; answered with a correction to come, it stays open until that comes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from payments_hub.contracts.personal_data import KIND_NAMES, find_personal_data
from payments_hub.contracts.slice_rules import clean_note
from payments_hub.domain.languages import Words
from payments_hub.domain.people import Action, Viewer
from payments_hub.domain.warnings import (
    ANSWER_HINTS,
    ANSWER_WORDS,
    LONGEST_NOTE,
    STATE_WORDS,
    AnswerKind,
    WarningState,
    answer_kinds,
)
from payments_hub.kernel.errors import ConflictError, InvalidValueError, NotFoundError, PermissionDeniedError
from payments_hub.services.audit import Act, record
from payments_hub.store import warnings
from payments_hub.store.warnings import (
    GivenAnswer,
    StoredWarning,
    WarningAbout,
    WarningList,
    WarningQuery,
    receipt_warnings,
    series_warnings,
    warnings_of_receipt,
)

__all__ = [
    "ANSWER_HINTS",
    "ANSWER_WORDS",
    "STATE_WORDS",
    "Answer",
    "AnswerKind",
    "StoredWarning",
    "WarningAbout",
    "WarningList",
    "WarningQuery",
    "WarningState",
    "answer_all",
    "answer_kinds",
    "answer_warning",
    "find_warning",
    "receipt_warnings",
    "series_warnings",
    "warnings_of_receipt",
]


class InvalidAnswerError(InvalidValueError):
    """
    An answer cannot be taken as it is.

    Args:
        field: Which field of the form: kind or note.
        words: What to do, for the person who answers.

    """

    code = "INVALID_ANSWER"

    def __init__(self, field: str, words: Words) -> None:
        super().__init__(words.en, field=field)
        self.field = field
        self.words = words


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What a person answers.

    Args:
        kind: A value of `AnswerKind`, as the form sent it.
        note: In the person's own words; may be empty, but for a one-time event.

    """

    kind: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers."""

    username: str
    viewer: Viewer


def find_warning(session: Session, about: WarningAbout, *, partner: str | None) -> StoredWarning:
    """
    Find one warning.

    Raises:
        NotFoundError: There is none such, or it is another partner's: the two look the same from outside.

    """
    if about.series_warning_id is not None:
        found = warnings.series_warning(session, about.series_warning_id, partner=partner)
    else:
        of_receipt = warnings_of_receipt(session, about.receipt_id or "", partner=partner)
        found = next((warning for warning in of_receipt if warning.about == about), None)
    if found is None:
        raise NotFoundError("There is no such warning.")
    return found


def answer_warning(session: Session, about: WarningAbout, answer: Answer, by: Answerer, now: datetime) -> StoredWarning:
    """
    Keep a partner's answer to one of its own warnings.

    Returns:
        The warning as it stands with the answer.

    Raises:
        PermissionDeniedError: The person is not one of a partner.
        NotFoundError: The partner has no such warning.
        InvalidAnswerError: This kind is no answer to the code, or the note is missing or cannot be kept.
        ConflictError: It was answered before.

    """
    (answered,) = answer_all(session, (about,), answer, by, now)
    return answered


def answer_all(
    session: Session, abouts: Sequence[WarningAbout], answer: Answer, by: Answerer, now: datetime
) -> tuple[StoredWarning, ...]:
    """
    Keep one answer to several warnings, such as one receipt's of one code: to all of them or to none.

    Raises:
        ConflictError: None is left to be answered, or one was answered in between.

    And as `answer_warning` does.
    """
    if not by.viewer.may(Action.ANSWER_WARNINGS) or by.viewer.partner is None:
        raise PermissionDeniedError("Only a partner's own people answer its warnings.")
    if not abouts:
        raise ConflictError("These warnings were answered before.")
    # All are kept before the first is recorded: who has recorded must not wait for another's answer.
    for act in [_keep(session, about, answer, by, now) for about in abouts]:
        record(session, act, now)
    return tuple(find_warning(session, about, partner=by.viewer.partner) for about in abouts)


def _keep(session: Session, about: WarningAbout, answer: Answer, by: Answerer, now: datetime) -> Act:
    warning = find_warning(session, about, partner=by.viewer.partner)
    given = GivenAnswer(_kind(answer, about.code), _note(answer), by.username, now)
    instrument = warnings.instrument_of(session, warning)
    if not warnings.save_answer(session, warning, given, instrument=instrument):
        raise ConflictError("This warning was answered before.")
    return _act(warning, given, instrument)


def _kind(answer: Answer, code: str) -> AnswerKind:
    for kind in answer_kinds(code):
        if kind == answer.kind:
            return kind
    raise InvalidAnswerError("kind", Words("Hãy chọn một câu trả lời.", "Choose an answer."))


def _note(answer: Answer) -> str | None:
    """Bring a note into the form in which messages' notes are kept, or say what is wrong with it."""
    note = clean_note(answer.note.replace("\r\n", "\n").strip())
    if not note and answer.kind == AnswerKind.RIGHT_ONCE:
        raise InvalidAnswerError("note", Words("Hãy ghi chuyện gì đã xảy ra.", "Say what happened."))
    if len(note) > LONGEST_NOTE:
        vi, en = f"Ghi chú dài quá {LONGEST_NOTE} ký tự.", f"The note is longer than {LONGEST_NOTE} characters."
        raise InvalidAnswerError("note", Words(vi, en))
    if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in note.replace("\n", "")):
        raise InvalidAnswerError("note", Words("Ghi chú chứa ký tự điều khiển.", "The note holds a control character."))
    found = find_personal_data(note)
    if found:
        names = KIND_NAMES[found[0].kind]
        vi, en = f"Ghi chú có vẻ chứa {names.vi}. Hãy bỏ đi.", f"The note seems to hold {names.en}. Remove it."
        raise InvalidAnswerError("note", Words(vi, en))
    return note or None


def _act(warning: StoredWarning, given: GivenAnswer, instrument: str) -> Act:
    about = warning.about
    subject = f"receipt/{about.receipt_id}" if about.receipt_id else f"series-warning/{about.series_warning_id}"
    details = {
        "partner": warning.partner,
        "code": about.code,
        "pointer": about.pointer,
        "answer": given.kind.value,
        "slice": f"{warning.flow}/{warning.place}/{warning.period}",
        "instrument": instrument,
    }
    return Act(f"account:{given.by}", "warning_answered", subject, details)
