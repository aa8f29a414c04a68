"""Alerts in words: what happened and what to do about it, for whoever keeps the hub running."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.services.feed_halts import reason_words
from payments_hub.services.reconciliation import fault_words
from payments_hub.services.worker_ends import end_words
from payments_hub.store.alerts import Alert, AlertKind, open_alerts, recent_alerts

RECENTLY = timedelta(days=7)
"""How long an alert that is over is still shown."""

_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class WordedAlert:
    """
    An alert as a person reads it.

    Args:
        says: What happened.
        do: What to do about it.
        command: What to run for it; empty where nothing is.
        details: More of what happened, a sentence each.

    """

    alert: Alert
    says: Words
    do: Words
    command: str = ""
    details: tuple[Words, ...] = ()


def alerts_now(session: Session, *, now: datetime) -> tuple[tuple[WordedAlert, ...], tuple[WordedAlert, ...]]:
    """Read the alerts that are open, oldest first, and those that were over lately, newest first."""
    waiting = tuple(worded(alert) for alert in open_alerts(session))
    over = (alert for alert in recent_alerts(session, at_most=_MOST_SHOWN) if alert.resolved_at is not None)
    return waiting, tuple(worded(alert) for alert in over if alert.resolved_at and now - alert.resolved_at < RECENTLY)


def worded(alert: Alert) -> WordedAlert:
    """Say what an alert tells and what to do about it."""
    return _WORDS[alert.kind](_Said(alert))


def alert_counts(session: Session) -> Mapping[AlertKind, int]:
    """Count the open alerts by kind, those of none with 0."""
    kinds = [alert.kind for alert in open_alerts(session)]
    return {kind: kinds.count(kind) for kind in AlertKind}


def partner_of_feed(subject: str) -> str:
    """
    Find the partner in the name of its topic, with or without the partition.

    >>> partner_of_feed("feeds.GO-HP-0"), partner_of_feed("feeds.GO-HP")
    ('GO-HP', 'GO-HP')
    """
    topic, _, partition = subject.rpartition("-")
    return (topic if partition.isdecimal() else subject).removeprefix("feeds.")


@dataclass(frozen=True, slots=True)
class _Said:
    """What an alert's detail holds, read with care: what wrote it may be older or newer than this code."""

    alert: Alert

    def of(self, name: str) -> str:
        value = self.alert.detail.get(name)
        return "?" if value is None else str(value)

    def listed(self, name: str) -> Sequence[str]:
        value = self.alert.detail.get(name)
        return [str(one) for one in value] if isinstance(value, Sequence) and not isinstance(value, str) else []

    def instant(self, name: str) -> tuple[Words, ...]:
        try:
            at = datetime.fromisoformat(self.of(name))
        except ValueError:
            return ()
        return (Words(f"Từ {formatting.instant(at, Language.VI)}.", f"Since {formatting.instant(at, Language.EN)}."),)

    def times(self) -> Words:
        count = self.of("times")
        return Words(f"{count} lần", "once" if count == "1" else f"{count} times")

    def has(self, name: str) -> bool:
        return self.alert.detail.get(name) not in {None, ""}


def _blocked(said: _Said) -> WordedAlert:
    subject = said.alert.subject
    return WordedAlert(
        said.alert,
        Words(
            f"Luồng {subject} đứng lại ở bản ghi {said.of('position')}: đọc tiếp sẽ bỏ sót bản ghi.",
            f"Feed {subject} stands still at record {said.of('position')}: reading on would leave records out.",
        ),
        Words(
            "Lệnh dưới đây chỉ nói sẽ đọc tiếp từ đâu và bỏ qua những bản ghi nào; đề nghị đối tác gửi lại các lát đó, "
            "rồi thêm --apply. Luồng của các đối tác khác vẫn chạy.",
            "The command below only tells where it would go on and what it would leave out; ask the partner to send "
            "those slices again, then add --apply. The other partners' feeds go on.",
        ),
        command=f'payments-consumers restart-feed {partner_of_feed(subject)} --reason "…"',
        details=_reason(said),
    )


def _suspended(said: _Said) -> WordedAlert:
    partner, rejected = said.alert.subject, said.of("rejected")
    return WordedAlert(
        said.alert,
        Words(
            f"Đã ngừng đọc luồng của {partner}: {rejected} thông điệp bị từ chối trong một phút.",
            f"The feed of {partner} is not read any more: {rejected} messages were refused within a minute.",
        ),
        Words(
            "Bản ghi vẫn chờ nguyên trong Kafka. Báo đối tác sửa hệ thống gửi, rồi cho đọc lại.",
            "Its records wait unharmed in Kafka. Tell the partner to mend what sends, then let it be read again.",
        ),
        command=f'payments-consumers resume {partner} --reason "…"',
    )


def _failing(said: _Said) -> WordedAlert:
    subject, position = said.alert.subject, said.of("position")
    times, words = said.times(), reason_words(said.of("words"))
    return WordedAlert(
        said.alert,
        Words(
            f"Luồng {subject} chưa lưu được từ bản ghi {position}, đã thử {times.vi}: {words.vi}",
            f"Feed {subject} could not be stored from record {position} on, tried {times.en}: {words.en}",
        ),
        Words(
            "Đây là lỗi của hệ thống, không phải của đối tác: không bản ghi nào bị từ chối hay mất, luồng tự thử lại. "
            "Hãy gửi nhật ký cho người bảo trì hệ thống.",
            "It is a fault of the hub's, not of the partner's: no record is refused or lost, and it is tried again by "
            "itself. Send the log to who maintains the hub.",
        ),
    )


def _held_back(said: _Said) -> WordedAlert:
    subject, position, end = said.alert.subject, said.of("position"), said.of("log_end")
    return WordedAlert(
        said.alert,
        Words(
            f"Luồng {subject} bị giữ ở bản ghi {position} (cuối: {end}): một giao dịch của bên gửi chưa kết thúc.",
            f"Feed {subject} is held back at record {position} (end: {end}): a transaction of its sender stays open.",
        ),
        Words(
            "Đề nghị đối tác kết thúc hoặc hủy giao dịch Kafka đang mở; mọi bản ghi sau nó chờ đến lúc đó.",
            "Ask the partner to commit or abort its open Kafka transaction; all records behind it wait until then.",
        ),
        details=said.instant("since"),
    )


def _partitions(said: _Said) -> WordedAlert:
    topic, partitions = said.alert.subject, said.of("partitions")
    return WordedAlert(
        said.alert,
        Words(
            f"Chủ đề {topic} có {partitions} phân vùng thay vì một: thứ tự gửi không còn được giữ.",
            f"Topic {topic} has {partitions} partitions instead of one: the order of sending is lost.",
        ),
        Words(
            "Không mất gì: bản sửa cũ đến sau được ghi là bị thay thế. Kafka không bớt được phân vùng: "
            "hẹn với đối tác lúc ngừng gửi, đọc hết, rồi tạo lại chủ đề với một phân vùng.",
            "Nothing is lost: an older revision that comes later is superseded. Kafka cannot take partitions away: "
            "agree on a pause with the partner, let all be read, then make the topic anew with one partition.",
        ),
    )


def _worker_ended(said: _Said) -> WordedAlert:
    machine, _, group = said.alert.subject.partition("/")
    feeds = said.listed("feeds")
    end, times = end_words(said.of("status")), said.times()
    at = (Words(f"Đang đọc: {', '.join(feeds)}.", f"It was reading {', '.join(feeds)}."),) if feeds else ()
    return WordedAlert(
        said.alert,
        Words(
            f"Tiến trình đọc nhóm {group} trên máy {machine} tự kết thúc {times.vi}: {end.vi}.",
            f"The worker of group {group} on machine {machine} ended by itself, {times.en}: {end.en}.",
        ),
        Words(
            "Nó được chạy lại và đọc tiếp, không mất gì. Nếu lặp lại: tách đối tác có luồng nêu dưới đây sang nhóm "
            "riêng, và xem nhật ký.",
            "It is started again and reads on; nothing is lost. If it goes on: give the partner of the feed below a "
            "group of its own, and look into the log.",
        ),
        command=f"payments-hub partner group {partner_of_feed(feeds[0].partition('@')[0])} …" if feeds else "",
        details=at,
    )


def _broker_open(said: _Said) -> WordedAlert:
    topic = said.alert.subject
    return WordedAlert(
        said.alert,
        Words(
            f"Kafka cho {said.of('user')} quyền {said.of('operation')} trên {topic}, không phải của mình.",
            f"Kafka gives {said.of('user')} the right {said.of('operation')} on {topic}, which is another's.",
        ),
        Words(
            "Bỏ quyền đó trong Kafka, rồi kiểm tra bằng lệnh dưới đây. Đến lúc đó bộ đọc không chạy.",
            "Take that right back in Kafka, then check by the command below. Until then the consumers do not start.",
        ),
        command="payments-consumers topics --check",
    )


def _does_not_add_up(said: _Said) -> WordedAlert:
    partner, _, day = said.alert.subject.partition("/")
    return WordedAlert(
        said.alert,
        Words(
            f"Số lần nhận và biên nhận của {partner} ngày {_day(day, Language.VI)} không khớp.",
            f"Deliveries and receipts of {partner} on {_day(day, Language.EN)} do not add up.",
        ),
        Words(
            "Sổ ghi bị sửa bên ngoài hệ thống, hoặc phần mềm có lỗi: giữ nguyên cơ sở dữ liệu, sao lưu, so với bản sao "
            "lưu gần nhất và chuỗi nhật ký, rồi đếm lại.",
            "The ledger was changed from outside, or the software has a fault: leave the database alone, back it up, "
            "compare it with the last backup and the chain of acts, then count again.",
        ),
        command=f"payments-hub reconcile --from {day} --to {day} --partner {partner}",
        details=tuple(fault_words(fault) for fault in said.listed("faults")),
    )


def _day(written: str, language: Language) -> str:
    day = formatting.read_day(written)
    return written if day is None else formatting.day(day, language)


def _reason(said: _Said) -> tuple[Words, ...]:
    if not said.has("reason"):
        return ()
    reason = reason_words(said.of("reason"))
    return (Words(f"Kafka và bộ đọc nói: {reason.vi}", f"Kafka and the consumer say: {reason.en}"),)


_WORDS: dict[AlertKind, Callable[[_Said], WordedAlert]] = {
    AlertKind.FEED_BLOCKED: _blocked,
    AlertKind.FEED_FAILING: _failing,
    AlertKind.FEED_SUSPENDED: _suspended,
    AlertKind.FEED_HELD_BACK: _held_back,
    AlertKind.TOPIC_PARTITIONS: _partitions,
    AlertKind.WORKER_ENDED: _worker_ended,
    AlertKind.BROKER_OPEN: _broker_open,
    AlertKind.RECONCILIATION: _does_not_add_up,
}
