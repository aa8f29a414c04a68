"""What a receipt says in plain words: its verdict as a headline, and how to count, date and name things beside it."""

from __future__ import annotations

from datetime import datetime

from payments_hub.contracts.findings import Severity, Side
from payments_hub.contracts.receipt_v1 import FindingV1, ReceiptV1
from payments_hub.contracts.root_causes import RootCause
from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.verdicts import Cause, Transport, Verdict
from payments_hub.kernel.clock import CITY_ZONE
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.periods import Period
from payments_hub.services.receipt_pages import ReceiptView
from payments_hub.web.components import Tag
from payments_hub.web.receipts.accepted import accepted_consequence, accepted_headline

_UNREAD = frozenset({"E1001", "E1002", "E1003"})
"""Codes after which nothing else of the message could be judged."""

_UNREAD_CELL = frozenset({"E2001", "E2002", "E2003", "E2101"})

HEADLINES: dict[Verdict, Words] = {
    Verdict.SUPERSEDED: Words("Đã nhận, nhưng có lần sửa mới hơn", "Received, but there is a newer revision"),
    Verdict.NO_CHANGE: Words("Đã nhận, nội dung không đổi", "Received, and nothing changed"),
    Verdict.DUPLICATE: Words("Trùng, đã nhận thông điệp này trước đó", "A duplicate: this message came before"),
    Verdict.REJECTED: Words("Từ chối, chưa ghi vào số liệu", "Rejected, and not in the figures"),
    Verdict.HELD: Words("Tạm giữ, chờ cán bộ quyết định", "Held until an officer decides"),
}
CAUSES: dict[Cause, Words] = {
    Cause.ARRIVAL: Words("Lúc nhận", "On arrival"),
    Cause.RELEASE: Words("Cán bộ cho vào sổ", "An officer released it"),
    Cause.REFUSAL: Words("Cán bộ không nhận", "An officer refused it"),
    Cause.REPLAY: Words("Chạy lại sau khi sửa danh mục", "Judged again after a list was mended"),
}
TRANSPORTS: dict[Transport, Words] = {
    Transport.KAFKA: Words("Kafka", "Kafka"),
    Transport.HTTP: Words("qua giao diện lập trình", "HTTP(S) API"),
    Transport.FILE: Words("Tệp", "File"),
}

_SIDES_TO_PARTNER: dict[Side, tuple[str, Words]] = {
    Side.PARTNER: ("behind", Words("Phía số liệu của bạn", "Your data")),
    Side.HUB: ("info", Words("Phía chúng tôi", "Our side")),
    Side.BOTH: ("watch", Words("Số liệu của bạn hoặc danh mục của chúng tôi", "Your data or our code list")),
}
_SIDES_TO_OTHERS: dict[Side, tuple[str, Words]] = {
    Side.PARTNER: ("behind", Words("Phía đối tác", "The partner's data")),
    Side.HUB: ("info", Words("Phía hệ thống", "The hub's side")),
    Side.BOTH: ("watch", Words("Số liệu của đối tác hoặc danh mục của hệ thống", "Their data or the hub's code list")),
}


def headline(view: ReceiptView, language: Language) -> str:
    """Say in one line what became of the delivery."""
    verdict = view.receipt.verdict
    words = accepted_headline(view.accepted) if verdict is Verdict.ACCEPTED else HEADLINES[verdict]
    return words.of(language)


def side_tag(side: Side, language: Language, *, own: bool) -> Tag:
    """Say whose side a finding is on, to the partner itself or to others."""
    kind, words = (_SIDES_TO_PARTNER if own else _SIDES_TO_OTHERS)[side]
    return Tag(words.of(language), kind)


def lede(view: ReceiptView, language: Language) -> str:
    """Say in a few sentences what became of the delivery, and what it means for the figures."""
    return " ".join(words.of(language) for words in (*_counts(view.causes), *_consequence(view, language)))


def completeness(receipt: ReceiptV1, language: Language) -> str:
    """Say whether more may be wrong than the receipt tells."""
    if receipt.has_more_findings:
        return Words(
            "Biên nhận kể nhiều nhất 200 chỗ; còn lỗi khác hiện ra sau khi sửa những lỗi này.",
            "A receipt tells at most 200 places; others will show once these are mended.",
        ).of(language)
    if any(finding.code in _UNREAD for finding in receipt.findings):
        return Words(
            "Chưa đọc được nội dung, nên các quy tắc khác chưa kiểm tra được.",
            "The content could not be read, so the other rules could not be applied yet.",
        ).of(language)
    if any(_blurs_sums(finding) for finding in receipt.findings):
        return Words(
            "Đã kiểm tra các quy tắc khác; tổng các ô được so sau khi mọi ô đọc được.",
            "The other rules were applied; sums are compared once every cell can be read.",
        ).of(language)
    return Words(
        "Đã kiểm tra hết mọi quy tắc: không còn lỗi ẩn phía sau.",
        "Every rule was applied: no fault hides behind these.",
    ).of(language)


def count_of(number: int, vi: str, en: str) -> Words:
    """
    Count things in both languages.

    >>> count_of(2, "lỗi", "error").en, count_of(1, "lỗi", "error").en
    ('2 errors', '1 error')
    """
    return Words(f"{number} {vi}", f"{number} {en}{'s' * (number != 1)}")


def moment(value: datetime, language: Language) -> str:
    """Write an instant by the city's clock, to the millisecond: two sides compare it."""
    local = value.astimezone(CITY_ZONE)
    comma = "," if language is Language.VI else "."
    return f"{formatting.day(local.date(), language)} {local:%H:%M:%S}{comma}{local.microsecond // 1000:03d}"


def period_words(claimed: str | None, language: Language) -> str | None:
    """Write a claimed period as people do; a rejected message may claim anything."""
    try:
        return formatting.period_within(Period.parse(claimed), language) if claimed else claimed
    except InvalidValueError:
        return claimed


def _blurs_sums(finding: FindingV1) -> bool:
    """Tell whether a cell could not be read wholly, so that it was compared with no other."""
    return finding.code in _UNREAD_CELL and finding.pointer.startswith("/data/cells")


def _counts(causes: tuple[RootCause, ...]) -> list[Words]:
    errors = [cause for cause in causes if cause.first.severity is Severity.ERROR]
    warnings = len(causes) - len(errors)
    places = sum(len(cause.places) for cause in errors)
    told = []
    if errors:
        told.append(count_of(len(errors), "lỗi", "error"))
    if places > len(errors):
        told[-1] = Words(f"{told[-1].vi} ở {places} chỗ", f"{told[-1].en} in {places} places")
    if warnings:
        told.append(count_of(warnings, "cảnh báo", "warning"))
    return [Words(", ".join(one.vi for one in told) + ".", ", ".join(one.en for one in told) + ".")] if told else []


def _consequence(view: ReceiptView, language: Language) -> list[Words]:
    receipt = view.receipt
    known = "" if receipt.known_at is None else formatting.instant(receipt.known_at, language)
    current = receipt.current_revision
    match receipt.verdict:
        case Verdict.ACCEPTED:
            return [accepted_consequence(view.accepted, known)]
        case Verdict.SUPERSEDED:
            return [
                Words(
                    f"Lần sửa {current} đã có trước; lát này được lưu trong lịch sử, số liệu đang hiển thị không đổi.",
                    f"Revision {current} was there before; this one is kept in history and the figures stay.",
                )
            ]
        case Verdict.NO_CHANGE:
            return [Words("Số liệu đang hiển thị không đổi.", "The figures stay as they are.")]
        case Verdict.DUPLICATE:
            return [Words("Không đếm hai lần; số liệu không đổi.", "Nothing counts twice; the figures stay.")]
        case Verdict.REJECTED:
            return [Words("Số liệu đang hiển thị không đổi.", "The figures stay as they are.")]
        case Verdict.HELD:
            return [
                Words(
                    "Kỳ này đã khóa sổ. Số liệu chưa đổi cho đến khi cán bộ cho vào sổ hoặc không nhận.",
                    "The period is locked. The figures stay until an officer releases or refuses the slice.",
                )
            ]
