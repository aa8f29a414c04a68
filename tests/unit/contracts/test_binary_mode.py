import json

import pytest

from payments_hub.contracts.decode import Decoded, decode
from tests.builders import slice_event, slice_message

KAFKA, HTTP = "ce_", "ce-"


def in_binary_mode(prefix: str, *, body: bytes | None = None, **attributes: str) -> Decoded:
    event = slice_event()
    stated = {name: value for name, value in event.items() if name != "data"} | attributes
    headers = [(f"{prefix}{name}", value.encode()) for name, value in stated.items() if value]
    return decode(
        body or json.dumps(event["data"]).encode(),
        headers=[*headers, ("content-type", b"application/json; charset=UTF-8")],
    )


@pytest.mark.parametrize("prefix", [KAFKA, HTTP])
def test_an_event_in_binary_mode_is_the_same_event(prefix: str) -> None:
    structured, binary = decode(slice_message()), in_binary_mode(prefix)

    assert binary.event == structured.event
    assert binary.event is not None
    assert (binary.event_sha256, binary.content_sha256) == (structured.event_sha256, structured.content_sha256)


def test_an_attribute_over_http_may_be_written_in_per_cent() -> None:
    assert (
        in_binary_mode(HTTP, subject="Ch%E1%BB%A3%20S%E1%BA%AFt").event
        == decode(slice_message(subject="Chợ Sắt")).event
    )


def test_a_structured_message_may_repeat_its_attributes_as_headers() -> None:
    content_type = "application/cloudevents+json; charset=utf-8"

    decoded = decode(slice_message(), headers=[("ce_id", b"another")], content_type=content_type)

    assert decoded.event is not None
    assert decoded.event.id == "01J8ZK3W7Q"


@pytest.mark.parametrize(
    "data",
    [b'{}, "id": "x", "data": {}', b"{}}", b'{}, "time": "2026-07-04T02:11:09Z"', b'{} }{"a": {}', b"", b"[1,"],
    ids=["closes-early", "one-brace-too-many", "adds-an-attribute", "two-objects", "empty", "half-a-list"],
)
def test_data_cannot_reach_into_the_envelope(data: bytes) -> None:
    headers = [(f"ce_{name}", value.encode()) for name, value in slice_event(without=["data"]).items()]

    decoded = decode(data, headers=headers, content_type="application/json")

    assert [finding.code for finding in decoded.findings] == ["E1001"]


def test_headers_without_the_version_of_cloudevents_are_no_event() -> None:
    assert [finding.code for finding in in_binary_mode(KAFKA, specversion="").findings] == ["E1001"]


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/cloudevents-batch+json",
        "application/avro",
        "application/json; charset=utf-16",
        "application/cloudevents+json; charset=cp1258",
        "",
    ],
)
def test_another_content_type_is_refused_by_name(content_type: str) -> None:
    decoded = decode(slice_message(), headers=[("Content-Type", content_type.encode())])

    assert [finding.code for finding in decoded.findings] == ["E1001"]


def test_a_message_without_a_content_type_is_taken_for_structured_json() -> None:
    assert decode(slice_message()).event is not None
