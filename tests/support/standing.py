"""What feeds that stand still leave behind, and a worker on a Kafka in memory that looks around often."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from consumers.batch import Accept, Checkpoint, Edge, no_failpoint
from consumers.loop import Worker
from consumers.shutdown import Shutdown
from payments_hub.kernel.clock import SystemClock
from payments_hub.store.alerts import AlertKind, open_alerts
from payments_hub.store.feed_attempts import Attempt, read
from payments_hub.store.session import Database
from tests.support import ledger
from tests.support.fake_broker import FakeKafka


def quick_worker(
    database: Database,
    kafka: FakeKafka,
    accept: Accept = ledger.record,
    failpoint: Callable[[Edge], None] = no_failpoint,
    **options: Any,
) -> Worker:
    """Build a worker that reads every topic of a Kafka in memory and looks around often."""
    return Worker(
        connect=kafka.connect,
        topics=lambda _session: {feed.topic for feed in kafka.logs},
        checkpoint=Checkpoint(database, accept, SystemClock(), failpoint=failpoint),
        stop=Shutdown(),
        look_around_seconds=0.05,
        **options,
    )


def alerts_of(database: Database, kind: AlertKind) -> dict[str, dict[str, object]]:
    """Read the open alerts of a kind: what each says, by its subject."""
    with database.transaction() as session:
        return {alert.subject: dict(alert.detail) for alert in open_alerts(session) if alert.kind is kind}


def attempts_of(database: Database, topic: str) -> tuple[Attempt, ...]:
    """Read what is known of reads that did not come back."""
    with database.transaction() as session:
        return read(session, [topic])
