"""What stands beside a calendar, in words: messages, causes of errors, warnings, manifests, keys, the day's sums."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for

from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.verdicts import Verdict
from payments_hub.services.feeds import UNKNOWN_FIELD, ErrorGroup
from payments_hub.store.feed_status import LiveKey, ManifestLine, ReconciledDay, SeriesWarning
from payments_hub.store.receipts import ReceiptSummary
from payments_hub.web.components import Link, Tag, verdict_tag
from payments_hub.web.feeds.calendars import receipt_address
from payments_hub.web.partner_keys.pages import key_end

GROUPS_SHOWN = 8

_MANIFESTS: dict[str, Tag] = {
    "WAITING": Tag("", "info", "clock"),
    "MATCHES": Tag("", "good", "good"),
    "DIFFERS": Tag("", "watch", "watch"),
    "OUTDATED": Tag("", "none", "again"),
}
_MANIFEST_WORDS: dict[str, Words] = {
    "WAITING": Words("Còn chờ lát", "Waiting for slices"),
    "MATCHES": Words("Khớp", "Matches"),
    "DIFFERS": Words("Không khớp", "Differs"),
    "OUTDATED": Words("Cũ, đã có bản sửa", "Outdated by a revision"),
}


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One of the last messages."""

    received_at: str
    what: str
    verdict: Tag
    receipt: str
    address: str


@dataclass(frozen=True, slots=True)
class GroupItem:
    """One cause of errors, or one warning."""

    kind: str
    title: str
    text: str
    count: str
    link: Link


@dataclass(frozen=True, slots=True)
class ManifestItem:
    """The state of one manifest."""

    period: str
    state: Tag
    slices: str
    changed_at: str


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key that may be used."""

    prefix: str
    label: str
    used: str
    expires: str


@dataclass(frozen=True, slots=True)
class DayLine:
    """The deliveries of one day, and their receipts by verdict in the order of the verdicts."""

    day: str
    deliveries: str
    counts: tuple[str, ...]
    balanced: bool


def message_lines(messages: Iterable[ReceiptSummary], language: Language) -> tuple[MessageLine, ...]:
    """Word the last messages."""
    return tuple(
        MessageLine(
            received_at=formatting.instant(message.received_at, language),
            what=_what(message, language),
            verdict=verdict_tag(Verdict(message.verdict), language),
            receipt=f"…{message.receipt_id[-8:]}",
            address=receipt_address(message.receipt_id),
        )
        for message in messages
    )


def group_items(groups: Iterable[ErrorGroup], language: Language) -> tuple[GroupItem, ...]:
    """Word the causes of errors, the first ones."""
    return tuple(_group(group, language) for group in list(groups)[:GROUPS_SHOWN])


def warning_items(warnings: Iterable[SeriesWarning], language: Language, *, may_answer: bool) -> tuple[GroupItem, ...]:
    """Word the open warnings about series; each leads to where it is answered, or to the list."""
    return tuple(_warning(warning, language, may_answer=may_answer) for warning in warnings)


def manifest_items(manifests: Iterable[ManifestLine], language: Language) -> tuple[ManifestItem, ...]:
    """Word the states of manifests."""
    return tuple(
        ManifestItem(
            period=formatting.period(manifest.period, language),
            state=Tag(
                _MANIFEST_WORDS[manifest.state].of(language),
                _MANIFESTS[manifest.state].kind,
                _MANIFESTS[manifest.state].icon,
            ),
            slices="/".join(
                formatting.whole(number, language) for number in (manifest.received_slices, manifest.slices)
            ),
            changed_at=formatting.instant(manifest.changed_at, language),
        )
        for manifest in manifests
    )


def key_lines(keys: Iterable[LiveKey], language: Language) -> tuple[KeyLine, ...]:
    """Word the keys that may be used."""
    never = Words("chưa dùng", "never used").of(language)
    endless = Words("không hết hạn", "does not expire").of(language)
    return tuple(
        KeyLine(
            prefix=key.prefix,
            label=key.label or "",
            used=never if key.last_used_at is None else formatting.instant(key.last_used_at, language),
            expires=endless if key.expires_at is None else key_end(key.expires_at, language),
        )
        for key in keys
    )


def day_lines(days: Iterable[ReconciledDay], language: Language) -> tuple[DayLine, ...]:
    """Word what was delivered by day."""
    return tuple(
        DayLine(
            day=formatting.day(day.day, language),
            deliveries=formatting.whole(day.deliveries, language),
            counts=tuple(formatting.whole(day.by_verdict.get(verdict, 0), language) for verdict in Verdict),
            balanced=day.balanced,
        )
        for day in days
    )


def _what(message: ReceiptSummary, language: Language) -> str:
    parts = [part for part in (message.flow, message.site, message.period) if part]
    unread = Words("Không đọc được nội dung", "The content cannot be read").of(language)
    return " / ".join(parts) or unread


def _group(group: ErrorGroup, language: Language) -> GroupItem:
    count, since = group.messages, formatting.instant(group.first_at, language)
    vi, en = f"{count} thông điệp từ {since}", f"{count} message{'s' * (count != 1)} since {since}"
    if group.severity == "error":
        vi, en = f"{vi}, {group.sent_again} đã gửi lại.", f"{en}, {group.sent_again} sent again."
    else:
        vi, en = f"{vi}, đã nhận kèm cảnh báo.", f"{en}, accepted with a warning."
    waiting = group.severity == "error" and group.sent_again < count
    return GroupItem(
        kind="off" if waiting else "watch" if group.severity != "error" else "good",
        title=f"{group.code} {group.pointer}{_meant(group)}".strip(),
        text=formatting.grouped(group.words.of(language), language),
        count=Words(vi, en).of(language),
        link=Link(Words("Xem một biên nhận", "See one receipt").of(language), receipt_address(group.receipt)),
    )


def _meant(group: ErrorGroup) -> str:
    """Tell what was got and what was meant; of an unknown field its name, with which the pointer ends."""
    if not group.suggestion:
        return ""
    if group.code == UNKNOWN_FIELD:
        return f" → {group.suggestion}"
    return f": {group.got} → {group.suggestion}" if group.got else ""


def _warning(warning: SeriesWarning, language: Language, *, may_answer: bool) -> GroupItem:
    name = Words(warning.place_name_vi, warning.place_name_en).of(language)
    text = Words(str(warning.finding.get("text_vi", "")), str(warning.finding.get("text_en", "")))
    since = formatting.day(warning.raised_on, language)
    answered = warning.answer is not None
    vi = f"Từ {since}. " + ("Đối tác đã trả lời." if answered else "Chờ đối tác trả lời.")
    en = f"Since {since}. " + ("The partner has answered." if answered else "Waiting for the partner's answer.")
    return GroupItem(
        kind="watch",
        title=f"{warning.code} {name}, {formatting.period_within(warning.period, language)}",
        text=formatting.grouped(text.of(language), language),
        count=Words(vi, en).of(language),
        link=_answer_link(warning, language) if may_answer and not answered else _warnings_link(language),
    )


def _answer_link(warning: SeriesWarning, language: Language) -> Link:
    return Link(Words("Trả lời", "Answer").of(language), url_for("warnings.series_answer", number=warning.number))


def _warnings_link(language: Language) -> Link:
    return Link(Words("Xem các cảnh báo", "See the warnings").of(language), url_for("warnings.listed"))
