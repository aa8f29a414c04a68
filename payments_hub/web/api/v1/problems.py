"""The errors that addresses share, as they are described: each in the one shape."""

from __future__ import annotations

from payments_hub.domain.languages import Words
from payments_hub.web.api.v1.endpoints import JSON, Answer
from payments_hub.web.api.v1.shapes import ProblemV1

_LEFT = {
    "RateLimit-Limit": "Requests that fit into a minute, refilled evenly.",
    "RateLimit-Remaining": "Requests that are left.",
    "RateLimit-Reset": "Seconds until all are there again.",
}
_WAIT = {"Retry-After": "Seconds to wait before the same request is sent again."}


def _problem(status: int, vi: str, en: str, headers: dict[str, str] | None = None) -> Answer:
    return Answer(status, Words(vi, en), {JSON: ProblemV1}, headers or {})


NOT_FOUND = _problem(404, "Không có, hoặc không phải của đơn vị.", "Not there, or not yours.")
OPEN = (
    _problem(400, "Tham số lạ, lặp hoặc không thể có.", "An unknown, repeated or impossible parameter."),
    _problem(503, "Lỗi tạm thời của hệ thống.", "A fault of ours.", _WAIT),
)
READ = (Answer(304, Words("Chưa có gì đổi so với ETag đã có.", "Nothing is new since the ETag that you named.")),)
KEYED = (
    _problem(
        400,
        "Yêu cầu không đọc được: tham số lạ, lặp hoặc không thể có, khóa nằm trong địa chỉ, nội dung bị cắt, "
        "lô không tách được.",
        "The request cannot be read: a parameter is unknown, repeated or impossible, a key is in the address, "
        "the body was cut, a batch cannot be taken apart.",
    ),
    _problem(
        401,
        "Thiếu khóa, khóa không còn hiệu lực, hoặc thiếu chữ ký đúng khi đơn vị có khóa ký.",
        "There is no good key, or no good signature where you have a signing key.",
        {"WWW-Authenticate": "How to give one."},
    ),
    _problem(403, "Khóa không được cấp cho việc này.", "The key was not made for this."),
    _problem(429, "Quá giới hạn của đơn vị.", "Over your limits.", _WAIT | _LEFT),
    _problem(503, "Lỗi tạm thời của hệ thống; chưa có gì được ghi.", "A fault of ours; nothing is stored.", _WAIT),
)
SENDING = (
    _problem(409, "Yêu cầu cùng khóa đang được xử lý.", "A request with this key is at work.", _WAIT),
    _problem(413, "Thông điệp hoặc lô quá lớn.", "The message or the batch is too large."),
    _problem(415, "Kiểu nội dung khác, hoặc nội dung bị nén.", "Another content type, or a packed body."),
)
