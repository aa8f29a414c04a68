"""
The store's errors.

::

    UnavailableError
    ├── EmbeddedServerError       the hub's own PostgreSQL could not be started or stopped
    ├── DatabaseAwayError         the database does not answer
    ├── TransactionTooLongError   a transaction passed its time limit and was undone
    ├── DatabaseBusyError         others hold what was needed; the same transaction may work later
    └── SchemaBusyError           a migration could not get its lock in time
    ConfigurationError
    ├── DatabaseURLError          the database's URL is not one of PostgreSQL
    ├── UnsupportedServerError    the server is too old, or keeps text in another encoding than UTF-8
    ├── ReadingRolesError         the roles that the hub reads as are missing, or not for it
    └── UnknownRevisionError      no migration has this number
"""

from __future__ import annotations

from payments_hub.kernel.errors import ConfigurationError, UnavailableError


class EmbeddedServerError(UnavailableError):
    """The hub's own PostgreSQL could not be started or stopped; the message ends with the tail of its log."""

    code = "EMBEDDED_SERVER"


class DatabaseAwayError(UnavailableError):
    """The database does not answer."""

    code = "DATABASE_AWAY"


class TransactionTooLongError(UnavailableError):
    """A transaction passed its time limit and was undone; nothing of it is stored."""

    code = "TRANSACTION_TOO_LONG"


class DatabaseBusyError(UnavailableError):
    """Others hold what a transaction needed; nothing of it is stored, and it may be tried again."""

    code = "DATABASE_BUSY"


class SchemaBusyError(UnavailableError):
    """A migration could not get its lock in time; it changed nothing and may be tried again."""

    code = "SCHEMA_BUSY"


class DatabaseURLError(ConfigurationError):
    """The database's URL is not one of PostgreSQL."""

    code = "DATABASE_URL"


class UnsupportedServerError(ConfigurationError):
    """The server is too old, or keeps text in another encoding than UTF-8."""

    code = "UNSUPPORTED_SERVER"


class ReadingRolesError(ConfigurationError):
    """The roles that the hub reads as are missing, or not for it; the message ends with what to run."""

    code = "READING_ROLES"


class UnknownRevisionError(ConfigurationError):
    """No migration has this number."""

    code = "UNKNOWN_REVISION"
