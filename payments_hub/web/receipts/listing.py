"""The list of receipts: what it is narrowed to, its lines, and the same as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from urllib.parse import urlencode

from flask import url_for

from payments_hub.contracts.codes import CODES
from payments_hub.domain import formatting
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.people import Viewer
from payments_hub.domain.typed_periods import read_period
from payments_hub.domain.verdicts import Cause, Verdict
from payments_hub.kernel.clock import start_of_local_day
from payments_hub.store.receipt_pages import ListedReceipt, ReceiptListQuery
from payments_hub.web.components import FieldError, Option, Paging, Tag, verdict_tag
from payments_hub.web.receipts.words import period_words

LINES_A_PAGE = 50
_LONGEST_FILTER = 200
FILTERS = ("partner", "verdict", "flow", "site", "period", "code", "since")
FILE_COLUMNS = (
    "receipt",
    "received_at",
    "judged_at",
    "partner",
    "flow",
    "site",
    "period",
    "revision",
    "verdict",
    "cause",
    "holds",
    "codes",
    "transport",
    "bytes",
    "bytes_sha256",
    "simulated_data",
)


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One receipt of the list; `replaced` says that a later one of the same delivery holds."""

    receipt_id: str
    address: str
    received_at: str
    partner: str
    simulated: bool
    what: str
    verdict: Tag
    codes: str
    replaced: bool


@dataclass(frozen=True, slots=True)
class ReceiptsPage:
    """
    The list of receipts.

    Args:
        asked: What was asked for, by the filter's name, as it was typed.
        narrowed: Whether anything was asked for.

    """

    title: str
    lede: str
    simulated: bool
    asked: Mapping[str, str]
    narrowed: bool
    partners: tuple[Option, ...]
    verdicts: tuple[Option, ...]
    flows: tuple[Option, ...]
    codes: tuple[Option, ...]
    errors: tuple[FieldError, ...]
    lines: tuple[ReceiptLine, ...]
    paging: Paging
    file_address: str


def asked_for(arguments: Mapping[str, str]) -> dict[str, str]:
    """Take the filters that were given."""
    found = {name: arguments.get(name, "").strip()[:_LONGEST_FILTER] for name in FILTERS}
    return {name: value for name, value in found.items() if value}


def query_of(asked: Mapping[str, str], partner: str | None, behind: str = "") -> ReceiptListQuery:
    """
    Say what is looked for; one line more than a page holds, so that the page knows whether there is another.

    Args:
        asked: The filters.
        partner: Whose alone the reader may see; None for all.
        behind: The last receipt of the page before.

    """
    day = formatting.read_day(asked.get("since", ""))
    return ReceiptListQuery(
        limit=LINES_A_PAGE + 1,
        partner=asked.get("partner") if partner is None else partner,
        verdict=asked.get("verdict", ""),
        flow=asked.get("flow", ""),
        site=asked.get("site", ""),
        period=_exact_period(asked.get("period", "")),
        code=asked.get("code", ""),
        since=None if day is None else start_of_local_day(day),
        behind=behind,
    )


def _exact_period(typed: str) -> str:
    """Write a period as messages name it; what is none is looked for as it was typed, for a message may name it so."""
    found = read_period(typed)
    return typed if found is None else str(found)


def receipts_page(
    found: Sequence[ListedReceipt],
    asked: Mapping[str, str],
    partners: Sequence[tuple[str, Words]],
    viewer: Viewer,
    language: Language,
) -> ReceiptsPage:
    """
    Word the list for one reader.

    Args:
        found: The lines, at most one more than a page holds.
        asked: The filters.
        partners: All of them for those who see the city; none for a partner.
        viewer: Who reads.
        language: The reader's.

    """
    shown = found[:LINES_A_PAGE]
    return ReceiptsPage(
        title=Words("Biên nhận", "Receipts").of(language),
        lede=_lede(viewer).of(language),
        simulated=any(line.simulated for line in shown),
        asked={name: asked.get(name, "") for name in FILTERS},
        narrowed=bool(asked),
        partners=tuple(Option(code, name.of(language), asked.get("partner") == code) for code, name in partners),
        verdicts=tuple(
            Option(verdict.value, verdict_tag(verdict, language).word, asked.get("verdict") == verdict)
            for verdict in Verdict
        ),
        flows=tuple(Option(code, code, asked.get("flow") == code) for code in FLOWS),
        codes=tuple(
            Option(code, f"{code} {words.title.of(language)}", asked.get("code") == code)
            for code, words in CODES.items()
        ),
        errors=_errors(asked, language),
        lines=tuple(_line(line, language) for line in shown),
        paging=_paging(found, asked, language),
        file_address=_address("receipts.listed_file", asked),
    )


def file_rows(pages: Iterator[Sequence[ListedReceipt]]) -> Iterator[tuple[str, ...]]:
    """Write every line with all that the list knows of it."""
    yield FILE_COLUMNS
    for page in pages:
        for line in page:
            yield _cells(line)


def next_query(query: ReceiptListQuery, last: ListedReceipt) -> ReceiptListQuery:
    """Go on behind the last line."""
    return replace(query, behind=last.receipt_id)


def _lede(viewer: Viewer) -> Words:
    if viewer.partner is not None:
        return Words(
            "Mọi thông điệp bạn gửi đều có một biên nhận, dù được nhận hay bị từ chối, và giữ vĩnh viễn.",
            "Every message you send has a receipt, whether accepted or rejected, and it is kept for ever.",
        )
    return Words(
        "Mọi thông điệp đối tác gửi đều có một biên nhận, dù được nhận hay bị từ chối, và giữ vĩnh viễn.",
        "Every message that a partner sends has a receipt, whether accepted or rejected, and it is kept for ever.",
    )


def _errors(asked: Mapping[str, str], language: Language) -> tuple[FieldError, ...]:
    typed = asked.get("since")
    if not typed or formatting.read_day(typed) is not None:
        return ()
    words = Words(f"“{typed}” chưa đọc được. Gõ ngày như 1/11/2026.", f"“{typed}” is no day. Type it like 1/11/2026.")
    return (FieldError("since", words.of(language)),)


def _line(line: ListedReceipt, language: Language) -> ReceiptLine:
    site = line.site if line.site_name is None else line.site_name.of(language)
    revision = None
    if line.revision and line.revision != "0":
        revision = Words(f"lần sửa {line.revision}", f"revision {line.revision}").of(language)
    named = [part for part in (line.flow, site, period_words(line.period, language), revision) if part]
    unread = Words("Không đọc được nội dung", "The content cannot be read").of(language)
    return ReceiptLine(
        receipt_id=line.receipt_id,
        address=url_for("receipts.one", receipt_id=line.receipt_id),
        received_at=formatting.instant(line.received_at, language),
        partner=line.partner,
        simulated=line.simulated,
        what=", ".join(named) or unread,
        verdict=verdict_tag(Verdict(line.verdict), language),
        codes=", ".join(dict.fromkeys(code for code, _severity in line.codes)),
        replaced=not line.holds,
    )


def _paging(found: Sequence[ListedReceipt], asked: Mapping[str, str], language: Language) -> Paging:
    number = min(len(found), LINES_A_PAGE)
    words = Words(f"{number} dòng, mới trước cũ sau", f"{number} line{'s' * (number != 1)}, newest first").of(language)
    if len(found) <= LINES_A_PAGE:
        return Paging(words)
    behind = found[LINES_A_PAGE - 1].receipt_id
    return Paging(words, after=_address("receipts.listed", {**asked, "behind": behind}))


def _address(endpoint: str, asked: Mapping[str, str]) -> str:
    return f"{url_for(endpoint)}?{urlencode(asked)}" if asked else url_for(endpoint)


def _cells(line: ListedReceipt) -> tuple[str, ...]:
    return (
        line.receipt_id,
        line.received_at.astimezone(UTC).isoformat(),
        line.issued_at.astimezone(UTC).isoformat(),
        line.partner,
        line.flow or "",
        line.site or "",
        line.period or "",
        line.revision or "",
        line.verdict,
        Cause(line.cause).value,
        "yes" if line.holds else "no",
        " ".join(code for code, _severity in line.codes),
        line.transport,
        str(line.byte_count),
        line.bytes_sha256.hex(),
        "simulated data" if line.simulated else "",
    )
