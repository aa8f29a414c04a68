"""
The consumers' errors.

::

    HubError
    └── ConsumerError
        ├── FencedError             another worker moved the feed's position meanwhile
        ├── DatabaseFaultError      the database does not do what every feed needs
        ├── BrokerUnreachableError  no Kafka answers, and why as far as can be told
        ├── BrokerOpenError         Kafka lets somebody do what is not theirs; nothing may be read from it
        ├── NotAllowedError         Kafka does not let our user do it
        └── UnknownTopicError       the topic to send to is not there
"""

from __future__ import annotations

from collections.abc import Sequence

from consumers.access import Opening
from payments_hub.kernel.errors import HubError


class ConsumerError(HubError):
    """Any error the consumers raise on purpose."""

    code = "CONSUMER"


class FencedError(ConsumerError):
    """Another worker moved the feed's position since this one continued: nothing of this batch may be stored."""

    code = "FENCED"


class DatabaseFaultError(ConsumerError):
    """The database does not do what every feed needs: all wait until it does, and the connection to Kafka stays."""

    code = "DATABASE_FAULT"


class BrokerUnreachableError(ConsumerError):
    """No Kafka answers, and why as far as can be told."""

    code = "BROKER_UNREACHABLE"


class BrokerOpenError(ConsumerError):
    """Kafka lets somebody do what is not theirs, so a record's topic does not prove whose it is."""

    code = "BROKER_OPEN"

    def __init__(self, message: str, openings: Sequence[Opening] = ()) -> None:
        super().__init__(message, openings=len(openings))
        self.openings = tuple(openings)


class NotAllowedError(ConsumerError):
    """Kafka does not let our user do it."""

    code = "NOT_ALLOWED"


class UnknownTopicError(ConsumerError):
    """The topic to send to is not there."""

    code = "UNKNOWN_TOPIC"


def words_of(error: Exception) -> str:
    """Name an error in one line, without the statement and its parameters, which may hold a partner's figures."""
    return f"{type(error).__name__}: {error}".partition("\n")[0][:300]
