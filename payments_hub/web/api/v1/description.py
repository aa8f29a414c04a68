"""`/api/v1/openapi.json` and `/api/v1/docs`: what the interface takes and answers, for machines and for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from flask import Flask, current_app, render_template
from flask.typing import ResponseReturnValue

from payments_hub.domain.keys import KeyScope
from payments_hub.domain.languages import Language, Words
from payments_hub.web.api.v1.answers import JSON, answer_read
from payments_hub.web.api.v1.endpoints import Answer, Endpoint
from payments_hub.web.api.v1.openapi import openapi_of
from payments_hub.web.api.v1.queries import IN_VIETNAMESE, Query, read_query
from payments_hub.web.components import Link
from payments_hub.web.context import reading_language

_DESCRIBED = "payments_hub_api"


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """One thing that may be sent, and what it means."""

    name: str
    place: str
    meaning: str


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One status with its meaning."""

    status: int
    meaning: str


@dataclass(frozen=True, slots=True)
class EndpointPart:
    """One address as the page shows it."""

    anchor: str
    method: str
    address: str
    title: str
    other_title: str
    needs: str
    parameters: tuple[ParameterLine, ...]
    bodies: tuple[ParameterLine, ...]
    answers: tuple[AnswerLine, ...]
    example: str


@dataclass(frozen=True, slots=True)
class ApiPage:
    """The page for people."""

    title: str
    other_title: str
    lede: str
    other_language: str
    notes: tuple[str, ...]
    words: dict[str, str]
    crumbs: tuple[Link, ...]
    endpoints: tuple[EndpointPart, ...]


def describe(app: Flask, endpoints: Sequence[Endpoint]) -> None:
    """Give an app its description, written once."""
    document = orjson.dumps(openapi_of(endpoints), option=orjson.OPT_INDENT_2)
    app.extensions[_DESCRIBED] = (tuple(endpoints), document)


def openapi_document() -> ResponseReturnValue:
    """Answer with the OpenAPI document."""
    read_query(Query)
    _, document = current_app.extensions[_DESCRIBED]
    return answer_read(document, JSON)


def docs_page() -> ResponseReturnValue:
    """Show the same to people."""
    read_query(Query)
    endpoints, _ = current_app.extensions[_DESCRIBED]
    return render_template("api_docs.html", page=_page(endpoints, reading_language()))


_TITLE = Words("Giao diện lập trình cho đối tác", "Programming interface for partners")
_LEDE = Words(
    "Máy của đối tác gửi lát số liệu và đọc biên nhận qua các địa chỉ dưới đây, bằng khóa của đơn vị.",
    "A partner's machine sends slices and reads its receipts at the addresses below, with the partner's key.",
)
_HOME = Words("Tổng quan", "Overview")
_NOTES = (
    Words(
        "Khóa do người vận hành cấp, chỉ hiện một lần; gửi trong tiêu đề Authorization: Bearer <khóa>, không đặt trong "
        "địa chỉ.",
        "An operator makes the key, which is shown once; send it in the header Authorization: Bearer <key>, never in "
        "the address.",
    ),
    Words(
        "Mọi lỗi có một dạng: code, message, fields, request_id. Tham số lạ hoặc lặp bị từ chối và được nêu tên.",
        "Every error has one shape: code, message, fields, request_id. An unknown or repeated parameter is refused by "
        "its name.",
    ),
    Words(
        "Gửi lại cùng nội dung luôn an toàn: sự kiện trùng không được đếm hai lần. Với Idempotency-Key, câu trả lời "
        "đầu tiên được giữ ít nhất 7 ngày và được trả lại nguyên vẹn.",
        "Sending the same again is always safe: an event is never counted twice. With an Idempotency-Key, the first "
        "answer is kept for 7 days at least and given again as it was.",
    ),
    Words(
        "Một lô được nhận trọn vẹn hoặc không nhận gì: chỉ khi có câu trả lời 200 thì từng thông điệp mới được ghi.",
        "A batch is taken in as a whole or not at all: its messages are stored where it is answered with 200.",
    ),
    Words(
        "Giới hạn tính theo đơn vị và theo từng tiến trình máy chủ; khi quá, trả lời 429 kèm Retry-After. Giới hạn "
        "hiện hành: /api/v1/me.",
        "Limits are counted by partner, by each server process; over them the answer is 429 with Retry-After. "
        "/api/v1/me tells what they are.",
    ),
)
_LABELS = {
    "machine": Words("Mô tả OpenAPI 3.1 cho máy", "The same for machines: OpenAPI 3.1"),
    "addresses": Words("Các địa chỉ", "Addresses"),
    "example": Words("Ví dụ", "Example"),
    "sent": Words("Gửi gì", "What to send"),
    "answers": Words("Trả lời", "Answers"),
    "name": Words("Tên", "Name"),
    "place": Words("Ở đâu", "Where"),
    "meaning": Words("Ý nghĩa", "Meaning"),
    "status": Words("Mã", "Status"),
}
_NEEDS = {
    KeyScope.SEND: Words("Khóa có quyền gửi", "A key that may send"),
    KeyScope.READ: Words("Khóa có quyền đọc", "A key that may read"),
    None: Words("Không cần khóa", "No key is needed"),
}
_PLACES = {
    "path": Words("trong địa chỉ", "in the address"),
    "query": Words("tham số", "parameter"),
    "header": Words("tiêu đề", "header"),
    "body": Words("nội dung", "body"),
}


def _page(endpoints: Sequence[Endpoint], language: Language) -> ApiPage:
    other = Language.EN if language is Language.VI else Language.VI
    return ApiPage(
        title=_TITLE.of(language),
        other_title=_TITLE.of(other),
        lede=_LEDE.of(language),
        other_language=other.value,
        notes=tuple(note.of(language) for note in _NOTES),
        words={name: words.of(language) for name, words in _LABELS.items()},
        crumbs=(Link(_HOME.of(language), "/"), Link(_TITLE.of(language), "")),
        endpoints=tuple(_part(endpoint, language, other) for endpoint in endpoints),
    )


def _part(endpoint: Endpoint, language: Language, other: Language) -> EndpointPart:
    return EndpointPart(
        anchor=endpoint.view.__name__,
        method=endpoint.method,
        address=endpoint.template,
        title=endpoint.title.of(language),
        other_title=endpoint.title.of(other),
        needs=_NEEDS[endpoint.access.scope].of(language),
        parameters=_parameters(endpoint, language),
        bodies=tuple(
            ParameterLine(body.media_type, _PLACES["body"].of(language), body.title.of(language))
            for body in endpoint.bodies
        ),
        answers=tuple(_answer(answer, language) for answer in sorted(endpoint.answers, key=lambda one: one.status)),
        example=endpoint.example,
    )


def _parameters(endpoint: Endpoint, language: Language) -> tuple[ParameterLine, ...]:
    inside = [ParameterLine(one.name, _PLACES["path"].of(language), one.title.of(language)) for one in endpoint.path]
    asked = [
        ParameterLine(
            name, _PLACES["query"].of(language), Words(IN_VIETNAMESE[name], field.description or "").of(language)
        )
        for name, field in endpoint.query.model_fields.items()
    ]
    headers = [
        ParameterLine(one.name, _PLACES["header"].of(language), one.title.of(language)) for one in endpoint.headers
    ]
    return (*inside, *asked, *headers)


def _answer(answer: Answer, language: Language) -> AnswerLine:
    return AnswerLine(answer.status, answer.title.of(language))
