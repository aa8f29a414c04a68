"""
Every error's answer: the one place that knows HTTP statuses.

JSON has one shape (`code`, `message`, `fields`, `request_id`); a page says what happened and what to do, without blame.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

import structlog
from flask import Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException

from payments_hub.domain.languages import Language, Words
from payments_hub.kernel.errors import (
    ConflictError,
    HubError,
    InvalidValueError,
    NotFoundError,
    PermissionDeniedError,
    UnavailableError,
)
from payments_hub.services.security_events import Kind
from payments_hub.web.context import reading_language, request_id
from payments_hub.web.refusals import FieldFault, RefusalError
from payments_hub.web.refused import refused

log = structlog.get_logger()

RETRY_AFTER_SECONDS = 5
API_PREFIX = "/api/"

_AWAY = (OperationalError, InterfaceError, PoolTimeoutError, UnavailableError)
_STATUSES: dict[type[HubError], int] = {
    NotFoundError: 404,
    ConflictError: 409,
    PermissionDeniedError: 403,
    InvalidValueError: 422,
}
_WORDS: dict[int, tuple[str, Words]] = {
    400: ("BAD_REQUEST", Words("Yêu cầu không đọc được. Hãy thử lại.", "The request cannot be read. Try again.")),
    401: ("SIGN_IN_NEEDED", Words("Cần đăng nhập.", "Please sign in.")),
    403: (
        "NOT_ALLOWED",
        Words(
            "Tài khoản này không được mở trang này. Nếu cần, hãy hỏi người quản trị.",
            "This account may not open this page. Ask the administrator if you need it.",
        ),
    ),
    404: (
        "NOT_FOUND",
        Words(
            "Không có trang này. Có thể địa chỉ đã gõ nhầm; hãy bắt đầu từ trang Tổng quan.",
            "There is no such page. The address may be mistyped; start from the overview.",
        ),
    ),
    405: ("METHOD_NOT_ALLOWED", Words("Địa chỉ này không nhận cách gọi đó.", "This address takes no such call.")),
    409: ("CONFLICT", Words("Người khác vừa sửa. Hãy tải lại.", "Somebody else has just changed it. Reload.")),
    413: (
        "TOO_LARGE",
        Words(
            "Yêu cầu quá lớn: một thông điệp tối đa 256 KiB, một lô tối đa 1.000 thông điệp và 8 MiB.",
            "The request is too large: a message has 256 KiB at most, a batch 1,000 messages and 8 MiB.",
        ),
    ),
    415: (
        "UNKNOWN_CONTENT_TYPE",
        Words(
            "Hãy gửi application/cloudevents+json, application/json, application/x-ndjson hoặc "
            "application/cloudevents-batch+json, mã UTF-8, không nén.",
            "Send application/cloudevents+json, application/json, application/x-ndjson or "
            "application/cloudevents-batch+json, in UTF-8 and not packed.",
        ),
    ),
    422: ("INVALID_VALUE", Words("Có giá trị không hợp lệ.", "A value is not valid.")),
    429: ("TOO_MANY_REQUESTS", Words("Quá nhiều lần thử. Hãy đợi ít phút.", "Too many attempts. Wait some minutes.")),
    500: (
        "OUR_FAULT",
        Words(
            "Lỗi ở phía chúng tôi, số liệu không mất. Hãy thử lại; nếu vẫn lỗi, báo mã dưới đây.",
            "A fault of ours; no data is lost. Try again, and if it stays, report the code below.",
        ),
    ),
    503: (
        "AWAY",
        Words(
            "Hệ thống tạm thời chưa trả lời được, số liệu không mất. Hãy thử lại sau ít giây.",
            "The system cannot answer just now; no data is lost. Try again in some seconds.",
        ),
    ),
}
# A machine has no overview to start from and no account to ask for.
_API_WORDS: dict[int, tuple[str, Words]] = {
    403: ("NOT_ALLOWED", Words("Không được gọi địa chỉ này.", "This address may not be called.")),
    404: (
        "NOT_FOUND",
        Words(
            "Không có gì ở địa chỉ này, hoặc không phải của đơn vị. Danh sách địa chỉ: /api/v1/docs.",
            "There is nothing at this address, or it is not yours. The addresses are listed at /api/v1/docs.",
        ),
    ),
}
_REFUSED = Words(
    "Yêu cầu bị từ chối. Hãy xem mã trạng thái.",
    "The request is refused; its status says why.",
)


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What an error's page shows."""

    status: int
    title: str
    advice: str
    request_id: str


def register_errors(app: Flask) -> None:
    """Answer every error in its one shape."""
    app.register_error_handler(RefusalError, _refusal)
    app.register_error_handler(CSRFError, _forged_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def error_answer(status: int, code: str, words: Words, fields: Sequence[FieldFault] = ()) -> Response:
    """Make the answer to an error: JSON for machines, a page for people."""
    if _is_for_a_machine():
        language = Language(request.accept_languages.best_match(list(Language)) or Language.VI)
        faults = [{"field": fault.field, "message": fault.words.of(language)} for fault in fields]
        shape = {"code": code, "message": words.of(language), "fields": faults, "request_id": request_id()}
        return Response(json.dumps(shape, ensure_ascii=False, sort_keys=True), status, mimetype="application/json")
    language = reading_language()
    page = ErrorPage(status, _title(status).of(language), words.of(language), request_id())
    return make_response(render_template("error.html", page=page), status)


def _refusal(refusal: RefusalError) -> ResponseReturnValue:
    answer = error_answer(refusal.status, refusal.refusal_code, refusal.words, refusal.fields)
    answer.headers.extend(refusal.headers)
    return answer


def _forged_form(_error: CSRFError) -> ResponseReturnValue:
    refused(Kind.FORM)
    words = Words(
        "Trang này mở đã lâu nên biểu mẫu hết hạn. Hãy tải lại trang rồi gửi lần nữa.",
        "This page was open for long and its form has expired. Reload the page and send it again.",
    )
    return error_answer(400, "FORM_EXPIRED", words)


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    told = _told(status)
    if status < HTTPStatus.BAD_REQUEST or told is None:
        return error.get_response()
    answer = error_answer(status, *told)
    allowed = error.get_response().headers.get("Allow")
    if allowed:
        answer.headers["Allow"] = allowed
    return answer


def _fault(error: Exception) -> ResponseReturnValue:
    status = _status(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request_failed", endpoint=request.endpoint, exc_info=error)
    answer = error_answer(status, *_WORDS[status])
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _status(error: Exception) -> int:
    # A partner's machine is always told to come again: whatever failed is ours, and its slice is not judged yet.
    if isinstance(error, _AWAY) or _is_for_a_machine():
        return 503
    for kind, status in _STATUSES.items():
        if isinstance(error, kind):
            return status
    return 500


def _told(status: int) -> tuple[str, Words] | None:
    """Look up a status's code and words; every status has some for a machine."""
    if not _is_for_a_machine():
        return _WORDS.get(status)
    return _API_WORDS.get(status) or _WORDS.get(status) or (HTTPStatus(status).name, _REFUSED)


def _is_for_a_machine() -> bool:
    return request.path.startswith(API_PREFIX)


def _title(status: int) -> Words:
    if status == HTTPStatus.NOT_FOUND:
        return Words("Không tìm thấy trang", "Page not found")
    if status in {401, 403}:
        return Words("Không có quyền", "Not allowed")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Words("Lỗi ở phía chúng tôi", "A fault of ours")
    return Words("Chưa làm được việc này", "This could not be done")
