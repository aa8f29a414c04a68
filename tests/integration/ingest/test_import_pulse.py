from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from payments_hub.cli import main
from payments_hub.store.session import Database

pytestmark = pytest.mark.database

MADE = 1_630_501_487_217
PURPOSES = '{"transactionData": [{"name": "Others", "paymentInstruments": [%s]}]}'
DISTRICTS = '{"hoverDataList": [{"name": "north goa district", "metric": [%s]}]}'
TOTAL = '{"type": "TOTAL", "count": 9, "amount": %s}'
STORED = text(
    "SELECT place.code, cell.count, cell.amount FROM slice_head AS head JOIN place ON place.id = head.place_id"
    " JOIN slice_cell AS cell ON cell.revision_id = head.content_revision_id ORDER BY head.flow, place.code"
)

REACH = text(
    "SELECT place.code, reached.code FROM place_reach JOIN place ON place.id = place_reach.place_id"
    " JOIN place AS reached ON reached.id = place_reach.reached_id WHERE place.id <> reached.id"
)


@pytest.fixture
def environment(database: Database, tmp_path: Path) -> dict[str, str]:
    url = database.engine.url.render_as_string(hide_password=False)
    return {"PAYMENTS_HUB_DATABASE_URL": url, "PAYMENTS_HUB_VAR_DIR": str(tmp_path / "var")}


def write(folder: Path, tree: str, inner: str) -> None:
    file = folder / tree / "country/india/state/goa/2018/1.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    content = f'{{"success": true, "data": {inner}, "responseTimestamp": {MADE}}}'
    file.write_text(content, encoding="utf-8")


def write_quarter(folder: Path, amount: str) -> None:
    write(folder, "aggregated/transaction", PURPOSES % (TOTAL % amount))
    write(folder, "map/transaction/hover", DISTRICTS % (TOTAL % amount))
    write(folder, "aggregated/user", '{"aggregated": {"registeredUsers": 321}}')


def run(environment: dict[str, str], folder: Path, *options: str) -> Result:
    return CliRunner(env=environment).invoke(main, ["import", "pulse", str(folder), *options], catch_exceptions=False)


def stored(database: Database) -> list[tuple[str, int, int | None]]:
    with database.transaction() as session:
        return [(row[0], row[1], row[2]) for row in session.execute(STORED)]


def test_an_import_stores_what_the_files_say_and_reports_their_sums(
    database: Database, environment: dict[str, str], tmp_path: Path
) -> None:
    write_quarter(tmp_path / "pulse", "900.5")

    result = run(environment, tmp_path / "pulse")

    assert result.exit_code == 0
    assert "aggregated/transaction: figures=1 count=9 amount=900.5\n" in result.stdout
    assert result.stdout.endswith("sent=3 accepted=3\n")
    assert stored(database) == [
        ("IN-PULSE-2018-01-01:goa", 321, None),
        ("IN-PULSE-2018-01-01:goa", 9, 900),
        ("IN-PULSE-2018-01-01:goa/north-goa", 9, 900),
    ]


def test_the_country_is_the_sum_of_states_and_districts_are_not_added_again(
    database: Database, environment: dict[str, str], tmp_path: Path
) -> None:
    write_quarter(tmp_path / "pulse", "900.5")
    run(environment, tmp_path / "pulse")

    with database.transaction() as session:
        reached = {(row[0].partition(":")[2], row[1].partition(":")[2]) for row in session.execute(REACH)}

    assert reached == {("goa", "india")}


def test_the_same_files_again_change_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    write_quarter(tmp_path / "pulse", "900.5")
    run(environment, tmp_path / "pulse")

    again = run(environment, tmp_path / "pulse")

    assert again.exit_code == 0
    assert again.stdout.endswith("sent=3 duplicate=3\n")


def test_changed_files_are_refused_until_they_come_as_a_correction(
    database: Database, environment: dict[str, str], tmp_path: Path
) -> None:
    write_quarter(tmp_path / "pulse", "900.5")
    run(environment, tmp_path / "pulse")
    write_quarter(tmp_path / "pulse", "950.5")

    refused = run(environment, tmp_path / "pulse")
    corrected = run(environment, tmp_path / "pulse", "--revision", "1")

    assert refused.exit_code == 1
    assert "rejected=2" in refused.stdout
    assert corrected.stdout.endswith("sent=3 accepted=2 no_change=1\n")
    assert ("IN-PULSE-2018-01-01:goa", 9, 950) in stored(database)
