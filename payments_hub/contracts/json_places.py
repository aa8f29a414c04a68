"""Where each value of a JSON text stands, so that one can be replaced and every other byte stays as it was sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_DEEPEST = 6
"""A slice has five levels; what lies deeper is skipped as one value."""

_STEP_LENGTH = 60
"""Pointers in findings hold no more of a name."""

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r"[^ \t\r\n,\]}]+")
_LINE_BREAK = re.compile(r"[ \t]*[\r\n][ \t\r\n]*")


@dataclass(slots=True)
class JSONPlace:
    """
    One value of a text.

    Args:
        pointer: As findings write it.
        start: Of the value in the text.
        end: Behind it.
        name: Where its name stands, with the quotes; None for an item of a list and for the whole.
        parts: What an object or a list holds, in its order.

    """

    pointer: str
    start: int
    end: int = 0
    name: tuple[int, int] | None = None
    parts: list[JSONPlace] = field(default_factory=list)

    def walk(self) -> Iterator[JSONPlace]:
        """Go through this value and all that it holds."""
        yield self
        for part in self.parts:
            yield from part.walk()


def find_places(text: str) -> JSONPlace:
    """
    Find every value of a text that is JSON.

    Raises:
        ValueError: The text is not JSON.

    >>> [place.pointer for place in find_places('{"a": [1, {"b/c": null}]}').walk()]
    ['', '/a', '/a/0', '/a/1', '/a/1/b~1c']
    """
    return _read(text, _skip(text, 0), "", None, 0)


def outline(text: str, whole: JSONPlace, opened: Mapping[str, object]) -> list[str]:
    """
    Write a text as lines: each part of the opened values on a line of its own, as it was sent.

    Args:
        text: The JSON text.
        whole: Its places.
        opened: Pointers of the values whose parts get their own lines.

    """
    return list(_lines(text, whole, opened, "", ""))


def _lines(text: str, place: JSONPlace, opened: Mapping[str, object], indent: str, comma: str) -> Iterator[str]:
    name = "" if place.name is None else f"{text[place.name[0] : place.name[1]]}: "
    if place.pointer not in opened or not place.parts:
        value = _LINE_BREAK.sub(" ", text[place.start : place.end])
        yield f"{indent}{name}{value}{comma}"
        return
    yield f"{indent}{name}{text[place.start]}"
    last = len(place.parts) - 1
    for number, part in enumerate(place.parts):
        yield from _lines(text, part, opened, f"{indent}  ", "" if number == last else ",")
    yield f"{indent}{text[place.end - 1]}{comma}"


def _read(text: str, start: int, pointer: str, name: tuple[int, int] | None, depth: int) -> JSONPlace:
    place = JSONPlace(pointer, start, name=name)
    opening = text[start : start + 1]
    if opening not in {"{", "["} or depth > _DEEPEST:
        place.end = _end_of_value(text, start)
        return place
    at = _skip(text, start + 1)
    while text[at : at + 1] not in {"}", "]"}:
        part = _read_part(text, at, place, depth, named=opening == "{")
        place.parts.append(part)
        at = _skip(text, part.end)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
    place.end = at + 1
    return place


def _read_part(text: str, at: int, holder: JSONPlace, depth: int, *, named: bool) -> JSONPlace:
    if not named:
        return _read(text, at, f"{holder.pointer}/{len(holder.parts)}", None, depth + 1)
    step, end = _DECODER.raw_decode(text, at)
    value = _skip(text, _skip(text, end) + 1)  # behind the colon
    escaped = step[:_STEP_LENGTH].replace("~", "~0").replace("/", "~1")
    return _read(text, value, f"{holder.pointer}/{escaped}", (at, end), depth + 1)


def _end_of_value(text: str, start: int) -> int:
    if text[start : start + 1] in {'"', "{", "["}:
        return _DECODER.raw_decode(text, start)[1]
    scalar = _SCALAR.match(text, start)
    if scalar is None:
        raise ValueError(f"there is no value at {start}")
    return scalar.end()


def _skip(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return at if space is None else space.end()
