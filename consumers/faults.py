"""Whose fault an exception is: one feed's, or the whole database's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from consumers.errors import DatabaseFaultError, words_of
from payments_hub.kernel.errors import UnavailableError
from payments_hub.store.errors import DatabaseAwayError
from payments_hub.store.session import Database

_CLASSES_OF_ALL = ("53", "58", "57P")
"""The server has no disk, memory or connection left; its system fails it; it is stopping or starting."""

_READ_ONLY = "25006"
"""The server became a copy of another one, or was told to take nothing."""


def concerns_every_feed(error: BaseException) -> bool:
    """Tell whether an error in storing one feed's records would meet every other feed's as well."""
    if isinstance(error, DatabaseAwayError):
        return True
    original = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(original, "sqlstate", None) if isinstance(original, psycopg.Error) else None
    return state is not None and (state.startswith(_CLASSES_OF_ALL) or state == _READ_ONLY)


@contextmanager
def own_transaction(database: Database) -> Iterator[Session]:
    """
    Open a transaction for the worker's own words, with no Kafka in it.

    Raises:
        DatabaseFaultError: The database does not do it, whatever the reason: the connection to Kafka is sound.

    """
    try:
        with database.transaction() as session:
            yield session
    except (SQLAlchemyError, psycopg.Error, UnavailableError) as error:
        raise DatabaseFaultError(words_of(error)) from error
