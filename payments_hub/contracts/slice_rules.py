"""The rules a slice must keep that need nothing but the slice itself and its flow's definition."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator

from payments_hub.contracts.cell_rules import Wire, cell_rules, dimensions_of, no_measure, share_findings
from payments_hub.contracts.findings import Finding, in_words, make_finding
from payments_hub.contracts.personal_data import KIND_NAMES, find_personal_data
from payments_hub.domain.code_names import frequency_words
from payments_hub.domain.flows import FLOWS, Flow
from payments_hub.domain.instruments import Action, RevisionReason
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.periods import Period

_ONLY_WITH_REPLACE = ("cells", "contributors", "coverage", "control")
_LAYOUT = {"Cf", "Zl", "Zp"}
"""Zero-width and bidirectional marks: they say nothing and can hide what is said."""


def slice_findings(data: Wire, *, unsure: Collection[int] | None = ()) -> Iterator[Finding]:
    """
    Apply every rule to a slice's data.

    Args:
        data: The slice, of which parts may be missing.
        unsure: Indices of cells of which parts were unreadable, so that no rule compares them with others;
            None where not even that is known, and sums mean nothing.

    """
    yield from period_findings(data)
    yield from _revision_findings(data)
    yield from note_findings(data)
    yield from _coverage_findings(data)
    flow = FLOWS.get(data.get("flow", ""))
    if data.get("action") == Action.REPLACE:
        yield from _replace_findings(data, flow, unsure)
    elif "action" in data:
        yield from _empty_slice_findings(data)
    if flow is not None:
        yield from _flow_findings(data, flow)


def period_findings(data: Wire) -> Iterator[Finding]:
    """Object to a period that no calendar has."""
    if "period" not in data:
        return
    try:
        Period.parse(data["period"])
    except InvalidValueError:
        yield make_finding("E2002/period", "/data/period", got=data["period"])


def _revision_findings(data: Wire) -> Iterator[Finding]:
    if data.get("revision", 0) > 0 and "revision_reason" not in data:
        yield make_finding("E2001/reason", "/data/revision_reason", allowed=RevisionReason)


def note_findings(data: Wire) -> Iterator[Finding]:
    """Object to what a note may not hold."""
    if "note" not in data:
        return
    note = clean_note(data["note"])
    if any(unicodedata.category(letter) == "Cc" for letter in note):
        yield make_finding("E2002/control-character", "/data/note", got=note)
    for kind in sorted({found.kind for found in find_personal_data(note)}):
        names = KIND_NAMES[kind]
        yield make_finding("E2004", "/data/note", got=note, kind_vi=names.vi, kind_en=names.en)


def clean_note(note: str) -> str:
    """Bring a note into the form that is kept: Unicode's NFC, without invisible characters."""
    if note.isascii():
        return note
    return unicodedata.normalize("NFC", "".join(part for part in note if unicodedata.category(part) not in _LAYOUT))


def _coverage_findings(data: Wire) -> Iterator[Finding]:
    reporting, total = (data.get("coverage", {}).get(name, 0) for name in ("reporting", "total"))
    if "total" in data.get("coverage", {}) and reporting > total:
        yield make_finding("E2002/coverage", "/data/coverage/reporting", got=reporting, total=total)


def _empty_slice_findings(data: Wire) -> Iterator[Finding]:
    for name in _ONLY_WITH_REPLACE:
        if name in data:
            yield make_finding("E2003/action", f"/data/{name}", got=data[name], action=data["action"])


def _flow_findings(data: Wire, flow: Flow) -> Iterator[Finding]:
    if "currency" in data and not flow.has_amount:
        yield no_measure("/data/currency", data["currency"], flow)
    yield from frequency_findings(data, flow)


def frequency_findings(data: Wire, flow: Flow) -> Iterator[Finding]:
    """Object to a period that is longer or shorter than the flow's."""
    if "period" not in data:
        return
    try:
        period = Period.parse(data["period"])
    except InvalidValueError:
        return
    if period.frequency not in flow.frequencies:
        yield make_finding(
            "E3002/frequency",
            "/data/period",
            got=data["period"],
            flow=flow.code,
            **in_words("has", frequency_words(flow.frequencies)),
        )


def _replace_findings(data: Wire, flow: Flow | None, unsure: Collection[int] | None) -> Iterator[Finding]:
    cells = data.get("cells")
    if not cells:
        yield make_finding("E2001/cells", "/data/cells")
    if "control" not in data:
        yield make_finding("E2001", "/data/control")
    if flow is None:
        return
    if flow.has_amount and "currency" not in data:
        yield make_finding("E2001", "/data/currency")
    yield from _control_findings(data, flow)
    if cells:
        yield from _cells_findings(data, flow, unsure)
    if "contributors" in data:
        yield from share_findings("/data/contributors", data["contributors"], _whole(data))


def _cells_findings(data: Wire, flow: Flow, unsure: Collection[int] | None) -> Iterator[Finding]:
    yield from cell_rules(flow.code, data.get("currency")).findings(data["cells"])
    if unsure is not None:
        yield from _repeated_cells(data["cells"], flow, unsure)
        yield from _sum_findings(data, unsure)


def _control_findings(data: Wire, flow: Flow) -> Iterator[Finding]:
    control = data.get("control")
    if control is None:
        return
    if flow.has_amount and "amount" not in control:
        yield make_finding("E2001", "/data/control/amount")
    if not flow.has_amount and "amount" in control:
        yield no_measure("/data/control/amount", control["amount"], flow)


def _repeated_cells(cells: list[Wire], flow: Flow, unsure: Collection[int]) -> Iterator[Finding]:
    keys = [dimensions_of(cell) for cell in cells]
    if len(set(keys)) == len(keys):
        return
    first_index: dict[tuple[str, ...], int] = {}
    for index, key in enumerate(keys):
        # A cell without one of its dimensions has its own E2001; it would look like any other such cell here.
        if index in unsure or any(name not in cells[index] for name in flow.dimensions):
            continue
        if key in first_index:
            shown = "/".join(code for code in key if code)
            # A pointer counts from 0, a person from 1.
            yield make_finding("E3003", f"/data/cells/{index}", got=shown, first=first_index[key] + 1)
        first_index.setdefault(key, index)


def _sum_findings(data: Wire, unsure: Collection[int]) -> Iterator[Finding]:
    control = data.get("control", {})
    if unsure:
        return
    for name in ("count", "amount"):
        if name not in control:
            continue
        total = sum([cell.get(name, 0) for cell in data["cells"]])
        if control[name] != total:
            yield make_finding("E3004", f"/data/control/{name}", got=control[name], total=total)


def _whole(data: Wire) -> int | None:
    """Tell what the slice's owners share: the amount, or the count where the flow has none."""
    control = data.get("control", {})
    whole: int | None = control.get("amount", control.get("count"))
    return whole
