import pytest

from payments_hub.store.session import Database
from tests.support import ledger


@pytest.fixture
def ledger_database(database: Database) -> Database:
    """Lend a database that has the ledger as well."""
    ledger.make_ledger(database)
    return database
