"""What every measurement needs: a PostgreSQL of its own with the hub's schema, and an end that stops everything."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import FrameType

import psycopg

from benchmarks.cost import Trees, parent_of
from benchmarks.feeds import GROUPS, Feed, partner_code, register
from benchmarks.ingest import PeerTable
from payments_hub.bootstrap import Hub, open_hub
from payments_hub.cli.processes import prepare_own_database
from payments_hub.kernel.settings import load_settings
from payments_hub.store import embedded

ROOT = Path(__file__).parent.parent
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stage:
    """
    The hub and its database, and who has not reported yet: each feed is another partner's, so nothing is repeated.

    Args:
        url: Of the hub's database.
        folder: Where everything is.

    """

    def __init__(self, hub: Hub, url: str, folder: Path) -> None:
        self.hub = hub
        self.url = url
        self.folder = folder
        self.server = Trees([_server_process(url)])
        self.peer = PeerTable(url, self.server)
        self.environment = {
            "PAYMENTS_HUB_DATABASE_URL": url,
            "PAYMENTS_HUB_VAR_DIR": str(folder),
            "PAYMENTS_HUB_LOG_LEVEL": "warning",
        }
        self._turns = count()

    def register(self, turns: int) -> None:
        """Register as many partners as so many feeds need."""
        with self.hub.database.transaction() as session:
            register(session, range(turns * len(GROUPS)), now=self.hub.clock.now())

    def next_feeds(self, feed: Feed, workers: int) -> list[Feed]:
        """Share a feed among partners that have not reported yet, one a worker."""
        first = next(self._turns) * len(GROUPS)
        return feed.shared_by([partner_code(first + number) for number in range(workers)])

    def settle(self) -> None:
        """Let PostgreSQL write out what it still holds, so that nobody pays for whoever came before."""
        with psycopg.connect(embedded.cluster(self.folder).superuser_url(), autocommit=True) as connection:
            connection.execute("CHECKPOINT")


@contextmanager
def set_up(folder: Path) -> Iterator[Stage]:
    """Start a database, and stop it at the end."""
    settings = replace(load_settings({}), var_dir=folder)
    try:
        url = prepare_own_database(settings)
        hub = open_hub(replace(settings, database_url=url), application_name="benchmark", connections=2)
        try:
            stage = Stage(hub, url, folder)
            stage.peer.make()
            yield stage
        finally:
            hub.close()
    finally:
        embedded.stop(folder)


def stop_on_signals() -> None:
    """Let Ctrl-C and SIGTERM end the program in order: what was started is stopped, and a second signal waits."""

    def end(number: int, _frame: FrameType | None) -> None:
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for number in _SIGNALS:
        signal.signal(number, end)


def _server_process(url: str) -> int:
    """Find the process that all of PostgreSQL's descend from: the parent of the one that answers."""
    with psycopg.connect(url) as connection:
        return parent_of(connection.info.backend_pid)
