"""
Agreements on what partners owe: read from lines of a sheet or a form, held to the lists, compared with what is saved.

Every fault of a file is found at once, each with its line and what to do. Nothing here reads or saves.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeAlias

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.formatting import day, read_day
from payments_hub.domain.languages import Language, Words
from payments_hub.kernel.periods import Frequency

COLUMNS = ("partner", "flow", "place", "frequency", "due_days", "valid_from", "valid_to")
"""The header of a file of obligations, in any order."""

ALIASES: Mapping[str, str] = {
    "doi_tac": "partner",
    "luong": "flow",
    "dia_diem": "place",
    "site": "place",
    "tan_suat": "frequency",
    "so_ngay_han": "due_days",
    "han": "due_days",
    "tu_ngay": "valid_from",
    "den_ngay": "valid_to",
}
"""What people call the columns, to suggest the right name."""

MOST_DUE_DAYS = 366
"""A slice that may come a year late is owed by nobody."""

_FREQUENCIES = {
    "D": Frequency.DAY,
    "M": Frequency.MONTH,
    "Q": Frequency.QUARTER,
    "Y": Frequency.YEAR,
}
_NUMBER = re.compile(r"[0-9]{1,3}", re.ASCII)

ObligationId: TypeAlias = tuple[str, str, str, date]
"""Partner, flow, place and first day: what tells one agreement from every other."""


class FaultCode(StrEnum):
    """Every kind of fault in a line."""

    FILE = "file"
    PARTNER_UNKNOWN = "partner-unknown"
    FLOW_UNKNOWN = "flow-unknown"
    PLACE_UNKNOWN = "place-unknown"
    PLACE_KIND = "place-kind"
    FREQUENCY_UNKNOWN = "frequency-unknown"
    FREQUENCY_NOT_OF_FLOW = "frequency-not-of-flow"
    DUE_DAYS = "due-days"
    DATE = "date"
    DATES_REVERSED = "dates-reversed"
    OVERLAP = "overlap"


@dataclass(frozen=True, slots=True)
class ObligationFault:
    """
    One thing wrong with a line.

    Args:
        line: The line of the file; None where it is about the file as a whole, or about a form.
        column: The column it is about; empty where it is about the line.
        got: What stood there.
        words: What is wrong and what to do.

    """

    line: int | None
    column: str
    code: FaultCode
    got: str
    words: Words


@dataclass(frozen=True, slots=True)
class ObligationLine:
    """One line as it was written."""

    number: int | None
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KnownNames:
    """
    What a line may name.

    Args:
        partners: Codes of the registered partners.
        place_kinds: By place code, its kind.

    """

    partners: frozenset[str]
    place_kinds: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """What saving would do: agreements that come in, those that change (before, after), and those that stay."""

    added: tuple[Obligation, ...]
    changed: tuple[tuple[Obligation, Obligation], ...]
    unchanged: int

    @property
    def wanted(self) -> tuple[Obligation, ...]:
        """List what has to be saved."""
        return (*self.added, *(after for _, after in self.changed))


@dataclass(frozen=True, slots=True)
class Owing:
    """A stretch of days over which what a partner owes of a flow at a place changes."""

    partner: str
    flow: str
    place: str
    frequency: Frequency
    first: date
    last: date


def changed_owings(compared: Difference) -> tuple[Owing, ...]:
    """
    List the stretches over which other slices are expected once a difference is saved.

    Another number of days until due expects the same slices.
    """
    came = [_owing(duty, duty.valid_from) for duty in compared.added]
    moved = [owing for before, after in compared.changed for owing in _moved(before, after)]
    return (*came, *moved)


def _moved(before: Obligation, after: Obligation) -> list[Owing]:
    if before.frequency is not after.frequency:
        return [_owing(before, before.valid_from), _owing(after, after.valid_from)]
    ends = [before.valid_to or date.max, after.valid_to or date.max]
    return [] if ends[0] == ends[1] else [_owing(replace(after, valid_to=max(ends)), min(ends))]


def _owing(duty: Obligation, first: date) -> Owing:
    return Owing(duty.partner, duty.flow, duty.place, duty.frequency, first, duty.valid_to or date.max)


def obligation_id(duty: Obligation) -> ObligationId:
    """Tell one agreement from every other."""
    return duty.partner, duty.flow, duty.place, duty.valid_from


def read_lines(
    lines: Iterable[ObligationLine], known: KnownNames
) -> tuple[list[tuple[ObligationLine, Obligation]], list[ObligationFault]]:
    """Read lines as agreements: those without a fault, and every fault of the others."""
    good: list[tuple[ObligationLine, Obligation]] = []
    faults: list[ObligationFault] = []
    for line in lines:
        read = _read_line(line, known)
        if isinstance(read, Obligation):
            good.append((line, read))
        else:
            faults += read
    return good, faults


def overlap_faults(
    read: Sequence[tuple[ObligationLine, Obligation]], saved: Iterable[Obligation]
) -> list[ObligationFault]:
    """
    Find the lines whose agreement shares a day with another one for the same partner, flow and place.

    Two such agreements would count one slice twice, or ask for it at two frequencies. One that is saved under the same
    first day is no other: the line takes its place.
    """
    mine = {obligation_id(duty) for _, duty in read}
    others: dict[tuple[str, str, str], list[tuple[int | None, Obligation]]] = defaultdict(list)
    for duty in saved:
        if obligation_id(duty) not in mine:
            others[duty.partner, duty.flow, duty.place].append((None, duty))
    faults: list[ObligationFault] = []
    for line, duty in read:
        met = others[duty.partner, duty.flow, duty.place]
        faults += [_overlap(line, number, other) for number, other in met if overlap(duty, other)]
        met.append((line.number, duty))
    return faults


def overlap(one: Obligation, other: Obligation) -> bool:
    """Tell whether two agreements for the same partner, flow and place share a day."""
    same = (one.partner, one.flow, one.place) == (other.partner, other.flow, other.place)
    return same and one.valid_from <= (other.valid_to or date.max) and other.valid_from <= (one.valid_to or date.max)


def difference(wanted: Iterable[Obligation], saved: Iterable[Obligation]) -> Difference:
    """Compare what is wanted with what is saved; an agreement that is not named stays as it is."""
    kept = {obligation_id(duty): duty for duty in saved}
    added: list[Obligation] = []
    changed: list[tuple[Obligation, Obligation]] = []
    unchanged = 0
    for duty in wanted:
        before = kept.get(obligation_id(duty))
        if before is None:
            added.append(duty)
        elif before == duty:
            unchanged += 1
        else:
            changed.append((before, duty))
    return Difference(tuple(added), tuple(changed), unchanged)


def _read_line(line: ObligationLine, known: KnownNames) -> Obligation | list[ObligationFault]:
    cells = {column: line.cells.get(column, "").strip() for column in COLUMNS}
    faults = [*_name_faults(line, cells, known), *_number_faults(line, cells)]
    frequency = _FREQUENCIES.get(cells["frequency"].upper())
    begins, ends = read_day(cells["valid_from"]), read_day(cells["valid_to"])
    if begins and ends and ends < begins:
        words = Words("Ngày cuối đứng trước ngày đầu.", "The last day is before the first.")
        faults.append(ObligationFault(line.number, "valid_to", FaultCode.DATES_REVERSED, cells["valid_to"], words))
    if faults or frequency is None or begins is None:
        return faults
    names = cells["partner"], cells["flow"], cells["place"]
    return Obligation(*names, frequency, int(cells["due_days"]), begins, ends)


def _name_faults(line: ObligationLine, cells: Mapping[str, str], known: KnownNames) -> Iterator[ObligationFault]:
    def fault(column: str, code: FaultCode, words: Words) -> ObligationFault:
        return ObligationFault(line.number, column, code, cells[column], words)

    if cells["partner"] not in known.partners:
        words = _unknown(cells["partner"], known.partners, Words("đối tác", "partner"))
        yield fault("partner", FaultCode.PARTNER_UNKNOWN, words)
    kind, flow = known.place_kinds.get(cells["place"]), FLOWS.get(cells["flow"])
    if flow is None:
        yield fault("flow", FaultCode.FLOW_UNKNOWN, _unknown(cells["flow"], FLOWS, Words("luồng", "flow")))
    if kind is None:
        words = _unknown(cells["place"], known.place_kinds, Words("địa điểm", "place"))
        yield fault("place", FaultCode.PLACE_UNKNOWN, words)
    if flow is not None and kind is not None and kind not in flow.place_kinds:
        kinds = ", ".join(sorted(flow.place_kinds))
        words = Words(f"Luồng {flow.code} chỉ dành cho địa điểm loại {kinds}.", f"{flow.code} is for {kinds} alone.")
        yield fault("place", FaultCode.PLACE_KIND, words)
    frequency = _FREQUENCIES.get(cells["frequency"].upper())
    if frequency is None:
        words = Words(
            "Ghi D (ngày), M (tháng), Q (quý) hoặc Y (năm).", "Write D (day), M (month), Q (quarter) or Y (year)."
        )
        yield fault("frequency", FaultCode.FREQUENCY_UNKNOWN, words)
    elif flow is not None and frequency not in flow.frequencies:
        has = ", ".join(sorted(flow.frequencies))
        words = Words(f"Luồng {flow.code} gửi theo: {has}.", f"{flow.code} is sent by: {has}.")
        yield fault("frequency", FaultCode.FREQUENCY_NOT_OF_FLOW, words)


def _number_faults(line: ObligationLine, cells: Mapping[str, str]) -> Iterator[ObligationFault]:
    if not _NUMBER.fullmatch(cells["due_days"]) or int(cells["due_days"]) > MOST_DUE_DAYS:
        words = Words(
            f"Ghi số ngày từ 0 đến {MOST_DUE_DAYS}, tính từ ngày cuối kỳ.",
            f"Write a number of days from 0 to {MOST_DUE_DAYS}, counted from the period's last day.",
        )
        yield ObligationFault(line.number, "due_days", FaultCode.DUE_DAYS, cells["due_days"], words)
    for column in ("valid_from", "valid_to"):
        if read_day(cells[column]) is None and (cells[column] or column == "valid_from"):
            words = Words("Ghi ngày như 1/7/2026 hoặc 2026-07-01.", "Write a day as 1/7/2026 or 2026-07-01.")
            yield ObligationFault(line.number, column, FaultCode.DATE, cells[column], words)


def _unknown(got: str, names: Iterable[str], what: Words) -> Words:
    near = get_close_matches(got, list(names), n=1, cutoff=0.7)
    if near:
        return Words(
            f"Không có {what.vi} này. Có phải {near[0]}?", f"There is no such {what.en}. Did you mean {near[0]}?"
        )
    return Words(f"Không có {what.vi} này; hãy đăng ký trước.", f"There is no such {what.en}; register it first.")


def _overlap(line: ObligationLine, number: int | None, other: Obligation) -> ObligationFault:
    where = Words(f"dòng {number}", f"line {number}") if number else _saved(other)
    words = Words(
        f"Trùng ngày với {where.vi}. Mỗi đối tác, luồng và địa điểm chỉ có một nghĩa vụ trong một ngày.",
        f"Shares days with {where.en}. A partner owes a flow of a place under one agreement at a time.",
    )
    return ObligationFault(line.number, "valid_from", FaultCode.OVERLAP, line.cells.get("valid_from", ""), words)


def _saved(duty: Obligation) -> Words:
    vi, en = (day(duty.valid_from, language) for language in (Language.VI, Language.EN))
    if duty.valid_to is None:
        return Words(f"nghĩa vụ đã lưu từ {vi}", f"the saved one from {en} on")
    last_vi, last_en = (day(duty.valid_to, language) for language in (Language.VI, Language.EN))
    return Words(f"nghĩa vụ đã lưu từ {vi} đến {last_vi}", f"the saved one from {en} to {last_en}")
