"""A publisher process for tests: its orders come as JSON on standard input, and it may kill itself at an edge."""

from __future__ import annotations

import json
import signal
import sys
from typing import Any

from consumers.broker import KafkaSender, Sender
from consumers.health import Watchdog
from consumers.publishing import Publisher, SendingEdge, no_failpoint
from consumers.settings import ConsumerSettings
from consumers.shutdown import Shutdown
from payments_hub.kernel.clock import SystemClock
from payments_hub.kernel.logs import configure_logs
from payments_hub.kernel.settings import LogFormat, LogLevel
from payments_hub.store import outbox
from payments_hub.store.session import Database
from tests.support.worker import SignalsItself


class CarelessPublisher(Publisher):
    """A publisher as one must not be: it takes receipts out of the outbox before Kafka has them."""

    def _round(self, sender: Sender) -> bool:
        with self.database.transaction() as session:
            batches = self._next_batches(session)
            for partner, batch in batches.items():
                outbox.forget_published(session, partner, [one.number for one in batch])
        if batches:
            self.failpoint(SendingEdge.BEFORE_SENDING)
            self._send(sender, batches)
        return bool(batches)


def main(orders: dict[str, Any]) -> None:
    """Publish by orders until SIGTERM."""
    configure_logs(LogLevel.INFO, LogFormat.JSON)
    stop = Shutdown()
    stop.install()
    failpoint = orders.get("failpoint")
    with Watchdog(stop) as watchdog:
        (CarelessPublisher if orders.get("careless") else Publisher)(
            connect=lambda: KafkaSender(ConsumerSettings((orders["servers"],))),
            database=Database(orders["database_url"]),
            partners=lambda _session: frozenset(orders["topics"]),
            clock=SystemClock(),
            stop=stop,
            beat=watchdog.beat,
            failpoint=SignalsItself(failpoint[0], signal.Signals[failpoint[1]]) if failpoint else no_failpoint,
            look_around_seconds=0.5,
        ).run()


if __name__ == "__main__":
    main(json.load(sys.stdin))
