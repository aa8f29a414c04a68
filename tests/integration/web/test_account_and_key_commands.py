import getpass
from pathlib import Path

import pytest
from sqlalchemy import text

from payments_hub.cli.web import arguments
from payments_hub.kernel.clock import SystemClock
from payments_hub.kernel.settings import load_settings
from payments_hub.services.accounts import sign_in
from payments_hub.services.partners import KeyState, authenticate
from payments_hub.services.password_links import set_password
from payments_hub.store.session import Database
from tests.support.commands import run_command
from tests.support.overviews import NOW
from tests.support.small_hub import make_small_hub

pytestmark = pytest.mark.database

PASSWORD = "một mật khẩu đủ dài"


def accounts(database: Database) -> int:
    with database.transaction() as session:
        return int(session.execute(text("SELECT count(*) FROM account")).scalar_one())


def can_sign_in(database: Database, username: str) -> bool:
    with database.transaction() as session:
        return sign_in(session, username, PASSWORD, NOW) is not None


def test_an_account_is_created_with_a_password_from_standard_input_and_disabled_again(
    database: Database, tmp_path: Path
) -> None:
    created = run_command(database, tmp_path, "account", "create", "lan", "--role", "officer", typed=PASSWORD + "\n")
    before = can_sign_in(database, "lan")
    disabled = run_command(database, tmp_path, "account", "disable", "lan")

    assert created.output == "Created lan with the role officer.\n"
    assert disabled.output == "Disabled lan.\n"
    assert (before, can_sign_in(database, "lan")) == (True, False)


@pytest.mark.parametrize(
    ("words", "typed", "code"),
    [
        (["lan", "--role", "officer"], "too short\n", "INVALID_VALUE"),
        (["Lan Anh", "--role", "officer"], PASSWORD, "INVALID_VALUE"),
        (["lan", "--role", "partner"], PASSWORD, "INVALID_VALUE"),
        (["lan", "--role", "officer", "--partner", "AEON-HP"], PASSWORD, "INVALID_VALUE"),
        (["lan", "--role", "partner", "--partner", "NOBODY-HP"], PASSWORD, "NOT_FOUND"),
    ],
    ids=["short password", "no user name", "partner not named", "officer of a partner", "unknown partner"],
)
def test_an_account_that_cannot_be_is_refused_with_its_reason(
    database: Database, tmp_path: Path, words: list[str], typed: str, code: str
) -> None:
    result = run_command(database, tmp_path, "account", "create", *words, typed=typed)

    assert result.exit_code == 2
    assert code in result.output
    assert accounts(database) == 0


def test_a_user_name_is_taken_once(database: Database, tmp_path: Path) -> None:
    run_command(database, tmp_path, "account", "create", "lan", "--role", "officer", typed=PASSWORD)

    again = run_command(database, tmp_path, "account", "create", "lan", "--role", "analyst", typed=PASSWORD)

    assert "CONFLICT" in again.output


def test_disabling_nobody_is_told(database: Database, tmp_path: Path) -> None:
    assert "NOT_FOUND" in run_command(database, tmp_path, "account", "disable", "nobody").output


def test_a_key_is_printed_once_proves_its_partner_and_can_be_revoked(database: Database, tmp_path: Path) -> None:
    make_small_hub(database, ["AEON-HP"])

    made = run_command(database, tmp_path, "key", "create", "AEON-HP").stdout.strip()
    with database.transaction() as session:
        good = authenticate(session, made, NOW)
    revoked = run_command(database, tmp_path, "key", "revoke", made.partition(".")[0])
    with database.transaction() as session:
        after = authenticate(session, made, NOW)

    assert (good.state, good.partner) == (KeyState.GOOD, "AEON-HP")
    assert revoked.exit_code == 0
    assert after.state is KeyState.REVOKED


@pytest.mark.parametrize("words", [["create", "NOBODY-HP"], ["revoke", "hp000000000000"]], ids=["partner", "prefix"])
def test_a_key_of_nobody_is_not_found(database: Database, tmp_path: Path, words: list[str]) -> None:
    result = run_command(database, tmp_path, "key", *words)

    assert result.exit_code == 2
    assert "NOT_FOUND" in result.output


@pytest.mark.parametrize(("host", "bound"), [("127.0.0.1", "127.0.0.1:8000"), ("::1", "[::1]:8000")])
def test_the_server_listens_where_the_settings_say(host: str, bound: str) -> None:
    words = arguments(load_settings({"PAYMENTS_HUB_HOST": host}))

    assert words[words.index("--bind") + 1] == bound


def test_a_link_made_by_command_sets_the_password(database: Database, tmp_path: Path) -> None:
    run_command(database, tmp_path, "account", "create", "lan", "--role", "officer", "--link")

    printed = run_command(database, tmp_path, "account", "reset", "lan").stdout.strip()
    with database.transaction() as session:
        fault = set_password(session, printed.rpartition("/")[2], PASSWORD, SystemClock().now())

    assert printed.startswith("http://127.0.0.1:8000/reset/")
    assert (fault, can_sign_in(database, "lan")) == (None, True)


def test_with_an_outbox_the_link_is_in_a_letter_and_not_printed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYMENTS_HUB_OUTBOX_DIR", str(tmp_path / "out"))
    monkeypatch.setenv("PAYMENTS_HUB_PUBLIC_ADDRESS", "https://hub.example.vn/")

    result = run_command(database, tmp_path, "account", "create", "lan", "--role", "officer", "--link")

    [letter] = (tmp_path / "out").iterdir()
    assert "/reset/" not in result.output
    assert str(letter) in result.output
    assert "\nhttps://hub.example.vn/reset/" in letter.read_text("utf-8")


def test_an_outbox_that_cannot_be_written_is_told_with_what_to_do(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out").write_text("a file, no folder")
    monkeypatch.setenv("PAYMENTS_HUB_OUTBOX_DIR", str(tmp_path / "out"))

    result = run_command(database, tmp_path, "account", "create", "lan", "--role", "officer", "--link")

    assert (result.exit_code, "UNAVAILABLE" in result.output) == (2, True)
    assert "PAYMENTS_HUB_OUTBOX_DIR" in result.output


def test_accounts_are_listed_disabled_and_enabled(database: Database, tmp_path: Path) -> None:
    for name in ("lan", "mai"):
        run_command(database, tmp_path, "account", "create", name, "--role", "officer", typed=PASSWORD)
    run_command(database, tmp_path, "account", "disable", "lan")
    before = run_command(database, tmp_path, "account", "list").output.splitlines()
    run_command(database, tmp_path, "account", "enable", "lan")
    after = run_command(database, tmp_path, "account", "list").output.splitlines()

    assert [line.split()[0] for line in before] == ["account", "mai", "lan"]
    assert [line.split()[0] for line in after] == ["account", "lan", "mai"]
    assert "disabled" in before[2]


def test_keys_are_made_with_terms_and_listed_without_their_secrets(database: Database, tmp_path: Path) -> None:
    make_small_hub(database, ["AEON-HP"])
    terms = ["--label", "máy 1", "--scope", "read", "--last-day", "2099-12-31"]

    made = run_command(database, tmp_path, "key", "create", "AEON-HP", *terms).stdout.strip()
    listed = run_command(database, tmp_path, "key", "list", "AEON-HP").stdout

    prefix, _, secret = made.partition(".")
    assert all(word in listed for word in (prefix, "AEON-HP", "máy 1", "read", "1 Jan 2100 00:00", "live"))
    assert secret not in listed


def test_what_a_command_does_is_recorded_with_the_machines_user(database: Database, tmp_path: Path) -> None:
    run_command(database, tmp_path, "account", "create", "lan", "--role", "officer", typed=PASSWORD)

    with database.transaction() as session:
        [(actor, action, subject)] = session.execute(text("SELECT actor, action, subject FROM audit_entry")).all()

    assert (actor, action, subject) == (f"command:{getpass.getuser()}", "account_created", "account/lan")
