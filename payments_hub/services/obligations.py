"""What partners owe: take a file or a form in, show first what it would change, save it, have it counted anew."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.languages import Words
from payments_hub.domain.obligations import (
    ALIASES,
    COLUMNS,
    Difference,
    FaultCode,
    ObligationFault,
    ObligationLine,
    changed_owings,
    difference,
    overlap_faults,
    read_lines,
)
from payments_hub.kernel.errors import ConflictError, InvalidValueError
from payments_hub.kernel.ids import sha256
from payments_hub.services import audit
from payments_hub.services.audit import Act
from payments_hub.store.expectations import touch_expected
from payments_hub.store.obligations import ObligationFilter, StoredObligation, find_obligations, known_names
from payments_hub.store.partners import all_obligations, save_obligations
from sme_registry.findings import Severity
from sme_registry.reports import inert
from sme_registry.sheets import MAX_BYTES, read_sheet

FILE_BYTES_MAX = MAX_BYTES
_SIMULATED = "simulated_data"
EXPORT_COLUMNS = (*COLUMNS, _SIMULATED)


@dataclass(frozen=True, slots=True)
class ObligationReading:
    """
    What a file or a form says.

    Args:
        lines: Lines with content below the header.
        compared: What saving its good lines would do.
        faults: Everything wrong, in the order of the file; with a fault nothing is saved.

    """

    lines: int
    compared: Difference
    faults: tuple[ObligationFault, ...]


class FaultyLinesError(InvalidValueError):
    """A file of obligations has faults; it comes in whole or not at all."""

    code = "FAULTY_LINES"


def read_file(session: Session, content: bytes) -> ObligationReading:
    """Read a CSV file of obligations and tell all that is wrong with it, and what it would change."""
    # What was exported may come back as it is.
    exported = _SIMULATED.encode() in content.partition(b"\n")[0]
    sheet = read_sheet(content, EXPORT_COLUMNS if exported else COLUMNS, ALIASES)
    unreadable = [
        ObligationFault(found.line, found.column or "", FaultCode.FILE, found.got, Words(found.text_vi, found.text_en))
        for found in sheet.findings
        if found.severity is Severity.REFUSED
    ]
    lines = (ObligationLine(line.number, line.cells) for line in sheet.lines)
    return _reading(session, lines, sheet.line_count, unreadable)


def read_form(session: Session, cells: Mapping[str, str]) -> ObligationReading:
    """Read one obligation as a form names it."""
    return _reading(session, [ObligationLine(None, cells)], 1, [])


def import_obligations(session: Session, reading: ObligationReading, *, actor: str, source: str, now: datetime) -> None:
    """
    Save what was read, have expected slices counted anew, and record who did it.

    Args:
        session: In whose transaction.
        reading: Read in the same transaction.
        actor: Who saves, as the audit names people.
        source: Where it came from: the file's name and hash.
        now: The present instant.

    Raises:
        FaultyLinesError: Something was wrong with it.
        ConflictError: Somebody saved an agreement in between that shares a day.

    """
    if reading.faults:
        raise FaultyLinesError(f"{len(reading.faults)} faults; nothing was saved.", faults=len(reading.faults))
    if not reading.compared.wanted:
        return
    _save(session, reading.compared, now)
    details = {"added": len(reading.compared.added), "changed": len(reading.compared.changed)}
    audit.record(session, Act(actor, "obligations_imported", source, details), now)


def add_obligation(session: Session, reading: ObligationReading, *, actor: str, now: datetime) -> Obligation:
    """
    Save the one obligation of a form.

    Raises:
        FaultyLinesError: Something was wrong with it.
        ConflictError: It is saved already, or somebody saved one in between that shares a day.

    """
    if reading.faults:
        raise FaultyLinesError("The obligation has faults; nothing was saved.", faults=len(reading.faults))
    if not reading.compared.added:
        raise ConflictError("An obligation with this partner, flow, place and first day is saved already.")
    _save(session, reading.compared, now)
    (duty,) = reading.compared.added
    details = {"frequency": duty.frequency.value, "due_days": duty.due_days, "valid_to": _text(duty.valid_to)}
    audit.record(session, Act(actor, "obligation_added", _subject(duty), details), now)
    return duty


def end_obligation(session: Session, stored: StoredObligation, last: date, *, actor: str, now: datetime) -> None:
    """
    Let an obligation end with a day; a later day than it had lengthens it.

    Raises:
        InvalidValueError: The day is before its first.
        ConflictError: It would share a day with the agreement that follows.

    """
    before = stored.duty
    if last < before.valid_from:
        raise InvalidValueError("The last day is before the first.", last=last)
    after = replace(before, valid_to=last)
    _save(session, difference([after], [before]), now)
    details = {"before": _text(before.valid_to), "last_day": last.isoformat()}
    audit.record(session, Act(actor, "obligation_ended", _subject(before), details), now)


def export_file(session: Session, wanted: ObligationFilter) -> bytes:
    """Write obligations as a CSV file: the import's columns, and whether the partner is a simulated one."""
    written = io.StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(EXPORT_COLUMNS)
    for found in find_obligations(session, wanted):
        rows.writerow([*_cells(found.duty), "yes" if found.simulated else "no"])
    return written.getvalue().encode("utf-8-sig")


def template(session: Session) -> bytes:
    """Write a CSV file to be filled in: the import's columns, and a saved line of each flow to go by."""
    by_flow: dict[str, Obligation] = {}
    for found in find_obligations(session, ObligationFilter()):
        by_flow.setdefault(found.duty.flow, found.duty)
    written = io.StringIO(newline="")
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    for _flow, duty in sorted(by_flow.items()):
        rows.writerow(_cells(duty))
    return written.getvalue().encode("utf-8-sig")


def file_name_and_hash(name: str, content: bytes) -> str:
    """Name a file so that the audit can tell it from another of the same name."""
    return f"{name[:100] or 'file'} sha256:{sha256(content).hex()[:16]}"


def _reading(
    session: Session, lines: Iterable[ObligationLine], count: int, unreadable: list[ObligationFault]
) -> ObligationReading:
    good, faults = read_lines(lines, known_names(session))
    saved = all_obligations(session)
    faults += overlap_faults(good, saved)
    ordered = sorted([*unreadable, *faults], key=lambda fault: (fault.line or 0, fault.column))
    return ObligationReading(count, difference((duty for _, duty in good), saved), tuple(ordered))


def _save(session: Session, compared: Difference, now: datetime) -> None:
    save_obligations(session, compared.wanted)
    touch_expected(session, changed_owings(compared), now=now)


def _subject(duty: Obligation) -> str:
    return f"{duty.partner}/{duty.flow}/{duty.place}/{duty.valid_from}"


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _cells(duty: Obligation) -> list[str]:
    cells = (duty.partner, duty.flow, duty.place, duty.frequency.value, str(duty.due_days))
    return [*map(inert, cells), duty.valid_from.isoformat(), _text(duty.valid_to) or ""]
