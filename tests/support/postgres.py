"""
A PostgreSQL server for a run of the tests, and a fresh database for each test.

The run's first process makes a folder and names it in the environment, so that the workers of pytest-xdist, its
children, share one server of a kind. Whichever needs a kind first starts it and makes its migrated template; the
first process stops them all at the end.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, count
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from payments_hub.store.cluster import SERVER_SETTINGS, Cluster, living_server
from payments_hub.store.embedded import embedded_binaries
from payments_hub.store.file_locks import waiting_for
from payments_hub.store.migrating import upgrade
from payments_hub.store.session import Database
from tests.support.waiting import wait_until

GIVEN_URL = "PAYMENTS_HUB_TEST_DATABASE_URL"
RUN_FOLDER = "PAYMENTS_HUB_TEST_RUN"
_PREFIX = "payments-hub-tests-"
_LOCK_SECONDS = 50
_ROOM_BYTES = 2_000_000_000
_numbers = count(1)


class ServerKind(StrEnum):
    """The PostgreSQL that tests run on."""

    EMBEDDED = "embedded"
    SYSTEM = "system"
    GIVEN = "given"


def default_kind() -> ServerKind:
    """Tell what most tests run on."""
    return ServerKind.GIVEN if os.environ.get(GIVEN_URL) else ServerKind.EMBEDDED


def store_kinds() -> list[ServerKind]:
    """Tell what the store's own tests run on; in CI a system without PostgreSQL fails them."""
    if os.environ.get(GIVEN_URL):
        return [ServerKind.GIVEN]
    return own_kinds()


def own_kinds() -> list[ServerKind]:
    """Tell which kinds of programs our own starting and stopping is tested with, whatever server was given."""
    return [ServerKind.EMBEDDED, *([ServerKind.SYSTEM] if system_binaries() or os.environ.get("CI") else [])]


def left_out() -> str | None:
    """Say in one line which kind of server is not tested, if any."""
    if ServerKind.SYSTEM in own_kinds():
        return None
    return "left out: the store's tests on the system's own PostgreSQL (none found; apt-get install postgresql)"


def system_binaries() -> Path | None:
    """Find the newest PostgreSQL of the system, where Debian and Red Hat keep it, or on the PATH."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found += [path.parent for path in Path("/usr").glob("pgsql-*/bin/initdb")]
    on_path = shutil.which("initdb")
    found += [Path(on_path).resolve().parent] if on_path else []
    return max(found, key=lambda path: (len(path.parent.name), path.parent.name), default=None)


def open_run() -> Path | None:
    """Name the run's folder in the environment, and return it; a worker finds it named, and has none to close."""
    if RUN_FOLDER in os.environ:
        return None
    _clear_abandoned_runs()
    os.environ[RUN_FOLDER] = tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=_parents()[0])
    return Path(os.environ[RUN_FOLDER])


def close_run(folder: Path) -> None:
    """Stop the run's servers and remove its folder."""
    os.environ.pop(RUN_FOLDER, None)
    _clear(folder)


def _parents() -> list[Path]:
    """List where runs are kept, the best first: a database is 300 small files, quicker in memory than on a disk."""
    memory, disk = Path("/dev/shm"), Path(tempfile.gettempdir())  # noqa: S108  mkdtemp makes a private folder in it
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM_BYTES
    return [memory, disk] if roomy else [disk]


def _clear_abandoned_runs() -> None:
    """Stop what a killed run has left: its folder's name says which process it was."""
    for folder in chain.from_iterable(parent.glob(f"{_PREFIX}*") for parent in _parents()):
        runner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if folder.owner() == Path.home().owner() and not Path(f"/proc/{runner}").exists():
            _clear(folder)


def _clear(folder: Path) -> None:
    _drop_template_of(folder)
    for pid_file in folder.rglob("postmaster.pid"):
        _end(pid_file.parent)
    shutil.rmtree(folder, ignore_errors=True)


def _end(data: Path) -> None:
    server = living_server(data)
    if server is not None:
        os.kill(server, signal.SIGQUIT)
        wait_until(lambda: living_server(data) is None, "a server of the tests stops")


def _drop_template_of(folder: Path) -> None:
    """Leave nothing on a server that was lent to the tests."""
    url, made = os.environ.get(GIVEN_URL), folder / f"{ServerKind.GIVEN}.template"
    if url and made.exists():
        with psycopg.connect(url, autocommit=True) as connection:
            name = sql.Identifier(made.read_text(encoding="utf-8"))
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))


def binaries(kind: ServerKind) -> Path:
    """
    Find the programs of a kind of server.

    Raises:
        RuntimeError: The system has none, where CI says that it must.

    """
    found = embedded_binaries() if kind is ServerKind.EMBEDDED else system_binaries()
    if found is None:
        raise RuntimeError("No PostgreSQL of the system was found, and with CI set it must be there.")
    return found


def _quick_cluster(home: Path, kind: ServerKind) -> Cluster:
    """Name a server that need not survive a power cut."""
    quick = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
    return Cluster(
        home, binaries(kind), {**SERVER_SETTINGS, **quick, "shared_buffers": "128MB", "max_wal_size": "256MB"}
    )


@dataclass(frozen=True, slots=True)
class Server:
    """
    One server that tests share.

    Args:
        kind: What it is.
        administrator: A connection that may make and drop databases; each statement commits.
        owner_url: Reaches the server as the role that the hub would be.
        folder: Holds the lock under which the template is made.

    """

    kind: ServerKind
    administrator: psycopg.Connection
    owner_url: str
    folder: Path

    @contextmanager
    def empty(self) -> Iterator[Database]:
        """Lend a database without tables."""
        with self._made_from("template0") as database:
            yield database

    @contextmanager
    def migrated(self) -> Iterator[Database]:
        """Lend a database with every table and no row but those of the migrations."""
        with self._made_from(self._template()) as database:
            yield database

    def _template(self) -> str:
        name = f"hub_template_{self._run()}"
        with waiting_for(self.folder / f"{self.kind}.template.lock", _LOCK_SECONDS):
            made = self.folder / f"{self.kind}.template"
            if not made.exists():
                self._create(name, "template0")
                with _opened(_renamed(self.owner_url, name)) as database:
                    upgrade(database)
                made.write_text(name, encoding="utf-8")
        return name

    @contextmanager
    def _made_from(self, template: str) -> Iterator[Database]:
        name = f"hub_test_{self._run()}_{os.getpid()}_{next(_numbers)}"
        self._create(name, template)
        try:
            with _opened(_renamed(self.owner_url, name)) as database:
                yield database
        finally:
            self._drop(name)

    def _create(self, name: str, template: str) -> None:
        # FILE_COPY takes a third of the time, but makes the server write everything it has to the disk: not for a
        # server that keeps other people's data.
        strategy = "wal_log" if self.kind is ServerKind.GIVEN else "file_copy"
        order = "CREATE DATABASE {} TEMPLATE {} OWNER {} ENCODING 'UTF8' STRATEGY {}"
        owner = str(make_url(self.owner_url).username)
        self.administrator.execute(sql.SQL(order).format(*map(sql.Identifier, (name, template, owner, strategy))))

    def _drop(self, name: str) -> None:
        self.administrator.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self) -> str:
        return self.folder.name.removeprefix(_PREFIX).partition("-")[0]


@contextmanager
def server(kind: ServerKind) -> Iterator[Server]:
    """Lend a kind of server, started unless it runs."""
    folder = Path(os.environ[RUN_FOLDER])
    admin_url = owner_url = os.environ.get(GIVEN_URL, "")
    if kind is not ServerKind.GIVEN:
        cluster = _quick_cluster(folder / kind, kind)
        owner_url = cluster.ensure_running()
        admin_url = cluster.superuser_url()
    with psycopg.connect(admin_url, autocommit=True) as administrator:
        yield Server(kind, administrator, owner_url, folder)


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url, connections=2)
    try:
        yield database
    finally:
        database.dispose()


def _renamed(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)
