"""The payments-hub command, run in this process against a test's database."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from payments_hub.cli import main
from payments_hub.store.session import Database


def address_of(database: Database) -> str:
    """Write a database's URL as the setting wants it."""
    return database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def run_command(database: Database, var_dir: Path, *arguments: str, typed: str = "") -> Result:
    """Run one command; what is typed reaches its standard input."""
    environment = {"PAYMENTS_HUB_DATABASE_URL": address_of(database), "PAYMENTS_HUB_VAR_DIR": str(var_dir)}
    return CliRunner(env=environment).invoke(main, list(arguments), input=typed)
