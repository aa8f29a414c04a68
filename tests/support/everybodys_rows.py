"""
A row of nobody, of partner 1 and of partner 2 in every table, whatever tables there are; and who sees which of them.

In row n every number is n and every text is "n", so that whatever points at another table points at its row n, and
partner n's are exactly the rows n. A table that is made tomorrow is filled and looked at like the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from payments_hub.store.reading import SCOPE
from payments_hub.store.session import Database
from tests.support.postgres import Server

ROWS = (0, 1, 2)
REFUSED = "refused"
WRONG = "error"
Seen = frozenset[int] | str

_DAY = date(2026, 1, 1)
_VALUES: dict[str, Callable[[int], object]] = {
    "text": str,
    "bigint": int,
    "integer": int,
    "smallint": int,
    "numeric": int,
    "double precision": float,
    "boolean": bool,
    "date": lambda number: _DAY + timedelta(days=number),
    "timestamp with time zone": lambda number: datetime(2026, 1, 1 + number, tzinfo=UTC),
    "bytea": lambda number: bytes([number]),
    "jsonb": lambda number: Jsonb([number]),
    "ARRAY": lambda number: [str(number)],
}
_COLUMNS: LiteralString = """
    SELECT table_name, column_name, data_type FROM information_schema.columns
    JOIN information_schema.tables USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> 'alembic_version'
    ORDER BY table_name, ordinal_position"""
_READABLE = text(
    "SELECT name FROM unnest(CAST(:names AS text[])) AS name WHERE has_column_privilege(:table, name, 'SELECT')"
)
_FORBIDDEN = "42501"


@contextmanager
def as_superuser(server: Server, database: Database) -> Iterator[psycopg.Connection]:
    """Connect to a test's database as whoever may do everything there."""
    known = server.administrator.info
    name = database.engine.url.database
    with psycopg.connect(known.dsn, password=known.password, dbname=name) as connection:
        yield connection


def fill(server: Server, database: Database) -> dict[str, list[str]]:
    """Write the rows, past every check and every reference, and list each table's columns."""
    with as_superuser(server, database) as connection:
        # Foreign keys are triggers, and these are off for a replica's writes.
        connection.execute("SET session_replication_role = replica")
        found = connection.execute(_COLUMNS).fetchall()
        for order in connection.execute(_WITHOUT_CHECKS).fetchall():
            connection.execute(order[0])
        columns: dict[str, list[str]] = {}
        for table, column, _kind in found:
            columns.setdefault(table, []).append(column)
        kinds = {(table, column): kind for table, column, kind in found}
        for table, names in columns.items():
            order_of = _insertion(table, names)
            for number in ROWS:
                connection.execute(order_of, [_value(name, kinds[table, name], number) for name in names])
    return columns


_WITHOUT_CHECKS: LiteralString = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = 'c'"""


def _insertion(table: str, columns: list[str]) -> sql.Composed:
    return sql.SQL("INSERT INTO {} ({}) VALUES ({}) ON CONFLICT DO NOTHING").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.SQL(", ").join(sql.Placeholder() * len(columns)),
    )


def _value(column: str, kind: str, number: int) -> object:
    return f"feeds.{number}" if column == "topic" else _VALUES[kind](number)


def seen_by(database: Database, scope: int | None, columns: dict[str, list[str]]) -> dict[str, Seen]:
    """Tell which rows of each table a reading transaction sees, by the first column that it may read."""
    return {table: _seen(database, scope, table, names) for table, names in columns.items()}


def _seen(database: Database, scope: int | None, table: str, names: list[str]) -> Seen:
    with database.reading(scope) as session:
        readable = session.scalars(_READABLE, {"names": names, "table": table}).all()
        if not readable:
            return REFUSED
        rows = session.execute(text(f'SELECT {", ".join(readable)} FROM "{table}"')).all()  # noqa: S608  our own names
    return frozenset(_number(row[0]) for row in rows)


def _number(value: object) -> int:
    """Read a row's number back out of the value that it was written with."""
    match value:
        case bool() | int():
            return int(value)
        case str():
            return int(value.rpartition(".")[2])
        case bytes():
            return value[0]
        case datetime():
            return value.day - 1
        case _:
            raise TypeError(f"no number is read out of {value!r}")


def read_without_scope(database: Database, role: str, table: str, scope: str | None = None) -> str:
    """Read a table as a reading role that nobody told for whom, or told nonsense: what comes of it."""
    with database.engine.connect() as connection:
        if scope is not None:
            connection.execute(text("SELECT set_config(:name, :scope, true)"), {"name": SCOPE, "scope": scope})
        connection.execute(text("SELECT set_config('role', :role, true)"), {"role": role})
        try:
            rows = connection.execute(text(f'SELECT count(*) FROM (SELECT FROM "{table}") AS rows')).scalar_one()  # noqa: S608  our own names
        except DBAPIError as error:
            return REFUSED if getattr(error.orig, "sqlstate", None) == _FORBIDDEN else WRONG
    return f"{rows} rows"
