"""How the hub stands in numbers, for a collector that asks again and again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from payments_hub.kernel.errors import UnavailableError
from payments_hub.services.alerts import alert_counts
from payments_hub.services.operations import is_gone
from payments_hub.store.backlog import drain_backlog
from payments_hub.store.consumer_workers import ConsumerWorker, feed_groups, read_workers
from payments_hub.store.offsets import RECEIPTS_PREFIX, FeedState, FeedStatus, read_statuses
from payments_hub.store.operations import quarantined_messages
from payments_hub.store.outbox import outbox_lengths
from payments_hub.store.reconciliation import count_faulty
from payments_hub.store.session import Database

_FEED = ("topic", "partition")
_WORKER = ("group", "machine")


@dataclass(frozen=True, slots=True)
class Gauge:
    """One number, or one for each value of its labels."""

    name: str
    help: str
    labels: tuple[str, ...]
    samples: tuple[tuple[tuple[str, ...], float], ...]


def read(database: Database, now: datetime) -> tuple[Gauge, ...]:
    """Read the numbers; while the database does not answer, that alone is told."""
    try:
        with database.transaction() as session:
            return (_one("hub_database_up", "Whether the database answers.", 1), *_gauges(session, now))
    except (SQLAlchemyError, UnavailableError):
        return (_one("hub_database_up", "Whether the database answers.", 0),)


def _gauges(session: Session, now: datetime) -> Iterator[Gauge]:
    statuses = read_statuses(session)
    yield from _feed_gauges([one for one in statuses if not one.topic.startswith(RECEIPTS_PREFIX)], now)
    yield from _worker_gauges(read_workers(session), now)
    groups = feed_groups(session)
    waiting, kept = outbox_lengths(session), quarantined_messages(session)
    yield _by_partner("hub_quarantined_messages", "Rejected messages whose bytes are kept.", kept)
    unpublished = {partner: waiting[partner].receipts if partner in waiting else 0 for partner in groups}
    yield _by_partner("hub_receipts_waiting", "Receipts still to be published.", unpublished)
    yield _one("hub_slices_waiting", "Slices that the rollups do not hold yet.", drain_backlog(session).slices)
    faulty = count_faulty(session)
    yield _one("hub_reconciliation_faults", "Partners' days whose deliveries and receipts do not add up.", faulty)
    alerts = tuple(((kind.value,), float(count)) for kind, count in alert_counts(session).items())
    yield Gauge("hub_alerts_open", "Open alerts.", ("kind",), alerts)


def _feed_gauges(feeds: list[FeedStatus], now: datetime) -> Iterator[Gauge]:
    def of(feed: FeedStatus) -> tuple[str, ...]:
        return feed.topic, str(feed.partition)

    lags = tuple((of(feed), float(feed.lag)) for feed in feeds if feed.lag is not None)
    yield Gauge("hub_feed_lag_records", "Records still to be read.", _FEED, lags)
    silences = tuple((of(feed), (now - feed.last_poll_at).total_seconds()) for feed in feeds)
    yield Gauge("hub_feed_silent_seconds", "Since when Kafka was not heard.", _FEED, silences)
    states = tuple(((*of(feed), state.value), float(feed.state is state)) for feed in feeds for state in FeedState)
    yield Gauge("hub_feed_state", "1 for the state that a feed is in.", (*_FEED, "state"), states)


def _worker_gauges(workers: tuple[ConsumerWorker, ...], now: datetime) -> Iterator[Gauge]:
    def of(worker: ConsumerWorker) -> tuple[str, ...]:
        return worker.feed_group, worker.machine

    up = tuple((of(one), float(one.memory_bytes is not None and not is_gone(one, now))) for one in workers)
    yield Gauge("hub_worker_up", "Whether a group's worker runs.", _WORKER, up)
    restarts = tuple((of(one), float(one.restarts)) for one in workers)
    yield Gauge("hub_worker_restarts", "How often it was started anew.", _WORKER, restarts)
    memory = tuple((of(one), float(one.memory_bytes)) for one in workers if one.memory_bytes is not None)
    yield Gauge("hub_worker_memory_bytes", "What it holds in memory.", _WORKER, memory)


def _by_partner(name: str, words: str, counts: dict[str, int]) -> Gauge:
    return Gauge(name, words, ("partner",), tuple(((code,), float(count)) for code, count in counts.items()))


def _one(name: str, words: str, value: float) -> Gauge:
    return Gauge(name, words, (), (((), float(value)),))
