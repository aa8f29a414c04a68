"""Reads refused JSON once more and loses nothing: floats and huge numbers stay text, repeated keys are told."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field

_ZERO = re.compile(r"-?0(?:\.0+)?(?:[eE][+-]?[0-9]+)?", re.ASCII)
_FRACTION = re.compile(r"-?[0-9]+\.[0-9]+", re.ASCII)
_MOST_DIGITS = 20
"""2^63 has 19; nothing longer is converted, because converting a million digits takes half a minute."""


@dataclass(frozen=True, slots=True)
class RawNumber:
    """A number that is no integer of a bearable size, as it was written."""

    text: str

    def __str__(self) -> str:
        """Write it as it was written."""
        return self.text

    @property
    def is_fraction(self) -> bool:
        """Tell 170.0 from what the hub could not keep at all: NaN, Infinity, 1e400, five thousand digits."""
        return len(self.text) <= _MOST_DIGITS and _FRACTION.fullmatch(self.text) is not None


@dataclass(frozen=True, slots=True)
class LenientReading:
    """
    What a text holds.

    Args:
        value: The decoded value.
        repeated: Keys that stand twice in one object, in the order of reading.

    """

    value: object
    repeated: tuple[str, ...]


@dataclass(slots=True)
class _Reader:
    """Collects repeated keys; owned by one reading."""

    repeated: list[str] = field(default_factory=list)

    def read_object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        read = dict(pairs)
        if len(read) < len(pairs):
            counts = Counter(name for name, _ in pairs)
            self.repeated += [name for name, count in counts.items() if count > 1]
        return read


def read_leniently(text: bytes) -> LenientReading:
    """
    Read JSON without losing anything.

    Raises:
        ValueError: The text is not JSON.
        RecursionError: It is nested too deep.

    """
    reader = _Reader()
    value = json.loads(
        text.decode("utf-8"),
        object_pairs_hook=reader.read_object,
        parse_int=_read_integer,
        parse_float=_read_fraction,
        parse_constant=RawNumber,
    )
    return LenientReading(value, tuple(reader.repeated))


def _read_integer(text: str) -> int | RawNumber:
    return int(text) if len(text) <= _MOST_DIGITS else RawNumber(text)


def _read_fraction(text: str) -> int | RawNumber:
    # 0.00 is a zero, and nothing is lost by taking it for one; 170.0 is somebody's float and may be 169.9999 tomorrow.
    return 0 if _ZERO.fullmatch(text) else RawNumber(text)
