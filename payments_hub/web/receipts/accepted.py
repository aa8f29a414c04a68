"""What an accepted receipt says: what it was accepted as, and whether it still holds."""

from __future__ import annotations

from flask import url_for

from payments_hub.domain.languages import Language, Words
from payments_hub.domain.manifests import ManifestState
from payments_hub.store.receipt_standing import Accepted
from payments_hub.web.components import Link

_PLAIN = Words("Chấp nhận, đã ghi vào số liệu", "Accepted, and in the figures")
_MANIFEST = Words("Đã nhận bảng kê", "Manifest taken")
_BY_ACTION: dict[str, Words] = {
    "DELETE": Words("Chấp nhận, lát đã được rút lại", "Accepted: the slice is taken back"),
    "NIL": Words("Chấp nhận, không có gì để báo", "Accepted: nothing to report"),
}
_STATES: dict[ManifestState, Words] = {
    ManifestState.WAITING: Words("Bảng kê đang chờ lát còn thiếu.", "The manifest is waiting for slices."),
    ManifestState.MATCHES: Words("Các lát đã nhận khớp bảng kê.", "The slices received match the manifest."),
    ManifestState.DIFFERS: Words("Các lát đã nhận lệch bảng kê.", "The slices received differ from the manifest."),
    ManifestState.OUTDATED: Words(
        "Bảng kê đã cũ: có bản sửa của lát sau khi khớp.",
        "The manifest is outdated: a slice was revised after it matched.",
    ),
}


def accepted_headline(accepted: Accepted | None) -> Words:
    """Name what was accepted, or what replaced it."""
    if accepted is None:
        return _PLAIN
    if accepted.replaced is not None:
        number, manifest = accepted.replaced.revision, accepted.is_manifest
        return Words(
            f"{_MANIFEST.vi if manifest else 'Chấp nhận'}, nay đã được lần sửa {number} thay",
            f"{_MANIFEST.en if manifest else 'Accepted'}, since replaced by revision {number}",
        )
    return _MANIFEST if accepted.is_manifest else _BY_ACTION.get(accepted.action, _PLAIN)


def accepted_consequence(accepted: Accepted | None, known: str) -> Words:
    """Say what it means for the figures now."""
    if accepted is not None and accepted.replaced is not None:
        return _of_replaced(accepted, accepted.replaced.revision)
    if accepted is not None and accepted.is_manifest:
        return _STATES[accepted.state] if accepted.state else Words("", "")
    match accepted and accepted.action:
        case "DELETE":
            return Words(
                f"Từ {known}, nơi này tính là phải gửi mà chưa nhận được.",
                f"Since {known} the place counts as expected and not received.",
            )
        case "NIL":
            return Words(
                f"Từ {known}, nơi này tính là đã nhận, không có gì để báo.",
                f"Since {known} the place counts as received, with nothing to report.",
            )
        case _:
            return Words(f"Số liệu dùng lát này từ {known}.", f"The figures use this slice since {known}.")


def replacing_link(accepted: Accepted | None, language: Language) -> Link | None:
    """Lead to the receipt of the revision that replaced this one; None while it holds."""
    replaced = None if accepted is None else accepted.replaced
    if replaced is None:
        return None
    words = Words(f"Xem biên nhận của lần sửa {replaced.revision}", f"See the receipt of revision {replaced.revision}")
    return Link(words.of(language), url_for("receipts.one", receipt_id=replaced.receipt_id))


def _of_replaced(accepted: Accepted, number: int) -> Words:
    if accepted.is_manifest:
        return Words(
            f"Bảng kê này đã được lần sửa {number} thay; các lát được so với lần sửa đó.",
            f"This manifest was replaced by revision {number}; slices are compared with that one.",
        )
    return Words(
        f"Lát này đã được lần sửa {number} thay: số liệu dùng lần sửa đó, lát này được lưu trong lịch sử.",
        f"It was replaced by revision {number}: the figures use that one, and this one is kept in history.",
    )
