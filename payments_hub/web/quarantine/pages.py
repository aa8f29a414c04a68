"""One rejected delivery, a replay tried, and a replay done, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from payments_hub.contracts.codes import CODES
from payments_hub.contracts.receipt_v1 import FindingV1, ReceiptV1
from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.verdicts import Cause, Verdict
from payments_hub.ingest.replays import Blocked, Trial
from payments_hub.services.quarantine import readable_bytes
from payments_hub.store.kept_bytes import KeptMessage
from payments_hub.store.replays import ReplayedLine, ReplayLine
from payments_hub.web.audit.details import selection_words
from payments_hub.web.components import Fact, FieldError, Link, Tag, verdict_tag
from payments_hub.web.quarantine.queries import Asked

_BLOCKED = {
    Blocked.SETTLED: Words("Đã xong từ trước", "Settled before"),
    Blocked.REFUSED: Words("Cán bộ đã từ chối; đối tác gửi lại", "Refused by an officer; the partner sends anew"),
    Blocked.TRUNCATED: Words("Quá lớn, chỉ giữ phần đầu", "Too large, only its beginning was kept"),
    Blocked.EXPIRED: Words("Byte đã hết hạn giữ", "Its bytes were kept long enough and are gone"),
}
_CAUSES = {
    Cause.ARRIVAL: Words("Khi đến", "On arrival"),
    Cause.RELEASE: Words("Cán bộ cho vào", "Released by an officer"),
    Cause.REFUSAL: Words("Cán bộ từ chối", "Refused by an officer"),
    Cause.REPLAY: Words("Chạy lại", "Replayed"),
}


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One receipt of the delivery."""

    at: str
    cause: str
    verdict: Tag
    receipt_id: str
    address: str


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One finding of the receipt that holds."""

    code: str
    title: str
    pointer: str
    text: str


@dataclass(frozen=True, slots=True)
class RecordPage:
    """What the page of one rejected delivery gets."""

    crumbs: tuple[Link, ...]
    title: str
    lede: str
    verdict: Tag
    facts: tuple[Fact, ...]
    faults: tuple[FaultLine, ...]
    headers: tuple[Fact, ...]
    text: str | None
    is_beginning: bool
    answers: tuple[AnswerLine, ...]
    raw_address: str | None
    trial_address: str | None
    simulated: bool


@dataclass(frozen=True, slots=True)
class TrialLine:
    """What a replay makes of one delivery."""

    number: int
    address: str
    partner: str
    before: Tag
    after: Tag
    words: str
    difference: str
    receipt: str | None


@dataclass(frozen=True, slots=True)
class TrialPage:
    """What the page gets that shows a replay before it is done."""

    crumbs: tuple[Link, ...]
    title: str
    lede: str
    lines: tuple[TrialLine, ...]
    hidden: tuple[tuple[str, str], ...]
    simulated: bool
    can_replay: bool
    more: bool
    reason: str
    errors: tuple[FieldError, ...]


@dataclass(frozen=True, slots=True)
class ReplayPage:
    """What the page of a replay that was done gets."""

    crumbs: tuple[Link, ...]
    title: str
    lede: str
    facts: tuple[Fact, ...]
    lines: tuple[TrialLine, ...]
    simulated: bool


@dataclass(frozen=True, slots=True)
class ReplaysPage:
    """What the list of replays gets."""

    crumbs: tuple[Link, ...]
    title: str
    lines: tuple[tuple[str, str, str, str, str], ...]


def record_page(kept: KeptMessage, answers: Sequence[ReceiptV1], language: Language, *, may_replay: bool) -> RecordPage:
    """
    Word one rejected delivery.

    Args:
        kept: The delivery, with what is kept of it.
        answers: Its receipts, oldest first.
        language: The reader's.
        may_replay: Whether the reader may judge it again.

    """
    newest = answers[-1]
    text, is_beginning = (None, False) if kept.body is None else readable_bytes(kept.body)
    is_open = newest.verdict is Verdict.REJECTED
    number = str(kept.delivery_id)
    return RecordPage(
        crumbs=_crumbs(Words(f"Lần nhận {number}", f"Delivery {number}").of(language), language),
        title=Words(f"Lần nhận {number}", f"Delivery {number}").of(language),
        lede=_record_lede(newest, language),
        verdict=verdict_tag(newest.verdict, language),
        facts=_facts(kept, newest, language),
        faults=tuple(_fault(finding, language) for finding in newest.findings),
        headers=tuple(Fact(readable_bytes(name.encode())[0], _value(value), "code") for name, value in kept.headers),
        text=text,
        is_beginning=is_beginning or kept.truncated,
        answers=tuple(_answer(one, language) for one in answers),
        raw_address=None if kept.body is None else url_for("quarantine.raw", delivery=kept.delivery_id),
        trial_address=f"{url_for('quarantine.trial')}?delivery={number}" if may_replay and is_open else None,
        simulated=newest.simulated,
    )


def trial_page(
    trials: Sequence[Trial],
    asked: Asked,
    language: Language,
    *,
    more: bool,
    reason: str = "",
    errors: tuple[FieldError, ...] = (),
) -> TrialPage:
    """Word what a replay would make of a selection; nothing is done yet."""
    title = Words("Chạy thử", "Dry run").of(language)
    changing = sum(trial.receipt is not None for trial in trials)
    told = Words(
        f"Chạy lại {len(trials)} lần nhận: {changing} sẽ xong, {len(trials) - changing} giữ nguyên. "
        "Chưa có gì được ghi.",
        f"Replaying {len(trials)} deliveries: {changing} would be settled, {len(trials) - changing} stay as they are. "
        "Nothing is written yet.",
    )
    nothing = Words("Không có lần nhận nào như vậy.", "There is no such delivery.")
    return TrialPage(
        crumbs=_crumbs(title, language),
        title=title,
        lede=(told if trials else nothing).of(language),
        lines=tuple(_trial(one, language) for one in trials),
        hidden=asked.hidden(),
        simulated=any(one.simulated for one in trials),
        can_replay=changing > 0,
        more=more,
        reason=reason,
        errors=errors,
    )


def replay_page(done: ReplayLine, lines: Sequence[ReplayedLine], language: Language) -> ReplayPage:
    """Word a replay that was done."""
    title = Words("Đã chạy lại", "Replayed").of(language)
    stay = done.deliveries - done.settled
    return ReplayPage(
        crumbs=_crumbs(title, language),
        title=title,
        lede=Words(
            f"{done.settled} lần nhận đã xong, {stay} vẫn bị từ chối. Chạy lại lần nữa không đổi gì.",
            f"{done.settled} deliveries are settled, {stay} stay rejected. Replaying again changes nothing.",
        ).of(language),
        facts=(
            Fact(Words("Mã lần chạy", "Replay").of(language), done.replay_id, "code"),
            Fact(Words("Lúc", "At").of(language), formatting.instant(done.at, language)),
            Fact(Words("Người chạy", "By").of(language), done.by.partition(":")[2], "code"),
            Fact(Words("Lý do", "Reason").of(language), done.reason),
            Fact(Words("Đã chọn theo", "Chosen by").of(language), _chosen(done.selection, language)),
        ),
        lines=tuple(_replayed(line, language) for line in lines),
        simulated=any(line.simulated for line in lines),
    )


def _chosen(selection: str, language: Language) -> str:
    words = selection_words(selection)
    return selection if words is None else words.of(language)


def replays_page(done: Sequence[ReplayLine], language: Language) -> ReplaysPage:
    """Word the list of replays."""
    title = Words("Các lần chạy lại", "Replays").of(language)
    return ReplaysPage(
        crumbs=_crumbs(title, language),
        title=title,
        lines=tuple(
            (
                formatting.instant(one.at, language),
                url_for("quarantine.replayed", replay_id=one.replay_id),
                one.reason,
                one.by.partition(":")[2],
                f"{one.settled}/{one.deliveries}",
            )
            for one in done
        ),
    )


def _crumbs(here: str, language: Language) -> tuple[Link, ...]:
    return (Link(Words("Cách ly", "Quarantine").of(language), url_for("quarantine.causes")), Link(here, ""))


def _record_lede(newest: ReceiptV1, language: Language) -> str:
    if newest.verdict is not Verdict.REJECTED:
        return Words(
            "Từng bị từ chối; nay đã xong, theo biên nhận mới nhất dưới đây.",
            "It was rejected once and is settled now, by the newest receipt below.",
        ).of(language)
    errors = sum(finding.severity == "error" for finding in newest.findings)
    faults = "1 fault" if errors == 1 else f"{errors} faults"
    return Words(
        f"Bị từ chối vì {errors} lỗi; số liệu đang hiển thị không đổi.",
        f"Rejected for {faults}; the figures that are shown did not change.",
    ).of(language)


def _facts(kept: KeptMessage, newest: ReceiptV1, language: Language) -> tuple[Fact, ...]:
    key = newest.key
    named = " / ".join(part for part in (key.flow, key.site, key.period) if part)
    return (
        Fact(Words("Đối tác", "Partner").of(language), kept.partner, "code"),
        Fact(Words("Lát", "Slice").of(language), named or formatting.NOTHING, "code"),
        Fact(Words("Đường vào", "Way in").of(language), f"{kept.transport} {kept.position}", "code"),
        Fact(Words("Nhận lúc", "Received").of(language), formatting.instant(kept.received_at, language)),
        Fact(Words("Kích thước", "Size").of(language), f"{formatting.whole(kept.byte_count, language)} byte"),
        Fact(Words("Kiểu nội dung", "Content type").of(language), kept.content_type or formatting.NOTHING, "code"),
        Fact("SHA-256", newest.delivery.bytes_sha256, "hash"),
    )


def _value(value: bytes | None) -> str:
    return formatting.NOTHING if value is None else readable_bytes(value)[0]


def _fault(finding: FindingV1, language: Language) -> FaultLine:
    title = CODES[finding.code].title.of(language)
    return FaultLine(finding.code, title, finding.pointer, Words(finding.text_vi, finding.text_en).of(language))


def _answer(receipt: ReceiptV1, language: Language) -> AnswerLine:
    return AnswerLine(
        at=formatting.instant(receipt.issued_at, language),
        cause=_CAUSES[receipt.cause].of(language),
        verdict=verdict_tag(receipt.verdict, language),
        receipt_id=receipt.id,
        address=url_for("receipts.one", receipt_id=receipt.id),
    )


def _trial(trial: Trial, language: Language) -> TrialLine:
    return TrialLine(
        number=trial.delivery_id,
        address=url_for("quarantine.one", delivery=trial.delivery_id),
        partner=trial.partner,
        before=verdict_tag(trial.before, language),
        after=verdict_tag(trial.after, language),
        words=_trial_words(trial, language),
        difference=_difference(trial, language),
        receipt=None,
    )


def _trial_words(trial: Trial, language: Language) -> str:
    if trial.blocked is not None:
        return _BLOCKED[trial.blocked].of(language)
    told = (Words(finding.text_vi, finding.text_en).of(language) for finding in trial.findings_after)
    return " ".join(f"{finding.code}: {text}" for finding, text in zip(trial.findings_after, told, strict=True))


def _difference(trial: Trial, language: Language) -> str:
    if trial.difference is None:
        return formatting.NOTHING
    before, after = trial.difference.before, trial.difference.after
    pairs = [(before.amount, after.amount)] if after.amount is not None else [(before.count, after.count)]
    return "; ".join(f"{_whole(old, language)} → {_whole(new, language)}" for old, new in pairs)


def _whole(value: int | None, language: Language) -> str:
    return formatting.NOTHING if value is None else formatting.whole(value, language)


def _replayed(line: ReplayedLine, language: Language) -> TrialLine:
    named = " / ".join(part for part in (line.flow, line.site, line.period) if part)
    return TrialLine(
        number=line.delivery_id,
        address=url_for("quarantine.one", delivery=line.delivery_id),
        partner=line.partner,
        before=verdict_tag(Verdict.REJECTED, language),
        after=verdict_tag(Verdict(line.verdict), language),
        words=named,
        difference="",
        receipt=None if line.receipt_id is None else url_for("receipts.one", receipt_id=line.receipt_id),
    )
