"""I21: workers come and go on one feed, every few seconds; nothing is doubled, and the feed never stalls."""

from __future__ import annotations

import time
from threading import Thread

from tests.chaos.bench import Bench, Hub, Scenario, compare
from tests.chaos.numbered import next_offset, numbered
from tests.chaos.outcome import Outcome
from tests.chaos.worker import Worker
from tests.support.consuming import producing

_STALL_SECONDS = 30


def comings_and_goings(bench: Bench, outcome: Outcome) -> None:
    """One of two workers on a feed is ended and another one started, forty times, while records come."""
    times, every = bench.size(40, 8), 1.5
    records = bench.size(4_000, 800)
    with bench.hub() as hub:
        sender = Thread(target=_send_on, args=(bench, hub, records, times * every), daemon=True)
        sender.start()
        workers = [bench.worker(hub), bench.worker(hub)]
        fenced, moved_at, longest, position = 0, time.monotonic(), 0.0, 0
        statuses: set[int | None] = set()
        for number in range(times):
            end = time.monotonic() + every
            while time.monotonic() < end:
                now = next_offset(hub.database, hub.partners) or 0
                if now != position:
                    longest = max(longest, time.monotonic() - moved_at)
                    position, moved_at = now, time.monotonic()
                time.sleep(0.1)
            leaver = workers[number % 2]
            statuses.add(leaver.end())
            fenced += len(leaver.events("batch_fenced"))
            workers[number % 2] = bench.worker(hub)
            outcome.faults["worker left and another came"] += 1
        sender.join(60)
        hub.wait_for(records)
        _end(workers)
        outcome.figures |= {"fenced": fenced, "longest stall": f"{longest:.1f} s"}
        outcome.expect(longest < _STALL_SECONDS, f"the feed stalled for {longest:.0f} s")
        outcome.expect(statuses == {0}, f"workers ended with {statuses}")
        compare(outcome, hub, range(records))


def _end(workers: list[Worker]) -> None:
    for worker in workers:
        worker.kill()


def _send_on(bench: Bench, hub: Hub, records: int, seconds: float) -> None:
    with producing(bench.kafka.servers, linger_ms=5) as producer:
        for number in range(records):
            producer.send(hub.topics[0], numbered(hub.partners[0], number))
            time.sleep(seconds / records)


COMINGS = (Scenario("I21", "workers come and go", 180, comings_and_goings, least=4_000),)
