"""What was done and what was refused, as two lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import TypeAlias
from urllib.parse import urlencode

import orjson
from flask import url_for

from payments_hub.domain import formatting
from payments_hub.domain.audit import Entry, chained
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.security_events import Kind
from payments_hub.store.audit_pages import Asked, KeptEvent
from payments_hub.web.audit.details import details_words
from payments_hub.web.audit.words import KIND_WORDS, action_words, actor_words
from payments_hub.web.components import FieldError, Link, Option, Paging

LINES_A_PAGE = 50
FILTERS = ("what", "who", "day")
_LONGEST_FILTER = 100
_LARGEST = 2**63 - 1
ACT_COLUMNS = ("number", "at", "actor", "action", "subject", "details", "previous_sha256", "sha256")
REFUSAL_COLUMNS = ("number", "at", "kind", "actor", "partner", "address", "endpoint", "request_id", "folded")

Filters: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ActLine:
    """One act; `holds` is false where the line is no longer as it was recorded."""

    number: str
    at: str
    actor: str
    action: str
    subject: str
    details: str
    sha256: str
    holds: bool


@dataclass(frozen=True, slots=True)
class RefusalLine:
    """One refusal; `folded` tells of others like it, or is empty."""

    at: str
    kind: str
    actor: str
    partner: str
    address: str
    endpoint: str
    folded: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """
    Either list.

    Args:
        asked: The filters, as they were typed.
        choices: What the list can be narrowed to.
        acts: Its lines, on the page of acts.
        refusals: Its lines, on the page of refusals.

    """

    crumbs: tuple[Link, ...]
    tabs: tuple[Link, ...]
    lede: str
    asked: Filters
    choices: tuple[Option, ...]
    errors: tuple[FieldError, ...]
    acts: tuple[ActLine, ...]
    refusals: tuple[RefusalLine, ...]
    paging: Paging
    file_address: str


def filters_of(arguments: Filters) -> dict[str, str]:
    """Take the filters that were given."""
    found = {name: arguments.get(name, "").replace("\0", "").strip()[:_LONGEST_FILTER] for name in FILTERS}
    return {name: value for name, value in found.items() if value}


def asked_of(filters: Filters, behind: str = "") -> Asked:
    """Say what is looked for: one line more than a page holds, so that the page knows whether there is another."""
    number = int(behind) if behind.isascii() and behind.isdecimal() else 0
    return Asked(
        limit=LINES_A_PAGE + 1,
        behind=number if number <= _LARGEST else 0,
        what=filters.get("what", ""),
        who=filters.get("who", ""),
        day=formatting.read_day(filters.get("day", "")),
    )


def acts_page(found: Sequence[Entry], filters: Filters, actions: Sequence[str], language: Language) -> AuditPage:
    """
    Word what was done.

    Args:
        found: The lines, at most one more than a page holds.
        filters: What was asked for.
        actions: Those that the list can be narrowed to.
        language: The reader's.

    """
    options = [Option(name, action_words(name, language), filters.get("what") == name) for name in actions]
    lede = Words(
        "Mỗi việc mà người, dòng lệnh và việc định kỳ đã làm là một dòng, nối với dòng trước bằng mã băm: không ai sửa "
        "hay bỏ được một dòng mà không lộ.",
        "Each thing that people, commands and jobs did is a line, tied to the line before by a hash: nobody can change "
        "or drop one without its showing.",
    )
    last = str(found[LINES_A_PAGE - 1].number) if len(found) > LINES_A_PAGE else ""
    return AuditPage(
        crumbs=_crumbs(language),
        tabs=_tabs("audit.acts", language),
        lede=lede.of(language),
        asked={name: filters.get(name, "") for name in FILTERS},
        choices=tuple(sorted(options, key=lambda option: option.text)),
        errors=_errors(filters, language),
        acts=tuple(_act(entry, language) for entry in found[:LINES_A_PAGE]),
        refusals=(),
        paging=_paging("audit.acts", len(found), last, filters, language),
        file_address=_address("audit.acts_file", filters),
    )


def refusals_page(found: Sequence[KeptEvent], filters: Filters, language: Language) -> AuditPage:
    """Word what was refused; arguments as for `acts_page`."""
    options = [Option(kind.value, KIND_WORDS[kind].of(language), filters.get("what") == kind) for kind in Kind]
    lede = Words(
        "Mỗi lần hệ thống từ chối ai là một dòng; những lần giống nhau trong cùng một giây được gộp lại và ghi số.",
        "Each time the system refused somebody is a line; those alike within a second are folded, and counted.",
    )
    last = str(found[LINES_A_PAGE - 1].number) if len(found) > LINES_A_PAGE else ""
    return AuditPage(
        crumbs=_crumbs(language),
        tabs=_tabs("audit.refusals", language),
        lede=lede.of(language),
        asked={name: filters.get(name, "") for name in FILTERS},
        choices=tuple(options),
        errors=_errors(filters, language),
        acts=(),
        refusals=tuple(_refusal(event, language) for event in found[:LINES_A_PAGE]),
        paging=_paging("audit.refusals", len(found), last, filters, language),
        file_address=_address("audit.refusals_file", filters),
    )


def act_rows(pages: Iterator[Sequence[Entry]]) -> Iterator[tuple[str, ...]]:
    """Write every act with all that is recorded of it, in English codes and UTC."""
    yield ACT_COLUMNS
    for entry in (entry for page in pages for entry in page):
        act, at = entry.act, entry.at.astimezone(UTC).isoformat()
        details = orjson.dumps(dict(act.details), option=orjson.OPT_SORT_KEYS).decode()
        hashes = entry.previous_sha256.hex(), entry.sha256.hex()
        yield (str(entry.number), at, act.actor, act.action, act.subject, details, *hashes)


def refusal_rows(pages: Iterator[Sequence[KeptEvent]]) -> Iterator[tuple[str, ...]]:
    """Write every refusal with all that is kept of it."""
    yield REFUSAL_COLUMNS
    for kept in (kept for page in pages for kept in page):
        event, at = kept.event, kept.at.astimezone(UTC).isoformat()
        where = (event.actor, event.partner, event.address, event.endpoint, event.request_id)
        yield (str(kept.number), at, event.kind.value, *(value or "" for value in where), str(event.folded))


def _act(entry: Entry, language: Language) -> ActLine:
    return ActLine(
        number=formatting.whole(entry.number, language),
        at=formatting.instant(entry.at, language),
        actor=actor_words(entry.act.actor, language),
        action=action_words(entry.act.action, language),
        subject=entry.act.subject,
        details=details_words(entry.act.action, entry.act.details, language),
        sha256=entry.sha256.hex(),
        holds=chained(entry.number, entry.at, entry.act, entry.previous_sha256) == entry,
    )


def _refusal(kept: KeptEvent, language: Language) -> RefusalLine:
    event = kept.event
    times = formatting.whole(event.folded, language)
    folded = Words(f"và {times} lần giống vậy ngay trước đó", f"and {times} like it just before").of(language)
    return RefusalLine(
        at=formatting.instant(kept.at, language),
        kind=KIND_WORDS[event.kind].of(language),
        actor=actor_words(event.actor, language),
        partner=event.partner or formatting.NOTHING,
        address=event.address or formatting.NOTHING,
        endpoint=event.endpoint or formatting.NOTHING,
        folded=folded if event.folded else "",
    )


def _crumbs(language: Language) -> tuple[Link, ...]:
    overview, title = Words("Tổng quan", "Overview"), Words("Nhật ký", "Audit log")
    return Link(overview.of(language), url_for("analysis.overview")), Link(title.of(language), "")


def _tabs(current: str, language: Language) -> tuple[Link, ...]:
    names = {
        "audit.acts": Words("Việc đã làm", "What was done"),
        "audit.refusals": Words("Lần bị từ chối", "What was refused"),
    }
    return tuple(Link(words.of(language), url_for(name), name == current) for name, words in names.items())


def _errors(filters: Filters, language: Language) -> tuple[FieldError, ...]:
    typed = filters.get("day")
    if not typed or formatting.read_day(typed) is not None:
        return ()
    words = Words(f"“{typed}” chưa đọc được. Gõ ngày như 1/11/2026.", f"“{typed}” is no day. Type it like 1/11/2026.")
    return (FieldError("day", words.of(language)),)


def _paging(endpoint: str, found: int, last: str, filters: Filters, language: Language) -> Paging:
    number = min(found, LINES_A_PAGE)
    words = Words(f"{number} dòng, mới trước cũ sau", f"{number} line{'s' * (number != 1)}, newest first").of(language)
    return Paging(words, after=_address(endpoint, {**filters, "behind": last}) if last else "")


def _address(endpoint: str, asked: Filters) -> str:
    return f"{url_for(endpoint)}?{urlencode(asked)}" if asked else url_for(endpoint)
