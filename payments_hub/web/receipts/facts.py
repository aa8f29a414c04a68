"""The facts column of a receipt's page: what it is, when, by which way, with which hashes, and what came before it."""

from __future__ import annotations

from flask import url_for

from payments_hub.contracts.slice_v1 import SLICE_SCHEMA
from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.verdicts import Verdict
from payments_hub.services.receipt_pages import ReceiptView
from payments_hub.store.receipts import StoredReceipt
from payments_hub.web.components import Fact, Tag, verdict_tag
from payments_hub.web.receipts.words import CAUSES, TRANSPORTS, count_of, moment, period_words

_HTTP_STATUSES = {
    Verdict.ACCEPTED: "201",
    Verdict.HELD: "202",
    Verdict.REJECTED: "422",
}


def status_tag(verdict: Verdict, language: Language) -> Tag:
    """Name a verdict as machines know it, with the status that HTTP answers it with."""
    return Tag(f"{verdict.value} · {_HTTP_STATUSES.get(verdict, '200')}", verdict_tag(verdict, language).kind)


def identity_facts(view: ReceiptView, language: Language) -> tuple[Fact, ...]:
    """Tell what the receipt is of."""
    receipt, key = view.receipt, view.receipt.key
    named = [part for part in (key.flow, key.site, key.period) if part]
    facts = [
        Fact(Words("Biên nhận", "Receipt").of(language), receipt.id, "code"),
        Fact(Words("Đối tác", "Partner").of(language), f"{view.stored.partner_name.of(language)} ({receipt.partner})"),
    ]
    if receipt.event_id:
        facts.append(Fact(Words("Mã sự kiện", "Event id").of(language), receipt.event_id, "code"))
    if named:
        facts.append(Fact(Words("Lát", "Slice").of(language), " / ".join(named), "code"))
        said = ", ".join(
            part
            for part in (view.place_name and view.place_name.of(language), period_words(key.period, language))
            if part
        )
        if said:
            facts.append(Fact(Words("Địa điểm, kỳ", "Place, period").of(language), said))
    if key.revision is not None:
        facts.append(Fact(Words("Lần sửa", "Revision").of(language), _revision(view, language)))
    return tuple(facts)


def way_facts(view: ReceiptView, language: Language) -> tuple[Fact, ...]:
    """Tell by which way the delivery came, when, and by which rules it was judged."""
    receipt, delivery = view.receipt, view.receipt.delivery
    way = f"{TRANSPORTS[delivery.transport].of(language)} {delivery.position}"
    facts = [Fact(Words("Đường vào", "Way in").of(language), way)]
    if view.made_at is not None:
        facts.append(Fact(Words("Đối tác tạo", "Made by the partner").of(language), moment(view.made_at, language)))
    facts += [
        Fact(Words("Nhận", "Received").of(language), moment(delivery.received_at, language)),
        Fact(Words("Có kết quả", "Judged").of(language), moment(receipt.issued_at, language)),
    ]
    if receipt.known_at is not None:
        facts.append(
            Fact(Words("Số liệu biết từ", "Known to the figures").of(language), moment(receipt.known_at, language))
        )
    schema = view.recorded.data_schema if view.recorded and view.recorded.data_schema else SLICE_SCHEMA
    rules = Words(f"{receipt.rules_version}, lược đồ {schema}", f"{receipt.rules_version}, schema {schema}")
    facts.append(Fact(Words("Bộ quy tắc", "Rules").of(language), rules.of(language)))
    facts.append(Fact(Words("Kích thước", "Size").of(language), _size(view, language)))
    return tuple(facts)


def hash_facts(view: ReceiptView, language: Language) -> tuple[Fact, ...]:
    """Tell every hash that is kept of the delivery."""
    facts = [
        Fact(
            Words("SHA-256 của các byte đã nhận", "SHA-256 of the bytes received").of(language),
            view.receipt.delivery.bytes_sha256,
            "hash",
        )
    ]
    if view.hashes is not None:
        event = Words("SHA-256 của sự kiện chuẩn hóa", "SHA-256 of the canonical event")
        content = Words("SHA-256 của nội dung", "SHA-256 of the content")
        facts.append(Fact(event.of(language), view.hashes[0].hex(), "hash"))
        facts.append(Fact(content.of(language), view.hashes[1].hex(), "hash"))
    return tuple(facts)


def kept_words(view: ReceiptView, language: Language) -> str:
    """Say until when the raw bytes are kept."""
    if view.kept is None:
        return Words(
            "Nội dung đã ghi vào sổ nhận từng trường, nên không giữ các byte gốc. Biên nhận giữ vĩnh viễn.",
            "Every field is in the ledger, so the raw bytes are not kept. The receipt is kept for ever.",
        ).of(language)
    day = formatting.day(view.kept.until.date(), language)
    if not view.kept.are_there:
        return Words(
            f"Các byte gốc đã hết hạn giữ ngày {day}. Biên nhận giữ vĩnh viễn.",
            f"The raw bytes were kept until {day} and are gone. The receipt is kept for ever.",
        ).of(language)
    return Words(
        f"Các byte gốc giữ 400 ngày, tới {day}. Biên nhận giữ vĩnh viễn.",
        f"The raw bytes are kept for 400 days, until {day}. The receipt is kept for ever.",
    ).of(language)


def chain_facts(view: ReceiptView, language: Language) -> tuple[Fact, ...]:
    """Link every receipt of the same delivery but this one, and the first receipt that a duplicate repeats."""
    first = view.receipt.first_receipt
    facts = [
        Fact(_chain_name(view, one, language), one.receipt.id, "code", _address(one.receipt.id))
        for one in view.chain
        if one.receipt.id != view.receipt.id
    ]
    if first is not None:
        name = Words("Biên nhận đầu tiên của thông điệp này", "The first receipt of this message").of(language)
        facts.append(Fact(name, first, "code", _address(first)))
    return tuple(facts)


def _chain_name(view: ReceiptView, one: StoredReceipt, language: Language) -> str:
    earlier = one.number < view.stored.number
    when = Words("Trước" if earlier else "Sau", "Before" if earlier else "After").of(language)
    verdict = verdict_tag(one.receipt.verdict, language).word
    cause = CAUSES[one.receipt.cause].of(language)
    return f"{when}: {verdict}. {cause}, {formatting.instant(one.receipt.issued_at, language)}"


def _revision(view: ReceiptView, language: Language) -> str:
    revision = view.receipt.key.revision
    first = Words(" (lần đầu)", " (the first)").of(language) if revision == "0" else ""
    note = _reuse(view).of(language) if view.receipt.verdict is Verdict.REJECTED else ""
    return f"{revision}{first}{note}"


def _reuse(view: ReceiptView) -> Words:
    """Say what of a rejected message may be used again."""
    if view.used.revision:
        return Words(
            ". Lần sửa này đã được ghi từ thông điệp khác: bản sửa tiếp theo mang số lớn hơn.",
            ". This revision is recorded by another message: the next correction takes a higher number.",
        )
    if view.used.event_id:
        return Words(
            ". Vì bị từ chối, số lần sửa dùng lại được, với mã sự kiện mới.",
            ". As it was rejected, this number may be used again, with a new event id.",
        )
    return Words(
        ". Vì bị từ chối, số lần sửa và mã sự kiện dùng lại được.",
        ". As it was rejected, this number and the event id may be used again.",
    )


def _size(view: ReceiptView, language: Language) -> str:
    length = view.receipt.delivery.byte_count
    size = f"{formatting.whole(length, language)} byte{'s' if language is Language.EN else ''}"
    if view.recorded is None:
        return size
    return f"{size}, {count_of(view.recorded.cells, 'ô', 'cell').of(language)}"


def _address(receipt_id: str) -> str:
    return url_for("receipts.one", receipt_id=receipt_id)
