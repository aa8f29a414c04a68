from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from payments_hub.cli.forecast_file import forecast_file

HEADER = "series_id,period,value,frequency,cap,calendar"
MONTHS = [f"2025-{month:02d}-01" for month in range(1, 13)]
GOOD = [f"ward,{month},{100 + 10 * index},M,,VN" for index, month in enumerate(MONTHS)]


def run(folder: Path, lines: list[str], horizon: str = "3") -> Result:
    source = folder / "in.csv"
    source.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    return CliRunner().invoke(forecast_file, [str(source), "--horizon", horizon, "--out", str(folder / "out.csv")])


def test_every_series_gets_its_rows_with_the_promised_columns(tmp_path: Path) -> None:
    shares = [f"share,{month},0.{30 + index},M,1,VN" for index, month in enumerate(MONTHS)]

    result = run(tmp_path, GOOD + shares)

    assert result.exit_code == 0, result.output
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    quantiles = ["q0.025", "q0.1", "q0.2", "q0.3", "q0.4", "q0.5", "q0.6", "q0.7", "q0.8", "q0.9", "q0.975"]
    assert header == ["series_id", "period", "mean", *quantiles]
    assert [row[:2] for row in rows[:4]] == [
        ["ward", "2026-01-01"],
        ["ward", "2026-02-01"],
        ["ward", "2026-03-01"],
        ["share", "2026-01-01"],
    ]
    assert len(rows) == 6


def test_rows_may_come_in_any_order_and_an_empty_value_is_a_hole(tmp_path: Path) -> None:
    lines = [*reversed(GOOD[:4]), "ward,2025-05-01,,M,,VN", *GOOD[5:]]

    result = run(tmp_path, lines)

    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("line", "place", "advice"),
    [
        ("ward,2026-13-01,5,M,,VN", "row 14, column period", "Write the first day as 2026-07-01"),
        ("ward,2026-01-01,five,M,,VN", "row 14, column value", "Write a plain number or leave it empty"),
        ("ward,2026-01-01,-5,M,,VN", "row 14, column value", "not below zero"),
        ("ward,2026-01-01,nan,M,,VN", "row 14, column value", "finite number"),
        ("ward,2026-01-01,5,W,,VN", "row 14, column frequency", "one of D, M, Q, Y"),
        ("ward,2026-01-01,5,M,wide,VN", "row 14, column cap", "Write a plain number"),
        ("ward,2026-01-01,5,M,9,VN", "row 14, column cap", "Differs from row 13"),
        ("ward,2025-12-15,5,M,,VN", "row 14, column period", "The same period as row 13"),
        ("ward,2026-03-01,5,M,,VN", "row 14, column period", "Periods are missing after row 13"),
        (",2026-01-01,5,M,,VN", "row 14, column series_id", "Name the series"),
        ("other,2026-01-01,5,M,3,VN", "row 14, column value", "above the cap 3"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_what_to_do(tmp_path: Path, line: str, place: str, advice: str) -> None:
    result = run(tmp_path, [*GOOD, line])

    assert result.exit_code == 2
    assert f"in.csv, {place}: " in result.output
    assert advice in result.output


def test_a_series_that_is_too_short_is_named(tmp_path: Path) -> None:
    result = run(tmp_path, GOOD[:5])

    assert result.exit_code == 2
    assert "ward has 5 values" in result.output
    assert "MODELS_SHORT_HISTORY" in result.output


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("series_id,period,value,frequency,cap\n", encoding="utf-8")

    result = CliRunner().invoke(forecast_file, [str(source), "--horizon", "3", "--out", str(tmp_path / "out.csv")])

    assert result.exit_code == 2
    assert "row 1, column calendar: This column is missing" in result.output


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path, [])

    assert result.exit_code == 2
    assert "The file has no rows" in result.output


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(f"{HEADER}\n".encode() + b"ward,\xff\xfe\n")

    result = CliRunner().invoke(forecast_file, [str(source), "--horizon", "3", "--out", str(tmp_path / "out.csv")])

    assert result.exit_code == 2
    assert "Save it so" in result.output


def test_a_horizon_of_nothing_is_refused(tmp_path: Path) -> None:
    assert run(tmp_path, GOOD, horizon="0").exit_code == 2
