"""I18: the database's disk is full: nothing is set aside or acknowledged and lost, and it goes on by itself."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text

from payments_hub.services.partners import create_key
from payments_hub.store.cluster import SERVER_SETTINGS
from payments_hub.store.errors import EmbeddedServerError
from payments_hub.web.app import create_app
from tests.builders import NOW
from tests.chaos.bench import Bench, Hub, Scenario
from tests.chaos.database import Server
from tests.chaos.numbered import make_city, numbered
from tests.chaos.outcome import Outcome
from tests.support.sender import Sender
from tests.support.waiting import wait_until
from tests.support.web import SettableClock, make_hub

_SIZE = "192m"
# The log of changes is a part of what fills a disk; a small one leaves room for the rest.
_SETTINGS = {**SERVER_SETTINGS, "shared_buffers": "32MB", "min_wal_size": "32MB", "max_wal_size": "64MB"}
_POSTS = 5
_FIRST_POST = 9_000
_POSTED = text(
    "SELECT count(*) FROM delivery JOIN partner ON partner.id = partner_id WHERE code = :partner AND transport = 'HTTP'"
)


def disk_full(bench: Bench, outcome: Outcome) -> None:
    """Fill the disk under the database while records come by Kafka and by HTTP, and free it."""
    before, meanwhile = bench.size(500, 200), bench.size(1_500, 300)
    disk = bench.folder / "disk"
    refused = _mount(disk)
    if refused is not None:
        outcome.skipped = f"a disk of {_SIZE} cannot be mounted here: {refused}"
        return
    server = Server(disk / "postgres", _SETTINGS)
    try:
        server.start()
        with server.hub() as database:
            hub = Hub(database, ("DISK",))
            make_city(database, hub.partners)
            bench.kafka.make_topics(hub.topics)
            _fill_and_free(bench, outcome, server, hub, before, meanwhile)
    finally:
        server.cluster.stop()
        subprocess.run(["umount", "-l", str(disk)], check=False, timeout=30)  # noqa: S603, S607  the system's own


def _mount(disk: Path) -> str | None:
    """Mount a small disk; tell why not, if so."""
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=700", "tmpfs", str(disk)]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603  ours
    except OSError as error:
        return str(error)
    return None if ran.returncode == 0 else ran.stderr.strip() or f"status {ran.returncode}"


def _fill_and_free(bench: Bench, outcome: Outcome, server: Server, hub: Hub, before: int, meanwhile: int) -> None:
    sender = _sender(hub)
    bench.send(hub.topics[0], range(before))
    with bench.worker(hub) as worker:
        hub.wait_for(before)
        with _filled(server.home.parent):
            outcome.faults["disk of the database full"] += 1
            bench.send(hub.topics[0], range(before, before + meanwhile))
            wait_until(lambda: bool(_struggles(worker.log)), "the worker meets the full disk", seconds=60)
            answers = _post(sender, hub, _POSTS)
            time.sleep(bench.size(10, 3))
            outcome.expect(worker.alive, "the worker ended")
        ended = not server.cluster.is_running()
        if ended:
            _come_back(server)
        hub.wait_for(before + meanwhile)
    accepted = sum(status == 201 for status, _ in answers)
    refused = sum(status == 503 and retry for status, retry in answers)
    outcome.figures |= {
        "HTTP answers": sorted({status for status, _ in answers}),
        "the server itself ended": ended,
    }
    outcome.expect(accepted + refused == _POSTS, f"HTTP answered {answers}, not 503 with Retry-After")
    outcome.expect(refused, "void: no post met the full disk")
    found = hub.stored()
    outcome.sent += before + meanwhile
    outcome.stored += found.positions
    outcome.doubled += found.deliveries - found.positions
    outcome.lost += before + meanwhile - found.positions
    outcome.expect(found.quarantined == 0, f"{found.quarantined} quarantined")
    outcome.expect(found.deliveries == before + meanwhile, f"{found.deliveries} deliveries of {before + meanwhile}")
    with hub.database.transaction() as session:
        posted = session.execute(_POSTED, {"partner": hub.partners[0]}).scalar_one()
    outcome.expect(posted >= accepted, f"{posted} stored of {accepted} posts that were acknowledged")


def _sender(hub: Hub) -> Sender:
    with hub.database.transaction() as session:
        key = create_key(session, hub.partners[0], NOW)
    return Sender(create_app(make_hub(hub.database, SettableClock(NOW))).test_client(), key)


def _post(sender: Sender, hub: Hub, times: int) -> list[tuple[int, bool]]:
    answers = [sender.post(numbered(hub.partners[0], _FIRST_POST + number)) for number in range(times)]
    return [(answer.status_code, "Retry-After" in answer.headers) for answer in answers]


def _struggles(log: Path) -> bool:
    words = log.read_text(encoding="utf-8")
    return any(event in words for event in ("batch_failed", "database_away", "connection_thrown_away"))


@contextlib.contextmanager
def _filled(disk: Path) -> Iterator[None]:
    """Take every byte of a disk for a while."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(1_048_576))
    with filler.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(512))
    try:
        yield
    finally:
        filler.unlink()


def _come_back(server: Server) -> None:
    """Start a server that its full disk has ended, as whoever runs it would."""
    for _ in range(3):
        with contextlib.suppress(EmbeddedServerError):
            server.come_back()
            return


DISK = (Scenario("I18", "the database's disk is full", 150, disk_full, least=2_000),)
