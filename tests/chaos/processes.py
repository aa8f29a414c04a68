"""I24, I25: a worker that hangs or is blown up by one record ends alone, is reported and started anew."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from consumers.memory import resident_bytes
from payments_hub.store.alerts import Alert, AlertKind, open_alerts
from payments_hub.store.session import Database
from tests.chaos.bench import Bench, Hub, Scenario
from tests.chaos.numbered import stored
from tests.chaos.outcome import Outcome
from tests.chaos.supervised import SPIN, SPUN
from tests.support.consuming import produce
from tests.support.repository import ROOT
from tests.support.waiting import wait_until

_HUNG_SECONDS = 60
_LOOK_SECONDS = 15
"""How long the supervisor may take to see an end, tell of it and start anew, on a busy machine."""

_RECORDS = 300
_LIMIT_MEGABYTES = 512
_BIG_BYTES = 400 * 1024 * 1024


def hang(bench: Bench, outcome: Outcome) -> None:
    """A worker's poll never returns: the watchdog ends it, its supervisor starts another; other groups go on."""
    with bench.hub(2) as hub:
        _part(hub)
        log = bench.folder / "supervisor.log"
        with _supervised(bench, hub, log, {SPUN: str(bench.folder / "spun")}, "-m", "tests.chaos.supervised", "run"):
            bench.send(hub.topics[0], range(_RECORDS))
            wait_until(lambda: _positions(hub, 0) == _RECORDS, "the first group is read")
            produce(bench.kafka.servers, hub.topics[0], [SPIN])
            begun = time.monotonic()
            bench.send(hub.topics[1], range(_RECORDS))
            wait_until(lambda: _positions(hub, 1) == _RECORDS, "the other group is read on")
            other = time.monotonic() - begun
            wait_until(lambda: bool(_ended(hub.database)), "its end is reported", seconds=2 * _HUNG_SECONDS)
            reported = time.monotonic() - begun
            where = f"{hub.topics[0]}-0@{_RECORDS}"
            wait_until(lambda: where in str(_ended(hub.database)), f"the alert names {where}", seconds=60)
            wait_until(lambda: _positions(hub, 0) == _RECORDS + 1, "it is read on after the end", seconds=60)
        outcome.faults["worker hung in a poll"] += 2
        outcome.figures |= {"reported after": f"{reported:.0f} s", "other group read after": f"{other:.1f} s"}
        outcome.expect(reported <= _HUNG_SECONDS + _LOOK_SECONDS, f"the end was reported after {reported:.0f} s")
        outcome.expect(other < _HUNG_SECONDS / 2, f"the other group waited {other:.0f} s")
        _add(outcome, hub, _RECORDS + 1, _RECORDS)


def blow_up(bench: Bench, outcome: Outcome) -> None:
    """A record of 1 MB unpacks to 400 MB: its worker dies alone, and its feed alone stands still and says so."""
    with bench.hub(2) as hub:
        _part(hub)
        bench.send(hub.topics[0], range(_RECORDS))
        _send_big(bench.kafka.servers, hub.topics[0])
        log = bench.folder / "supervisor.log"
        limit = {"PAYMENTS_HUB_WORKER_MEMORY_MB": str(_LIMIT_MEGABYTES)}
        highest = 0
        with _supervised(bench, hub, log, limit, "-m", "consumers", "run") as supervisor:
            begun = time.monotonic()
            bench.send(hub.topics[1], range(_RECORDS))
            while not (_blocked(hub.database) and _positions(hub, 1) == _RECORDS):
                if time.monotonic() > begun + 120:
                    raise TimeoutError("the feed is not blocked, or the other one not read")
                highest = max(highest, *(resident_bytes(one) or 0 for one in _children(supervisor.pid)), 0)
                time.sleep(0.05)
            blocked = time.monotonic() - begun
            wait_until(lambda: bool(_ended(hub.database)), "the end of the worker is reported")
            named = str(_ended(hub.database)[0].detail)
        ends = log.read_text(encoding="utf-8").count("worker_ended")
        outcome.faults["record of 400 MB in 1 MB"] += 1
        outcome.figures |= {
            "blocked after": f"{blocked:.0f} s",
            "workers ended": ends,
            "largest worker": f"{highest // 2**20} MB",
        }
        allowed = (_LIMIT_MEGABYTES + 200) * 2**20
        outcome.expect(highest < allowed, f"a worker held {highest // 2**20} MB")
        where = f"{hub.topics[0]}-0@{_RECORDS}"
        outcome.expect(where in named, f"the alert does not name {where}: {named}")
        _add(outcome, hub, _RECORDS, _RECORDS)


def _part(hub: Hub) -> None:
    """Give each partner a group of its own."""
    with hub.database.transaction() as session:
        session.execute(text("UPDATE partner SET feed_group = lower(code)"))


@contextmanager
def _supervised(
    bench: Bench, hub: Hub, log: Path, environment: Mapping[str, str], *words: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a supervisor for a while."""
    url = hub.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    settings = {
        "PAYMENTS_HUB_DATABASE_URL": url,
        "PAYMENTS_HUB_VAR_DIR": str(bench.folder / "var"),
        "PAYMENTS_HUB_KAFKA_SERVERS": bench.kafka.servers,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-W", "ignore", *words]
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603  our own program
            command, cwd=ROOT, env={**os.environ, **settings, **environment}, stdout=file, stderr=file
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _send_big(servers: str, topic: str) -> None:
    """Send the record from a process of its own, whose memory ends with it."""
    program = (
        "import sys; from kafka import KafkaProducer\n"
        "producer = KafkaProducer(bootstrap_servers=sys.argv[1], compression_type='gzip', max_request_size=2**30)\n"
        f"producer.send(sys.argv[2], bytes({_BIG_BYTES})).get(60)\n"
        "producer.close()\n"
    )
    subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-W", "ignore", "-c", program, servers, topic], check=True, timeout=120
    )


def _children(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children")
    return [int(number) for number in children.read_text(encoding="ascii").split()] if children.exists() else []


def _positions(hub: Hub, number: int) -> int:
    return stored(hub.database, [hub.partners[number]]).positions


def _ended(database: Database) -> list[Alert]:
    with database.transaction() as session:
        return [alert for alert in open_alerts(session) if alert.kind is AlertKind.WORKER_ENDED]


def _blocked(database: Database) -> bool:
    with database.transaction() as session:
        return any(alert.kind is AlertKind.FEED_BLOCKED for alert in open_alerts(session))


def _add(outcome: Outcome, hub: Hub, *records: int) -> None:
    found = hub.stored()
    outcome.sent += sum(records)
    outcome.stored += found.positions
    outcome.doubled += found.deliveries - found.positions
    outcome.lost += sum(records) - found.positions
    outcome.expect(found.deliveries == sum(records), f"{found.deliveries} deliveries of {sum(records)} records")


PROCESSES = (
    Scenario("I24", "a worker that hangs", 240, hang, least=600),
    Scenario("I25", "a record that unpacks to 400 MB", 240, blow_up, least=600),
)
