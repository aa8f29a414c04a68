"""The parameters of a request, read strictly: an unknown or repeated one is refused by its name, never passed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Literal, TypeVar

from flask import request
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from payments_hub.contracts.slice_v1 import NO_CONTROLS_PATTERN, FlowCode
from payments_hub.domain.languages import Words
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.periods import Period
from payments_hub.web.refusals import FieldFault, RefusalError

RECEIPTS_AT_MOST = 500
RECEIPTS_UNASKED = 100

_BAD = Words(
    "Có tham số không dùng được; danh sách ở fields. Không có gì được thực hiện.",
    "Some parameters cannot be used; see fields. Nothing was done.",
)
_UNKNOWN = Words("Địa chỉ này không có tham số đó.", "This address has no such parameter.")
_REPEATED = Words("Tham số chỉ được gửi một lần.", "A parameter may stand once.")

_NO_PERIOD = "no_period"
_MONTHS_AND_DAYS = (
    "-Q[1-4]|-(0[1-9]|1[0-2])|-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|-(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|-02-(0[1-9]|1[0-9]|2[0-8])"
)
PERIOD_ASKED = f"^((20[0-9]{{2}}|2100)({_MONTHS_AND_DAYS})?|20([02468][048]|[13579][26])-02-29)$"
"""Every period that a slice may name and no other; who reads the document can make no request that is refused."""

_ALLOWED_VI = MappingProxyType(
    {
        "enum": "dùng {expected}",
        "literal_error": "dùng {expected}",
        "int_type": "cần số nguyên viết bằng chữ số",
        "greater_than_equal": "nhỏ nhất là {ge}",
        "less_than_equal": "lớn nhất là {le}",
        "string_too_short": "cần ít nhất {min_length} ký tự",
        "string_too_long": "nhiều nhất {max_length} ký tự",
        "string_pattern_mismatch": "cần đúng mẫu {pattern}",
        _NO_PERIOD: "viết 2026-07-03, 2026-07, 2026-Q3 hoặc 2026, từ 2000 đến 2100",
    }
)
"""What is allowed, by pydantic's type of error; the braces are its own context."""


def _digits(text: object) -> object:
    # Python reads digits of every script, and underscores between them.
    return int(text) if isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) < 10 else text  # noqa: PLR2004  more digits than any limit has


def _period(text: str) -> str:
    try:
        Period.parse(text)
    except InvalidValueError as error:
        raise PydanticCustomError(
            _NO_PERIOD, "Input should be 2026-07-03, 2026-07, 2026-Q3 or 2026, 2000 to 2100"
        ) from error
    return text


Claim = Annotated[str, Field(min_length=1, max_length=200, pattern=NO_CONTROLS_PATTERN)]


class Query(BaseModel):
    """No parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ReceiptsQuery(Query):
    """Which receipts are asked for."""

    flow: Annotated[FlowCode | None, Field(description="One flow alone, such as POS_SALES.")] = None
    site: Annotated[Claim | None, Field(description="As the message named it, such as MALL-0021.")] = None
    period: Annotated[
        Annotated[Claim, AfterValidator(_period), WithJsonSchema({"type": "string", "pattern": PERIOD_ASKED})] | None,
        Field(description="As the message named it: 2026-07-03, 2026-07, 2026-Q3 or 2026."),
    ] = None
    verdict: Annotated[Verdict | None, Field(description="One verdict alone.")] = None
    since: Annotated[
        Annotated[str, Field(pattern="^[0-9A-Za-z-]{1,64}$")] | None,
        Field(description="The `next` of an earlier answer: what came after it. Without it, from the first receipt."),
    ] = None
    limit: Annotated[
        int,
        Field(strict=True, ge=1, le=RECEIPTS_AT_MOST),
        BeforeValidator(_digits),
        Field(description="How many at most."),
    ] = RECEIPTS_UNASKED
    latest: Annotated[
        Literal["true", "false"],
        Field(description="With true, without receipts that a later one of the same delivery took the place of."),
    ] = "false"


IN_VIETNAMESE: Mapping[str, str] = MappingProxyType(
    {
        "flow": "Chỉ một luồng, ví dụ POS_SALES.",
        "site": "Như thông điệp ghi, ví dụ MALL-0021.",
        "period": "Như thông điệp ghi: 2026-07-03, 2026-07, 2026-Q3 hoặc 2026.",
        "verdict": "Chỉ một kết luận.",
        "since": "Giá trị next của câu trả lời trước: những gì đến sau đó. Không có thì từ biên nhận đầu tiên.",
        "limit": "Nhiều nhất bao nhiêu.",
        "latest": "Với true: bỏ những biên nhận đã có biên nhận sau của cùng lần gửi thay thế.",
    }
)
"""What the parameters mean, for the page; the document has the English of each field."""

_Shape = TypeVar("_Shape", bound=Query)


def read_query(shape: type[_Shape]) -> _Shape:
    """
    Read this request's parameters.

    Raises:
        RefusalError: 400; it names every parameter that is unknown, stands twice or has an impossible value.

    """
    repeated = [name for name, values in request.args.lists() if len(values) > 1]
    try:
        read = shape.model_validate(request.args.to_dict())
    except ValidationError as refusal:
        raise bad_parameters(*_repeated_faults(repeated), *_faults(refusal, repeated)) from refusal
    if repeated:
        raise bad_parameters(*_repeated_faults(repeated))
    return read


def bad_parameters(*faults: FieldFault) -> RefusalError:
    """Refuse a request for its parameters."""
    return RefusalError(400, "BAD_PARAMETERS", _BAD, fields=faults)


def _repeated_faults(names: list[str]) -> Iterator[FieldFault]:
    for name in names:
        yield FieldFault(name, _REPEATED)


def _faults(refusal: ValidationError, told: list[str]) -> Iterator[FieldFault]:
    for error in refusal.errors(include_url=False, include_input=False):
        name = str(error["loc"][0]) if error["loc"] else ""
        if name in told:
            continue
        yield FieldFault(name, _UNKNOWN if error["type"] == "extra_forbidden" else _fault_words(error))


def _fault_words(error: ErrorDetails) -> Words:
    """Say what is allowed in both languages; pydantic says it in English."""
    named = {name: str(value).replace(" or ", " hoặc ") for name, value in error.get("ctx", {}).items()}
    allowed = _ALLOWED_VI.get(error["type"])
    vi = f"Giá trị không hợp lệ: {allowed.format_map(named)}." if allowed else "Giá trị không hợp lệ."
    return Words(vi, f"{error['msg']}.")
