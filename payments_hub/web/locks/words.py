"""What a release would do, and what was just done, in words."""

from __future__ import annotations

from collections.abc import Mapping

from payments_hub.domain import formatting
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.instruments import Action
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.money import Currency
from payments_hub.services.locks import Outlook
from payments_hub.store.lock_pages import HeldSlice

_MOST_TOLD = 6


def total_words(held: HeldSlice, count: int | None, amount: int | None, language: Language) -> str:
    """Write what a slice amounts to, or counts where its flow has no amounts."""
    if FLOWS[held.flow].has_amount:
        return formatting.NOTHING if amount is None else formatting.money(amount, Currency(held.currency), language)
    return formatting.NOTHING if count is None else formatting.whole(count, language)


def now_words(held: HeldSlice, language: Language) -> str:
    """Tell what the figures hold of a slice now."""
    if held.head.revision is None:
        return Words("chưa có số", "nothing yet").of(language)
    return total_words(held, held.head.total_count, held.head.total_amount, language)


def then_words(held: HeldSlice, would: Outlook, language: Language) -> str:
    """Tell what the held slice says."""
    match would.action:
        case Action.REPLACE:
            return total_words(held, would.count, would.amount, language)
        case Action.NIL:
            return Words("không phát sinh (0)", "nothing to report (0)").of(language)
        case Action.DELETE:
            return Words("rút lại, thành thiếu số", "taken back: missing").of(language)
        case None:
            return Words("nội dung không còn giữ", "its bytes are not kept any more").of(language)


def effect_words(held: HeldSlice, would: Outlook, language: Language) -> str:
    """Tell what releasing would do to the figures."""
    if would.verdict is Verdict.SUPERSEDED:
        newer = held.head.revision
        return Words(f"Không đổi: đã có lần sửa {newer}", f"No change: revision {newer} holds").of(language)
    if would.verdict is Verdict.NO_CHANGE:
        return Words("Không đổi: giống số đang có", "No change: the same as what is there").of(language)
    return _difference(held, would, language)


def done_words(arguments: Mapping[str, str], language: Language) -> str:
    """Tell what was just done, from the address that a form leads to."""
    number, late = (_small(arguments.get(name, "")) for name in ("n", "late"))
    others = Words(f" Có {late} lát do người khác quyết định trước.", f" Others decided on {late} before.")
    said = {
        "locked": Words(
            "Đã khóa kỳ. Lát nào đến cho kỳ này từ bây giờ sẽ được tạm giữ.",
            "The period is locked. What comes for it from now on is held.",
        ),
        "unlocked": Words(
            f"Đã mở khóa kỳ. Mở khóa không tự cho nhận lát nào: {number} lát vẫn chờ quyết định.",
            f"The period is unlocked. Unlocking releases nothing by itself: {number} still wait for a decision.",
        ),
        "released": Words(
            f"Đã cho nhận {number} lát; số liệu cập nhật trong vài giây.",
            f"{number} released; the figures follow within seconds.",
        ),
        "refused": Words(
            f"Đã từ chối {number} lát; đối tác thấy lý do trên biên nhận.",
            f"{number} refused; the partner sees the reason on the receipt.",
        ),
    }.get(arguments.get("did", ""))
    if said is None:
        return ""
    return said.of(language) + (others.of(language) if late else "")


def _difference(held: HeldSlice, would: Outlook, language: Language) -> str:
    """Tell by how much the figures change; a NIL makes them 0."""
    if would.action is Action.DELETE:
        return Words("Kỳ này thành thiếu số", "The period becomes missing").of(language)
    with_amount = FLOWS[held.flow].has_amount
    before = held.head.total_amount if with_amount else held.head.total_count
    after = 0 if would.action is Action.NIL else would.amount if with_amount else would.count
    if held.head.revision is None:
        return Words("Thành số đầu tiên của kỳ", "Becomes the period's first figure").of(language)
    if before is None or after is None:
        return Words("Thay số đang có", "Takes the place of what is there").of(language)
    sign = "+" if after > before else formatting.MINUS if after < before else ""
    return sign + total_words(held, abs(after - before), abs(after - before), language)


def _small(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_TOLD else 0
