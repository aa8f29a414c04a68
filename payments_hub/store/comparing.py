"""Whether the schema in a database is the one that the row classes describe."""

from __future__ import annotations

import importlib
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData

from payments_hub.store.base import Base

COMPARISON: dict[str, Any] = {"compare_type": True, "compare_server_default": True}
"""How thoroughly alembic compares, for new steps and for the proof alike."""


def complete_metadata() -> MetaData:
    """Load every row class, so that none is missing from what is compared."""
    importlib.import_module("payments_hub.store.tables")
    return Base.metadata


def differences(connection: Connection) -> list[str]:
    """List what only the database or only the row classes have; in a migrated database that is nothing."""
    context = MigrationContext.configure(connection, opts=dict(COMPARISON))
    return [repr(difference) for difference in compare_metadata(context, complete_metadata())]
