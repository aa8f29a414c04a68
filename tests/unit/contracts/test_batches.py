import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_hub.contracts.batches import DEEPEST, MAX_BATCH_BYTES, MAX_MESSAGES, BatchFault, split_lines, split_list

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(VALUES, max_size=20), st.sampled_from([None, 1]), st.booleans())
def test_a_list_is_taken_apart_into_its_elements_however_it_is_written(
    values: list[object],
    indent: int | None,
    ascii_only: bool,  # noqa: FBT001  one of json.dumps' own
) -> None:
    parts = split_list(json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode())

    assert isinstance(parts, list)
    assert [json.loads(part.body) for part in parts] == values
    assert [part.number for part in parts] == list(range(1, len(values) + 1))


@given(st.lists(VALUES, min_size=1, max_size=20), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_lines_are_taken_apart_whatever_ends_them(
    values: list[object],
    ending: str,
    last_line_ends: bool,  # noqa: FBT001  part of the case
) -> None:
    text = ending.join(json.dumps(value) for value in values) + ending * last_line_ends

    parts = split_lines(text.encode())

    assert isinstance(parts, list)
    assert [json.loads(part.body) for part in parts] == values


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", BatchFault.NO_LIST),
        (b"{}", BatchFault.NO_LIST),
        (b'"[]"', BatchFault.NO_LIST),
        (b"[", BatchFault.NO_LIST),
        (b"[1", BatchFault.NO_LIST),
        (b"[1,]", BatchFault.NO_LIST),
        (b"[,1]", BatchFault.NO_LIST),
        (b"[1,,2]", BatchFault.NO_LIST),
        (b"[1]2", BatchFault.NO_LIST),
        (b"[1][2]", BatchFault.NO_LIST),
        (b'["never ended]', BatchFault.NO_LIST),
        ("[]".encode("utf-16"), BatchFault.NO_LIST),
        (b"[" * (DEEPEST + 1), BatchFault.TOO_DEEP),
        (b"[" * 8_000_000, BatchFault.TOO_DEEP),
        (b"[" + b"1," * MAX_MESSAGES + b"1]", BatchFault.TOO_MANY),
    ],
    ids=lambda value: "" if isinstance(value, BatchFault) else f"{len(value)} bytes {value[:16]!r}",
)
def test_where_elements_cannot_be_told_apart_the_whole_body_is_refused(body: bytes, fault: BatchFault) -> None:
    assert split_list(body) is fault


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", BatchFault.NO_MESSAGE),
        (b"\n \r\n", BatchFault.NO_MESSAGE),
        (b"{}\n" * (MAX_MESSAGES + 1), BatchFault.TOO_MANY),
        (b"\n" * MAX_BATCH_BYTES, BatchFault.TOO_MANY),
    ],
    ids=["nothing", "white space alone", "a thousand and one", "lines without end"],
)
def test_a_body_without_a_line_or_with_too_many_is_refused(body: bytes, fault: BatchFault) -> None:
    assert split_lines(body) is fault


def test_as_many_messages_as_are_taken_are_taken() -> None:
    lines, elements = split_lines(b"{}\n" * MAX_MESSAGES), split_list(b"[" + b",".join([b"{}"] * MAX_MESSAGES) + b"]")

    assert isinstance(lines, list)
    assert isinstance(elements, list)
    assert (len(lines), len(elements)) == (MAX_MESSAGES, MAX_MESSAGES)


def test_an_empty_list_is_a_batch_of_none() -> None:
    assert split_list(b" [ ] ") == []


def test_an_element_that_is_no_json_is_its_own_matter() -> None:
    parts = split_list(b'[{"a":1}, {"a":}, garbage, {"b" 2]]')

    assert isinstance(parts, list)
    assert [part.body for part in parts] == [b'{"a":1}', b'{"a":}', b"garbage", b'{"b" 2]']


@pytest.mark.parametrize("unit", [b"[],", b'"\\', b'"a",', b"{}"], ids=["brackets", "escapes", "texts", "objects"])
def test_a_body_built_to_be_slow_is_read_once(unit: bytes) -> None:
    body = b"[[" + unit * (1_000_000 // len(unit))

    started = time.process_time()
    fault = split_list(body)

    assert fault is BatchFault.NO_LIST
    assert time.process_time() - started < 10
