"""What surrounds every page: who reads, in which language, where the other pages are, and files by their content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, request, url_for

from payments_hub.domain.languages import Language, Words
from payments_hub.domain.people import ROLE_WORDS, Action, Viewer
from payments_hub.web.context import reader, reading_language

STATIC_FOLDER = Path(__file__).parent / "static"
API_DOCS = "/api/v1/docs"


@dataclass(frozen=True, slots=True)
class Section:
    """
    One entry of the main menu.

    Args:
        endpoint: Where it leads.
        area: The blueprint whose pages belong to it.

    """

    endpoint: str
    area: str
    title: Words
    action: Action


SECTIONS: tuple[Section, ...] = (
    Section("analysis.overview", "analysis", Words("Tổng quan", "Overview"), Action.SEE_OVERVIEW),
    Section("changes.changes", "changes", Words("Thay đổi", "Changes"), Action.SEE_CHANGES),
    Section("feeds.listed", "feeds", Words("Nguồn số liệu", "Feeds"), Action.SEE_FEEDS),
    Section("receipts.listed", "receipts", Words("Biên nhận", "Receipts"), Action.SEE_RECEIPTS),
    Section("warnings.listed", "warnings", Words("Cảnh báo", "Warnings"), Action.SEE_RECEIPTS),
    Section("obligations.listed", "obligations", Words("Nghĩa vụ", "Obligations"), Action.SEE_OBLIGATIONS),
    Section("locks.listed", "locks", Words("Khóa kỳ", "Locked periods"), Action.SEE_LOCKS),
    Section("quarantine.causes", "quarantine", Words("Cách ly", "Quarantine"), Action.SEE_QUARANTINE),
    Section("operations.overview", "operations", Words("Vận hành", "Operations"), Action.SEE_OPERATIONS),
    Section("keys.key_list", "keys", Words("Khóa truy cập", "Keys"), Action.MANAGE_KEYS),
    Section("people.account_list", "people", Words("Tài khoản", "Accounts"), Action.MANAGE_ACCOUNTS),
    Section("audit.acts", "audit", Words("Nhật ký", "Audit log"), Action.SEE_AUDIT),
)
"""The main menu, in its order; a reader sees what the role may open."""


@dataclass(frozen=True, slots=True)
class SectionLink:
    """A link of the main menu."""

    title: str
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """A link to the same page in one language."""

    code: str
    name: str
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What the layout of every page shows; `api_address` is empty for those who have nothing to do with machines."""

    language: str
    languages: tuple[LanguageLink, ...]
    sections: tuple[SectionLink, ...]
    account: str | None
    role: str | None
    api_address: str


def register_frame(app: Flask) -> None:
    """Let every template show the frame and name files by their content."""
    app.context_processor(lambda: {"frame": _frame()})
    app.add_template_global(asset)


def asset(name: str) -> str:
    """Name a file of the static folder so that a browser asks anew when its content changed."""
    return url_for("static", filename=name, v=_fingerprint(name))


def _frame() -> Frame:
    account, language = reader(), reading_language()
    return Frame(
        language=language.value,
        languages=tuple(_language_link(Language(code), language) for code in Language),
        sections=() if account is None else _sections(account.viewer, language),
        account=None if account is None else account.username,
        role=None if account is None else ROLE_WORDS[account.viewer.role].of(language),
        api_address=API_DOCS if account is not None and account.viewer.may(Action.MANAGE_KEYS) else "",
    )


def _sections(viewer: Viewer, language: Language) -> tuple[SectionLink, ...]:
    return tuple(
        SectionLink(section.title.of(language), url_for(section.endpoint), request.blueprint == section.area)
        for section in SECTIONS
        if viewer.may(section.action)
    )


def _language_link(to: Language, current: Language) -> LanguageLink:
    name = "Tiếng Việt" if to is Language.VI else "English"
    here = request.full_path.rstrip("?") if request.method == "GET" else request.path
    return LanguageLink(to.value, name, url_for("accounts.language", code=to.value, next=here), to is current)


@cache
def _fingerprint(name: str) -> str:
    return hashlib.sha256((STATIC_FOLDER / name).read_bytes()).hexdigest()[:12]
