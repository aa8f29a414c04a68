"""I16, I17: the network between a worker and the broker swallows everything, or resets every connection."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping

from consumers.batch import Checkpoint
from consumers.broker import Bounds, KafkaBroker
from consumers.loop import Worker as Loop
from consumers.settings import ConsumerSettings
from consumers.topics import Feed
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.kernel.clock import SystemClock
from payments_hub.services.readiness import Reason, check
from tests.chaos.bench import Bench, Hub, Scenario, compare
from tests.chaos.outcome import Outcome
from tests.support.consuming import accepting, hub_worker, running
from tests.support.proxy import Mode, cpu_seconds
from tests.support.waiting import wait_until

_NOTICED_SECONDS = 30
_HEALED_SECONDS = 10
_BUSY_SHARE = 0.2
_FAR = 1_000_000


def blackhole(bench: Bench, outcome: Outcome) -> None:
    """Everything between a worker and the broker is swallowed: it is noticed, and over soon after it is over."""
    before, meanwhile = 200, 200
    seconds = bench.size(60, 30)
    with bench.hub() as hub:
        with bench.worker(hub, servers=bench.kafka.behind_the_door) as worker:
            bench.send(hub.topics[0], range(before))
            hub.wait_for(before)
            bench.kafka.door.turn(Mode.BLACKHOLE)
            outcome.faults["network swallowed everything"] += 1
            bench.send(hub.topics[0], range(before, before + meanwhile))
            end = time.monotonic() + seconds
            noticed = _noticed_after(hub, seconds)
            time.sleep(max(0.0, end - time.monotonic()))
            bench.kafka.door.turn(Mode.PASS)
            healed = _fresh_after(hub)
            hub.wait_for(before + meanwhile)
            outcome.expect(worker.alive, "the worker ended")
        outcome.figures |= {"noticed after": _words(noticed), "recovered after": _words(healed)}
        outcome.expect(noticed is not None and noticed <= _NOTICED_SECONDS, f"noticed after {_words(noticed)}")
        outcome.expect(healed is not None and healed <= _HEALED_SECONDS, f"recovered after {_words(healed)}")
        compare(outcome, hub, range(before + meanwhile))
    with bench.hub() as hub, running(_unprobed(bench, hub)):
        bench.send(hub.topics[0], range(before))
        hub.wait_for(before)
        bench.kafka.door.turn(Mode.BLACKHOLE)
        unnoticed = _noticed_after(hub, _NOTICED_SECONDS)
        bench.kafka.door.turn(Mode.PASS)
        outcome.control("no probe", "it stays fresh", failed=unnoticed is None)


def _noticed_after(hub: Hub, seconds: float) -> float | None:
    """Tell after how long readiness says that Kafka is not heard of any more."""
    return _after(lambda: _is_silent(hub), seconds)


def _fresh_after(hub: Hub) -> float | None:
    """Tell after how long readiness says no more that Kafka is not heard of."""
    return _after(lambda: not _is_silent(hub), 60)


def _after(holds: Callable[[], bool], seconds: float) -> float | None:
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < seconds:
        if holds():
            return passed
        time.sleep(0.2)
    return None


def _is_silent(hub: Hub) -> bool:
    return Reason.KAFKA_SILENT in check(hub.database, SystemClock().now()).reasons


class _UnprobedBroker(KafkaBroker):
    """A connection that asks the broker nothing but to poll: a cut network is only silence to it."""

    remembered: frozenset[Feed] | None = None

    def feeds(self, topics: Iterable[str]) -> frozenset[Feed]:
        if self.remembered is None:
            self.remembered = KafkaBroker.feeds(self, topics)
        return self.remembered

    def bounds(self, feeds: Iterable[Feed]) -> Mapping[Feed, Bounds]:
        return {feed: Bounds(0, _FAR) for feed in feeds}


def _unprobed(bench: Bench, hub: Hub) -> Loop:
    clock = SystemClock()
    settings = ConsumerSettings((bench.kafka.behind_the_door,))
    checkpoint = Checkpoint(hub.database, accepting(ReferenceCache(), clock), clock)
    return hub_worker(lambda: _UnprobedBroker(settings), checkpoint, lambda: hub.topics)


def _words(seconds: float | None) -> str:
    return "never" if seconds is None else f"{seconds:.1f} s"


def resets(bench: Bench, outcome: Outcome) -> None:
    """Every connection to the broker is reset for a while, as soon as it is made."""
    before, meanwhile = 500, 500
    seconds = bench.size(30, 10)
    with bench.hub() as hub:
        with bench.worker(hub, servers=bench.kafka.behind_the_door) as worker:
            bench.send(hub.topics[0], range(before))
            hub.wait_for(before)
            computed, cut = cpu_seconds(worker.pid), bench.kafka.door.resets
            bench.kafka.door.turn(Mode.RESET)
            bench.send(hub.topics[0], range(before, before + meanwhile))
            time.sleep(seconds)
            share = (cpu_seconds(worker.pid) - computed) / seconds
            resets_seen = bench.kafka.door.resets - cut
            bench.kafka.door.turn(Mode.PASS)
            hub.wait_for(before + meanwhile)
            outcome.expect(worker.alive, "the worker ended")
        outcome.faults["connections reset"] += resets_seen
        outcome.figures["share of a core"] = f"{share:.0%}"
        outcome.expect(resets_seen >= 3, f"void: only {resets_seen} connections were reset")
        outcome.expect(share < _BUSY_SHARE, f"the worker took {share:.0%} of a core")
        wait_until(lambda: not _is_silent(hub), "it is heard of again")
        compare(outcome, hub, range(before + meanwhile))


NETWORK = (
    Scenario("I16", "a network that swallows everything", 200, blackhole, least=400),
    Scenario("I17", "connections reset for 30 s", 120, resets, least=1_000),
)
