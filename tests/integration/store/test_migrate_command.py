import pytest
from click.testing import CliRunner, Result

from payments_hub.cli import main
from payments_hub.store.migrating import current, head, upgrade
from payments_hub.store.session import Database

pytestmark = pytest.mark.database


def migrate(database: Database, *arguments: str, answer: str = "") -> Result:
    url = database.engine.url.render_as_string(hide_password=False)
    return CliRunner().invoke(main, ["migrate", *arguments], env={"PAYMENTS_HUB_DATABASE_URL": url}, input=answer)


def test_it_applies_every_step_and_says_which(empty_database: Database) -> None:
    result = migrate(empty_database)

    assert result.exit_code == 0, result.output
    assert result.output.startswith("applied 0001: ")
    assert result.output.endswith(f"The schema is at {head()}.\n")
    assert current(empty_database) == head()


def test_running_it_again_changes_nothing(database: Database) -> None:
    assert migrate(database).output == f"The schema is at {head()}.\n"


def test_going_back_asks_first(database: Database) -> None:
    result = migrate(database, "--to", "0001", answer="n\n")

    assert result.exit_code == 1
    assert "drops what later steps added" in result.output
    assert current(database) == head()


def test_going_back_with_a_yes_takes_the_later_steps_back(empty_database: Database) -> None:
    upgrade(empty_database, "0002")

    result = migrate(empty_database, "--to", "base", "--yes")

    assert [line.partition(":")[0] for line in result.output.splitlines()[:2]] == ["took back 0002", "took back 0001"]
    assert result.output.endswith("The schema is at base.\n")


def test_a_step_that_is_not_there_ends_with_its_name(database: Database) -> None:
    result = migrate(database, "--to", "9999")

    assert result.exit_code == 2
    assert "UNKNOWN_REVISION" in result.output
    assert "9999" in result.output
