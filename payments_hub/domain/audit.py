"""
The chain of acts: every entry carries the hash of the one before, so that no entry can be changed unseen.

Whoever can write the table can also write a whole other chain, or drop its tail: that shows only against an anchor, the
chain's head at a moment, kept where that person cannot write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

import orjson

from payments_hub.kernel.ids import sha256

GENESIS = bytes(32)
"""What stands for the hash before the first entry."""

Details: TypeAlias = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Act:
    """
    What somebody did.

    Args:
        actor: "account:<username>", "command:<user of the machine>" or "job:<name>".
        action: What was done, as a verb phrase: "period_locked".
        subject: To what: "POS_SALES/2026-10".
        details: What else a reader needs; never a key, a password, or an amount with a person.

    """

    actor: str
    action: str
    subject: str
    details: Details


@dataclass(frozen=True, slots=True)
class Entry:
    """One act in its place in the chain; numbers begin with 1 and have no gaps."""

    number: int
    at: datetime
    act: Act
    previous_sha256: bytes
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the chain at a moment, as it was kept outside the database."""

    number: int
    sha256: bytes


class Fault(StrEnum):
    """In which way a chain does not hold."""

    CHANGED = "changed"
    MISSING = "missing"
    NOT_LINKED = "not linked"
    OTHER_THAN_ANCHORED = "other than anchored"


@dataclass(frozen=True, slots=True)
class Break:
    """
    Where a chain does not hold for the first time.

    Args:
        number: The first bad entry. Where only an anchor tells, an entry since the last one that an anchor vouches for.
        until: The last entry that may be the first bad one; `number` itself unless only an anchor tells.

    """

    number: int
    fault: Fault
    until: int


def canonical(number: int, at: datetime, act: Act) -> bytes:
    """
    Write an entry in the one form that is hashed: JSON in UTF-8, keys sorted, without spaces, the instant in UTC.

    >>> canonical(1, datetime(2026, 7, 3, tzinfo=UTC), Act("job:a", "b", "c", {"n": 2}))
    b'{"action":"b","actor":"job:a","at":"2026-07-03T00:00:00.000000Z","details":{"n":2},"number":1,"subject":"c"}'
    """
    shape = {
        "number": number,
        "at": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "actor": act.actor,
        "action": act.action,
        "subject": act.subject,
        "details": dict(act.details),
    }
    return orjson.dumps(shape, option=orjson.OPT_SORT_KEYS)


def chained(number: int, at: datetime, act: Act, previous_sha256: bytes) -> Entry:
    """Put an act into its place: its hash is over the hash before it and its own canonical form."""
    return Entry(number, at, act, previous_sha256, sha256(previous_sha256 + canonical(number, at, act)))


def first_bad(entries: Iterable[Entry], anchors: Sequence[Anchor] = ()) -> Break | None:
    """
    Find where a chain does not hold for the first time.

    Args:
        entries: The whole chain in the order of its numbers; read once, so it may be a stream.
        anchors: Heads that were kept elsewhere; without one a lost tail and a rewritten chain pass.

    """
    kept = {anchor.number: anchor.sha256 for anchor in anchors}
    vouched = reached = 0
    for entry, fault in _judged(entries):
        if fault is not None:
            return _first(reached + 1, fault, vouched)
        reached = entry.number
        if reached in kept:
            if kept[reached] != entry.sha256:
                return Break(vouched + 1, Fault.OTHER_THAN_ANCHORED, reached)
            vouched = reached
    lost = any(number > reached for number in kept)
    return Break(reached + 1, Fault.MISSING, reached + 1) if lost else None


def _judged(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Fault | None]]:
    """Hold each entry to the one before; a stored hash is trusted once it was computed anew."""
    before = GENESIS
    for place, entry in enumerate(entries, start=1):
        yield entry, _fault(entry, place, before)
        before = entry.sha256


def _fault(entry: Entry, place: int, before: bytes) -> Fault | None:
    if entry.number > place:
        return Fault.MISSING
    if entry.number < place or chained(entry.number, entry.at, entry.act, entry.previous_sha256) != entry:
        return Fault.CHANGED
    return None if entry.previous_sha256 == before else Fault.NOT_LINKED


def _first(number: int, fault: Fault, vouched: int) -> Break:
    """Name the first bad entry; where a link does not fit, either of its two ends may be it."""
    if fault is Fault.NOT_LINKED and number - 1 > vouched:
        return Break(number - 1, fault, number)
    return Break(number, fault, number)
