"""Somebody who owns the tables and can do what the hub cannot: change what only grows."""

from __future__ import annotations

from sqlalchemy import text

from payments_hub.store.session import Database

_GUARDS = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%\\_only\\_grows'"


def meddle(database: Database, *statements: str) -> None:
    """Run statements with the guards of the tables that only grow turned off, and turn them on again."""
    with database.transaction() as session:
        guarded = list(session.scalars(text(_GUARDS)))
        for table in guarded:
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            session.execute(text(statement))
        for table in guarded:
            session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
