"""
The roles that reading is done as: one sees the rows of a single partner, the other those of the whole city.

The hub's own role owns the tables, so that row-level security does not bind it; a transaction that only reads steps
down to one of these. Roles belong to the server and not to a database: none is ever dropped here, since another
database may use it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from payments_hub.store.errors import ReadingRolesError

PARTNER_READER = "payments_hub_reader"
"""Sees the rows of the partner whose number is the transaction's scope, and nothing that holds another's."""

CITY_READER = "payments_hub_city_reader"
"""Sees the rows of all partners, and only while the transaction's scope says that it reads for the city."""

READERS = (PARTNER_READER, CITY_READER)
SCOPE = "payments_hub.scope"
"""The setting that holds a reading transaction's scope: a partner's number, or `WHOLE_CITY`."""

WHOLE_CITY = "*"

_READS_FOR = "payments_hub_reads_for"
_REFUSED = {"42501", "22023"}  # the login role is no member of the reading role, or there is none
_READ_ONLY = text("SET TRANSACTION READ ONLY")
_STEP_DOWN = text("SELECT set_config(:setting, :scope, true), set_config('role', :role, true)")
_STEP_UP = text("SELECT set_config('role', 'none', true), set_config(:setting, '', true)")


def begin_reading(session: Session, partner_id: int | None) -> None:
    """
    Let a transaction only read from now on, as the role that sees one partner's rows, or with None the whole city's.

    Raises:
        ReadingRolesError: The server does not let the hub read as that role.

    """
    session.execute(_READ_ONLY)
    _step_down(session, partner_id)


@contextmanager
def seeing(session: Session, partner_id: int | None) -> Iterator[None]:
    """
    See for a while, in a transaction that may write before and after, what a reader of that scope sees.

    After an error the transaction stays stepped down: it is to be undone, and undoing it ends that too.

    Raises:
        ReadingRolesError: The server does not let the hub read as that role.

    """
    session.flush()
    _step_down(session, partner_id)
    yield
    session.execute(_STEP_UP, {"setting": SCOPE})
    del session.info[_READS_FOR]


def _step_down(session: Session, partner_id: int | None) -> None:
    scope = WHOLE_CITY if partner_id is None else str(partner_id)
    role = CITY_READER if partner_id is None else PARTNER_READER
    try:
        session.execute(_STEP_DOWN, {"setting": SCOPE, "scope": scope, "role": role})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) not in _REFUSED:
            raise
        login = session.get_bind().engine.url.username
        raise ReadingRolesError(f"The hub may not read as {role}. {orders_for(login or 'hub')}") from error
    session.info[_READS_FOR] = partner_id


def read_partner(session: Session) -> int | None:
    """Tell whose rows alone a session sees; None for one that sees everybody's."""
    number = session.info.get(_READS_FOR)
    return number if isinstance(number, int) else None


def reads_only(session: Session) -> bool:
    """Tell whether a session has stepped down to one of the reading roles."""
    return _READS_FOR in session.info


def orders_for(login: str) -> str:
    """
    Write what somebody must run who may make roles, so that a login role can read as the readers.

    >>> print(orders_for("hub"))
    Let an administrator of the server run this once, then go on:
      CREATE ROLE payments_hub_reader NOLOGIN;
      CREATE ROLE payments_hub_city_reader NOLOGIN;
      GRANT payments_hub_reader, payments_hub_city_reader TO "hub";
    A role that is there already need not be made again.
    """
    made = "".join(f"  CREATE ROLE {role} NOLOGIN;\n" for role in READERS)
    quoted = login.replace('"', '""')
    return (
        "Let an administrator of the server run this once, then go on:\n"
        f'{made}  GRANT {", ".join(READERS)} TO "{quoted}";\n'
        "A role that is there already need not be made again."
    )
