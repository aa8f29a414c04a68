"""Why a partner's feed from Kafka is not read on, if it is not: what the partner itself can know of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from payments_hub.domain.languages import Words
from payments_hub.store.feed_status import open_suspension
from payments_hub.store.offsets import FeedState, FeedStatus, read_statuses

_HELD_BACK = "a transaction of its sender stays open"
_OUR_ERRORS = re.compile(
    r"(BrokerUnreachable|NotAllowed|Configuration|Database(Away|Busy)|TransactionTooLong)Error: (?=.)"
)
_ONE_RECORD = re.compile(r"1 records were deleted before they were read: offsets ([0-9]+) to \1")

# The consumers' words, each whole, and the same in Vietnamese. What is called `words` is itself looked up here.
_IN_VIETNAMESE = {
    r"the topic was deleted and made anew: offsets mean nothing in it": (
        "chủ đề đã bị xóa và tạo lại: vị trí đã lưu không còn nghĩa trong đó"
    ),
    r"(?P<count>[0-9]+) records were deleted before they were read: offsets (?P<first>[0-9]+) to (?P<last>[0-9]+)": (
        "{count} bản ghi bị xóa trước khi được đọc: vị trí {first} đến {last}"
    ),
    r"the log ends at (?P<end>[0-9]+), before the stored position (?P<position>[0-9]+): it was cut": (
        "dữ liệu trong Kafka kết thúc ở {end}, trước vị trí đã lưu {position}: nó đã bị cắt"
    ),
    r"its record at offset (?P<position>[0-9]+) makes the reader end: (?P<count>[0-9]+) workers did": (
        "bản ghi ở vị trí {position} làm tiến trình đọc kết thúc: đã {count} lần"
    ),
    r"its records cannot be read: (?P<words>.+)": "không đọc được bản ghi: {words}",
    r"too much of what its partner sent was refused; its records wait": (
        "quá nhiều thông điệp của đối tác bị từ chối; bản ghi vẫn chờ trong Kafka"
    ),
    rf"{_HELD_BACK}, and nothing behind it can be read": (
        "một giao dịch của bên gửi chưa kết thúc, chưa đọc được gì sau nó"
    ),
    r"not read yet": "chưa được đọc",
    r"resumed": "được cho đọc lại",
    r"its worker was stopped": "tiến trình đọc đã được dừng",
    r"(?P<topic>\S+) was moved from (?P<position>[0-9]+) by another worker\.": (
        "tiến trình khác đã đọc tiếp {topic} từ {position}"
    ),
    r"there is no topic (?P<topic>\S+): (?P<command>payments-consumers topics)": "chưa có chủ đề {topic}: {command}",
    r"Kafka has not answered": "Kafka chưa trả lời",
    r"The database does not answer\. Is the server running\?": (
        "cơ sở dữ liệu không trả lời. Máy chủ của nó có đang chạy không?"
    ),
    r"Others are working with the same rows\. Try again in a moment\.": (
        "tiến trình khác đang làm việc với cùng các dòng. Chờ một lát sẽ thử lại."
    ),
    r"A transaction took too long, and the server undid it\.": "một giao dịch quá lâu, máy chủ đã hủy nó",
    r"The transaction took (?P<took>[0-9]+) s of its (?P<limit>[0-9]+) s and was undone\..*": (
        "một giao dịch mất {took} giây trong {limit} giây cho phép và đã bị hủy"
    ),
    r"No Kafka listens at (?P<servers>.+)\. Is it running, and is the address right\?": (
        "không có Kafka ở {servers}. Nó có đang chạy không, địa chỉ có đúng không?"
    ),
    r"Something listens at (?P<servers>.+) but does not speak Kafka with us\. Does it want TLS or a password, .*": (
        "ở {servers} có chương trình trả lời nhưng không nói giao thức Kafka. "
        "Nó có cần TLS hoặc mật khẩu không, hay đang khởi động?"
    ),
    r"Something listens at (?P<servers>.+), but (?P<words>it.+)": "ở {servers} có chương trình trả lời, nhưng {words}",
    r"its certificate is not to be trusted: (?P<why>.+)\. Is (?P<setting>\w+) its authority\?": (
        "chứng chỉ của nó không đáng tin: {why}. {setting} có phải nơi cấp chứng chỉ đó không?"
    ),
    r"it does not speak TLS 1\.2 or later \((?P<error>.+)\)\. Is it the right port\?": (
        "nó không nói TLS 1.2 trở lên ({error}). Cổng có đúng không?"
    ),
    r"Kafka at (?P<server>.+) speaks TLS but does not let (?P<user>.+) in\. .* password in (?P<file>.+) right, .*": (
        "Kafka ở {server} không cho {user} vào. "
        "Có người dùng đó không, mật khẩu trong {file} có đúng không, Kafka đã khởi động xong chưa?"
    ),
    r"Kafka does not let (?P<user>.+) administer it \((?P<error>.+?)\)\. .*": (
        "Kafka không cho {user} quyền quản trị ({error})"
    ),
    r"Kafka did not answer: (?P<error>.+)": "Kafka không trả lời: {error}",
    r"Kafka did not change the user (?P<user>.+?): (?P<fault>.+)": "Kafka không đổi người dùng {user}: {fault}",
    r"Kafka did not take every message for (?P<topic>.+?): (?P<error>.+)": (
        "Kafka không nhận hết thông điệp cho {topic}: {error}"
    ),
    r"Kafka neither took nor refused a record: (?P<error>.+)": (
        "Kafka không nhận cũng không từ chối một bản ghi: {error}"
    ),
    r"The password file (?P<file>.+) cannot be read: (?P<error>.+)\.": "không đọc được tệp mật khẩu {file}: {error}",
    r"The password file (?P<file>.+) is empty\.": "tệp mật khẩu {file} trống",
}
_PATTERNS = tuple((re.compile(said), vietnamese) for said, vietnamese in _IN_VIETNAMESE.items())


def reason_words(said: str) -> Words:
    """
    Say in both languages why a feed stands still; the consumers say it in English, and what is unknown stays as it is.

    >>> reason_words("its records cannot be read: Kafka has not answered").vi
    'không đọc được bản ghi: Kafka chưa trả lời'
    >>> reason_words("CorruptRecordError: 17").vi
    'CorruptRecordError: 17'
    """
    return Words(_in_vietnamese(said), _ONE_RECORD.sub(r"1 record was deleted before it was read, at offset \1", said))


class Halt(StrEnum):
    """What holds a feed up."""

    SUSPENDED = "SUSPENDED"
    """Too much of what it brought was refused."""

    BLOCKED = "BLOCKED"
    """Reading on would leave records out."""

    HELD_BACK = "HELD_BACK"
    """A transaction of its sender stays open."""


@dataclass(frozen=True, slots=True)
class FeedHalt:
    """
    One feed that is held up.

    Args:
        position: The first record that waits; None for a whole partner that is suspended.
        since: When it was suspended; None where nobody noted it.
        rejected: How many messages had been refused then.

    """

    halt: Halt
    position: int | None = None
    since: datetime | None = None
    rejected: int = 0


def feed_halts(session: Session, number: int, partner: str) -> tuple[FeedHalt, ...]:
    """Read what holds up the feeds of one partner; nothing while they are read, or where it sends another way."""
    suspension = open_suspension(session, number)
    if suspension is not None:
        return (FeedHalt(Halt.SUSPENDED, since=suspension.suspended_at, rejected=suspension.rejected),)
    own = [status for status in read_statuses(session) if status.topic == f"feeds.{partner}"]
    return tuple(FeedHalt(halt, status.position) for status in own if (halt := _halt_of(status)) is not None)


def _halt_of(status: FeedStatus) -> Halt | None:
    if status.state is FeedState.BLOCKED:
        return Halt.BLOCKED
    # A feed that was being read when its worker was stopped has a detail too, and is not held back by its sender.
    is_held_back = status.state is FeedState.READING and (status.detail or "").startswith(_HELD_BACK)
    return Halt.HELD_BACK if is_held_back else None


def _in_vietnamese(said: str) -> str:
    bare = _OUR_ERRORS.sub("", said, count=1) if _OUR_ERRORS.match(said) else said
    for pattern, vietnamese in _PATTERNS:
        found = pattern.fullmatch(bare)
        if found is not None:
            parts = found.groupdict()
            words = {"words": _in_vietnamese(parts["words"])} if "words" in parts else {}
            return vietnamese.format(**{**parts, **words})
    return said
