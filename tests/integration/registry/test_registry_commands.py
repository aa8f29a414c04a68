from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from payments_hub.cli import main
from payments_hub.store.session import Database
from tests.support.firms import enterprise_code, firm_cells, firm_file

pytestmark = pytest.mark.database


@pytest.fixture
def environment(database: Database, tmp_path: Path) -> dict[str, str]:
    url = database.engine.url.render_as_string(hide_password=False)
    return {"PAYMENTS_HUB_DATABASE_URL": url, "PAYMENTS_HUB_VAR_DIR": str(tmp_path / "var")}


def run(environment: dict[str, str], *arguments: str, content: bytes = b"") -> Result:
    return CliRunner(env=environment).invoke(main, ["registry", *arguments], input=content)


def test_a_good_file_comes_in_and_counts(environment: dict[str, str]) -> None:
    other = firm_cells(tax_code=enterprise_code(1), programme="", enrolled_on="")

    imported = run(environment, "import", "-", content=firm_file(firm_cells(), other))
    counted = run(environment, "participation", "--as-of", "2026-07-03")

    assert imported.exit_code == 0
    assert "lines=2 taken=2 refused=0" in imported.stdout
    assert counted.stdout == "enrolled=1 eligible=2 unknown=0 firms=2 share=0.5000\n"


def test_a_refused_line_is_printed_and_written_and_ends_with_status_one(
    environment: dict[str, str], tmp_path: Path
) -> None:
    firms, report = tmp_path / "firms.csv", tmp_path / "report.csv"
    firms.write_bytes(firm_file(firm_cells(facts_year="25")))

    result = run(environment, "import", str(firms), "--report", str(report), "--language", "en")

    assert result.exit_code == 1
    assert "line 2, facts_year: It takes a year of four digits. [25]\n" in result.stdout
    assert "2,facts_year,refused,year-shape,25" in report.read_text(encoding="utf-8-sig")


def test_a_file_refused_whole_says_so_in_vietnamese(environment: dict[str, str]) -> None:
    result = run(environment, "import", "-", content=b"")

    assert result.exit_code == 1
    assert result.stdout.startswith("tệp: Tệp rỗng.")


def test_a_household_keeps_its_hash_from_one_command_to_the_next(environment: dict[str, str]) -> None:
    household = firm_file(firm_cells(tax_code="031090001212", name="Hộ Sáu", programme="", enrolled_on=""))

    run(environment, "import", "-", content=household)
    again = run(environment, "import", "-", content=household)

    assert "unchanged=1 firms_added=0" in again.stdout
    assert "031090001212" not in again.output


def test_another_secret_key_is_told_in_one_line(environment: dict[str, str]) -> None:
    household = firm_file(firm_cells(tax_code="031090001212", name="Hộ Sáu", programme="", enrolled_on=""))
    run(environment, "import", "-", content=household)

    changed = run({**environment, "PAYMENTS_HUB_SECRET_KEY": "k" * 40}, "import", "-", content=household)

    assert changed.exit_code == 2
    assert "Error ANOTHER_KEY: " in changed.stderr
