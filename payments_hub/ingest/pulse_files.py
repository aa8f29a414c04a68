"""Reads the files of PhonePe Pulse's public repository as they are: exact decimals, and what cannot be read is told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from payments_hub.domain.instruments import Purpose
from payments_hub.kernel.money import LARGEST_WHOLE
from payments_hub.kernel.periods import Period

_STATES = Path("country", "india", "state")
_LARGEST_FILE = 8 * 1024 * 1024


class Tree(StrEnum):
    """The parts of the repository that are read."""

    PURPOSES = "aggregated/transaction"
    DISTRICTS = "map/transaction/hover"
    USERS = "aggregated/user"


class PulseWarningKind(StrEnum):
    """What a reader of the import must know."""

    MISSING_FILE = "missing_file"
    """Other states have the quarter: nothing is imported for it, which is not zero."""

    UNREADABLE_FILE = "unreadable_file"
    """Its figures cannot be trusted as a whole, so none is taken."""

    JOINED_NAME = "joined_name"
    """A respelt name was joined with an older one, because the reviewed table of aliases says so."""

    NEW_PLACE = "new_place"
    """A name that was not there at first: no older series is continued with it."""

    ENDED_PLACE = "ended_place"
    """A name that was there at first and is there no more."""

    TOTALS_DIFFER = "totals_differ"
    """A state's districts do not add up to the state."""


PURPOSES: Final[Mapping[str, Purpose]] = MappingProxyType(
    {
        "Recharge & bill payments": Purpose.BILLS,
        "Peer-to-peer payments": Purpose.P2P,
        "Merchant payments": Purpose.MERCHANT,
        "Financial Services": Purpose.FINANCIAL,
        "Others": Purpose.OTHER,
    }
)
"""The purposes as Pulse names them."""


@dataclass(frozen=True, slots=True, order=True)
class PulseWarning:
    """
    One line of the import's report.

    Args:
        kind: What it is about.
        where: A file below the data folder, or a unit's code.
        detail: What was found.

    """

    kind: PulseWarningKind
    where: str
    detail: str


@dataclass(frozen=True, slots=True)
class RawFigure:
    """
    One name with its figures, as published.

    Args:
        name: A purpose or a district as the file spells it; empty for registered users.
        count: Payments, or registered users.
        amount: Rupees, exactly as written; None for registered users.

    """

    name: str
    count: int
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class RawFile:
    """One file: a state, a quarter, and what it says."""

    tree: Tree
    state: str
    quarter: Period
    made_at: datetime
    figures: tuple[RawFigure, ...]


class UnreadableError(ValueError):
    """A file does not have the published shape."""


def data_folder(path: Path) -> Path:
    """Find the data folder: the one given, or the one inside a checked out repository."""
    inside = path / "data"
    return inside if inside.is_dir() else path


def read_files(folder: Path) -> Iterator[RawFile | PulseWarning]:
    """Read every file of the three trees in order of tree, state and quarter; tell of those that are not there."""
    states = {tree: _states(folder, tree) for tree in Tree}
    every_state = sorted(set().union(*states.values()))
    quarters = sorted(
        {quarter for tree in Tree for state in states[tree] for quarter in _quarters(folder, tree, state)}
    )
    for tree in Tree:
        for state in every_state:
            for quarter in quarters:
                yield _read(folder, tree, state, quarter)


def _states(folder: Path, tree: Tree) -> list[str]:
    found = folder / tree.value / _STATES
    return sorted(child.name for child in found.iterdir() if child.is_dir()) if found.is_dir() else []


def _quarters(folder: Path, tree: Tree, state: str) -> Iterator[Period]:
    for file in (folder / tree.value / _STATES / state).glob("20[0-9][0-9]/[1-4].json"):
        yield Period.parse(f"{file.parent.name}-Q{file.stem}")


def _read(folder: Path, tree: Tree, state: str, quarter: Period) -> RawFile | PulseWarning:
    year, number = str(quarter).split("-Q")
    where = Path(tree.value) / _STATES / state / year / f"{number}.json"
    file = folder / where
    if not file.is_file():
        detail = f"No file for {quarter}: missing, not zero."
        return PulseWarning(PulseWarningKind.MISSING_FILE, where.as_posix(), detail)
    try:
        return _parse(file, tree, state, quarter)
    except (KeyError, TypeError, ArithmeticError, ValueError) as error:
        detail = f"{type(error).__name__}: {error}"
        return PulseWarning(PulseWarningKind.UNREADABLE_FILE, where.as_posix(), detail)


def _parse(file: Path, tree: Tree, state: str, quarter: Period) -> RawFile:
    if file.stat().st_size > _LARGEST_FILE:
        raise UnreadableError("larger than any file that was published")
    # A float would be rounded twice: once by the reader and once by us.
    content = json.loads(file.read_bytes(), parse_float=Decimal)
    if content["success"] is not True:
        raise UnreadableError("the source says itself that it failed")
    figures = tuple(_figures(tree, content["data"]))
    _check_names(tree, [figure.name for figure in figures])
    made_at = datetime.fromtimestamp(_whole(content["responseTimestamp"]) / 1000, UTC).replace(microsecond=0)
    return RawFile(tree, state, quarter, made_at, figures)


def _check_names(tree: Tree, names: list[str]) -> None:
    if not names:
        raise UnreadableError("there is no figure in it, which is not zero")
    if len(set(names)) < len(names):
        raise UnreadableError("a name stands twice")
    unknown = set(names) - set(PURPOSES) if tree is Tree.PURPOSES else set()
    if unknown:
        # Without its figures the others would be a part that looks like the whole.
        raise UnreadableError(f"no purpose of the contract is known for {sorted(unknown)}")


def _figures(tree: Tree, content: Any) -> Iterator[RawFigure]:
    match tree:
        case Tree.PURPOSES:
            for entry in content["transactionData"]:
                yield _figure(entry["name"], entry["paymentInstruments"])
        case Tree.DISTRICTS:
            for entry in content["hoverDataList"]:
                yield _figure(entry["name"], entry["metric"])
        case Tree.USERS:
            yield RawFigure("", _whole(content["aggregated"]["registeredUsers"]), None)


def _figure(name: Any, metrics: Any) -> RawFigure:
    totals = [metric for metric in metrics if metric["type"] == "TOTAL"]
    if not isinstance(name, str) or len(totals) != 1:
        raise UnreadableError(f"{name!r} has {len(totals)} totals")
    return RawFigure(name.strip(), _whole(totals[0]["count"]), _decimal(totals[0]["amount"]))


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= LARGEST_WHOLE:
        raise UnreadableError(f"{value!r} is no figure between 0 and 2^53 - 1")
    return Decimal(value)


def _whole(value: Any) -> int:
    number = _decimal(value)
    if number != number.to_integral_value():
        raise UnreadableError(f"{value!r} is not whole")
    return int(number)
