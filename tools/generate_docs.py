"""Write the pages of docs/ that come from the code: `make docs`. tests/repo compares them with what is there."""

from __future__ import annotations

import ast
import importlib
import inspect
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import click

from payments_hub.contracts.catalogue import CONTRACTS
from payments_hub.contracts.document import contracts_page, schema_text
from payments_hub.domain.people import ACTION_WORDS, PERMISSIONS, ROLE_WORDS, Action, Role
from payments_hub.kernel.settings import SETTINGS, SettingSpec

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("consumers", "models", "payments_hub", "sme_registry")
MADE = "<!-- Made by `make docs`: change the code, not this page. -->"


def settings_page() -> str:
    """Write docs/settings.md from the table of settings."""
    rows = "\n".join(_setting_row(spec) for spec in SETTINGS)
    return f"""# Settings

{MADE}

Settings come from environment variables, and from nothing else.
A variable that starts with `PAYMENTS_HUB_` and is not in this table stops the program with its name,
as does an impossible value.
`payments-hub settings` shows what holds now, secrets hidden.

| Variable | Unless set | What it does |
|---|---|---|
{rows}
"""


def commands_page() -> str:
    """Write docs/commands.md from the programs that pyproject.toml installs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    sections = [section for name, place in project["scripts"].items() for section in _sections(name, _load(place))]
    return f"""# Commands

{MADE}

After `make demo` or `make test` the programs are in `.venv/bin/`.
Exit status: 0 done, 1 stopped by a fault of ours, 2 the hub or the command line refused and says why.

{chr(10).join(sections)}"""


def permissions_page() -> str:
    """Write docs/permissions.md from the one table of permissions."""
    roles = list(PERMISSIONS)
    head = "| What | Permission | " + " | ".join(ROLE_WORDS[role].en for role in roles) + " |"
    rows = "\n".join(_permission_row(action, roles) for action in Action)
    return f"""# Roles and permissions

{MADE}

What a role may do; where no tick stands, it is denied.
Every route names the permission that it needs, or that it is open to anybody, to this machine or to a partner's key;
a route that names nothing is closed.
A partner does all of it to its own alone: what is another's looks as if it were not there.
How accounts and keys are kept is in [people.md](people.md).

{head}
|---|---|{"---|" * len(roles)}
{rows}
"""


def modules_page() -> str:
    """Write docs/modules.md from the first line of each module's docstring."""
    folders = sorted({path.parent for package in PACKAGES for path in (ROOT / package).rglob("*.py")})
    return f"""# Modules

{MADE}

How they hang together is in [architecture.md](architecture.md).

{chr(10).join(_room(folder) for folder in folders if folder.name != "versions")}"""


PAGES: Mapping[str, Callable[[], str]] = {
    "docs/commands.md": commands_page,
    "docs/contracts.md": partial(contracts_page, MADE),
    "docs/modules.md": modules_page,
    "docs/permissions.md": permissions_page,
    "docs/settings.md": settings_page,
    **{
        f"payments_hub/contracts/published/{contract.file_name}": partial(schema_text, contract)
        for contract in CONTRACTS.values()
    },
}
"""Every generated page: its path, and what writes it."""


def main() -> None:
    """Write every generated page."""
    for path, write in PAGES.items():
        (ROOT / path).write_text(write(), encoding="utf-8")
        print(path)


def _setting_row(spec: SettingSpec) -> str:
    default = "" if spec.default is None else f"`{spec.default}`"
    secret = " Secret: never printed." if spec.secret else ""
    return f"| `{spec.variable}` | {default} | {_cell(spec.help)}{secret} |"


def _permission_row(action: Action, roles: Sequence[Role]) -> str:
    ticks = " | ".join("✓" if action in PERMISSIONS[role] else "" for role in roles)
    return f"| {_cell(ACTION_WORDS[action].en)} | `{action}` | {ticks} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _room(folder: Path) -> str:
    rows = [f"| `{path.name}` | {_cell(_first_line(path))} |" for path in sorted(folder.glob("*.py"))]
    return "\n".join([f"## {folder.relative_to(ROOT)}", "", "| Module | What it is for |", "|---|---|", *rows, ""])


def _first_line(module: Path) -> str:
    return (ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def _load(place: str) -> click.Command:
    module, _, attribute = place.partition(":")
    program = getattr(importlib.import_module(module), attribute)
    if not isinstance(program, click.Command):
        raise TypeError(f"{place} is no click command")
    return program


def _sections(name: str, command: click.Command) -> Iterator[str]:
    """Describe a command, then each of its subcommands, in the order of their names."""
    context = click.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    heading = "#" * (1 + len(name.split())) + " " + name
    words = inspect.cleandoc(command.help or "")
    yield f"{heading}\n\n{words}\n\n```\n{usage}\n```\n{_parameters(command, context)}"
    if isinstance(command, click.Group):
        for subcommand in command.list_commands(context):
            found = command.get_command(context, subcommand)
            if found is not None and not found.hidden:
                yield from _sections(f"{name} {subcommand}", found)


def _parameters(command: click.Command, context: click.Context) -> str:
    records = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    rows = [f"| `{_cell(form)}` | {_cell(words)} |" for form, words in filter(None, records) if "--help" not in form]
    return "\n".join(["", "| Option | What it does |", "|---|---|", *rows, ""]) if rows else ""


if __name__ == "__main__":
    main()
