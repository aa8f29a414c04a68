"""COPY into PostgreSQL: many rows in one stream, in the session's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psycopg import Connection, sql
from sqlalchemy.orm import Session

COPY_NULL = r"\N"
"""How COPY's text form writes that there is no value."""


def driver_connection(session: Session) -> Connection[tuple[object, ...]]:
    """Hand out the session's psycopg connection, for what SQLAlchemy has no words for."""
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, Connection):
        raise TypeError("The session is not on psycopg.")
    return connection


def copy_rows(session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """
    Write rows by COPY.

    Args:
        session: In whose transaction.
        table: The table's name; a temporary one is found before a lasting one.
        columns: In the order of each row's values.
        rows: Values in the columns' order.

    """
    with driver_connection(session).cursor() as cursor, cursor.copy(_statement(table, columns)) as copy:
        for row in rows:
            copy.write_row(row)


def copy_lines(session: Session, table: str, columns: Sequence[str], lines: Iterable[str]) -> None:
    """
    Write rows by COPY that are in its text form already, which spares the many small rows of a feed half their cost.

    Args:
        session: In whose transaction.
        table: The table's name.
        columns: In the order of each line's values.
        lines: One or several lines each: values between tabs, escaped where need be, a line feed at the end.

    """
    with driver_connection(session).cursor() as cursor, cursor.copy(_statement(table, columns)) as copy:
        copy.write("".join(lines))


def _statement(table: str, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )


def next_numbers(session: Session, sequence: str, count: int) -> list[int]:
    """Take numbers from a sequence at once, so that rows that point at each other can be written in one go."""
    with driver_connection(session).cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", (sequence, count))
        return [int(str(row[0])) for row in cursor.fetchall()]
