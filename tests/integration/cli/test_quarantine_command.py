"""`payments-hub quarantine`: what was rejected and why, and judging it again."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from payments_hub.cli import main
from payments_hub.store.session import Database
from tests.support.hub import SmallHub, nothing, small_hub

pytestmark = pytest.mark.database


@pytest.fixture
def hub(database: Database) -> SmallHub:
    made = small_hub(database)
    made.send(b"garbage")
    return made


def run(hub: SmallHub, folder: Path, *words: str) -> Result:
    environment = {
        "PAYMENTS_HUB_DATABASE_URL": hub.database.engine.url.render_as_string(hide_password=False),
        "PAYMENTS_HUB_VAR_DIR": str(folder),
    }
    return CliRunner(env=environment).invoke(main, ["quarantine", *words])


@pytest.mark.parametrize("words", [("causes",), ("causes", "--language", "en"), ("list",), ("list", "--state", "all")])
def test_lists_need_no_option(hub: SmallHub, tmp_path: Path, words: tuple[str, ...]) -> None:
    result = run(hub, tmp_path, *words)

    assert (result.exit_code, "E1001" in result.output) == (0, True)


def test_one_delivery_is_shown_with_its_bytes(hub: SmallHub, tmp_path: Path) -> None:
    number = hub.number("SELECT delivery_id FROM quarantine")

    result = run(hub, tmp_path, "show", str(number))

    assert result.exit_code == 0
    assert "garbage" in result.output


def test_a_replay_is_tried_first_and_then_done_with_a_reason(hub: SmallHub, tmp_path: Path) -> None:
    hub.rows("UPDATE quarantine SET body = :body RETURNING 1", body=nothing())

    tried = run(hub, tmp_path, "replay", "--all", "--dry-run")
    nameless = run(hub, tmp_path, "replay", "--all")
    done = run(hub, tmp_path, "replay", "--all", "--reason", "mended")

    assert "REJECTED -> ACCEPTED" in tried.output
    assert (nameless.exit_code, "Say why" in nameless.output) == (2, True)
    assert "1 of 1 settled." in done.output


def test_a_replay_of_nothing_in_particular_is_refused(hub: SmallHub, tmp_path: Path) -> None:
    assert run(hub, tmp_path, "replay").exit_code == 2
