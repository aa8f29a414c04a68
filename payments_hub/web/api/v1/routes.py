"""Every address under /api/v1, in the order of the page that explains them."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue

from payments_hub.contracts.manifest_v1 import ManifestDataV1, ManifestMessageV1
from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.contracts.signatures import SIGNATURE_HEADERS
from payments_hub.contracts.slice_v1 import SliceDataV1, SliceMessageV1
from payments_hub.domain.languages import Words
from payments_hub.web.access import ANYBODY, PARTNER_KEY, PARTNER_KEY_READ, route
from payments_hub.web.api.v1 import description, limits, lists, receipts, slices
from payments_hub.web.api.v1.bodies import KEY_HEADER, LONGEST_KEY, Form
from payments_hub.web.api.v1.code_lists import CODE_LISTS
from payments_hub.web.api.v1.endpoints import JSON, Answer, Body, Endpoint, HeaderPart, PathPart
from payments_hub.web.api.v1.problems import KEYED, NOT_FOUND, OPEN, READ, SENDING
from payments_hub.web.api.v1.queries import ReceiptsQuery
from payments_hub.web.api.v1.shapes import (
    CodeListsV1,
    CodeListV1,
    MeV1,
    ObligationsV1,
    ProblemV1,
    ReceiptPageV1,
)

_ANY_JSON: dict[str, Any] = {"type": "object"}
_READING = 'curl -H "Authorization: Bearer $KEY" '
_SCHEMA_FILES = sorted(
    path.name
    for path in (files("payments_hub.contracts") / "published").iterdir()
    if path.name.endswith(".schema.json")
)
_EVENT_HEADERS = tuple(
    HeaderPart(
        f"ce-{name}",
        Words(f"Chế độ nhị phân: {name} của CloudEvents.", f"Binary mode: CloudEvents' {name}."),
        {"type": "string"},
    )
    for name in ("specversion", "id", "source", "type", "time")
)
_SIGNATURE_HEADERS = tuple(
    HeaderPart(
        name,
        Words(
            "Chữ ký theo Standard Webhooks; bắt buộc khi đơn vị có khóa ký.",
            "The signature as Standard Webhooks has it; needed where you have a signing key.",
        ),
        {"type": "string"},
    )
    for name in SIGNATURE_HEADERS
)
_SEND = Endpoint(
    rule="/api/v1/slices",
    method="POST",
    view=slices.receive,
    access=PARTNER_KEY,
    title=Words("Gửi lát số liệu và bảng kê", "Send slices and manifests"),
    headers=(
        HeaderPart(
            KEY_HEADER,
            Words(
                "Tên của yêu cầu: gửi lại cùng tên thì nhận lại câu trả lời đầu tiên, trong ít nhất 7 ngày.",
                "The request's name: sent again under it, it gets its first answer again, for 7 days at least.",
            ),
            {"type": "string", "pattern": f"^[\\x21-\\x7e]{{1,{LONGEST_KEY}}}$"},
        ),
        *_EVENT_HEADERS,
        *_SIGNATURE_HEADERS,
    ),
    bodies=(
        Body(
            Form.STRUCTURED,
            Words("Một lát hoặc một bảng kê, CloudEvent có cấu trúc.", "One slice or manifest, structured mode."),
            SliceMessageV1 | ManifestMessageV1,
        ),
        Body(
            Form.JSON,
            Words(
                "Một thông điệp: như trên, hoặc chỉ data khi thuộc tính nằm trong tiêu đề ce-.",
                "One message: as above, or its data alone where the attributes are in ce- headers.",
            ),
            SliceMessageV1 | ManifestMessageV1 | SliceDataV1 | ManifestDataV1,
        ),
        Body(
            Form.LINES,
            Words("Nhiều lát, mỗi dòng một lát; mỗi dòng được xét riêng.", "Slices, one a line; each is judged alone."),
            {"type": "string", "contentMediaType": Form.LINES.value},
        ),
        Body(
            Form.LIST,
            Words(
                "Nhiều lát trong một danh sách; mỗi phần tử được xét riêng.",
                "Slices in a list; each element is judged alone, so the schema of one does not bind the list.",
            ),
            {"type": "array", "items": {}, "description": "At most 1,000 elements; more are answered with 413."},
        ),
    ),
    answers=(
        Answer(201, Words("ACCEPTED: đã vào số liệu.", "ACCEPTED: the figures hold it."), {JSON: ReceiptV1}),
        Answer(
            200,
            Words(
                "DUPLICATE, NO_CHANGE hoặc SUPERSEDED; với lô: mỗi lát một biên nhận, theo thứ tự gửi.",
                "DUPLICATE, NO_CHANGE or SUPERSEDED; of a batch, one receipt for each slice in the order sent.",
            ),
            {
                JSON: ReceiptV1 | tuple[ReceiptV1, ...],
                Form.LINES.value: {"type": "string", "contentMediaType": Form.LINES.value},
            },
        ),
        Answer(202, Words("HELD: kỳ đã khóa sổ.", "HELD: the period is locked."), {JSON: ReceiptV1}),
        Answer(
            422,
            Words(
                f"REJECTED, kèm biên nhận; hoặc {KEY_HEADER} đã dùng cho yêu cầu khác.",
                f"REJECTED, with the receipt; or the {KEY_HEADER} was used for another request.",
            ),
            {JSON: ReceiptV1 | ProblemV1},
        ),
        *SENDING,
        *KEYED,
    ),
    example='curl -H "Authorization: Bearer $KEY" -H "Content-Type: application/cloudevents+json" \\\n'
    '  --data-binary @slice.json "$HUB/api/v1/slices"',
)


def _reading(rule: str, view: Callable[..., ResponseReturnValue], title: Words, shape: Any, **more: Any) -> Endpoint:
    """Say what every read with a key has in common."""
    media_type = more.pop("media_type", JSON)
    example = more.pop("example", f'{_READING}"$HUB{rule}"')
    found = Answer(200, title, {media_type: shape}, {"ETag": "For If-None-Match of the next request."})
    answers = (found, *READ, *more.pop("answers", ()), *KEYED)
    return Endpoint(rule, view, PARTNER_KEY_READ, title, answers, example, **more)


_RECEIPT_ID = PathPart("receipt_id", Words("Mã biên nhận", "The receipt's id"), {"type": "string"})
_LIST_NAME = PathPart("name", Words("Tên danh sách", "The list's name"), {"type": "string", "enum": [*CODE_LISTS]})
_FILE_NAME = PathPart("file_name", Words("Tên tệp", "The file's name"), {"type": "string", "enum": _SCHEMA_FILES})
_LINKS = {"Link": "The receipts of the same delivery before and after this one, as RFC 5829 names them."}


def register_api(app: Flask) -> Blueprint:
    """Give an app the programming interface: its addresses, its limits, its description."""
    made = Blueprint("api_v1", __name__)
    made.before_request(limits.count_request)
    made.after_request(limits.tell_what_is_left)
    for endpoint in endpoints():
        route(made, endpoint.rule, endpoint.access, methods=(endpoint.method,))(endpoint.view)
    limits.register_limits(app)
    description.describe(app, endpoints())
    app.register_blueprint(made)
    return made


def endpoints() -> tuple[Endpoint, ...]:
    """List every address that is described."""
    return (
        _SEND,
        _reading(
            "/api/v1/receipts",
            receipts.list_receipts,
            Words("Biên nhận, từ lần đọc trước trở đi", "Receipts, on from the last that was read"),
            ReceiptPageV1,
            query=ReceiptsQuery,
            answers=(NOT_FOUND,),
            example=f'{_READING}"$HUB/api/v1/receipts?verdict=REJECTED&limit=2"',
        ),
        _reading(
            "/api/v1/receipts/<receipt_id>",
            receipts.one_receipt,
            Words("Một biên nhận", "One receipt"),
            ReceiptV1,
            path=(_RECEIPT_ID,),
            answers=(NOT_FOUND,),
            example=f'{_READING}"$HUB/api/v1/receipts/$RECEIPT"',
        ),
        _reading("/api/v1/code-lists", lists.list_code_lists, Words("Các danh mục mã", "The code lists"), CodeListsV1),
        _reading(
            "/api/v1/code-lists/<name>",
            lists.one_code_list,
            Words("Một danh mục mã", "One code list"),
            CodeListV1,
            path=(_LIST_NAME,),
            answers=(NOT_FOUND,),
            example=f'{_READING}"$HUB/api/v1/code-lists/instruments"',
        ),
        _reading(
            "/api/v1/obligations",
            lists.list_obligations,
            Words("Nghĩa vụ gửi của đơn vị", "What you owe"),
            ObligationsV1,
        ),
        _reading(
            "/api/v1/schemas/<file_name>",
            lists.one_schema,
            Words("Một lược đồ JSON đã công bố", "One published JSON Schema"),
            _ANY_JSON,
            media_type=lists.SCHEMA_TYPE,
            path=(_FILE_NAME,),
            answers=(NOT_FOUND,),
            example=f'{_READING}"$HUB/api/v1/schemas/slice-1.0.0.schema.json"',
        ),
        _reading("/api/v1/me", lists.who_am_i, Words("Đơn vị, khóa và giới hạn", "You, your key, your limits"), MeV1),
        Endpoint(
            "/api/v1/openapi.json",
            description.openapi_document,
            ANYBODY,
            Words("Mô tả này, cho máy", "This description, for machines"),
            (Answer(200, Words("OpenAPI 3.1", "OpenAPI 3.1"), {JSON: _ANY_JSON}), *READ, *OPEN),
            'curl "$HUB/api/v1/openapi.json"',
        ),
        Endpoint(
            "/api/v1/docs",
            description.docs_page,
            ANYBODY,
            Words("Mô tả này, cho người", "This description, for people"),
            (Answer(200, Words("Một trang HTML", "A page"), {"text/html": {"type": "string"}}), *OPEN),
            'curl "$HUB/api/v1/docs"',
        ),
    )
