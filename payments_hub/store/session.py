"""The one way to the database: a pool of connections, and transactions that end in time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry

from payments_hub.store import reading
from payments_hub.store.errors import DatabaseAwayError, DatabaseBusyError, DatabaseURLError, TransactionTooLongError

TRANSACTION_LIMIT_SECONDS = 30
"""The state as known at the end of a day may be asked for 30 s later: a transaction that began before must be over."""

_LOCK_WAIT_SECONDS = 10
_CONNECT_SECONDS = 10
_TRANSACTION_TIMEOUT_SINCE = 170000
_DEADLINE = "payments_hub_deadline"
_TOO_LONG = {"57014", "25P03", "25P04"}  # a statement, an idle transaction or a whole one passed its time
_BUSY = {"55P03", "40P01", "40001"}  # a lock was not to be had, a deadlock, a failed serialization
_DRIVER = "postgresql+psycopg"


class Database:
    """
    A pool of connections to one PostgreSQL database.

    Owned by the entry point that made it; safe to share between threads. Not between processes: a process that forks
    makes its own. Nothing connects before the first transaction.

    Args:
        url: `postgresql://user:password@host:port/name`, with libpq's parameters after `?`.
        application_name: What `pg_stat_activity` calls the connections.
        connections: How many connections are kept; as many again are opened while all of them are busy.

    Raises:
        DatabaseURLError: The URL is not one of PostgreSQL.

    """

    def __init__(self, url: str, *, application_name: str = "payments-hub", connections: int = 5) -> None:
        address = driver_url(url)
        self.engine: Engine = create_engine(
            address,
            pool_size=connections,
            max_overflow=connections,
            pool_pre_ping=True,
            # An error's text goes to the log; what a partner or a person sent does not.
            hide_parameters=True,
            pool_recycle=1800,
            connect_args=_connect_arguments(address.query, application_name),
        )
        event.listen(self.engine, "connect", _bound_transactions)
        event.listen(self.engine, "before_cursor_execute", _refuse_after_deadline)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self, *, limit_seconds: int = TRANSACTION_LIMIT_SECONDS) -> Iterator[Session]:
        """
        Open a session in a transaction: committed at the end, undone when an error leaves the block.

        Args:
            limit_seconds: By when the transaction has ended. A statement may start in the first half of it and may
                take as long as the other half, so that the limit holds on every server.

        Raises:
            TransactionTooLongError: The time is up; nothing is stored.
            DatabaseBusyError: Others hold what it needed, or it was the victim of a deadlock; nothing is stored.
            DatabaseAwayError: The connection failed. If it failed while committing, what was written may be stored.

        """
        deadline = _Deadline(limit_seconds)
        with _named_faults(), self._sessions.begin() as session:
            connection = session.connection(execution_options={_DEADLINE: deadline})
            if limit_seconds != TRANSACTION_LIMIT_SECONDS:
                _set_limits(connection, limit_seconds)
            yield session
            session.flush()
            deadline.check(deadline.limit_seconds)

    @contextmanager
    def reading(self, scope: int | None) -> Iterator[Session]:
        """
        Open a session in a transaction that can change nothing, and sees what row-level security shows of a scope.

        Args:
            scope: The number of the partner whose rows alone are seen; None for the whole city's.

        Raises:
            ReadingRolesError: The server does not let the hub step down to the role that reads.

        """
        with self.transaction() as session:
            reading.begin_reading(session, scope)
            yield session

    def ping(self) -> None:
        """
        Make one round trip to the database.

        Raises:
            DatabaseAwayError: It does not answer.

        """
        with _named_faults(), self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def dispose(self) -> None:
        """Close every connection; the next transaction would open a new one."""
        self.engine.dispose()


@contextmanager
def _named_faults() -> Iterator[None]:
    """Give the faults of time, of locks and of the network our names; what a statement did wrong stays as it is."""
    try:
        yield
    except (DBAPIError, psycopg.Error) as error:
        # COPY speaks to the driver itself, whose errors nobody wraps.
        original = error.orig if isinstance(error, DBAPIError) else error
        state = getattr(original, "sqlstate", None)
        if state in _TOO_LONG:
            raise TransactionTooLongError("A transaction took too long, and the server undid it.") from error
        if state in _BUSY:
            raise DatabaseBusyError("Others are working with the same rows. Try again in a moment.") from error
        cut = isinstance(error, DBAPIError) and error.connection_invalidated
        if cut or (isinstance(original, psycopg.OperationalError) and state is None):
            raise DatabaseAwayError("The database does not answer. Is the server running?") from error
        raise


class _Deadline:
    """When one transaction must be over, on a clock that nobody sets."""

    def __init__(self, limit_seconds: int) -> None:
        self.limit_seconds = limit_seconds
        self._started = monotonic()

    def check(self, allowed_seconds: float) -> None:
        elapsed = monotonic() - self._started
        if elapsed > allowed_seconds:
            raise TransactionTooLongError(
                f"The transaction took {elapsed:.0f} s of its {self.limit_seconds} s and was undone. "
                "Do less in one transaction, or give it a higher limit.",
                limit_seconds=self.limit_seconds,
            )


def driver_url(url: str) -> URL:
    """
    Read a PostgreSQL URL, and name the driver we use.

    Raises:
        DatabaseURLError: The URL is not one of PostgreSQL. The message does not repeat it: it may hold a password.

    """
    try:
        address = make_url(url)
    except ArgumentError:
        raise DatabaseURLError("The database's URL cannot be read. " + _FORM) from None
    if address.drivername not in {"postgresql", "postgres", _DRIVER}:
        raise DatabaseURLError(f"The hub keeps its data in PostgreSQL, not in {address.drivername}. " + _FORM)
    return address.set(drivername=_DRIVER)


_FORM = "Write it as postgresql://user:password@host:port/name."


def _connect_arguments(query: Mapping[str, str | tuple[str, ...]], application_name: str) -> dict[str, str | int]:
    half = TRANSACTION_LIMIT_SECONDS * 1000 // 2
    ours = {
        "timezone": "UTC",
        "statement_timeout": half,
        "lock_timeout": _LOCK_WAIT_SECONDS * 1000,
        "idle_in_transaction_session_timeout": half,
    }
    options = " ".join(f"-c {name}={value}" for name, value in ours.items())
    given = query.get("options", "")
    # tcp_user_timeout: a network that swallows packets is noticed in seconds, not after the kernel's 15 minutes.
    return {
        "options": f"{options} {given}".strip(),
        "application_name": str(query.get("application_name", application_name)),
        "connect_timeout": int(str(query.get("connect_timeout", _CONNECT_SECONDS))),
        "tcp_user_timeout": int(str(query.get("tcp_user_timeout", half))),
    }


def _bound_transactions(connection: object, _entry: ConnectionPoolEntry) -> None:
    """Let the server itself end a transaction in time, where it can (PostgreSQL 17 and later)."""
    if isinstance(connection, psycopg.Connection) and connection.info.server_version >= _TRANSACTION_TIMEOUT_SINCE:
        connection.execute("SELECT set_config('transaction_timeout', %s, false)", [f"{TRANSACTION_LIMIT_SECONDS}s"])
        connection.commit()


def _refuse_after_deadline(
    connection: Connection,
    _cursor: DBAPICursor,
    _statement: str,
    _parameters: object,
    _context: ExecutionContext | None,
    _executemany: bool,  # noqa: FBT001  SQLAlchemy's signature
) -> None:
    deadline = connection.get_execution_options().get(_DEADLINE)
    if isinstance(deadline, _Deadline):
        deadline.check(deadline.limit_seconds / 2)


def _set_limits(connection: Connection, limit_seconds: int) -> None:
    half = f"{limit_seconds * 500}ms"
    names = ["statement_timeout", "idle_in_transaction_session_timeout"]
    for name in names:
        connection.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": half})
    if (connection.dialect.server_version_info or (0,)) >= (17,):
        # The server's clock for this transaction runs already, and only turning it off lets it be wound up anew.
        for value in ("0", f"{limit_seconds}s"):
            whole = {"name": "transaction_timeout", "value": value}
            connection.execute(text("SELECT set_config(:name, :value, true)"), whole)
