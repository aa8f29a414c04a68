"""Warnings in words: the list with what was answered, and the form of one answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlencode

from flask import url_for

from payments_hub.contracts.codes import CODES
from payments_hub.domain import formatting
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.people import Action, Viewer
from payments_hub.services.warnings import (
    ANSWER_HINTS,
    ANSWER_WORDS,
    STATE_WORDS,
    Answer,
    StoredWarning,
    WarningList,
    WarningState,
    answer_kinds,
)
from payments_hub.web.components import Fact, FieldError, Link, Option, Paging, Tag

FILTERS = ("state", "code", "flow", "partner")
STATES: Mapping[str, Words] = {
    "open": Words("Đang chờ", "Waiting"),
    "answered": Words("Đã trả lời", "Answered"),
    "settled": Words("Đã hết", "Settled"),
    "all": Words("Tất cả", "All"),
}
CODES_OF_WARNINGS = tuple(code for code in CODES if answer_kinds(code))
FILE_COLUMNS = (
    *("given", "code", "partner", "flow", "site", "period", "revision", "receipt", "pointer", "got", "text_vi"),
    *("text_en", "state", "answer", "note", "answered_by", "answered_at", "simulated_data"),
)
_TITLE = Words("Cảnh báo", "Warnings")
_KINDS = {
    WarningState.OPEN: ("watch", "watch"),
    WarningState.PROMISED: ("info", "clock"),
    WarningState.ANSWERED: ("good", "good"),
    WarningState.CORRECTED: ("none", "check"),
}


@dataclass(frozen=True, slots=True)
class WarningLine:
    """
    One warning in the list.

    Args:
        answer: What was answered, by whom and when, in words; empty before.
        answer_address: Where its reader may answer it; empty where there is nothing to answer.

    """

    raised_at: str
    code: str
    title: str
    text: str
    partner: str
    simulated: bool
    what: str
    pointer: str
    state: Tag
    answer: str
    note: str
    receipt_id: str
    receipt_address: str
    answer_address: str


@dataclass(frozen=True, slots=True)
class WarningsPage:
    """The list: warnings of series, and warnings of receipts with the pages of their list."""

    lede: str
    simulated: bool
    narrowed: bool
    states: tuple[Link, ...]
    state: str
    codes: tuple[Option, ...]
    flows: tuple[Option, ...]
    partners: tuple[Option, ...]
    series: tuple[WarningLine, ...]
    receipts: tuple[WarningLine, ...]
    paging: Paging
    file_address: str


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """
    The form of one answer, to one or several warnings of one code.

    Args:
        action: Where the form goes.
        onward: Where the reader is led after it.

    """

    crumbs: tuple[Link, ...]
    title: str
    lede: str
    simulated: bool
    facts: tuple[Fact, ...]
    waiting: tuple[WarningLine, ...]
    answered: tuple[WarningLine, ...]
    kinds: tuple[Option, ...]
    note: str
    errors: tuple[FieldError, ...]
    action: str
    onward: str


def warnings_page(
    found: tuple[WarningList, WarningList],
    asked: Mapping[str, str],
    partners: Sequence[tuple[str, Words]],
    viewer: Viewer,
    language: Language,
) -> WarningsPage:
    """
    Word the list for one reader.

    Args:
        found: Of series, and of receipts.
        asked: The filters, by name.
        partners: All of them for those who see the city; none for a partner.
        viewer: Who reads.
        language: The reader's.

    """
    of_series, of_receipts = found
    shown = (*of_series.warnings, *of_receipts.warnings)
    return WarningsPage(
        lede=_lede(viewer).of(language),
        simulated=any(one.simulated for one in shown),
        narrowed=bool(asked.keys() - {"state", "before"}),
        states=tuple(
            Link(words.of(language), _address("warnings.listed", {**asked, "state": state}), asked["state"] == state)
            for state, words in STATES.items()
        ),
        state=asked["state"],
        codes=tuple(
            Option(code, f"{code} {CODES[code].title.of(language)}", asked.get("code") == code)
            for code in CODES_OF_WARNINGS
        ),
        flows=tuple(Option(code, code, asked.get("flow") == code) for code in FLOWS),
        partners=tuple(Option(code, name.of(language), asked.get("partner") == code) for code, name in partners),
        series=tuple(_line(one, viewer, language) for one in of_series.warnings),
        receipts=tuple(_line(one, viewer, language) for one in of_receipts.warnings),
        paging=_paging(of_receipts, asked, language),
        file_address=_address("warnings.listed_file", asked),
    )


def answer_page(
    found: Sequence[StoredWarning],
    typed: Answer,
    viewer: Viewer,
    language: Language,
    *,
    onward: str,
    errors: Sequence[FieldError] = (),
) -> AnswerPage:
    """
    Word the form.

    Args:
        found: The warnings that are to be answered alike; at least one.
        typed: What was typed before.
        viewer: Who answers.
        language: The reader's.
        onward: Where the reader is led after the answer.
        errors: What is wrong with what was typed.

    """
    first = found[0]
    lines = [_line(one, viewer, language) for one in found]
    title = CODES[first.about.code].title.of(language)
    return AnswerPage(
        crumbs=(Link(_TITLE.of(language), url_for("warnings.listed")), Link(title, "")),
        title=title,
        lede=Words(
            "Cảnh báo không chặn số liệu: lát đã được nhận. Câu trả lời được lưu lại và không sửa được.",
            "A warning blocks nothing: the slice is in. The answer is kept and cannot be changed.",
        ).of(language),
        simulated=first.simulated,
        facts=_facts(first, language),
        waiting=tuple(line for one, line in zip(found, lines, strict=True) if one.answer is None),
        answered=tuple(line for one, line in zip(found, lines, strict=True) if one.answer is not None),
        kinds=tuple(
            Option(kind, f"{ANSWER_WORDS[kind].of(language)}. {ANSWER_HINTS[kind].of(language)}", typed.kind == kind)
            for kind in answer_kinds(first.about.code)
        ),
        note=typed.note,
        errors=tuple(errors),
        action=_form_address(first, only=len(found) == 1),
        onward=onward,
    )


def file_rows(pages: Iterator[Sequence[StoredWarning]]) -> Iterator[tuple[str, ...]]:
    """Write every warning with its answer."""
    yield FILE_COLUMNS
    for page in pages:
        for one in page:
            yield _cells(one)


def _lede(viewer: Viewer) -> Words:
    if viewer.partner is not None:
        return Words(
            "Điều lạ thường trong số liệu của bạn, và điều bạn đã trả lời. Cảnh báo không chặn số liệu nào.",
            "What is unusual in your figures, and what you answered. A warning blocks no figure.",
        )
    return Words(
        "Điều lạ thường trong số liệu của các đối tác, và điều họ đã trả lời. Cảnh báo không chặn số liệu nào.",
        "What is unusual in the partners' figures, and what they answered. A warning blocks no figure.",
    )


def _line(one: StoredWarning, viewer: Viewer, language: Language) -> WarningLine:
    kind, icon = _KINDS[one.state]
    about = one.about
    mine = viewer.may(Action.ANSWER_WARNINGS) and one.answer is None and bool(answer_kinds(about.code))
    return WarningLine(
        raised_at=_moment(one.raised_at, language),
        code=about.code,
        title=CODES[about.code].title.of(language),
        text=formatting.grouped(Words(one.finding.text_vi, one.finding.text_en).of(language), language),
        partner=one.partner,
        simulated=one.simulated,
        what=_what(one, language),
        pointer=about.pointer if about.receipt_id else "",
        state=Tag(STATE_WORDS[one.state].of(language), kind, icon),
        answer=_answered(one, language),
        note=(one.answer and one.answer.note) or "",
        receipt_id=about.receipt_id or "",
        receipt_address=url_for("receipts.one", receipt_id=about.receipt_id) if about.receipt_id else "",
        answer_address=_form_address(one, only=True) if mine and not one.settled else "",
    )


def _what(one: StoredWarning, language: Language) -> str:
    parts = [one.flow, one.place_name.of(language), formatting.period_within(one.period, language)]
    if one.revision:
        parts.append(Words(f"lần sửa {one.revision}", f"revision {one.revision}").of(language))
    return ", ".join(parts)


def _answered(one: StoredWarning, language: Language) -> str:
    if one.answer is None:
        return ""
    given = ANSWER_WORDS[one.answer.kind].of(language)
    return f"{given} ({one.answer.by}, {formatting.instant(one.answer.at, language)})"


def _moment(value: datetime | date, language: Language) -> str:
    return formatting.instant(value, language) if isinstance(value, datetime) else formatting.day(value, language)


def _facts(one: StoredWarning, language: Language) -> tuple[Fact, ...]:
    facts = [
        Fact(Words("Luồng", "Flow").of(language), one.flow, "code"),
        Fact(Words("Địa điểm", "Place").of(language), f"{one.place_name.of(language)} ({one.place})"),
        Fact(Words("Kỳ", "Period").of(language), formatting.period(one.period, language)),
    ]
    if one.about.receipt_id:
        address = url_for("receipts.one", receipt_id=one.about.receipt_id)
        facts.append(Fact(Words("Biên nhận", "Receipt").of(language), one.about.receipt_id, "code", address))
    return tuple(facts)


def _form_address(one: StoredWarning, *, only: bool) -> str:
    about = one.about
    if about.receipt_id is None:
        return url_for("warnings.series_answer", number=about.series_warning_id)
    asked = {"code": about.code, "pointer": about.pointer} if only else {"code": about.code}
    return f"{url_for('warnings.receipt_answers', receipt_id=about.receipt_id)}?{urlencode(asked)}"


def _paging(found: WarningList, asked: Mapping[str, str], language: Language) -> Paging:
    number = len(found.warnings)
    words = Words(f"{number} dòng, mới trước cũ sau", f"{number} line{'s' * (number != 1)}, newest first").of(language)
    if found.after is None:
        return Paging(words)
    return Paging(words, after=_address("warnings.listed", {**asked, "before": found.after}))


def _address(endpoint: str, asked: Mapping[str, str]) -> str:
    kept = {name: value for name, value in asked.items() if name != "before" or endpoint == "warnings.listed"}
    return f"{url_for(endpoint)}?{urlencode(kept)}"


def _cells(one: StoredWarning) -> tuple[str, ...]:
    answer = one.answer
    given = one.raised_at.astimezone(UTC) if isinstance(one.raised_at, datetime) else one.raised_at
    return (
        given.isoformat(),
        one.about.code,
        one.partner,
        one.flow,
        one.place,
        str(one.period),
        "" if one.revision is None else str(one.revision),
        one.about.receipt_id or "",
        one.about.pointer,
        one.finding.got or "",
        one.finding.text_vi,
        one.finding.text_en,
        one.state.value,
        "" if answer is None else answer.kind.value,
        (answer and answer.note) or "",
        "" if answer is None else answer.by,
        "" if answer is None else answer.at.astimezone(UTC).isoformat(),
        "simulated data" if one.simulated else "",
    )
