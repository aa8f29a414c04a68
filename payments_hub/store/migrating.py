"""Bring the schema of a database to a step of its history: one process at a time, one transaction a step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext, MigrationInfo
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from payments_hub.store.errors import SchemaBusyError, UnknownRevisionError, UnsupportedServerError
from payments_hub.store.session import Database

OLDEST_SERVER = 15
BASE, HEAD = "base", "head"
_FOLDER = Path(__file__).parent / "migrations"
_ADVISORY_LOCK = 7_246_301_518  # a constant of ours; whoever holds it is the one who migrates this database
_WAIT_FOR_OTHERS = "120s"
# A step that waits for its table makes every later reader of the table wait behind it.
_WAIT_FOR_TABLES = "3s"
_LOCK_NOT_AVAILABLE = "55P03"


@dataclass(frozen=True, slots=True)
class Step:
    """
    A migration that was run.

    Args:
        revision: Its number, as in the name of its file.
        title: The first line of its docstring.
        upwards: Whether it was applied, or taken back.

    """

    revision: str
    title: str
    upwards: bool


def head() -> str | None:
    """Tell the last step there is; None while there is none."""
    return ScriptDirectory(str(_FOLDER)).get_current_head()


def current(database: Database) -> str | None:
    """Tell the step that a database is at; None is before the first."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database, to: str = HEAD) -> tuple[Step, ...]:
    """
    Run the steps up to one; those already run are left alone.

    Raises:
        UnknownRevisionError: There is no such step.
        SchemaBusyError: A lock was not to be had in time.
        UnsupportedServerError: The server cannot hold the hub's data.

    """
    return _run(database, lambda config: command.upgrade(config, to))


def downgrade(database: Database, to: str) -> tuple[Step, ...]:
    """
    Take steps back until a database is at one, or at "base"; what the steps had added is dropped with its rows.

    Raises:
        UnknownRevisionError: There is no such step.
        SchemaBusyError: A lock was not to be had in time.

    """
    return _run(database, lambda config: command.downgrade(config, to))


def lies_behind(database: Database, to: str) -> bool:
    """
    Tell whether a database has gone past a step, so that going there takes steps back.

    Raises:
        UnknownRevisionError: There is no such step.

    """
    at = current(database)
    if at is None or to in {at, HEAD}:
        return False
    scripts = ScriptDirectory(str(_FOLDER))
    with _named_errors():
        passed = {script.revision for script in scripts.iterate_revisions(at, BASE)}
        return to == BASE or scripts.get_revision(to).revision in passed - {at}


def draft(database: Database, number: str, title: str) -> None:
    """Write the file of a new step from what differs between the row classes and a database at the last step."""
    with _sole_migrator(database) as connection:
        command.revision(_config(connection, []), message=title, autogenerate=True, rev_id=number)


def _run(database: Database, run: Callable[[Config], None]) -> tuple[Step, ...]:
    steps: list[Step] = []
    with _sole_migrator(database) as connection, _named_errors():
        run(_config(connection, steps))
    return tuple(steps)


def _config(connection: Connection, steps: list[Step]) -> Config:
    def note(*, step: MigrationInfo, **_rest: Any) -> None:
        script = ScriptDirectory(str(_FOLDER)).get_revision(str(step.up_revision_id))
        steps.append(Step(script.revision, script.doc.rstrip("."), step.is_upgrade))

    config = Config(attributes={"connection": connection, "note": note})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


@contextmanager
def _named_errors() -> Iterator[None]:
    try:
        yield
    except CommandError as error:
        raise UnknownRevisionError(f"{error} The last step is {head()}.") from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        raise SchemaBusyError(
            "A step could not get its table in time, because others are working with it. The steps before it are "
            "done, of this one nothing is; run the command again."
        ) from error


@contextmanager
def _sole_migrator(database: Database) -> Iterator[Connection]:
    """Open a connection that alone may migrate; it is closed at the end, and its lock and its limits with it."""
    with database.engine.connect() as connection:
        connection.detach()
        check_server(connection)
        _set(connection, lock_timeout=_WAIT_FOR_OTHERS, statement_timeout="0", transaction_timeout="0")
        with _named_errors():
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
        _set(connection, lock_timeout=_WAIT_FOR_TABLES)
        connection.commit()
        yield connection


def check_server(connection: Connection) -> None:
    """
    Check that a server can hold the hub's data.

    Raises:
        UnsupportedServerError: It is too old, or its encoding is not UTF-8.

    """
    version, encoding = connection.execute(
        text("SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding')")
    ).one()
    if version < OLDEST_SERVER:
        raise UnsupportedServerError(f"The server is PostgreSQL {version}; the hub needs {OLDEST_SERVER} or later.")
    if encoding != "UTF8":
        raise UnsupportedServerError(
            f"The database keeps text as {encoding}; Vietnamese needs UTF-8. Make it with ENCODING 'UTF8'."
        )


def _set(connection: Connection, **settings: str) -> None:
    """Set what the server knows of these for the whole session; transaction_timeout came with PostgreSQL 17."""
    for name, value in settings.items():
        connection.execute(
            text("SELECT set_config(name, :value, false) FROM pg_settings WHERE name = :name"),
            {"name": name, "value": value},
        )
