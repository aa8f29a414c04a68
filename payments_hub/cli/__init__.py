"""
The payments-hub command.

Its subcommands are loaded when they are called, one module each, so that `payments-hub web` loads no model stack and
`payments-hub --help` answers at once.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
from pathlib import Path
from typing import IO, Any

import click

from payments_hub import __version__
from payments_hub.kernel.errors import HubError

COMMANDS: dict[str, str] = {
    "account": "payments_hub.cli.accounts:account",
    "audit": "payments_hub.cli.audit:audit",
    "changes": "payments_hub.cli.figures:changes",
    "demo": "payments_hub.cli.demo:demo",
    "figures": "payments_hub.cli.figures:figures",
    "forecast-file": "payments_hub.cli.forecast_file:forecast_file",
    "held": "payments_hub.cli.held:held",
    "import": "payments_hub.cli.import_pulse:import_files",
    "jobs": "payments_hub.cli.jobs:jobs",
    "key": "payments_hub.cli.keys:key",
    "lock": "payments_hub.cli.lock:lock",
    "migrate": "payments_hub.cli.migrate:migrate",
    "obligations": "payments_hub.cli.obligations:obligations",
    "partner": "payments_hub.cli.partner:partner",
    "place": "payments_hub.cli.place:place",
    "quarantine": "payments_hub.cli.quarantine:quarantine",
    "receipt": "payments_hub.cli.receipts:receipt",
    "reconcile": "payments_hub.cli.reconcile:reconcile",
    "registry": "payments_hub.cli.registry:registry",
    "settings": "payments_hub.cli.settings:settings",
    "signing-key": "payments_hub.cli.signing_keys:signing_key",
    "up": "payments_hub.cli.processes:up",
    "web": "payments_hub.cli.web:web",
}
"""Every subcommand: its name, and where it is as "module:function"."""


class HubErrorShown(click.ClickException):
    """One of the hub's own errors, as the one line that a person at a terminal needs."""

    exit_code = 2

    def __init__(self, error: HubError) -> None:
        super().__init__(error.message)
        self.code = error.code

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the error's code, what happened and what to do."""
        click.echo(f"Error {self.code}: {self.format_message()}", file=file, err=True)


class LazyGroup(click.Group):
    """
    A group whose subcommands are imported when they are called.

    Args:
        table: The subcommands, as in `COMMANDS`.
        values: What click.Group takes.

    """

    def __init__(self, *, table: dict[str, str], **values: Any) -> None:
        super().__init__(**values)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """List the names of the subcommands."""
        return sorted(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        """Import one subcommand."""
        if cmd_name not in self.table:
            return None
        module, _, function = self.table[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), function)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self.table[cmd_name]} is no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the subcommands with their short helps, importing none of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, short_help(self.table[name])) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> object:
        """Run the subcommand; one of the hub's own errors ends it with one line and exit status 2."""
        try:
            return super().invoke(ctx)
        except HubError as error:
            raise HubErrorShown(error) from error


def short_help(place: str) -> str:
    """Read the first line of a command's docstring from its source, without running it."""
    module, _, function = place.partition(":")
    spec = importlib.util.find_spec(module)
    source = Path(spec.origin).read_text(encoding="utf-8") if spec and spec.origin else ""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return (ast.get_docstring(node) or "").partition("\n")[0]
    raise LookupError(f"{place} is not there")


@click.group(cls=LazyGroup, table=COMMANDS, name="payments-hub", context_settings={"max_content_width": 100})
@click.version_option(__version__, prog_name="payments-hub")
def main() -> None:
    """Monitor cashless payments and the digital adoption of small firms in a city."""
