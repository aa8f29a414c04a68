"""A PostgreSQL of one test's own that is stopped at once in the middle of a transaction, and started again."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from sqlalchemy import event

from payments_hub.store.cluster import SERVER_SETTINGS, Cluster, living_server
from payments_hub.store.embedded import embedded_binaries
from payments_hub.store.migrating import upgrade
from payments_hub.store.seat import find_seat
from payments_hub.store.session import Database
from tests.support.postgres import RUN_FOLDER
from tests.support.waiting import wait_until

_LOCK = "FOR NO KEY UPDATE"
# What is committed must last through the stop; no power is cut, so nothing is forced to the disk.
_SETTINGS = {**SERVER_SETTINGS, "fsync": "off", "shared_buffers": "32MB", "autovacuum": "off"}


@dataclass(slots=True)
class Outage:
    """
    The server and the database on it; owned by one test.

    Args:
        armed: The next transaction that takes a partner's lock loses the server.
        begun: The server is away.

    """

    cluster: Cluster
    database: Database
    armed: Event = field(default_factory=Event)
    begun: Event = field(default_factory=Event)

    def begin(self) -> None:
        """Stop the server as `pg_ctl stop -m immediate` does."""
        data = find_seat(self.cluster.home, self.cluster.binaries).data
        server = living_server(data)
        if server is None:
            raise RuntimeError("there is no server to stop")
        os.kill(server, signal.SIGQUIT)
        wait_until(lambda: living_server(data) is None, "the server has stopped")
        self.begun.set()

    def end(self) -> None:
        """Start the server again, at the address that it had."""
        self.begun.clear()
        self.cluster.ensure_running()

    def after_statement(self, _connection: object, _cursor: object, statement: str, *_more: object) -> None:
        """Stop the server if it was asked for and a transaction that takes messages in has got its lock."""
        if self.armed.is_set() and _LOCK in statement:
            self.armed.clear()
            self.begin()


@contextmanager
def stoppable_server() -> Iterator[Outage]:
    """Lend a server with every table and no row."""
    folder = Path(tempfile.mkdtemp(dir=os.environ[RUN_FOLDER]))
    cluster = Cluster(folder / "postgres", embedded_binaries(), _SETTINGS)
    database = Database(cluster.ensure_running(), connections=2)
    outage = Outage(cluster, database)
    event.listen(database.engine, "after_cursor_execute", outage.after_statement)
    try:
        upgrade(database)
        yield outage
    finally:
        database.dispose()
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
