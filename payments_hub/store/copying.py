"""COPY into PostgreSQL: many rows in one stream, in the session's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import orjson
from psycopg import Connection, sql
from sqlalchemy.orm import Session

_AS_JSON = msgspec.json.Encoder()
_CSV = sql.SQL(r" (FORMAT csv, NULL 'null', ESCAPE '\')")
"""COPY's CSV form where it is the same as JSON without the brackets."""


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


def copy_values(session: Session, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """
    Write rows by COPY of which there are many, all at once, at a fifth of the cost of `copy_rows`.

    Each row is written as a JSON array, which without its brackets is a line of CSV: texts stand in quotation marks,
    a quotation mark in them behind a backslash, no value is null. So it takes numbers, truth values, moments, days and
    texts without control characters, which JSON would write as escapes that CSV does not know; of bytes, `as_bytea`.

    Args:
        session: In whose transaction.
        table: The table's name.
        columns: In the order of each row's values.
        rows: At least one; values in the columns' order.

    """
    copy_lines(session, table, columns, [as_lines(rows)])


def as_lines(rows: Sequence[Sequence[object]]) -> bytes:
    """Write rows, at least one, as `copy_values` does; `copy_lines` takes them."""
    # A line feed within a text would be escaped: one between brackets stands between two rows.
    return _AS_JSON.encode_lines(rows)[1:-2].replace(b"]\n[", b"\n") + b"\n"


def copy_lines(session: Session, table: str, columns: Sequence[str], lines: Iterable[bytes]) -> None:
    """Write rows by COPY that `as_lines` has written."""
    with driver_connection(session).cursor() as cursor, cursor.copy(_statement(table, columns) + _CSV) as copy:
        copy.write(b"".join(lines))


def as_bytea(value: bytes | None) -> str | None:
    r"""
    Write bytes as a text that PostgreSQL reads as bytes.

    >>> as_bytea(b"A!")
    '\\x4121'
    """
    return None if value is None else "\\x" + value.hex()


def array_text(values: Sequence[object]) -> str:
    """
    Write values as the text of a PostgreSQL array, at a tenth of what the driver takes for it.

    Takes what `copy_values` takes, for the same reason: JSON's array in other brackets.

    >>> array_text([1, None, "a,b"])
    '{1,null,"a,b"}'
    """
    return f"{{{orjson.dumps(values).decode()[1:-1]}}}"


def _statement(table: str, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )


def next_numbers(session: Session, sequence: str, count: int) -> list[int]:
    """Take numbers from a sequence at once, so that rows that point at each other can be written in one go."""
    with driver_connection(session).cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass) FROM generate_series(1, %s)", (sequence, count))
        return [int(str(row[0])) for row in cursor.fetchall()]
