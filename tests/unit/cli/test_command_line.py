import inspect
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from payments_hub.cli import COMMANDS, LazyGroup, main, short_help


def run(*arguments: str, environment: dict[str, str] | None = None) -> tuple[int, str]:
    result = CliRunner(env=environment).invoke(main, list(arguments))
    return result.exit_code, result.output


def test_help_lists_every_command_with_its_first_line() -> None:
    status, output = run("--help")

    listed = dict(line.split(maxsplit=1) for line in output.partition("Commands:\n")[2].splitlines() if line[2] != " ")
    assert status == 0
    assert listed.keys() == COMMANDS.keys()
    assert listed["settings"] == "Show every setting and what holds now; secrets stay hidden."


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_short_help_read_from_the_source_is_the_commands_own(name: str) -> None:
    command = main.get_command(click.Context(main), name)

    assert command is not None
    assert command.help is not None
    assert inspect.cleandoc(command.help).partition("\n")[0] == short_help(COMMANDS[name])


def test_help_imports_no_command() -> None:
    script = (
        "import sys\n"
        "from payments_hub.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "print([name for name in sys.modules if name in {'flask', 'sqlalchemy', 'pandas', 'sklearn', 'kafka'}])\n"
        "print([name for name in sys.modules if name.startswith('payments_hub.cli.')])\n"
    )

    command = [sys.executable, "-c", script]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603  our own words

    assert printed.splitlines()[-2:] == ["[]", "[]"]


def test_an_error_of_the_hub_is_one_line_with_its_code_and_what_to_do() -> None:
    status, output = run("settings", environment={"PAYMENTS_HUB_PORTT": "8000"})

    assert status == 2
    assert output == (
        "Error CONFIGURATION: PAYMENTS_HUB_PORTT is not a setting. Did you mean PAYMENTS_HUB_PORT? "
        "docs/settings.md lists them.\n"
    )


def test_settings_hides_secrets_and_shows_the_rest() -> None:
    status, output = run("settings", environment={"PAYMENTS_HUB_SECRET_KEY": "k" * 40, "PAYMENTS_HUB_PORT": "8001"})

    assert status == 0
    assert "k" * 40 not in output
    assert "(set, hidden)" in output
    assert [line.split()[-1] for line in output.splitlines() if line.startswith("PAYMENTS_HUB_PORT ")] == ["8001"]


def test_an_unknown_command_is_refused_with_a_hint_to_help() -> None:
    status, output = run("no-such-command")

    assert status == 2
    assert "No such command 'no-such-command'" in output


def test_a_table_entry_that_is_no_command_is_our_own_fault() -> None:
    group = LazyGroup(name="hub", table={"broken": "payments_hub.cli:short_help"})

    with pytest.raises(TypeError, match="is no click command"):
        group.get_command(click.Context(group), "broken")
