"""Root, where user namespaces are refused: here by a PATH without the program that makes them."""

import os
import pwd
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from structlog.testing import capture_logs

from payments_hub.store.cluster import Cluster, living_server
from payments_hub.store.embedded import embedded_binaries
from payments_hub.store.errors import EmbeddedServerError
from payments_hub.store.seat import NAMESPACE, Seat, find_seat, namespaces_allowed

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused by PostgreSQL"),
]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "postgres"
    home.mkdir(mode=0o700)
    yield home
    marker = home / "data-is-in"
    if marker.exists():
        shutil.rmtree(marker.read_text().strip(), ignore_errors=True)


@pytest.fixture
def without_namespaces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as empty:
        monkeypatch.setenv("PATH", empty)
        yield


@pytest.mark.usefixtures("without_namespaces")
def test_a_system_user_runs_the_server_on_a_copy_of_the_programs(home: Path) -> None:
    cluster = Cluster(home, embedded_binaries())

    with capture_logs() as events:
        url = cluster.ensure_running()
    seat = find_seat(home, embedded_binaries())
    runs_as = Path(f"/proc/{living_server(seat.data)}").stat().st_uid
    with psycopg.connect(url) as connection:
        answer = connection.execute("SELECT 1").fetchone()
    cluster.stop()

    assert answer == (1,)
    assert pwd.getpwuid(runs_as).pw_name in {"postgres", "nobody"}
    assert stat.S_IMODE(seat.directory.stat().st_mode) == 0o700
    assert [event["event"] for event in events] == ["embedded_postgres_elsewhere"]


@pytest.mark.usefixtures("without_namespaces")
def test_data_that_was_made_in_a_namespace_is_not_left_for_an_empty_database(home: Path) -> None:
    (home / "data").mkdir()

    with pytest.raises(EmbeddedServerError, match="as an ordinary user who owns it"):
        find_seat(home, embedded_binaries())


def test_data_that_is_elsewhere_stays_there_when_namespaces_are_allowed_again(home: Path) -> None:
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as empty:
        patch.setenv("PATH", empty)
        moved = find_seat(home, embedded_binaries())

    assert find_seat(home, embedded_binaries()) == moved


@pytest.mark.usefixtures("without_namespaces")
def test_data_that_vanished_from_elsewhere_is_reported(home: Path) -> None:
    moved = find_seat(home, embedded_binaries())
    shutil.rmtree(moved.directory.parent)

    with pytest.raises(EmbeddedServerError, match="is gone"):
        find_seat(home, embedded_binaries())


@pytest.mark.usefixtures("without_namespaces")
def test_a_place_that_somebody_else_has_taken_is_refused(home: Path) -> None:
    moved = find_seat(home, embedded_binaries())
    os.chown(moved.directory, 12345, 12345)

    with pytest.raises(EmbeddedServerError, match="not as the hub made it"):
        find_seat(home, embedded_binaries())


@pytest.mark.skipif(not namespaces_allowed(), reason="this system refuses user namespaces")
def test_a_namespace_is_used_where_it_is_allowed(home: Path) -> None:
    assert find_seat(home, embedded_binaries()) == Seat(home, embedded_binaries(), prefix=NAMESPACE)
