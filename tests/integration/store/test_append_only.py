import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from payments_hub.store.session import Database

pytestmark = pytest.mark.database

LEDGER = ["delivery", "receipt", "slice_revision", "slice_cell"]


@pytest.mark.parametrize("table", LEDGER)
@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM {}", "TRUNCATE {} CASCADE", "UPDATE {} SET ctid = ctid"],
    ids=["delete", "truncate", "update"],
)
def test_nobody_rewrites_the_ledger(database: Database, table: str, statement: str) -> None:
    changing = statement.format(table).replace("ctid = ctid", _first_column_to_itself(database, table))

    with pytest.raises(DBAPIError) as refusal, database.transaction() as session:
        session.execute(text(changing))

    assert isinstance(refusal.value.orig, psycopg.errors.InsufficientPrivilege)
    assert f"table {table} only grows" in str(refusal.value.orig)


def _first_column_to_itself(database: Database, table: str) -> str:
    query = """SELECT format('%1$I = %1$I', attname) FROM pg_attribute
               WHERE attrelid = CAST(:table AS regclass) AND attnum > 0 AND attidentity = '' ORDER BY attnum LIMIT 1"""
    with database.engine.connect() as connection:
        return str(connection.scalar(text(query), {"table": table}))
