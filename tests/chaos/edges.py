"""I2, I3, I4, I20: workers that sleep, die or lose the answer at a chosen edge of the checkpoint."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from consumers.batch import Checkpoint
from consumers.broker import KafkaBroker, Polled
from consumers.settings import ConsumerSettings
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.kernel.clock import SystemClock
from payments_hub.kernel.errors import UnavailableError
from payments_hub.store.session import Database
from tests.chaos.bench import Bench, Hub, Scenario, compare
from tests.chaos.outcome import Outcome
from tests.support.consuming import accepting, hub_worker, running
from tests.support.proxy import Mode, Proxy
from tests.support.waiting import wait_until
from tests.support.worker import advance_unfenced

_EDGES = ("before-transaction", "inside-transaction", "after-commit", "after-report")
_CUTS = 8


def zombie(bench: Bench, outcome: Outcome) -> None:
    """A worker sleeps between poll and transaction while another drains the feed, and wakes."""
    records = bench.size(3_000, 1_200)
    with bench.hub() as hub:
        fenced = _sleep_and_wake(bench, hub, records, "fenced")
        outcome.faults["worker frozen before its transaction"] += 1
        compare(outcome, hub, range(records))
        outcome.expect(fenced, "the worker that woke was not fenced")
        outcome.figures["fenced"] = fenced
    with bench.hub() as hub:
        _sleep_and_wake(bench, hub, records, "unfenced")
        found = hub.stored()
        outcome.control("no fence", f"{found.deliveries} rows", failed=found.deliveries > records)


def _sleep_and_wake(bench: Bench, hub: Hub, records: int, advance: str) -> int:
    """Let a worker sleep over another's work, and tell how often it was fenced."""
    bench.send(hub.topics[0], range(records))
    with bench.worker(hub, advance=advance, failpoint=["before-transaction", "SIGSTOP"]) as sleeper:
        wait_until(sleeper.is_stopped, "the first worker stops itself after its poll")
        with bench.worker(hub) as second:
            hub.wait_for(records)
            second.end()
        sleeper.send(signal.SIGCONT)
        if advance == "fenced":
            wait_until(lambda: bool(sleeper.events("batch_fenced")), "the first worker is fenced")
        else:
            wait_until(lambda: hub.stored().deliveries >= 2 * records, "all is stored once more", seconds=60)
        return len(sleeper.events("batch_fenced"))


def crashes(bench: Bench, outcome: Outcome) -> None:
    """A worker dies at each edge of the checkpoint, and another takes over."""
    records = bench.size(3_000, 1_000)
    for edge in _EDGES:
        with bench.hub() as hub:
            seconds = _die_and_take_over(bench, hub, records, edge, "fenced")
            outcome.faults[f"worker killed {edge}"] += 1
            outcome.figures[f"taken over {edge}"] = f"{seconds:.1f} s"
            compare(outcome, hub, range(records), words=edge)
    with bench.hub() as hub:
        _die_and_take_over(bench, hub, records, "inside-transaction", "apart")
        found = hub.stored()
        outcome.control("position apart", f"{found.deliveries} rows", failed=0 < found.deliveries < records)


def _die_and_take_over(bench: Bench, hub: Hub, records: int, edge: str, advance: str) -> float:
    bench.send(hub.topics[0], range(records))
    with bench.worker(hub, advance=advance, failpoint=[edge, "SIGKILL"]) as first:
        wait_until(lambda: not first.alive, "the first worker kills itself")
    begun = time.monotonic()
    with bench.worker(hub):
        hub.wait_for(records)
    return time.monotonic() - begun


def ambiguous_commit(bench: Bench, outcome: Outcome) -> None:
    """The network is cut after COMMIT was forwarded, before the answer comes back."""
    records = bench.size(3_000, 1_000)
    cuts = _CUTS if not bench.quick else 2
    with bench.hub() as hub, Proxy(bench.server.port) as proxy:
        through = _through(hub.database, proxy)
        with bench.worker(hub, database=through):
            _send_and_cut(bench, hub, proxy, records, cuts)
            hub.wait_for(records)
        through.dispose()
        outcome.faults["answer to COMMIT lost"] += proxy.cuts
        outcome.expect(proxy.cuts >= cuts, f"void: only {proxy.cuts} commits lost their answer")
        compare(outcome, hub, range(records))
    with bench.hub() as hub, Proxy(bench.server.port) as proxy:
        through = _through(hub.database, proxy)
        clock = SystemClock()
        blind = _BlindCheckpoint(through, accepting(ReferenceCache(), clock), clock, advance_unfenced)
        with running(hub_worker(_connecting(bench), blind, lambda: hub.topics)):
            _send_and_cut(bench, hub, proxy, records // 4, 1)
            hub.wait_for(records // 4)
            found = hub.stored()
        through.dispose()
        outcome.control("blind retry", f"{found.deliveries} rows", failed=found.deliveries > records // 4)


@dataclass(frozen=True, slots=True)
class _BlindCheckpoint(Checkpoint):
    """A checkpoint as one must not be: after a lost connection it stores the same batch again, without asking."""

    def store(self, polled: Polled) -> int:
        try:
            return Checkpoint.store(self, polled)
        except UnavailableError:
            return Checkpoint.store(self, polled)


def _through(database: Database, proxy: Proxy) -> Database:
    url = database.engine.url.set(port=proxy.port).render_as_string(hide_password=False)
    return Database(url, connections=2)


def _connecting(bench: Bench) -> Callable[[], KafkaBroker]:
    return lambda: KafkaBroker(ConsumerSettings((bench.kafka.servers,)))


def _send_and_cut(bench: Bench, hub: Hub, proxy: Proxy, records: int, cuts: int) -> None:
    """Send in as many portions as there are cuts to be, and lose the answer to a batch of each."""
    portion = records // (cuts + 1)
    for number in range(cuts):
        proxy.turn(Mode.CUT_AFTER_COMMIT)
        bench.send(hub.topics[0], range(number * portion, (number + 1) * portion))
        _wait_for_cuts(proxy, number + 1)
        proxy.turn(Mode.PASS)
    bench.send(hub.topics[0], range(cuts * portion, records))


def _wait_for_cuts(proxy: Proxy, cuts: int) -> None:
    wait_until(lambda: proxy.cuts >= cuts, "an answer to COMMIT is lost")


def slow_batch(bench: Bench, outcome: Outcome) -> None:
    """A worker sleeps in its transaction for longer than the database lets it: the batch is undone, and read again."""
    records = bench.size(2_000, 500)
    with bench.hub() as hub:
        bench.send(hub.topics[0], range(records))
        with bench.worker(hub, failpoint=["inside-transaction", "SIGSTOP"]) as sleeper:
            wait_until(sleeper.is_stopped, "the worker stops itself inside its transaction")
            time.sleep(bench.size(20, 17))
            outcome.expect(hub.stored().deliveries == 0, "something of the sleeping batch is stored")
            sleeper.send(signal.SIGCONT)
            outcome.faults["slept inside a batch"] += 1
            hub.wait_for(records)
            outcome.figures["batches undone"] = len(sleeper.events("batch_failed"))
            outcome.expect(sleeper.events("batch_failed"), "the sleeping batch was not undone")
        compare(outcome, hub, range(records))


EDGES = (
    Scenario("I2", "a zombie wakes between poll and transaction", 150, zombie, least=3_000),
    Scenario("I3", "a crash at every edge of the checkpoint", 180, crashes, least=12_000),
    Scenario("I4", "the answer to COMMIT is lost", 120, ambiguous_commit, least=3_000),
)
SLOW_BATCH = (Scenario("I20", "a batch that takes longer than its transaction may", 90, slow_batch, least=2_000),)
