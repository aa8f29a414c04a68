"""
Several messages in one body: one a line (NDJSON), or the elements of CloudEvents' JSON batch.

A body is taken apart without being decoded: its messages are judged one by one, each from its own bytes. What is wrong
inside one is that message's alone; only where the messages cannot be told apart is the whole body refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

NDJSON = "application/x-ndjson"
JSON_BATCH = "application/cloudevents-batch+json"

MAX_MESSAGES = 1_000
MAX_BATCH_BYTES = 8 * 1024 * 1024
DEEPEST = 64
"""Levels of brackets in a list of messages; a slice has six, its list's included."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WHITE_SPACE = b" \t\r\n"
# A text without its end runs to the end of the body: it is read once, never tried again from each of its marks.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{},]', re.DOTALL)
_OPENING, _CLOSING = b"[{", b"]}"


class BatchFault(StrEnum):
    """Why the messages of a body cannot be told apart, or are not taken."""

    NO_MESSAGE = "no message"
    NO_LIST = "no list"
    TOO_DEEP = "too deep"
    TOO_MANY = "too many"


@dataclass(frozen=True, slots=True)
class BatchPart:
    """
    One message of a body.

    Args:
        number: Its line or its place in the list, from 1 on.
        body: Its bytes as they stand there, without the white space around them.

    """

    number: int
    body: bytes


def split_lines(body: bytes) -> list[BatchPart] | BatchFault:
    r"""
    Take a body apart into its lines; a line of white space alone is no message, and is counted.

    >>> [(part.number, part.body) for part in split_lines(b'{"a":1}\n\n{"b":2}\n')]
    [(1, b'{"a":1}'), (3, b'{"b":2}')]
    """
    text = body.removeprefix(_BYTE_ORDER_MARK)
    if text.count(b"\n") > MAX_MESSAGES:
        return BatchFault.TOO_MANY
    lines = enumerate((line.strip(_WHITE_SPACE) for line in text.split(b"\n")), start=1)
    parts = [BatchPart(number, line) for number, line in lines if line]
    if len(parts) > MAX_MESSAGES:
        return BatchFault.TOO_MANY
    return parts or BatchFault.NO_MESSAGE


def split_list(body: bytes) -> list[BatchPart] | BatchFault:
    """
    Take a JSON list apart into its elements; an empty list is a batch of none.

    >>> [(part.number, part.body) for part in split_list(b'[{"a": "]"}, null]')]
    [(1, b'{"a": "]"}'), (2, b'null')]
    """
    text = body.removeprefix(_BYTE_ORDER_MARK).strip(_WHITE_SPACE)
    if not text.startswith(b"["):
        return BatchFault.NO_LIST
    ends = _ends_of_elements(text)
    if isinstance(ends, BatchFault):
        return ends
    if not text[1:-1].strip(_WHITE_SPACE):
        return []
    starts = [1, *(end + 1 for end in ends)]
    elements = [text[start:end].strip(_WHITE_SPACE) for start, end in zip(starts, ends, strict=False)]
    if not all(elements):
        return BatchFault.NO_LIST
    return [BatchPart(number, element) for number, element in enumerate(elements, start=1)]


def _ends_of_elements(text: bytes) -> list[int] | BatchFault:
    """Find where each element ends: at a comma of the list itself, or at the list's end, which is the text's."""
    depth, ends = 0, []
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in _OPENING:
            depth += 1
            if depth > DEEPEST:
                return BatchFault.TOO_DEEP
        elif mark in _CLOSING:
            depth -= 1
            if depth == 0:
                ends.append(token.start())
                return ends if mark == b"]" and token.end() == len(text) else BatchFault.NO_LIST
        elif mark == b"," and depth == 1:
            ends.append(token.start())
            if len(ends) >= MAX_MESSAGES:
                return BatchFault.TOO_MANY
    return BatchFault.NO_LIST
