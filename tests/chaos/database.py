"""A PostgreSQL of the bench's own, with the server's default durability, which falls over and comes back."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from payments_hub.store.cluster import OWNER, SERVER_SETTINGS, Cluster, living_server
from payments_hub.store.embedded import embedded_binaries
from payments_hub.store.migrating import upgrade
from payments_hub.store.seat import find_seat
from payments_hub.store.session import Database
from tests.support.waiting import wait_until

_SETTINGS = {**SERVER_SETTINGS, "shared_buffers": "64MB"}
_TEMPLATE = "chaos_template"


@dataclass(slots=True)
class Server:
    """One server of databases; owned by the bench or by one scenario."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=lambda: _SETTINGS)
    cluster: Cluster = field(init=False)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.cluster = Cluster(self.home, embedded_binaries(), self.settings)

    @property
    def data(self) -> Path:
        """Tell where the data is."""
        return find_seat(self.home, self.cluster.binaries).data

    @property
    def port(self) -> int:
        """Tell the port it listens on."""
        return int(make_url(self.cluster.url()).port or 0)

    def start(self) -> None:
        """Start it, and make the template of a hub's database."""
        self.cluster.ensure_running()
        self.make(_TEMPLATE, "template0")
        template = Database(self.cluster.url(_TEMPLATE), connections=1)
        upgrade(template)
        template.dispose()

    def make(self, name: str, template: str) -> None:
        """Make a database."""
        order = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} ENCODING 'UTF8' STRATEGY file_copy")
        with psycopg.connect(self.cluster.superuser_url(), autocommit=True) as administrator:
            administrator.execute(order.format(*map(sql.Identifier, (name, template, OWNER))))

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        with psycopg.connect(self.cluster.superuser_url(), autocommit=True) as administrator:
            administrator.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def hub(self) -> Iterator[Database]:
        """Lend a hub's database with every table and no row."""
        name = f"chaos_{next(self._numbers)}"
        self.make(name, _TEMPLATE)
        database = Database(self.cluster.url(name), connections=2, application_name="chaos")
        try:
            yield database
        finally:
            database.dispose()
            self.come_back()
            self.drop(name)

    def fall_over(self) -> None:
        """Stop it as `pg_ctl stop -m immediate` does."""
        server = living_server(self.data)
        if server is not None:
            os.kill(server, signal.SIGQUIT)
            wait_until(lambda: living_server(self.data) is None, "the database's server has stopped")

    def come_back(self) -> None:
        """Start it unless it runs, at the address that it had."""
        self.cluster.ensure_running()
