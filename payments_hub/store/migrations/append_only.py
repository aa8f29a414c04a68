"""
Tables that only grow: a trigger refuses whatever would change or remove a row.

A ledger is proof only while nobody can rewrite it, a mistaken statement of ours included. The server refuses with
SQLSTATE 42501, as where a right is missing. The owner of a table can still drop the trigger; that is a change of the
schema, which a person signs, and no statement that slips in.
"""

from __future__ import annotations

from alembic import op

_FUNCTION = "refuse_change"


def create_guard() -> None:
    """Create the function that refuses; once, before the first `make_append_only`."""
    op.execute(
        f"""
        CREATE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'table % only grows: % is refused', TG_TABLE_NAME, TG_OP
                USING ERRCODE = 'insufficient_privilege', TABLE = TG_TABLE_NAME;
        END
        $$
        """
    )


def drop_guard() -> None:
    """Drop the function, after the last `allow_changes`."""
    op.execute(f"DROP FUNCTION {_FUNCTION}()")


def make_append_only(table: str) -> None:
    """Refuse every UPDATE, DELETE and TRUNCATE of a table, even one that would meet no row."""
    op.execute(
        f"CREATE TRIGGER {_trigger(table)} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"
    )


def allow_changes(table: str) -> None:
    """Take `make_append_only` back."""
    op.execute(f"DROP TRIGGER {_trigger(table)} ON {table}")


def _trigger(table: str) -> str:
    return f"tr_{table}_only_grows"
