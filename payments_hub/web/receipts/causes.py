"""The findings of a receipt as its page shows them: one block for each cause."""

from __future__ import annotations

from dataclasses import dataclass, replace

from payments_hub.contracts.codes import CODES
from payments_hub.contracts.findings import Severity
from payments_hub.contracts.receipt_v1 import FindingV1, ReceiptV1
from payments_hub.contracts.root_causes import RootCause
from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.people import Viewer
from payments_hub.services.receipt_pages import SAME_FAULT_DAYS, ReceiptView, others_with
from payments_hub.web.components import Tag
from payments_hub.web.receipts.answers import AnswerPart, answer_part
from payments_hub.web.receipts.words import count_of, period_words, side_tag

PLACES_SHOWN = 6
ALLOWED_SHOWN = 12
_CELLS = ("data", "cells")


@dataclass(frozen=True, slots=True)
class CauseBlock:
    """
    One cause of errors or warnings.

    Args:
        places: Where it is, as JSON Pointers, at most `PLACES_SHOWN`.
        more_places: How many others there are, in words; empty where there are none.
        key: The business key, with the cell's number where there is one cell.
        more_allowed: What is allowed beyond the first few; empty where that is all.
        same: In how many other messages it was found, in words; empty where in none.
        answer: How a warning stands, and the form to answer it; None for an error.

    """

    anchor: str
    title: str
    code: str
    side: Tag
    places: tuple[str, ...]
    more_places: str
    key: str
    got: str
    allowed: str
    more_allowed: str
    nearest: str
    advice: str
    same: str
    answer: AnswerPart | None


def error_blocks(view: ReceiptView, viewer: Viewer, language: Language) -> tuple[CauseBlock, ...]:
    """Word the causes that reject."""
    return _blocks(view, Severity.ERROR, viewer, language)


def warning_blocks(view: ReceiptView, viewer: Viewer, language: Language) -> tuple[CauseBlock, ...]:
    """Word the causes that only warn, or hold."""
    return _blocks(view, Severity.WARNING, viewer, language)


def _blocks(view: ReceiptView, severity: Severity, viewer: Viewer, language: Language) -> tuple[CauseBlock, ...]:
    causes = [cause for cause in view.causes if cause.first.severity is severity]
    blocks = []
    for number, cause in enumerate(causes, start=1):
        anchor = f"{severity.value}-{number}"
        block = _block(cause, anchor, view, viewer, language)
        blocks.append(replace(block, title=f"{number}. {block.title}") if len(causes) > 1 else block)
    return tuple(blocks)


def _block(cause: RootCause, anchor: str, view: ReceiptView, viewer: Viewer, language: Language) -> CauseBlock:
    first, places = cause.first, cause.places
    code = CODES.get(first.code)
    hidden = len(places) - PLACES_SHOWN
    warns = first.severity is Severity.WARNING
    own = viewer.partner is not None
    return CauseBlock(
        anchor=anchor,
        title=first.code if code is None else code.title.of(language),
        code=first.code,
        side=_warning_tag(language) if warns else side_tag(first.side, language, own=own),
        places=tuple(place or "/" for place in places[:PLACES_SHOWN]),
        more_places=count_of(hidden, "chỗ nữa", "more place").of(language) if hidden > 0 else "",
        key=_key(view.receipt, cause, language),
        got=formatting.grouped(first.got or "", language),
        allowed=_listed(first.allowed[:ALLOWED_SHOWN], language),
        more_allowed=_listed(first.allowed[ALLOWED_SHOWN:], language),
        nearest=first.suggestion or "",
        advice=formatting.grouped(Words(first.text_vi, first.text_en).of(language), language),
        same=_same(others_with(view, cause), language),
        answer=answer_part(view, cause, anchor, viewer, language) if warns else None,
    )


def _listed(allowed: tuple[str, ...], language: Language) -> str:
    return ", ".join(formatting.grouped(one, language) for one in allowed)


def _warning_tag(language: Language) -> Tag:
    return Tag(Words("Cảnh báo, không chặn", "A warning, blocks nothing").of(language), "watch")


def _key(receipt: ReceiptV1, cause: RootCause, language: Language) -> str:
    named = receipt.key
    parts = [part for part in (named.flow, named.site, period_words(named.period, language)) if part]
    return " · ".join([*parts, *_where(cause.first, cause.places, language)])


def _where(first: FindingV1, places: tuple[str, ...], language: Language) -> list[str]:
    found = []
    if first.row is not None:
        found.append(Words(f"dòng {first.row}", f"row {first.row}").of(language))
    cells = dict.fromkeys(cell for cell in map(_cell_number, places) if cell is not None)
    if len(cells) == 1:
        [number] = cells
        found.append(Words(f"ô thứ {number}", f"cell {number}").of(language))
    elif cells:
        found.append(count_of(len(cells), "ô", "cell").of(language))
    return found


def _cell_number(pointer: str) -> int | None:
    """
    Count cells as people do.

    >>> _cell_number("/data/cells/2/instrument"), _cell_number("/data/site")
    (3, None)
    """
    steps = tuple(pointer.split("/")[1:4])
    return int(steps[2]) + 1 if steps[:2] == _CELLS and len(steps) > len(_CELLS) and steps[2].isdecimal() else None


def _same(others: int, language: Language) -> str:
    if not others:
        return ""
    return Words(
        f"Lỗi này có ở {others} thông điệp khác trong {SAME_FAULT_DAYS} ngày trước đó.",
        f"{others} other message{'s' * (others > 1)} had the same in the {SAME_FAULT_DAYS} days before.",
    ).of(language)
