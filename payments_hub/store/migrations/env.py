"""What alembic runs around the steps; the connection comes from `payments_hub.store.migrating`, never from a file."""

from __future__ import annotations

from alembic import context

from payments_hub.store.comparing import COMPARISON, complete_metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=complete_metadata(),
    on_version_apply=context.config.attributes["note"],
    transaction_per_migration=True,
    **COMPARISON,
)
with context.begin_transaction():
    context.run_migrations()
