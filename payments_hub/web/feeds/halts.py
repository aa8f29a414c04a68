"""A feed that is held up, in plain words for its partner: what happened, that nothing is lost, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.services.feed_halts import FeedHalt, Halt


@dataclass(frozen=True, slots=True)
class HaltMessage:
    """One thing that holds a feed up."""

    title: str
    text: str
    do: str


def halt_message(halt: FeedHalt, language: Language) -> HaltMessage:
    """Word what holds a feed up."""
    title, text, do = _WORDS[halt.halt]
    values = {
        "since": "" if halt.since is None else formatting.instant(halt.since, language),
        "rejected": formatting.whole(halt.rejected, language),
        "position": halt.position,
    }
    return HaltMessage(*(words.of(language).format(**values) for words in (title, text, do)))


_WORDS: dict[Halt, tuple[Words, Words, Words]] = {
    Halt.SUSPENDED: (
        Words("Luồng Kafka tạm ngừng được đọc từ {since}", "The feed from Kafka is not read since {since}"),
        Words(
            "{rejected} thông điệp bị từ chối trong một phút. Không mất gì: những gì đã gửi vẫn chờ trong Kafka, mỗi "
            "thông điệp đã đọc đều có biên nhận.",
            "{rejected} messages were refused within a minute. Nothing is lost: what was sent waits in Kafka, and each "
            "message that was read has its receipt.",
        ),
        Words(
            "Việc cần làm: xem lỗi theo nguyên nhân ở dưới, sửa hệ thống gửi, rồi báo người vận hành cho đọc lại. "
            "Trong lúc chờ vẫn gửi được qua HTTPS.",
            "What to do: look at the causes below, mend what sends, then tell the operator to read it again. Meanwhile "
            "HTTPS takes what is sent.",
        ),
    ),
    Halt.BLOCKED: (
        Words("Luồng Kafka đứng lại ở bản ghi {position}", "The feed from Kafka stands still at record {position}"),
        Words(
            "Đọc tiếp sẽ bỏ sót bản ghi: chúng đã mất trong Kafka, chủ đề bị tạo lại, hoặc không đọc được.",
            "Reading on would leave records out: they are gone from Kafka, its topic was made anew, or they cannot be "
            "read.",
        ),
        Words(
            "Người vận hành đã được báo và sẽ cho biết lát nào cần gửi lại. Gửi lại không bị tính hai lần; gấp thì gửi "
            "qua HTTPS.",
            "The operator is told and will say which slices to send again. What is sent again is not counted twice; "
            "what is urgent may come over HTTPS.",
        ),
    ),
    Halt.HELD_BACK: (
        Words("Luồng Kafka bị giữ ở bản ghi {position}", "The feed from Kafka is held back at record {position}"),
        Words(
            "Một giao dịch Kafka của bên gửi chưa kết thúc: mọi bản ghi sau nó đều chờ, kể cả bản ghi ngoài giao dịch.",
            "A Kafka transaction of the sender stays open: all records behind it wait, those outside of it too.",
        ),
        Words(
            "Việc cần làm: kết thúc (commit) hoặc hủy (abort) giao dịch đó trong hệ thống gửi. Luồng tự chạy tiếp.",
            "What to do: commit or abort that transaction in what sends. The feed then goes on by itself.",
        ),
    ),
}
