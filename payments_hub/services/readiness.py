"""Whether the hub can serve, and what is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from payments_hub.store import migrating
from payments_hub.store.backlog import drain_backlog
from payments_hub.store.errors import DatabaseAwayError
from payments_hub.store.offsets import RECEIPTS_PREFIX, FeedState, read_statuses
from payments_hub.store.outbox import outbox_lengths
from payments_hub.store.session import Database


@dataclass(frozen=True, slots=True)
class Lateness:
    """
    What waits somewhere; none of it stops the web from serving.

    Args:
        slices_waiting: Slices that the rollups do not hold yet.
        oldest_waiting_seconds: Since when the oldest of them waits; 0 where none does.
        feeds: Kafka feeds that a consumer ever reported on.
        feeds_blocked: Feeds that stand still until a person decides.
        feeds_silent_seconds: Since when the most silent consumer was not heard; None without feeds.
        records_behind: Records still to be read, over all feeds whose end is known.
        receipts_waiting: Receipts that are still to be published on their partners' topics.

    """

    slices_waiting: int
    oldest_waiting_seconds: int
    feeds: int
    feeds_blocked: int
    feeds_silent_seconds: int | None
    records_behind: int
    receipts_waiting: int


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the database answers, whether its schema is the code's, and what is late where both hold."""

    database: bool
    schema: bool
    lateness: Lateness | None

    @property
    def ready(self) -> bool:
        """Tell whether pages and feeds can be served."""
        return self.database and self.schema


def check(database: Database, now: datetime) -> Readiness:
    """Make a round trip to the database and look at what waits."""
    try:
        database.ping()
        if migrating.current(database) != migrating.head():
            return Readiness(database=True, schema=False, lateness=None)
        return Readiness(database=True, schema=True, lateness=_lateness(database, now))
    except (DatabaseAwayError, SQLAlchemyError):
        return Readiness(database=False, schema=False, lateness=None)


def _lateness(database: Database, now: datetime) -> Lateness:
    with database.transaction() as session:
        backlog = drain_backlog(session)
        # The publisher of receipts leaves its signs of life in the same table; its topics are not read, but written.
        statuses = [status for status in read_statuses(session) if not status.topic.startswith(RECEIPTS_PREFIX)]
        waiting = sum(length.receipts for length in outbox_lengths(session).values())
    silences = [int((now - status.last_poll_at).total_seconds()) for status in statuses]
    return Lateness(
        slices_waiting=backlog.slices,
        oldest_waiting_seconds=0 if backlog.since is None else int((now - backlog.since).total_seconds()),
        feeds=len(statuses),
        feeds_blocked=sum(status.state is FeedState.BLOCKED for status in statuses),
        feeds_silent_seconds=max(silences, default=None),
        records_behind=sum(status.lag or 0 for status in statuses),
        receipts_waiting=waiting,
    )
