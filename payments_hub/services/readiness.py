"""Whether the hub can serve, what stands still or is late meanwhile, and the numbers behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from payments_hub.services.operations import DRAIN_LATE, RECEIPTS_LATE, is_gone, is_silent
from payments_hub.store import migrating
from payments_hub.store.alerts import open_alerts
from payments_hub.store.backlog import drain_backlog
from payments_hub.store.consumer_workers import read_workers
from payments_hub.store.errors import DatabaseAwayError
from payments_hub.store.offsets import RECEIPTS_PREFIX, FeedState, read_statuses
from payments_hub.store.operations import lease_states
from payments_hub.store.outbox import outbox_lengths
from payments_hub.store.reconciliation import count_faulty
from payments_hub.store.session import Database


class Reason(StrEnum):
    """Why the hub is not ready, or degraded: it serves, and part of it needs somebody."""

    DATABASE = "DATABASE"
    """The database does not answer: not ready."""

    SCHEMA = "SCHEMA"
    """The database is older or newer than the code: not ready."""

    KAFKA_SILENT = "KAFKA_SILENT"
    """Kafka, the network to it, or the consumer is away."""

    FEEDS_BLOCKED = "FEEDS_BLOCKED"
    FEEDS_SUSPENDED = "FEEDS_SUSPENDED"
    WORKERS_GONE = "WORKERS_GONE"
    SCHEDULER_AWAY = "SCHEDULER_AWAY"
    DRAIN_LATE = "DRAIN_LATE"
    RECEIPTS_LATE = "RECEIPTS_LATE"
    RECONCILIATION = "RECONCILIATION"
    """Deliveries and receipts of some day do not add up."""

    ALERTS = "ALERTS"
    """Some alert is open."""


@dataclass(frozen=True, slots=True)
class Lateness:
    """
    What waits or stands still somewhere; none of it stops the web from serving.

    Args:
        slices_waiting: Slices that the rollups do not hold yet.
        oldest_waiting_seconds: Since when the oldest of them waits; 0 where none does.
        feeds: Kafka feeds that a consumer ever reported on.
        feeds_blocked: Feeds that stand still until a person decides.
        feeds_suspended: Feeds that are not read because too much of what they brought was refused.
        feeds_silent_seconds: Since when Kafka was not heard on the most silent of them; None without feeds.
        records_behind: Records still to be read, over all feeds whose end is known.
        receipts_waiting: Receipts that are still to be published on their partners' topics.
        workers: Consumer workers that a supervisor looks after, or did.
        workers_gone: Of those, how many nobody has seen lately.
        days_not_adding_up: Partners' days whose deliveries and receipts did not add up when last counted.
        alerts: How many alerts are open.

    """

    slices_waiting: int
    oldest_waiting_seconds: int
    feeds: int
    feeds_blocked: int
    feeds_suspended: int
    feeds_silent_seconds: int | None
    records_behind: int
    receipts_waiting: int
    workers: int
    workers_gone: int
    days_not_adding_up: int
    alerts: int


@dataclass(frozen=True, slots=True)
class Readiness:
    """
    Whether the database answers, whether its schema is the code's, and what is late where both hold.

    Args:
        reasons: Why it is not ready or degraded; none while all is well. They name no partner: anybody may ask.

    """

    database: bool
    schema: bool
    lateness: Lateness | None
    reasons: tuple[Reason, ...]

    @property
    def ready(self) -> bool:
        """Tell whether pages can be served and messages taken over HTTP."""
        return self.database and self.schema

    @property
    def degraded(self) -> bool:
        """Tell whether the hub serves while part of it stands still or is late."""
        return self.ready and bool(self.reasons)


def check(database: Database, now: datetime) -> Readiness:
    """Make a round trip to the database and look at what waits."""
    try:
        database.ping()
        if migrating.current(database) != migrating.head():
            return Readiness(database=True, schema=False, lateness=None, reasons=(Reason.SCHEMA,))
        with database.transaction() as session:
            return _looked_at(session, now)
    except (DatabaseAwayError, SQLAlchemyError):
        return Readiness(database=False, schema=False, lateness=None, reasons=(Reason.DATABASE,))


def _looked_at(session: Session, now: datetime) -> Readiness:
    # The publisher of receipts leaves its signs of life in the same table; its topics are not read, but written.
    feeds = [status for status in read_statuses(session) if not status.topic.startswith(RECEIPTS_PREFIX)]
    workers, backlog, lengths = read_workers(session), drain_backlog(session), outbox_lengths(session).values()
    silences = [int((now - feed.last_poll_at).total_seconds()) for feed in feeds]
    lateness = Lateness(
        slices_waiting=backlog.slices,
        oldest_waiting_seconds=0 if backlog.since is None else int((now - backlog.since).total_seconds()),
        feeds=len(feeds),
        feeds_blocked=sum(feed.state is FeedState.BLOCKED for feed in feeds),
        feeds_suspended=sum(feed.state is FeedState.SUSPENDED for feed in feeds),
        feeds_silent_seconds=max(silences, default=None),
        records_behind=sum(feed.lag or 0 for feed in feeds),
        receipts_waiting=sum(length.receipts for length in lengths),
        workers=len(workers),
        workers_gone=sum(is_gone(worker, now) for worker in workers),
        days_not_adding_up=count_faulty(session),
        alerts=len(open_alerts(session)),
    )
    holds = {
        Reason.KAFKA_SILENT: any(is_silent(feed, now) for feed in feeds),
        Reason.FEEDS_BLOCKED: bool(lateness.feeds_blocked),
        Reason.FEEDS_SUSPENDED: bool(lateness.feeds_suspended),
        Reason.WORKERS_GONE: bool(lateness.workers_gone),
        Reason.SCHEDULER_AWAY: not any(lease.held_until > now for lease in lease_states(session)),
        Reason.DRAIN_LATE: backlog.since is not None and now - backlog.since > DRAIN_LATE,
        Reason.RECEIPTS_LATE: bool(feeds) and any(now - length.since > RECEIPTS_LATE for length in lengths),
        Reason.RECONCILIATION: bool(lateness.days_not_adding_up),
        Reason.ALERTS: bool(lateness.alerts),
    }
    reasons = tuple(reason for reason, told in holds.items() if told)
    return Readiness(database=True, schema=True, lateness=lateness, reasons=reasons)
