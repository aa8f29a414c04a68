"""
Workers of the bench: the tests' worker in processes that are born quickly, so that one a second can be killed.

Importing everything takes a second of computing; here one process imports it and the workers are its forks. No
client of Kafka exists before the fork.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

import consumers.batch
import consumers.broker
import consumers.health
import consumers.loop  # noqa: F401  all of them are imported once, before the forks
from payments_hub.kernel.errors import UnavailableError
from payments_hub.store.session import Database
from tests.support import worker as tests_worker
from tests.support.repository import ROOT

_BATCH_OPEN = text(
    "SELECT DISTINCT application_name FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE datname = current_database() AND mode = 'RowExclusiveLock' AND relation = 'delivery'::regclass"
)
_context = multiprocessing.get_context("forkserver")


def prepare() -> None:
    """Say what the process that all workers are forked from has to import."""
    os.environ["PYTHONPATH"] = str(ROOT)
    _context.set_forkserver_preload(["tests.chaos.worker"])


def work(orders: dict[str, Any], log: str) -> None:
    """Run a worker by orders, with its log in a file."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 2)
    tests_worker.main(orders)


def with_a_batch_open(database: Database) -> frozenset[str]:
    """Name the workers whose transaction has written deliveries and is not over; none while nobody can say."""
    try:
        with database.transaction() as session:
            return frozenset(session.scalars(_BATCH_OPEN))
    except (UnavailableError, SQLAlchemyError):
        return frozenset()


class Worker:
    """A worker in a process of its own; owned by one scenario."""

    def __init__(
        self, database: Database, servers: str, topics: Sequence[str], name: str, folder: Path, **orders: object
    ) -> None:
        url = database.engine.url.update_query_dict({"application_name": name})
        everything = {
            "database_url": url.render_as_string(hide_password=False),
            "servers": servers,
            "topics": list(topics),
            "into_ledger": False,
            **orders,
        }
        self.name = name
        self.topics = tuple(topics)
        self.log = folder / f"{name}.log"
        self.log.touch()
        self.process = _context.Process(target=work, args=(everything, str(self.log)), name=name, daemon=True)
        self.process.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """Tell its process."""
        return int(self.process.pid or 0)

    @property
    def alive(self) -> bool:
        """Tell whether it has not ended."""
        return self.process.is_alive()

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it is there."""
        if self.alive:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it without a word, and wait."""
        self.send(signal.SIGKILL)
        self.process.join(30)

    def end(self) -> int | None:
        """End it in order, and tell its status."""
        self.send(signal.SIGTERM)
        self.process.join(15)
        return self.process.exitcode

    def is_stopped(self) -> bool:
        """Tell whether the process is stopped."""
        try:
            state = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(") ")[2][:1]
        except OSError:
            return False
        return state == "T"

    def kill_with_a_batch_open(self, database: Database) -> bool:
        """Hold it still, look whether a batch is open, and kill it if so; let it go on if not."""
        self.send(signal.SIGSTOP)
        if self.name in with_a_batch_open(database):
            self.kill()
            return True
        self.send(signal.SIGCONT)
        return False

    def events(self, name: str) -> list[Mapping[str, Any]]:
        """Read the log lines of one event."""
        found = []
        for line in self.log.read_text(encoding="utf-8").splitlines():
            if line.startswith("{") and f'"{name}"' in line:
                read = json.loads(line)
                if read["event"] == name:
                    found.append(read)
        return found
