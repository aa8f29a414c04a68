"""Recent receipts in words."""

from __future__ import annotations

from dataclasses import dataclass

from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.overview import ReceiptLine
from payments_hub.web.components import verdict_tag


@dataclass(frozen=True, slots=True)
class ReceiptItem:
    """One receipt in one line: what came, and what was made of it."""

    receipt_id: str
    received_at: str
    partner: str
    what: str
    verdict: str
    kind: str
    findings: str
    simulated: bool


def receipt_item(line: ReceiptLine, language: Language) -> ReceiptItem:
    """Word one receipt."""
    tag = verdict_tag(line.verdict, language)
    return ReceiptItem(
        receipt_id=line.receipt_id,
        received_at=formatting.instant(line.received_at, language),
        partner=line.partner,
        what=_what(line, language),
        verdict=tag.word,
        kind=tag.kind,
        findings=_findings(line, language),
        simulated=line.simulated,
    )


def _what(line: ReceiptLine, language: Language) -> str:
    site = line.site if line.site_name is None else line.site_name.of(language)
    period = None if line.period is None else formatting.period_within(line.period, language)
    revision = None
    if line.revision:
        revision = Words(f"lần sửa {line.revision}", f"revision {line.revision}").of(language)
    parts = [part for part in (line.flow, site, period, revision) if part]
    unread = Words("Không đọc được nội dung", "The content cannot be read").of(language)
    return ", ".join(parts) or unread


def _findings(line: ReceiptLine, language: Language) -> str:
    parts = []
    if line.errors:
        parts.append(Words(f"{line.errors} lỗi", f"{line.errors} error{'s' * (line.errors > 1)}").of(language))
    if line.warnings:
        warnings = f"{line.warnings} warning{'s' * (line.warnings > 1)}"
        parts.append(Words(f"{line.warnings} cảnh báo", warnings).of(language))
    return ", ".join(parts)
