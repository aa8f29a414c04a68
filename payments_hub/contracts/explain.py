"""Says everything that is wrong with a message that could not be read strictly."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, get_args

import orjson
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from payments_hub.contracts import manifest_v1, slice_v1
from payments_hub.contracts.batches import JSON_BATCH, NDJSON
from payments_hub.contracts.envelope import STRUCTURED
from payments_hub.contracts.findings import Finding, make_finding
from payments_hub.contracts.lenient import LenientReading, RawNumber, read_leniently
from payments_hub.contracts.manifest_v1 import MANIFEST_MESSAGE, MANIFEST_SCHEMA, MANIFEST_TYPE
from payments_hub.contracts.message_rules import manifest_message_findings, message_findings
from payments_hub.contracts.slice_v1 import SLICE_MESSAGE, SLICE_SCHEMA, SLICE_TYPE

Location = tuple[int | str, ...]

_CODE_LISTS: Mapping[str, tuple[str, ...]] = {
    "flow": get_args(slice_v1.FlowCode),
    "action": get_args(slice_v1.ActionCode),
    "finality": get_args(slice_v1.FinalityCode),
    "revision_reason": get_args(slice_v1.ReasonCode),
    "currency": get_args(slice_v1.CurrencyCode),
    "instrument": get_args(slice_v1.InstrumentCode),
    "initiation": get_args(slice_v1.InitiationCode),
    "purpose": get_args(slice_v1.PurposeCode),
    "status": get_args(slice_v1.StatusCode),
}
_FIELDS_OF: Mapping[str, tuple[str, ...]] = {
    "contributors": tuple(slice_v1.ContributorsV1.__annotations__),
    "coverage": tuple(slice_v1.CoverageV1.__annotations__),
    "control": tuple(slice_v1.ControlV1.__annotations__),
}
_CELL_FIELDS = tuple(slice_v1.CellV1.__annotations__)
_REQUIRED_CONTEXT = ("specversion", "type")
_CASES = {
    "too_long": "E1003/cells",
    "int_type": "E2002/not-integer",
    "literal_error": "E2002/not-text",
    "string_type": "E2002/not-text",
    "dict_type": "E2002/not-object",
    "list_type": "E2002/not-list",
    "greater_than_equal": "E2002/negative",
    "less_than_equal": "E2002/too-large",
    "string_too_short": "E2002/empty",
    "string_too_long": "E2002/too-long",
}
_PATTERN_CASES = {"period": "E2002/period", "time": "E2002/time"}


@dataclass(frozen=True, slots=True)
class _Kind:
    """
    One type of message.

    Args:
        fields: Of its data.
        rules: Finds what is wrong; takes the message, and what is unsure of its cells.

    """

    schema: str
    shape: TypeAdapter[Any]
    fields: tuple[str, ...]
    rules: Callable[[Mapping[str, Any], Collection[int] | None], Iterator[Finding]]


_KINDS: Mapping[str, _Kind] = {
    SLICE_TYPE: _Kind(
        SLICE_SCHEMA,
        SLICE_MESSAGE,
        tuple(slice_v1.SliceDataV1.__annotations__),
        lambda message, unsure: message_findings(message, unsure=unsure),
    ),
    MANIFEST_TYPE: _Kind(
        MANIFEST_SCHEMA,
        MANIFEST_MESSAGE,
        tuple(manifest_v1.ManifestDataV1.__annotations__),
        lambda message, _unsure: manifest_message_findings(message),
    ),
}
_SCHEMAS = tuple(kind.schema for kind in _KINDS.values())


@dataclass(frozen=True, slots=True)
class Explained:
    """
    A message on its second reading.

    Args:
        message: What could be read of it; empty where it is no object.
        findings: What is wrong, one by one; computed as they are asked for.
        type: Of the message, if it is one that the hub knows, so that its parts mean what they seem to.
        is_readable: True if nothing was wrong after all: a zero written as 0.00, or characters in a text that looked
            like a second key.

    """

    message: Mapping[str, Any]
    findings: Iterator[Finding]
    type: str | None = None
    is_readable: bool = False


def explain(text: bytes, refusal: ValidationError | None) -> Explained:
    """
    Read a message again and say everything that is wrong with it.

    Args:
        text: The message in structured form.
        refusal: Why the strict reading failed; None if it only lacked the proof that each key stands once.

    """
    reading = _read(text, refusal)
    if isinstance(reading, Finding):
        return Explained({}, iter([reading]))
    if not isinstance(reading.value, dict):
        if isinstance(reading.value, list) and any(isinstance(one, dict) for one in reading.value):
            return Explained({}, iter([_several()]))
        got = "null" if reading.value is None else reading.value
        return Explained({}, iter([make_finding("E1001/not-object", got=got)]))
    message: dict[str, Any] = reading.value
    if reading.repeated:
        name = reading.repeated[0]
        return Explained(message, iter([make_finding("E1001/duplicate-key", got=name, field=name)]))
    context, kind = tuple(_context_findings(message)), _kind_of(message)
    return Explained(message, iter(context)) if context or kind is None else _validate(message, kind)


def _read(text: bytes, refusal: ValidationError | None) -> LenientReading | Finding:
    fault = _syntax_fault(text, refusal) if refusal else None
    if fault is not None:
        return fault
    try:
        return read_leniently(text)
    except RecursionError:
        return make_finding("E1001/too-deep")
    except ValueError as error:
        return make_finding("E1001/not-json", detail=str(error))


def _syntax_fault(text: bytes, refusal: ValidationError) -> Finding | None:
    first = refusal.errors(include_url=False, include_input=False)[0]
    detail = first["msg"].removeprefix("Invalid JSON: ")
    if first["type"] != "json_invalid" or detail.startswith("number out of range"):
        return None
    if detail.startswith("recursion limit"):
        return make_finding("E1001/too-deep")
    if detail.startswith("trailing characters") and _begins_with_a_line_of_its_own(text):
        return _several()
    return make_finding("E1001/not-json", detail=detail)


def _begins_with_a_line_of_its_own(text: bytes) -> bool:
    """Tell whether the first line is a JSON object and another begins after it: one message a line."""
    first, _, rest = text.lstrip().partition(b"\n")
    try:
        return rest.lstrip().startswith(b"{") and isinstance(orjson.loads(first), dict)
    except orjson.JSONDecodeError:
        return False


def _several() -> Finding:
    types = {"content_type": STRUCTURED, "list_type": JSON_BATCH, "lines_type": NDJSON}
    return make_finding("E1001/several", **types)


def _context_findings(message: Mapping[str, Any]) -> Iterator[Finding]:
    """Ask whether the message is a CloudEvent of a version that the hub reads; if not, nothing else can be judged."""
    for name in _REQUIRED_CONTEXT:
        if message.get(name) is None:
            yield make_finding("E1001/not-cloudevent", field=name)
            return
    kind = _kind_of(message)
    schemas = _SCHEMAS if kind is None else (kind.schema,)
    for name, known in (("specversion", ("1.0",)), ("type", tuple(_KINDS)), ("dataschema", schemas)):
        given = message.get(name)
        if given is not None and given not in known:
            yield make_finding("E1002", f"/{name}", got=given, allowed=known)


def _kind_of(message: Mapping[str, Any]) -> _Kind | None:
    given = message.get("type")
    return _KINDS.get(given) if isinstance(given, str) else None


def _validate(message: dict[str, Any], kind: _Kind) -> Explained:
    try:
        read = kind.shape.validate_python(message)
    except ValidationError as refusal:
        return Explained(message, _all_findings(message, kind, refusal.errors(include_url=False)), message["type"])
    return Explained(read, iter(()), message["type"], is_readable=True)


def _all_findings(message: dict[str, Any], kind: _Kind, faults: list[ErrorDetails]) -> Iterator[Finding]:
    """Explain each unreadable part, then apply the rules to what is left of the message without those parts."""
    for fault in faults:  # one by one: whoever asks stops at the most that a receipt tells
        yield _finding_of(fault, kind)
    if any(fault["type"] == "too_long" for fault in faults):
        return
    locations = [fault["loc"] for fault in faults]
    remaining, unsure = _without(message, locations), _unsure_cells(locations)
    told = {_pointer(location) for location in locations}
    for finding in kind.rules(remaining, unsure):
        if told.isdisjoint(_and_above(finding.pointer)):
            yield finding


def _and_above(pointer: str) -> Iterator[str]:
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def _finding_of(fault: ErrorDetails, known: _Kind) -> Finding:
    kind, location, got = fault["type"], fault["loc"], fault["input"]
    pointer, field, context = _pointer(location), str(location[-1]) if location else "", fault.get("ctx", {})
    if kind == "missing":
        return make_finding("E2001", pointer)
    if kind == "extra_forbidden":
        return make_finding("E2003", pointer, got=got, allowed=_fields_beside(location, known), meant=field)
    if kind == "literal_error" and isinstance(got, str):
        return make_finding("E2101", pointer, got=got, allowed=_CODE_LISTS[field])
    limit = context.get("le", context.get("max_length"))
    shown = f'"{got}"' if kind == "int_type" and isinstance(got, str) else "null" if got is None else got
    return make_finding(_case_of(kind, field, got), pointer, got=shown, limit=limit)


def _case_of(kind: str, field: str, got: object) -> str:
    if kind == "string_pattern_mismatch":
        return _PATTERN_CASES.get(field, "E2002/control-character" if got else "E2002/empty")
    if isinstance(got, RawNumber) and not got.is_fraction:
        return "E2002/not-finite"
    return _CASES.get(kind, "E2002")


def _pointer(location: Location) -> str:
    """Write a JSON Pointer, its two special characters escaped (RFC 6901, section 3)."""
    steps = (str(step)[:60].replace("~", "~0").replace("/", "~1") for step in location)
    return "".join(f"/{step}" for step in steps)


def _fields_beside(location: Location, kind: _Kind) -> tuple[str, ...]:
    parent = location[-2] if len(location) > 1 else ""
    if parent == "data":
        return kind.fields
    return _CELL_FIELDS if isinstance(parent, int) else _FIELDS_OF.get(parent, ())


def _unsure_cells(locations: list[Location]) -> frozenset[int] | None:
    """Tell which cells were not wholly readable; None where the list of cells itself was not."""
    found = [location for location in locations if location[:2] == ("data", "cells")]
    if any(len(location) < len(("data", "cells", 0)) for location in found):
        return None
    return frozenset(step for step in chain.from_iterable(location[2:3] for location in found) if isinstance(step, int))


def _without(message: dict[str, Any], locations: list[Location]) -> dict[str, Any]:
    """Take the unreadable parts out; an unreadable cell leaves an empty one, so that the others keep their places."""
    for location in locations:
        holder: Any = message
        for step in location[:-1]:
            holder = holder[int(step)] if isinstance(holder, list) else holder.get(step, {})
        if isinstance(holder, list):  # a cell that is no object
            holder[int(location[-1])] = {}
        elif isinstance(holder, dict):
            holder.pop(str(location[-1]), None)
    return message
