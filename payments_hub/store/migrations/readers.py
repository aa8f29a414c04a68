"""
What the reading roles may see of each table: all of it, the rows of one partner, the city's alone, or nothing.

A step that makes a table says so by one of these; a test looks for tables of which nothing was said. The owner of the
tables is not bound: PostgreSQL refuses COPY into a table whose row-level security binds the writer, and ingest writes
by COPY.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.exc import DBAPIError

from payments_hub.store.errors import ReadingRolesError
from payments_hub.store.reading import CITY_READER, PARTNER_READER, READERS, SCOPE, WHOLE_CITY, orders_for

SCOPE_PARTNER, SCOPE_IS_CITY = "scope_partner()", "scope_is_city()"
"""What policies are written with: the partner's number that is read for, and whether the city is."""

_TRIES = 5
_ABLE_SINCE = 160000
_ROLES = ", ".join(READERS)
_RACED = {"42710", "23505", "40001", "XX000"}  # made, granted or changed by another session in the same moment
_FORBIDDEN = "42501"


def create_scope() -> None:
    """
    Create the functions that tell the scope of a reading transaction; an unset one is an error in both.

    Each is one expression, which the planner puts in its place: a policy costs no call.
    """
    op.execute(
        f"CREATE FUNCTION {SCOPE_PARTNER} RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE "
        f"AS $$ SELECT current_setting('{SCOPE}')::bigint $$"
    )
    # Not a plain comparison: the planner would take it to leave one row in two hundred, and read tables whole.
    op.execute(
        f"CREATE FUNCTION {SCOPE_IS_CITY} RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$ "
        f"SELECT CASE current_setting('{SCOPE}') WHEN '{WHOLE_CITY}' THEN true "
        f"ELSE current_setting('{SCOPE}')::bigint IS NULL END $$"
    )


def drop_scope() -> None:
    """Drop the functions, after the last `forget_readers`."""
    op.execute(f"DROP FUNCTION {SCOPE_IS_CITY}")
    op.execute(f"DROP FUNCTION {SCOPE_PARTNER}")


def show_whole(table: str) -> None:
    """Let every reader see a table that holds nothing of any partner."""
    op.execute(f"GRANT SELECT ON {table} TO {_ROLES}")


def show_own(table: str, own: str, columns: Sequence[str] = ()) -> None:
    """
    Let the city's reader see a table, and a partner's those of its rows for which a condition holds.

    Args:
        table: Its name.
        own: The condition, in SQL.
        columns: Those that readers may see where others are secret.

    """
    _bind(table)
    op.execute(f"GRANT SELECT {_listed(columns)} ON {table} TO {_ROLES}")
    _let_the_city(table)
    op.execute(f"CREATE POLICY {table}_own ON {table} FOR SELECT TO {PARTNER_READER} USING ({own})")


def show_to_city(table: str, columns: Sequence[str] = ()) -> None:
    """Let the city's reader alone see a table, or the columns named; a partner's reader is refused."""
    _bind(table)
    op.execute(f"GRANT SELECT {_listed(columns)} ON {table} TO {CITY_READER}")
    _let_the_city(table)


def hide(table: str) -> None:
    """Let no reader see anything of a table."""
    _bind(table)


def forget_readers(table: str) -> None:
    """Take back whatever was said of a table."""
    for policy in ("own", "city"):
        op.execute(f"DROP POLICY IF EXISTS {table}_{policy} ON {table}")
    op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    op.execute(f"REVOKE ALL ON {table} FROM {_ROLES}")


def _bind(table: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def _let_the_city(table: str) -> None:
    op.execute(f"CREATE POLICY {table}_city ON {table} FOR SELECT TO {CITY_READER} USING ({SCOPE_IS_CITY})")


def _listed(columns: Sequence[str]) -> str:
    return f"({', '.join(columns)})" if columns else ""


def ensure_readers() -> None:
    """
    Make the reading roles, and let the hub's role step down to them; what is there is left as it is.

    Others may do the same for another database of the server at the same moment.

    Raises:
        ReadingRolesError: The hub's role may not do that, or a role of that name may do more than read.

    """
    connection = op.get_bind()
    for _ in range(_TRIES):
        if _may_step_down(connection):
            break
        _try_to_make(connection)
    else:
        raise _refusal(connection, "The hub may not make the roles that it reads as.")
    if connection.scalar(_UNFIT, {"roles": list(READERS)}):
        raise _refusal(connection, f"One of the roles {_ROLES} may sign in or passes over row-level security.")


_UNFIT = sa.text(
    "SELECT count(*) FROM pg_roles WHERE rolname = ANY (:roles) AND (rolsuper OR rolbypassrls OR rolcanlogin)"
)


def _may_step_down(connection: sa.Connection) -> bool:
    """Tell whether SET ROLE would work; since PostgreSQL 16 a member may be one who may not do that."""
    there = sa.text("SELECT count(*) FROM pg_roles WHERE rolname = ANY (:roles)")
    if connection.scalar(there, {"roles": list(READERS)}) != len(READERS):
        return False
    version = connection.scalar(sa.text("SELECT current_setting('server_version_num')::int")) or 0
    right = "SET" if version >= _ABLE_SINCE else "MEMBER"
    may = sa.text(
        "SELECT bool_and(pg_has_role(current_user, role, :right)) FROM unnest(CAST(:roles AS text[])) AS role"
    )
    return bool(connection.scalar(may, {"right": right, "roles": list(READERS)}))


def _try_to_make(connection: sa.Connection) -> None:
    there = connection.scalars(
        sa.text("SELECT rolname FROM pg_roles WHERE rolname = ANY (:roles)"), {"roles": list(READERS)}
    ).all()
    try:
        with connection.begin_nested():
            for role in READERS:
                if role not in there:
                    connection.execute(sa.text(f"CREATE ROLE {role} NOLOGIN"))
            connection.execute(sa.text(f"GRANT {_ROLES} TO CURRENT_USER"))
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        if state == _FORBIDDEN:
            raise _refusal(connection, "The hub may not make the roles that it reads as.") from error
        if state not in _RACED:
            raise


def _refusal(connection: sa.Connection, what: str) -> ReadingRolesError:
    login = connection.scalar(sa.text("SELECT current_user"))
    return ReadingRolesError(f"{what} {orders_for(str(login))}")
