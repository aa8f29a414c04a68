"""
The roles that reading is done as, on a server of its own without them: made by who may, asked for by who may not.

The hub's own role is an ordinary one there, as a database's administrator would make it, and no superuser.
"""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url, text

from payments_hub.store.cluster import SERVER_SETTINGS, Cluster
from payments_hub.store.errors import ReadingRolesError
from payments_hub.store.migrating import current, head, upgrade
from payments_hub.store.reading import READERS
from payments_hub.store.session import Database
from tests.support import postgres
from tests.support.hub import report, small_hub
from tests.support.postgres import ServerKind
from tests.support.repository import ROOT
from tests.support.web import add_person, make_app, sign_in

pytestmark = [pytest.mark.database, pytest.mark.timeout(180)]

QUICK = {**SERVER_SETTINGS, "fsync": "off", "shared_buffers": "64MB", "max_wal_size": "256MB"}
BEFORE_READERS = "0010"


class Server:
    """A server that one test module alone uses; its readers are dropped before each test."""

    def __init__(self, cluster: Cluster) -> None:
        cluster.ensure_running()
        self.cluster = cluster
        self.owners: list[Database] = []

    def without_readers(self) -> None:
        with self._administrator() as connection:
            for reader in READERS:
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(reader)))

    def owned_by_a_new_role(self, rights: str) -> Database:
        """Make a database that belongs to an ordinary role with some rights, and open it as that role."""
        name, password = f"owner_{secrets.token_hex(4)}", secrets.token_hex(8)
        with self._administrator() as connection:
            connection.execute(f"CREATE ROLE {name} LOGIN NOSUPERUSER {rights} PASSWORD '{password}'")
            connection.execute(f"CREATE DATABASE {name} OWNER {name} TEMPLATE template0 ENCODING 'UTF8'")
        url = make_url(self.cluster.superuser_url(name)).set(username=name, password=password)
        database = Database(url.render_as_string(hide_password=False), connections=2)
        self.owners.append(database)
        return database

    def run(self, orders: str) -> None:
        """Do what a message asks an administrator to do, past what is there already."""
        with self._administrator() as connection:
            for line in orders.splitlines():
                if line.startswith("  "):
                    try:
                        connection.execute(line.strip())
                    except psycopg.errors.DuplicateObject:
                        continue

    def clear(self) -> None:
        """Drop what the tests have made, so that the readers can be dropped too."""
        for database in self.owners:
            name = database.engine.url.database
            database.dispose()
            with self._administrator() as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
                connection.execute(f"DROP OWNED BY {name}")
                connection.execute(f"DROP ROLE {name}")
        self.owners.clear()

    def _administrator(self) -> psycopg.Connection:
        return psycopg.connect(self.cluster.superuser_url(), autocommit=True)


@pytest.fixture(scope="module", params=postgres.own_kinds())
def own_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Lend a server of each kind on which nothing is but what the test makes."""
    kind: ServerKind = request.param
    home: Path = tmp_path_factory.mktemp(f"readers-{kind}") / "postgres"
    server = Server(Cluster(home, postgres.binaries(kind), QUICK))
    yield server
    server.cluster.stop()


@pytest.fixture
def server(own_server: Server) -> Iterator[Server]:
    """Lend the server without the reading roles."""
    own_server.without_readers()
    yield own_server
    own_server.clear()


def test_an_owner_that_may_make_roles_makes_the_readers_and_reads_as_them(server: Server) -> None:
    database = server.owned_by_a_new_role("CREATEROLE")

    upgrade(database)

    with database.reading(None) as session:
        assert session.scalar(text("SELECT current_user")) == "payments_hub_city_reader"
    with database.reading(1) as session:
        assert session.scalar(text("SELECT current_user")) == "payments_hub_reader"


def test_an_owner_that_may_make_none_is_told_what_to_run_and_stays_where_it_was(server: Server) -> None:
    database = server.owned_by_a_new_role("NOCREATEROLE")

    with pytest.raises(ReadingRolesError) as refusal:
        upgrade(database)

    name = database.engine.url.username
    assert f'GRANT payments_hub_reader, payments_hub_city_reader TO "{name}";' in refusal.value.message
    assert "CREATE ROLE payments_hub_reader NOLOGIN;" in refusal.value.message
    assert current(database) == BEFORE_READERS


def test_once_that_is_run_the_migration_goes_on(server: Server) -> None:
    database = server.owned_by_a_new_role("NOCREATEROLE")
    with pytest.raises(ReadingRolesError) as refusal:
        upgrade(database)

    server.run(refusal.value.message)
    upgrade(database)

    assert current(database) == head()
    with database.reading(None) as session:
        assert session.scalar(text("SELECT count(*) FROM delivery")) == 0


def test_a_hub_whose_role_is_no_superuser_takes_slices_in_and_shows_them(server: Server) -> None:
    database = server.owned_by_a_new_role("CREATEROLE")
    upgrade(database)
    hub = small_hub(database)
    add_person(database)

    [receipt] = hub.send(report(1_000_000))
    drained = hub.drain()
    with make_app(database).test_client() as client:
        sign_in(client)
        answer = client.get("/receipts")

    assert (receipt.verdict, drained, answer.status_code) == ("ACCEPTED", 1, 200)
    assert receipt.id in answer.text


def test_hubs_of_one_server_that_migrate_at_once_fail_none_but_by_rights(server: Server) -> None:
    databases = [server.owned_by_a_new_role("CREATEROLE") for _ in range(3)]

    first = [ended(process) for process in [started(database) for database in databases]]
    for answer in first:
        server.run(answer)
    again = [ended(started(database)) for database in databases]

    # Since PostgreSQL 16 only who made a role may hand it on: the others are told to ask.
    assert {("The schema is at" in answer) or ("READING_ROLES" in answer) for answer in first} == {True}
    assert sum("The schema is at" in answer for answer in first) >= 1
    assert [f"The schema is at {head()}." in answer for answer in again] == [True] * 3


def started(database: Database) -> subprocess.Popen[str]:
    """Start the command that migrates, in a process of its own: in one process only one can migrate at a time."""
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-m", "payments_hub", "migrate"],
        env={**os.environ, "PAYMENTS_HUB_DATABASE_URL": url},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> str:
    """Read what a command has said once it has ended."""
    return process.communicate(timeout=120)[0]


@pytest.mark.parametrize("right", ["LOGIN", "BYPASSRLS", "SUPERUSER"])
def test_a_role_of_that_name_that_may_do_more_than_read_is_refused(server: Server, right: str) -> None:
    database = server.owned_by_a_new_role("NOCREATEROLE")
    server.run(
        f"  CREATE ROLE payments_hub_reader NOLOGIN;\n  ALTER ROLE payments_hub_reader {right};\n"
        f"  CREATE ROLE payments_hub_city_reader NOLOGIN;\n"
        f"  GRANT {', '.join(READERS)} TO {database.engine.url.username};"
    )

    with pytest.raises(ReadingRolesError, match="may sign in or passes over row-level security"):
        upgrade(database)
