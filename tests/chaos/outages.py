"""I10, I15, I26: the database or the broker goes away for a while, or is slow; a fault of ours is no verdict."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from consumers.batch import Accept, Checkpoint, Judged
from consumers.broker import KafkaBroker, Polled
from consumers.memory import resident_bytes
from consumers.settings import ConsumerSettings
from payments_hub.ingest.arrivals import Arrival
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.kernel.clock import SystemClock
from payments_hub.kernel.errors import UnavailableError
from payments_hub.store.offsets import read_statuses
from payments_hub.store.session import Database
from tests.chaos.bench import Bench, Hub, Scenario, compare
from tests.chaos.database import Server
from tests.chaos.numbered import amount_of, numbered
from tests.chaos.outcome import Outcome
from tests.support.consuming import accepting, hub_worker, produce, producing, running
from tests.support.proxy import Mode, Proxy
from tests.support.waiting import wait_until

_BAD = 10
_BEFORE = 100


def database_away(bench: Bench, outcome: Outcome) -> None:
    """The database is stopped while good and bad records arrive; only the bad ones are set aside."""
    good = bench.size(1_000, 200)
    with bench.hub() as hub:
        with bench.worker(hub) as worker:
            _outage(bench, hub, good, bench.size(30, 6))
            hub.wait_for(_BEFORE + good + _BAD)
            outcome.figures["tries while it was away"] = len(worker.events("database_away"))
        outcome.faults["database stopped for 30 s"] += 1
        found = hub.stored()
        records = _BEFORE + good + _BAD
        outcome.sent += records
        outcome.stored += found.positions
        outcome.doubled += found.deliveries - found.positions
        outcome.lost += records - found.positions
        outcome.figures["quarantined"] = found.quarantined
        outcome.expect(found.quarantined == _BAD, f"{found.quarantined} quarantined, not {_BAD}")
        outcome.expect(found.amount == amount_of(range(_BEFORE + good)), "the amounts differ")
        outcome.expect(found.deliveries == records, f"{found.deliveries} deliveries of {records} records")
    with bench.hub() as hub:
        aside = _be_careless(bench, hub, good)
        outcome.control("an outage is a fault of the records", f"{aside} set aside", failed=aside > _BAD)


def _outage(bench: Bench, hub: Hub, good: int, seconds: float) -> None:
    bench.send(hub.topics[0], range(_BEFORE))
    hub.wait_for(_BEFORE)
    bench.server.fall_over()
    produce(bench.kafka.servers, hub.topics[0], _good_and_bad(hub, range(_BEFORE, _BEFORE + good)))
    time.sleep(seconds)
    bench.server.come_back()


def _good_and_bad(hub: Hub, numbers: range) -> list[bytes]:
    records = [numbered(hub.partners[0], number) for number in numbers]
    for number in range(_BAD):
        records.insert(number * len(numbers) // _BAD, b"garbage %d" % number)
    return records


@dataclass(slots=True)
class _FallsOver:
    """Judges as the hub does, but the first time the database's server is stopped just before."""

    server: Server
    judge: Accept
    has_fallen: bool = False

    def __call__(self, session: Session, arrivals: Sequence[Arrival]) -> Sequence[Judged] | None:
        if not self.has_fallen:
            self.server.fall_over()
            self.has_fallen = True
        return self.judge(session, arrivals)


@dataclass(frozen=True, slots=True)
class _CarelessCheckpoint(Checkpoint):
    """A checkpoint as one must not be: it takes an outage for a fault of the records, and passes them over."""

    dead_letters: list[bytes | None] = field(default_factory=list)

    def store(self, polled: Polled) -> int:
        try:
            return Checkpoint.store(self, polled)
        except UnavailableError:
            self.dead_letters.extend(record.value for record in polled.records)
            return 0


def _be_careless(bench: Bench, hub: Hub, good: int) -> int:
    """Read through an outage without care, and tell how many records were set aside."""
    clock = SystemClock()
    falls_over = _FallsOver(bench.server, accepting(ReferenceCache(), clock))
    careless = _CarelessCheckpoint(hub.database, falls_over, clock)
    settings = ConsumerSettings((bench.kafka.servers,))
    produce(bench.kafka.servers, hub.topics[0], _good_and_bad(hub, range(good)))
    with running(hub_worker(lambda: KafkaBroker(settings), careless, lambda: hub.topics)):
        wait_until(lambda: bool(careless.dead_letters), "records of the outage are set aside")
        bench.server.come_back()
        # One more, by which the worker finds out that the database stands elsewhere than it believes.
        bench.send(hub.topics[0], [good])
        hub.wait_for(good + _BAD + 1)
    return hub.stored().quarantined + len(careless.dead_letters)


def broker_away(bench: Bench, outcome: Outcome) -> None:
    """The broker is stopped in order, and killed, and started again, while a partner sends on."""
    records = bench.size(2_000, 400)
    seconds = bench.size(40, 20)
    with bench.hub() as hub, bench.worker(hub) as worker:
        sender = threading.Thread(target=_send_on, args=(bench, hub, records, seconds), daemon=True)
        sender.start()
        for number, down in ((signal.SIGTERM, 8), (signal.SIGKILL, 2)):
            time.sleep(3)
            bench.kafka.stop(number)
            time.sleep(down)
            bench.kafka.start()
            outcome.faults[f"broker ended by {number.name}"] += 1
        sender.join(90)
        hub.wait_for(records)
        outcome.expect(worker.alive, "the worker ended")
        compare(outcome, hub, range(records))


def _send_on(bench: Bench, hub: Hub, records: int, seconds: float) -> None:
    options = {"delivery_timeout_ms": 120_000, "max_block_ms": 120_000, "linger_ms": 5}
    with producing(bench.kafka.servers, **options) as producer:
        for number in range(records):
            producer.send(hub.topics[0], numbered(hub.partners[0], number))
            time.sleep(seconds / records)


def slow_database(bench: Bench, outcome: Outcome) -> None:
    """Every message to the database takes 200 ms longer while ten times the records come: lag rises, and drains."""
    warm, flood = bench.size(2_000, 500), bench.size(6_000, 1_000)
    with bench.hub() as hub, Proxy(bench.server.port) as proxy:
        through = Database(hub.database.engine.url.set(port=proxy.port).render_as_string(hide_password=False))
        bench.send(hub.topics[0], range(warm))
        with bench.worker(hub, database=through) as worker:
            hub.wait_for(warm)
            memory = [resident_bytes(worker.pid) or 0]
            proxy.turn(Mode.DELAY)
            outcome.faults["database 200 ms slower"] += 1
            bench.send(hub.topics[0], range(warm, warm + flood))
            highest = _watch(hub, worker.pid, memory, bench.size(40, 8))
            proxy.turn(Mode.PASS)
            hub.wait_for(warm + flood)
            wait_until(lambda: _lag(hub) == 0, "the lag is gone", seconds=30)
            memory.append(resident_bytes(worker.pid) or 0)
        through.dispose()
        grown = max(memory) / memory[0] - 1
        outcome.figures |= {"highest lag": highest, "memory grew by": f"{grown:.1%}"}
        outcome.expect(highest > flood / 4, f"void: the lag was never above {highest}")
        outcome.expect(grown < 0.1, f"the worker's memory grew by {grown:.0%}")
        compare(outcome, hub, range(warm + flood))


def _watch(hub: Hub, process: int, memory: list[int], seconds: float) -> int:
    """Watch memory and lag for a while; tell the highest lag."""
    highest, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        highest = max(highest, _lag(hub) or 0)
        memory.append(resident_bytes(process) or 0)
        time.sleep(0.5)
    return highest


def _lag(hub: Hub) -> int | None:
    with hub.database.transaction() as session:
        return next((one.lag for one in read_statuses(session) if one.topic == hub.topics[0]), None)


AWAY = (
    Scenario("I10", "the database is away while good and bad records come", 150, database_away, least=1_110),
    Scenario("I15", "the broker is stopped and killed", 180, broker_away, least=2_000),
)
SLOW = (Scenario("I26", "a slow database under ten times the records", 200, slow_database, least=8_000),)
