"""
A worker process for tests: its orders come as JSON on standard input, its log goes to standard error.

It can stop or kill itself at an edge of the checkpoint, once, and it can move positions in wrong ways, which no product
can.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_hub.ingest.accept import accept
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.kernel.clock import SystemClock
from payments_hub.kernel.logs import configure_logs
from payments_hub.kernel.settings import LogFormat, LogLevel
from payments_hub.store.offsets import advance
from payments_hub.store.session import Database
from tests.support import ledger


@dataclass(slots=True)
class SignalsItself:
    """A failpoint that sends its own process a signal at one edge, once."""

    edge: str
    number: signal.Signals
    done: bool = False

    def __call__(self, edge: str) -> None:
        if edge == self.edge and not self.done:
            self.done = True
            os.kill(os.getpid(), self.number)


def advance_unfenced(
    session: Session, topic: str, partition: int, *, from_offset: int, to_offset: int, topic_id: str | None = None
) -> bool:
    """Move the position from wherever it is: what a worker would do that trusts its own memory."""
    session.execute(
        text("UPDATE feed_offset SET next_offset = :to WHERE topic = :topic AND partition = :partition"),
        {"to": to_offset, "topic": topic, "partition": partition},
    )
    return True


def advance_apart(
    session: Session, topic: str, partition: int, *, from_offset: int, to_offset: int, topic_id: str | None = None
) -> bool:
    """Move the position in a transaction of its own: what a worker would do that commits to Kafka first."""
    with Session(session.get_bind()) as own:
        moved = advance(own, topic, partition, from_offset=from_offset, to_offset=to_offset, topic_id=topic_id)
        own.commit()
        return moved


ADVANCES = {"fenced": advance, "unfenced": advance_unfenced, "apart": advance_apart}


def main(orders: dict[str, Any]) -> None:
    """Run a worker by orders until SIGTERM."""
    for module in orders.get("without", []):
        sys.modules[module] = None  # type: ignore[assignment]  # how Python marks a module that cannot be imported

    from consumers.batch import Checkpoint, no_failpoint  # noqa: PLC0415  after the modules above are gone
    from consumers.broker import KafkaBroker  # noqa: PLC0415  as above
    from consumers.health import Watchdog  # noqa: PLC0415  as above
    from consumers.loop import Worker  # noqa: PLC0415  as above
    from consumers.settings import ConsumerSettings  # noqa: PLC0415  as above
    from consumers.shutdown import Shutdown  # noqa: PLC0415  as above

    configure_logs(LogLevel.INFO, LogFormat.JSON)
    stop = Shutdown()
    stop.install()
    clock, cache = SystemClock(), ReferenceCache()
    failpoint = orders.get("failpoint")
    checkpoint = Checkpoint(
        Database(orders["database_url"]),
        ledger.record
        if orders.get("into_ledger", True)
        else lambda session, arrivals: accept(session, arrivals, reference=cache.current(session), clock=clock),
        clock,
        ADVANCES[orders.get("advance", "fenced")],
        SignalsItself(failpoint[0], signal.Signals[failpoint[1]]) if failpoint else no_failpoint,
    )
    with Watchdog(stop) as watchdog:
        Worker(
            connect=lambda: KafkaBroker(ConsumerSettings((orders["servers"],))),
            topics=lambda _session: frozenset(orders["topics"]),
            checkpoint=checkpoint,
            stop=stop,
            beat=watchdog.beat,
            look_around_seconds=0.5,
        ).run()


if __name__ == "__main__":
    main(json.load(sys.stdin))
