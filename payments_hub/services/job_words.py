"""The scheduled jobs in words: what each is called, and what a run of it did."""

from __future__ import annotations

import re

from payments_hub.domain.languages import Words

_NUMBERS = re.compile(r"[0-9]+")

JOB_NAMES: dict[str, Words] = {
    "drain": Words("Cộng số liệu mới", "Adding new figures up"),
    "forecasting": Words("Dự báo", "Forecasting"),
    "drawing": Words("Vẽ biểu đồ", "Drawing charts"),
    "plausibility": Words("Xem số liệu có bình thường không", "Looking for what is unusual"),
    "digesting": Words("Khóa sổ nhật ký từng ngày", "Closing each day's record"),
    "reconciling": Words("Đối chiếu lần nhận với biên nhận", "Holding deliveries against receipts"),
    "forgetting": Words("Xóa những gì hết hạn giữ", "Dropping what need not be kept"),
}
"""By the names that runs are recorded under."""

# Written with the numbers that a run tells, in their order.
_OUTCOMES: dict[str, Words] = {
    "drain": Words("cộng {} lát", "{} slices added up"),
    "forecasting": Words("dự báo lại {} chuỗi", "{} series forecast again"),
    "drawing": Words("vẽ {} biểu đồ", "{} charts drawn"),
    "plausibility": Words(
        "tính {} khoảng thường gặp; {} cảnh báo mới, {} đã hết", "{} usual ranges; {} new warnings, {} over"
    ),
    "digesting": Words("khóa {} ngày, ký {} mốc", "{} days closed, {} anchors signed"),
    "reconciling": Words(
        "đếm lại {} ngày của đối tác, {} không khớp", "{} partners' days counted anew, {} do not add up"
    ),
    "forgetting": Words(
        "xóa {} lần chạy, {} biên nhận chưa gửi được, nội dung {} thông điệp, {} câu trả lời",
        "{} runs, {} receipts never published, the bytes of {} messages, {} answers dropped",
    ),
}
# In their order: a count of one, with what is counted.
_SINGULAR = {
    "1 partners' days": "1 partner's day",
    "1 do not": "1 does not",
    "1 usual ranges": "1 usual range",
    "1 new warnings": "1 new warning",
} | {f"1 {many}s": f"1 {many}" for many in ("slice", "chart", "day", "anchor", "run", "receipt", "message", "answer")}
_OF_ONE = re.compile(rf"(?<![0-9])(?:{'|'.join(map(re.escape, _SINGULAR))})(?![a-z])")
_DONE_TODAY = Words("hôm nay đã xong", "done for today")


def job_name(job: str) -> Words:
    """
    Tell what a job is called.

    >>> job_name("drain").en, job_name("unheard of").en
    ('Adding new figures up', 'unheard of')
    """
    return JOB_NAMES.get(job, Words(job, job))


def outcome_words(job: str, outcome: str) -> Words:
    """
    Say what a run of a job did; an outcome that was written by other code stays as it is.

    >>> outcome_words("reconciling", "6 days, 0 with faults").en
    "6 partners' days counted anew, 0 do not add up"
    >>> outcome_words("drain", "1 slices").en, outcome_words("drain", "11 slices").en
    ('1 slice added up', '11 slices added up')
    >>> outcome_words("plausibility", "done today").en, outcome_words("drain", "nothing").en
    ('done for today', 'nothing')
    """
    if outcome == "done today":
        return _DONE_TODAY
    numbers, words = _NUMBERS.findall(outcome), _OUTCOMES.get(job)
    if words is None or len(numbers) != words.vi.count("{}"):
        return Words(outcome, outcome)
    return Words(words.vi.format(*numbers), _OF_ONE.sub(lambda one: _SINGULAR[one[0]], words.en.format(*numbers)))
