"""
The mended message: what a partner most surely meant, where that is beyond doubt, and nothing else touched.

Sure is: a code or a name of a field that is one slip of the hand from exactly one valid one; a whole number written in
quotes or with `.0`; a control total with two neighbouring digits swapped, or given in thousands, while every other
total agrees. A control total that merely differs from the sum is no sure mend: a cell may be missing.

Only the text of the faulty value is replaced, so that every other byte stays as it was sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import OSA

from payments_hub.contracts.decode import decode
from payments_hub.contracts.envelope import STRUCTURED, Headers, unwrap
from payments_hub.contracts.findings import Finding, Severity
from payments_hub.contracts.json_places import JSONPlace, find_places
from payments_hub.contracts.lenient import RawNumber, read_leniently
from payments_hub.contracts.personal_data import find_personal_data, mask_personal_data
from payments_hub.contracts.receipt_v1 import FindingV1
from payments_hub.contracts.similarity import plain
from payments_hub.kernel.money import LARGEST_WHOLE

_ROUNDS = 3
"""A mend may bring the next fault to light: a sum can be judged only once its cells are numbers."""

_SHORTEST_WORD = 4
_CLEAR_OF_OTHERS = 3
_WHOLE_NUMBER = re.compile(r'"(0|[1-9][0-9]{0,15})"|(0|[1-9][0-9]{0,15})\.0+', re.ASCII)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_INTEGER_FIELDS = frozenset(
    {"count", "amount", "refund_count", "refund_amount", "revision", "reporting", "total", "n", "top1_bp", "top2_bp"}
)


@dataclass(frozen=True, slots=True)
class Mend:
    """
    One replacement in a message's text.

    Args:
        code: Of the fault that it mends.
        pointer: Where the fault was.
        before: The text that was replaced.
        after: The text in its place.

    """

    code: str
    pointer: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class MendedMessage:
    """
    A message with its sure mends.

    Args:
        before: The message in structured form, as it was sent.
        after: The same with the mends.
        mends: What was replaced.
        faults_left: Faults that somebody has to mend; those that only the hub's lists could find are counted as told.

    """

    before: str
    after: str
    mends: tuple[Mend, ...]
    faults_left: int

    @property
    def holds_personal_data(self) -> bool:
        """Tell whether a text in it looks like somebody's: such a message is not handed out again."""
        sent = (place for place in find_places(self.after).walk() if place.pointer.startswith("/data/"))
        texts = (self.after[place.start : place.end] for place in sent if not place.parts)
        return any(text.startswith('"') and find_personal_data(text) for text in texts)


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    mend: Mend


def mend_message(
    body: bytes, *, headers: Headers = (), content_type: str | None = None, findings: Iterable[FindingV1]
) -> MendedMessage | None:
    """
    Mend what is beyond doubt; None where nothing is, or where the message cannot be read at all.

    Args:
        body: The bytes as received.
        headers: As received; a message in binary mode is written in structured form.
        content_type: As received.
        findings: What its receipt tells.

    """
    unwrapped = unwrap(body, headers, content_type)
    if isinstance(unwrapped, Finding):
        return None
    before = unwrapped.decode()
    told = [finding for finding in findings if finding.severity is Severity.ERROR]
    after, mends, left = _mend_in_rounds(before, told)
    if not mends or _still_wrong(mends, left):
        return None
    seen = {(fault.code, fault.pointer) for fault in _faults_of(before)}
    mended = {mend.pointer for mend in mends}
    by_lists = [one for one in told if (one.code, one.pointer) not in seen and one.pointer not in mended]
    return MendedMessage(before, after, tuple(mends), len(left) + len(by_lists))


def mask_texts(line: str) -> str:
    """
    Mask personal data in the texts of a line of JSON; its numbers stay.

    >>> mask_texts('"note": "0912 345 678", "amount": 84912345678')
    '"note": "09**********", "amount": 84912345678'
    """
    return _STRING.sub(lambda found: mask_personal_data(found[0]), line)


def sure_code(written: str, allowed: Sequence[str]) -> str | None:
    """
    Tell which valid code was meant, or None where that is not beyond doubt.

    >>> sure_code("MOBILEMONEY", ["MOBILE_MONEY", "CARD"]), sure_code("CRAD", ["CARD", "CASH"])
    ('MOBILE_MONEY', 'CARD')
    >>> sure_code("CASD", ["CARD", "CASH"]), sure_code("G46", ["G47"])
    (None, None)
    """
    letters = _letters(written)
    same = [code for code in allowed if _letters(code) == letters]
    if same or len(letters) < _SHORTEST_WORD:
        return same[0] if len(same) == 1 else None
    distances = sorted((OSA.distance(letters, _letters(code)), code) for code in allowed)
    clear = len(distances) == 1 or distances[1][0] >= _CLEAR_OF_OTHERS
    return distances[0][1] if distances and distances[0][0] == 1 and clear else None


def sure_total(written: int, total: int) -> bool:
    """
    Tell whether a control total can only be a slip in writing the sum.

    >>> sure_total(7_053_060_000, 7_035_060_000), sure_total(7_035_060, 7_035_060_000), sure_total(7_035_060_001, 1)
    (True, True, False)
    """
    a, b = str(written), str(total)
    differing = [index for index, pair in enumerate(zip(a, b, strict=False)) if pair[0] != pair[1]]
    swapped = len(a) == len(b) and len(differing) == 2 and differing[1] == differing[0] + 1  # noqa: PLR2004  two places
    if swapped:
        first, second = differing
        return a[first] == b[second] and a[second] == b[first]
    return written > 0 and written * 1000 == total


def _mend_in_rounds(text: str, told: Sequence[FindingV1]) -> tuple[str, list[Mend], Sequence[FindingV1]]:
    """Mend until nothing more is sure; tell the text, the mends, and what the text alone still shows to be wrong."""
    mends: list[Mend] = []
    left = told
    for _round in range(_ROUNDS):
        edits = _edits(text, left)
        if not edits:
            break
        text = _replaced(text, edits)
        mends += [edit.mend for edit in edits]
        left = _faults_of(text)
    return text, mends, left


def _letters(text: str) -> str:
    return plain(text).replace(" ", "")


def _faults_of(text: str) -> list[FindingV1]:
    found = decode(text.encode(), content_type=STRUCTURED).findings
    return [FindingV1.of(finding) for finding in found if finding.rejects]


def _still_wrong(mends: Iterable[Mend], faults: Iterable[FindingV1]) -> bool:
    """Prove the mends: none may have left its place at fault."""
    at_fault = {fault.pointer for fault in faults}
    return any(mend.pointer in at_fault for mend in mends)


def _edits(text: str, faults: Iterable[FindingV1]) -> list[_Edit]:
    try:
        places = {place.pointer: place for place in find_places(text).walk()}
        message = read_leniently(text.encode()).value
    except (ValueError, RecursionError):
        return []
    found = {}
    for fault in faults:
        edit = _edit(text, fault, places, message)
        if edit is not None:
            found[edit.start] = edit
    return [found[start] for start in sorted(found)]


def _edit(text: str, fault: FindingV1, places: Mapping[str, JSONPlace], message: object) -> _Edit | None:
    place = places.get(fault.pointer)
    if place is None:
        return None
    match fault.code:
        case "E2101" | "E1101":
            return _code_edit(text, fault, place)
        case "E2003":
            return _name_edit(text, fault, place, places)
        case "E2002":
            return _number_edit(text, fault, place)
        case "E3004":
            return _total_edit(text, fault, place, message)
        case _:
            return None


def _code_edit(text: str, fault: FindingV1, place: JSONPlace) -> _Edit | None:
    token = text[place.start : place.end]
    if fault.suggestion is None or not token.startswith('"'):
        return None
    written = json.loads(token)
    # Without a list there is one candidate, and only its own letters, written otherwise, are beyond doubt.
    choices = fault.allowed if fault.suggestion in fault.allowed else (fault.suggestion,)
    meant = sure_code(written, choices)
    if meant is None or (not fault.allowed and _letters(written) != _letters(meant)):
        return None
    return _replacing(text, fault, (place.start, place.end), json.dumps(meant))


def _name_edit(text: str, fault: FindingV1, place: JSONPlace, places: Mapping[str, JSONPlace]) -> _Edit | None:
    if place.name is None or fault.suggestion is None:
        return None
    written = json.loads(text[place.name[0] : place.name[1]])
    meant = sure_code(written, fault.allowed)
    holder = fault.pointer.rpartition("/")[0]
    if meant is None or f"{holder}/{meant}" in places:
        return None
    return _replacing(text, fault, place.name, json.dumps(meant))


def _number_edit(text: str, fault: FindingV1, place: JSONPlace) -> _Edit | None:
    if fault.pointer.rpartition("/")[2] not in _INTEGER_FIELDS:
        return None
    written = _WHOLE_NUMBER.fullmatch(text[place.start : place.end])
    digits = written and (written[1] or written[2])
    if digits is None or int(digits) > LARGEST_WHOLE:
        return None
    return _replacing(text, fault, (place.start, place.end), digits)


def _total_edit(text: str, fault: FindingV1, place: JSONPlace, message: object) -> _Edit | None:
    sums = _sums(message)
    name = fault.pointer.rpartition("/")[2]
    if name not in sums:
        return None
    written, total = sums.pop(name)
    if any(one != other for one, other in sums.values()) or not sure_total(written, total):
        return None
    return _replacing(text, fault, (place.start, place.end), str(total))


def _sums(message: object) -> dict[str, tuple[int, int]]:
    """Tell each control total with the sum of the cells; nothing where any of them is no number."""
    data: Any = message.get("data") if isinstance(message, dict) else None
    if not isinstance(data, dict) or not isinstance(data.get("control"), dict):
        return {}
    cells = data.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        return {}
    found = {}
    for name, written in data["control"].items():
        values = [written, *(cell.get(name, 0) for cell in cells)]
        if any(isinstance(value, RawNumber) or type(value) is not int for value in values):
            return {}
        found[name] = (written, sum(values[1:]))
    return found


def _replacing(text: str, fault: FindingV1, span: tuple[int, int], after: str) -> _Edit:
    return _Edit(*span, Mend(fault.code, fault.pointer, text[span[0] : span[1]], after))


def _replaced(text: str, edits: Sequence[_Edit]) -> str:
    for edit in reversed(edits):
        text = text[: edit.start] + edit.mend.after + text[edit.end :]
    return text
