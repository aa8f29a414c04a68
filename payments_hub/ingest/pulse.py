"""
PhonePe Pulse as a partner: its public files become slices of the contract, and every trap is told.

The files key places by name, and names change: a respelling is joined only where a reviewed table says so; any other
new name is a new place, with a warning. Amounts are floats there; they are read as the decimals that are written and
rounded half to even, so that n of them are wrong by n/2 rupees at most. The repository has no vintages: what is
imported becomes known on the day of the import.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from importlib.resources import files
from pathlib import Path
from re import sub
from types import MappingProxyType
from typing import Final

from payments_hub.contracts.slice_v1 import SLICE_SCHEMA, SliceEvent
from payments_hub.contracts.writing import structured_bytes
from payments_hub.domain.cells import Cell
from payments_hub.domain.coverage import Obligation
from payments_hub.domain.geography import AreaLevel, AreaScheme, AreaUnit, area_place
from payments_hub.domain.instruments import Action, CellStatus, Finality, Instrument, Purpose, RevisionReason
from payments_hub.domain.places import Place
from payments_hub.ingest.pulse_files import (
    PURPOSES,
    PulseWarning,
    PulseWarningKind,
    RawFigure,
    RawFile,
    Tree,
    data_folder,
    read_files,
)
from payments_hub.ingest.reference import SOURCE_PREFIX
from payments_hub.kernel.errors import NotFoundError
from payments_hub.kernel.ids import named_id
from payments_hub.kernel.money import Currency
from payments_hub.kernel.periods import Frequency, Period

PARTNER: Final = "PHONEPE-PULSE"
COUNTRY: Final = "india"
PULSE_SCHEME: Final = AreaScheme(
    "IN-PULSE-2018-01-01",
    date(2018, 1, 1),
    None,
    "Bang và quận của Ấn Độ, theo PhonePe Pulse",
    "States and districts of India, as PhonePe Pulse names them",
    AreaLevel.STATE,
)
_DISTRICT = " district"


@dataclass(frozen=True, slots=True)
class Alias:
    """
    Another spelling of a district, judged by a person.

    Args:
        state: The state's folder.
        name: The spelling.
        unit: The code of the district, below its state, that it may stand for.
        is_same: Whether it was found to be the same place.
        reason: Why.

    """

    state: str
    name: str
    unit: str
    is_same: bool
    reason: str


@dataclass(frozen=True, slots=True)
class PulseSlice:
    """One slice to be sent: a place, a quarter, and its cells."""

    flow: str
    place: str
    period: Period
    made_at: datetime
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class PulseMessage:
    """One slice as a structured CloudEvent."""

    flow: str
    place: str
    period: Period
    body: bytes


@dataclass(frozen=True, slots=True)
class RawTotals:
    """
    What the files of one tree add up to, as published.

    Args:
        figures: How many figures were added.
        count: Payments, or registered users.
        amount: Rupees, exactly; 0 for registered users.

    """

    figures: int = 0
    count: int = 0
    amount: Decimal = Decimal(0)

    def plus(self, figure: RawFigure) -> RawTotals:
        """Add one more figure."""
        return RawTotals(self.figures + 1, self.count + figure.count, self.amount + (figure.amount or 0))


@dataclass(frozen=True, slots=True)
class PulseImport:
    """
    What a folder of files becomes.

    Args:
        units: Every place, as units of `PULSE_SCHEME`: the country, its states, their districts.
        slices: What is to be sent, in order of tree, state and quarter.
        warnings: Everything that a reader must know.
        totals: What the taken files add up to, by tree, before any rounding.
        revision: The number that every slice is sent with.

    """

    units: tuple[AreaUnit, ...]
    slices: tuple[PulseSlice, ...]
    warnings: tuple[PulseWarning, ...]
    totals: Mapping[Tree, RawTotals]
    revision: int = 0

    def places(self) -> tuple[Place, ...]:
        """List the units under the shape of the reference."""
        return tuple(area_place(PULSE_SCHEME, unit) for unit in self.units)

    def obligations(self) -> tuple[Obligation, ...]:
        """
        List what the files hold, as agreements: from each place's first quarter to its last one.

        They end there, because nobody owes the next quarter; a quarter inside that is not there is a gap.
        """
        quarters: dict[tuple[str, str], list[Period]] = defaultdict(list)
        for found in self.slices:
            quarters[found.flow, found.place].append(found.period)
        return tuple(
            Obligation(PARTNER, flow, place, Frequency.QUARTER, 0, min(periods).start, max(periods).end)
            for (flow, place), periods in sorted(quarters.items())
        )

    def messages(self) -> Iterator[PulseMessage]:
        """Write the slices as messages; the same files always give the same bytes."""
        for found in self.slices:
            body = structured_bytes(_event(found, self.revision))
            yield PulseMessage(found.flow, found.place, found.period, body)


def read_pulse(path: Path, *, revision: int = 0) -> PulseImport:
    """
    Read a copy of the public repository, or its data folder.

    Args:
        path: The folder.
        revision: 0 at first; a higher one sends a corrected copy over an earlier import.

    Raises:
        NotFoundError: The folder has no file of Pulse's layout.

    """
    book = _Book(load_aliases())
    raw, warnings = _sort_out(read_files(data_folder(path)), book)
    if not raw:
        raise NotFoundError(f"There is no readable file of PhonePe Pulse's layout in {path}.", path=str(path))
    slices = tuple(found for file in raw for found in book.slices_of(file))
    warnings += [*book.warnings, *_place_warnings(raw, book), *_total_warnings(raw)]
    return PulseImport(tuple(book.units()), slices, tuple(sorted(set(warnings))), _totals(raw), revision)


def load_aliases() -> tuple[Alias, ...]:
    """Read the packaged table of other spellings."""
    text = (files("payments_hub.ingest") / "pulse_aliases.csv").read_text(encoding="utf-8")
    return tuple(
        Alias(row["state"], row["name"], row["unit"], row["reviewed"] == "yes", row["reason"])
        for row in csv.DictReader(text.splitlines())
    )


def unit_code(name: str) -> str:
    """
    Write a name as the code of a unit.

    >>> unit_code("andaman-&-nicobar-islands"), unit_code("North Goa district")
    ('andaman-nicobar-islands', 'north-goa')
    """
    return sub(r"[^a-z0-9]+", "-", name.casefold().removesuffix(_DISTRICT)).strip("-")


def whole_rupees(amount: Decimal) -> int:
    """
    Round to whole rupees, half to even, so that many halves do not add up to a drift.

    >>> [whole_rupees(Decimal(text)) for text in ("0.5", "1.5", "1.8273814162708722E7")]
    [0, 2, 18273814]
    """
    return int(amount.to_integral_value(rounding=ROUND_HALF_EVEN))


@dataclass(slots=True)
class _Book:
    """The places met so far; it belongs to one call of `read_pulse`."""

    aliases: tuple[Alias, ...]
    places: dict[str, AreaUnit] = field(default_factory=dict)
    warnings: list[PulseWarning] = field(default_factory=list)

    def units(self) -> Iterator[AreaUnit]:
        yield _unit(COUNTRY, AreaLevel.COUNTRY, None, "India")
        yield from (self.places[code] for code in sorted(self.places))

    def slices_of(self, file: RawFile) -> Iterator[PulseSlice]:
        match file.tree:
            case Tree.PURPOSES:
                yield from self._state_slices(file, "PLATFORM_ALL", _purpose_cells(file))
            case Tree.USERS:
                yield from self._state_slices(file, "ACCOUNTS_OPEN", _user_cells(file))
            case Tree.DISTRICTS:
                for code, figure in self.districts_of(file):
                    cells = (_cell(figure, purpose=Purpose.ALL),)
                    yield PulseSlice("PLATFORM_ALL", self._place(code), file.quarter, file.made_at, cells)

    def districts_of(self, file: RawFile) -> Iterator[tuple[str, RawFigure]]:
        """Name each district's unit."""
        for figure in file.figures:
            code = self._district(file.state, figure.name.casefold().removesuffix(_DISTRICT))
            yield code, figure

    def named_twice(self, file: RawFile) -> str | None:
        """Find a place that a file names in two spellings: which of them is right cannot be told."""
        codes = [code for code, _ in self.districts_of(file)]
        return next((code for code in codes if codes.count(code) > 1), None)

    def _state_slices(self, file: RawFile, flow: str, cells: tuple[Cell, ...]) -> Iterator[PulseSlice]:
        if cells:
            yield PulseSlice(flow, self._place(self._state(file.state)), file.quarter, file.made_at, cells)

    def _state(self, folder: str) -> str:
        code = unit_code(folder)
        self.places.setdefault(code, _unit(code, AreaLevel.STATE, COUNTRY, folder.replace("-", " ").title()))
        return code

    def _district(self, folder: str, name: str) -> str:
        state = self._state(folder)
        alias = next((found for found in self.aliases if (found.state, found.name) == (folder, name)), None)
        if alias is not None and alias.is_same:
            code = f"{state}/{alias.unit}"
            self.warnings.append(PulseWarning(PulseWarningKind.JOINED_NAME, code, f"{name}: {alias.reason}"))
        else:
            code = f"{state}/{unit_code(name)}"
        self.places.setdefault(code, _unit(code, AreaLevel.DISTRICT, state, name.title()))
        return code

    def _place(self, code: str) -> str:
        return self.places[code].place_code


def _unit(code: str, level: AreaLevel, parent: str | None, name: str) -> AreaUnit:
    return AreaUnit(PULSE_SCHEME.code, code, level, parent, name, name, level.value)


def _sort_out(found: Iterable[RawFile | PulseWarning], book: _Book) -> tuple[list[RawFile], list[PulseWarning]]:
    raw: list[RawFile] = []
    warnings: list[PulseWarning] = []
    for one in found:
        if isinstance(one, PulseWarning):
            warnings.append(one)
        elif one.tree is Tree.DISTRICTS and (twice := book.named_twice(one)):
            warnings.append(
                PulseWarning(PulseWarningKind.UNREADABLE_FILE, twice, f"{one.quarter}: two names of one place.")
            )
        else:
            raw.append(one)
    return raw, warnings


def _purpose_cells(file: RawFile) -> tuple[Cell, ...]:
    return tuple(_cell(figure, purpose=PURPOSES[figure.name]) for figure in file.figures)


def _user_cells(file: RawFile) -> tuple[Cell, ...]:
    return tuple(_cell(figure, instrument=Instrument.OTHER) for figure in file.figures)


def _cell(figure: RawFigure, *, instrument: Instrument | None = None, purpose: Purpose | None = None) -> Cell:
    amount = None if figure.amount is None else whole_rupees(figure.amount)
    return Cell(instrument, None, None, purpose, CellStatus.NORMAL, figure.count, amount, None, None, None)


def _event(found: PulseSlice, revision: int) -> SliceEvent:
    has_amount = found.cells[0].amount is not None
    key = f"{PARTNER}|{found.flow}|{found.place}|{found.period}"
    return SliceEvent(
        source=f"{SOURCE_PREFIX}{PARTNER}",
        id=named_id(f"{key}|{revision}|{found.made_at}|{found.cells}"),
        time=found.made_at,
        subject=f"{found.flow}/{found.place}/{found.period}",
        partition_key=key,
        data_schema=SLICE_SCHEMA,
        flow=found.flow,
        site=found.place,
        period=found.period,
        action=Action.REPLACE,
        revision=revision,
        reason=RevisionReason.CORRECTION if revision else None,
        note=None,
        finality=Finality.FINAL,
        currency=Currency.INR.value if has_amount else None,
        coverage=None,
        cells=found.cells,
        contributors=None,
        control_count=sum(cell.count or 0 for cell in found.cells),
        control_amount=sum(cell.amount or 0 for cell in found.cells) if has_amount else None,
    )


def _totals(raw: list[RawFile]) -> Mapping[Tree, RawTotals]:
    found = dict.fromkeys(Tree, RawTotals())
    for file in raw:
        for figure in file.figures:
            found[file.tree] = found[file.tree].plus(figure)
    return MappingProxyType(found)


def _place_warnings(raw: list[RawFile], book: _Book) -> Iterator[PulseWarning]:
    """Tell of districts that came after their state's first quarter, or were gone before its last."""
    quarters: dict[str, list[Period]] = defaultdict(list)
    seen: dict[str, list[Period]] = defaultdict(list)
    for file in (file for file in raw if file.tree is Tree.DISTRICTS):
        quarters[unit_code(file.state)].append(file.quarter)
        for code, _ in book.districts_of(file):
            seen[code].append(file.quarter)
    for code, found in sorted(seen.items()):
        of_state = quarters[code.partition("/")[0]]
        if min(found) > min(of_state):
            detail = f"First in {min(found)}; joined with no older name."
            yield PulseWarning(PulseWarningKind.NEW_PLACE, code, detail)
        if max(found) < max(of_state):
            yield PulseWarning(PulseWarningKind.ENDED_PLACE, code, f"Last in {max(found)}; missing since, not zero.")


def _total_warnings(raw: list[RawFile]) -> Iterator[PulseWarning]:
    """Compare each state's districts with the state, by count: the amounts are floats that were added there."""
    sums: dict[tuple[str, Period], dict[Tree, int]] = defaultdict(dict)
    for file in (file for file in raw if file.tree is not Tree.USERS):
        sums[file.state, file.quarter][file.tree] = sum(figure.count for figure in file.figures)
    for (state, quarter), found in sorted(sums.items()):
        if len(set(found.values())) > 1:
            detail = f"{quarter}: the state has {found[Tree.PURPOSES]}, its districts {found[Tree.DISTRICTS]}."
            yield PulseWarning(PulseWarningKind.TOTALS_DIFFER, unit_code(state), detail)
