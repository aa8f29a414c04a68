"""`payments-hub forecast-file`: from a file of histories to a file of forecasts, without a database."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import click
import numpy as np

from models.errors import ModelsError
from models.results import LEVELS, Forecast
from models.selection import forecast
from models.series import Frequency, Series, ordinal

COLUMNS = ("series_id", "period", "value", "frequency", "cap", "calendar")
NO_VALUE = "The file has no value for this period."


class InputFileError(click.ClickException):
    """
    The input file cannot be used as it is.

    Args:
        path: The file.
        row: The line in it, the header being line 1; None where the whole file is meant.
        column: The column, or None.
        message: What was found and what to do.

    """

    exit_code = 2

    def __init__(self, path: Path, row: int | None, column: str | None, message: str) -> None:
        place = f"{path}" + (f", row {row}" if row else "") + (f", column {column}" if column else "")
        super().__init__(f"{place}: {message}")


@dataclass(frozen=True, slots=True)
class Observation:
    """One row of the input."""

    row: int
    series_id: str
    period: date
    value: float | None
    frequency: Frequency
    cap: float | None
    calendar: str


@click.command()
@click.argument("source", metavar="IN.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--horizon", required=True, type=click.IntRange(min=1), help="Periods to forecast.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write.")
def forecast_file(source: Path, horizon: int, out: Path) -> None:
    """
    Forecast every series of a CSV file.

    IN.csv has the columns series_id, period (first day, as 2026-07-01), value, frequency (D, M, Q or Y), cap (empty:
    no upper bound) and calendar (ISO country). The file written has series_id, period, mean and the quantiles
    q0.025, q0.1 to q0.9 and q0.975, `horizon` rows a series.
    """
    try:
        answers = forecast(read_series(source), horizon)
    except ModelsError as error:
        raise InputFileError(source, None, None, f"{error.message} ({error.code})") from error
    write_forecasts(out, answers)


def read_series(path: Path) -> list[Series]:
    """
    Read the histories, in the order in which they first appear.

    Raises:
        InputFileError: If a row cannot be understood, or rows of a series contradict each other.

    """
    grouped: dict[str, list[Observation]] = {}
    for observation in _observations(path):
        grouped.setdefault(observation.series_id, []).append(observation)
    if not grouped:
        raise InputFileError(path, None, None, "The file has no rows. Give it at least six a series.")
    return [_series(path, sorted(rows, key=lambda each: each.period)) for rows in grouped.values()]


def write_forecasts(path: Path, answers: list[Forecast]) -> None:
    """Write one row a series and period ahead."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["series_id", "period", "mean", *(f"q{level:g}" for level in LEVELS)])
        for answer in answers:
            for period, mean, quantiles in zip(answer.periods, answer.mean, answer.quantiles, strict=True):
                numbers = (format(float(number), ".10g") for number in (mean, *quantiles))
                writer.writerow([answer.series_id, period.isoformat(), *numbers])


def _observations(path: Path) -> Iterator[Observation]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        try:
            absent = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
            if absent:
                raise InputFileError(path, 1, absent[0], f"This column is missing. Needed are {', '.join(COLUMNS)}.")
            for cells in reader:
                yield _observation(path, reader.line_num, cells)
        except (UnicodeDecodeError, csv.Error) as error:
            raise InputFileError(path, reader.line_num + 1, None, f"Not CSV in UTF-8 ({error}). Save it so.") from error


def _observation(path: Path, row: int, cells: dict[str, str | None]) -> Observation:
    texts = {column: (cells[column] or "").strip() for column in COLUMNS}
    if not texts["series_id"]:
        raise InputFileError(path, row, "series_id", "It is empty. Name the series.")
    return Observation(
        row=row,
        series_id=texts["series_id"],
        period=_date(path, row, texts["period"]),
        value=_number(path, row, "value", texts["value"]),
        frequency=_frequency(path, row, texts["frequency"]),
        cap=_number(path, row, "cap", texts["cap"]),
        calendar=texts["calendar"],
    )


def _date(path: Path, row: int, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputFileError(path, row, "period", f"Got '{text}'. Write the first day as 2026-07-01.") from error


def _frequency(path: Path, row: int, text: str) -> Frequency:
    try:
        return Frequency(text)
    except ValueError as error:
        raise InputFileError(path, row, "frequency", f"Got '{text}'. Write one of D, M, Q, Y.") from error


def _number(path: Path, row: int, column: str, text: str) -> float | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError as error:
        raise InputFileError(path, row, column, f"Got '{text}'. Write a plain number or leave it empty.") from error
    if not 0 <= number < float("inf"):
        raise InputFileError(path, row, column, f"Got '{text}'. Write a finite number that is not below zero.")
    return number


def _series(path: Path, rows: list[Observation]) -> Series:
    """Build one series from its rows in order of time; no gap, no period twice, one frequency, cap and calendar."""
    first = rows[0]
    for earlier, later in pairwise(rows):
        _check_neighbours(path, earlier, later)
    values = np.array([np.nan if each.value is None else each.value for each in rows])
    missing = {position: NO_VALUE for position, each in enumerate(rows) if each.value is None}
    for each in rows:
        if first.cap is not None and each.value is not None and each.value > first.cap:
            raise InputFileError(
                path, each.row, "value", f"{each.value:g} is above the cap {first.cap:g}. Correct one."
            )
    return Series(
        series_id=first.series_id,
        frequency=first.frequency,
        first=first.period,
        values=values,
        cap=first.cap,
        calendar=first.calendar,
        missing=missing,
    )


def _check_neighbours(path: Path, earlier: Observation, later: Observation) -> None:
    """Check that one row follows another of the same series."""
    for column in ("frequency", "cap", "calendar"):
        if getattr(earlier, column) != getattr(later, column):
            raise InputFileError(path, later.row, column, f"Differs from row {earlier.row} of the same series.")
    step = ordinal(later.period, later.frequency) - ordinal(earlier.period, earlier.frequency)
    if step == 0:
        raise InputFileError(path, later.row, "period", f"The same period as row {earlier.row}. Leave one out.")
    if step > 1:
        raise InputFileError(
            path, later.row, "period", f"Periods are missing after row {earlier.row}. Add rows with an empty value."
        )
