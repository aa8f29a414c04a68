"""
What pages share, in words and addresses: the macros of `templates/parts/` draw these.

`marks.html` draws icons, tags and messages; `page.html` breadcrumbs, tabs, facts and the pages of a list; `forms.html`
fields and errors. The page `/design` shows all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from payments_hub.domain.languages import Language, Words
from payments_hub.domain.verdicts import Verdict

_VERDICTS: dict[Verdict, tuple[str, Words]] = {
    Verdict.ACCEPTED: ("good", Words("Chấp nhận", "Accepted")),
    Verdict.SUPERSEDED: ("none", Words("Bị thay thế", "Superseded")),
    Verdict.NO_CHANGE: ("none", Words("Không đổi", "No change")),
    Verdict.DUPLICATE: ("none", Words("Trùng", "Duplicate")),
    Verdict.REJECTED: ("off", Words("Từ chối", "Rejected")),
    Verdict.HELD: ("info", Words("Tạm giữ", "Held")),
}


@dataclass(frozen=True, slots=True)
class Link:
    """
    A link in words.

    Args:
        text: What it says.
        address: Where it leads; empty where the reader already is.
        current: Whether it is the one chosen, in tabs and rows of choices.

    """

    text: str
    address: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """
    A name and its value, as lists of facts show them.

    Args:
        name: What it is.
        value: The value in words.
        kind: "text", "code" for identifiers, or "hash".
        address: Where the value leads; may be empty.

    """

    name: str
    value: str
    kind: str = "text"
    address: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select or of a row of radio buttons."""

    value: str
    text: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class FieldError:
    """
    What is wrong with one field of a form.

    Args:
        field: The id of the input, which the summary links to.
        text: What to do about it.

    """

    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Paging:
    """
    Where one page stands in its list.

    Args:
        words: What is shown, such as "50 dòng, mới trước cũ sau".
        before: The address of the page before; empty on the first.
        after: The address of the page after; empty on the last.

    """

    words: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """
    A short word in its colour.

    Args:
        word: What it says.
        kind: "good", "watch", "behind", "off", "info" or "none".
        icon: The name of its shape in `marks.icon`; may be empty.

    """

    word: str
    kind: str
    icon: str = ""


def verdict_tag(verdict: Verdict, language: Language) -> Tag:
    """Word a verdict, with its colour and shape."""
    kind, word = _VERDICTS[verdict]
    return Tag(word.of(language), kind, f"verdict-{verdict.value.lower().replace('_', '-')}")
