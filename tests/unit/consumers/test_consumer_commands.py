import inspect
from collections.abc import Mapping

import click
import pytest
from click.testing import CliRunner

from consumers.cli import COMMANDS, main
from payments_hub.cli import short_help


def run(*arguments: str, environment: Mapping[str, str | None] | None = None) -> tuple[int, str]:
    result = CliRunner(env=environment and {**environment}).invoke(main, list(arguments))
    return result.exit_code, result.output


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_help_lists_each_command_with_its_first_line(name: str) -> None:
    command = main.get_command(click.Context(main), name)

    assert command is not None
    assert command.help is not None
    assert inspect.cleandoc(command.help).partition("\n")[0] == short_help(COMMANDS[name])


@pytest.mark.parametrize(
    "arguments", [["run"], ["topics"], ["receipts"], ["push", __file__, "--partner", "BIDV"]], ids=lambda it: it[0]
)
def test_without_a_kafka_every_command_says_which_setting_is_missing(arguments: list[str]) -> None:
    status, output = run(*arguments, environment={"PAYMENTS_HUB_KAFKA_SERVERS": None})

    assert status == 2
    assert output.startswith("Error CONFIGURATION: PAYMENTS_HUB_KAFKA_SERVERS is unset")


def test_a_push_to_nobody_says_that_nobody_listens() -> None:
    status, output = run(
        "push", __file__, "--partner", "BIDV", environment={"PAYMENTS_HUB_KAFKA_SERVERS": "127.0.0.1:1"}
    )

    assert status == 2
    assert output.startswith("Error BROKER_UNREACHABLE: No Kafka listens at 127.0.0.1:1.")


@pytest.mark.parametrize(
    "arguments", [["run"], ["topics"], ["receipts"], ["push", __file__, "--partner", "BIDV"]], ids=lambda it: it[0]
)
def test_no_command_speaks_in_the_open_to_a_kafka_elsewhere(arguments: list[str]) -> None:
    status, output = run(*arguments, environment={"PAYMENTS_HUB_KAFKA_SERVERS": "kafka.vn:9092"})

    assert status == 2
    assert output.startswith("Error CONFIGURATION: Kafka at kafka.vn:9092 is not this machine")


@pytest.mark.parametrize("command", ["run", "receipts"])
def test_nothing_begins_where_nobody_looks_at_the_brokers_rules(command: str) -> None:
    environment = {
        "PAYMENTS_HUB_KAFKA_SERVERS": "kafka.vn:9093",
        "PAYMENTS_HUB_KAFKA_PROTOCOL": "SASL_SSL",
        "PAYMENTS_HUB_KAFKA_USER": "payments-hub",
        "PAYMENTS_HUB_KAFKA_PASSWORD_FILE": "/run/secrets/kafka",
    }

    status, output = run(command, environment=environment)

    assert status == 2
    assert output.startswith("Error CONFIGURATION: Nobody sees to it that Kafka lets no partner write another's topic.")


def test_new_passwords_need_a_folder() -> None:
    status, output = run("topics", "--renew", "BIDV", environment={"PAYMENTS_HUB_KAFKA_SERVERS": "127.0.0.1:1"})

    assert status == 2
    assert "name their folder with --passwords" in output
