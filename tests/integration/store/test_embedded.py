"""Each trap of running PostgreSQL ourselves, on real servers with real signals and processes."""

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from payments_hub.store import embedded
from payments_hub.store.cluster import Cluster
from payments_hub.store.errors import EmbeddedServerError
from payments_hub.store.seat import find_seat
from tests.support import postgres
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.database


@pytest.fixture(scope="session", params=postgres.own_kinds())
def made(request: pytest.FixtureRequest) -> Cluster:
    """Make a server once; the tests work on copies, because making one takes ten times as long."""
    folder = Path(tempfile.mkdtemp(dir=os.environ[postgres.RUN_FOLDER]))
    cluster = Cluster(folder / "postgres", postgres.binaries(request.param))
    cluster.ensure_running()
    cluster.stop()
    return cluster


@pytest.fixture
def cluster(made: Cluster) -> Iterator[Cluster]:
    home = Path(tempfile.mkdtemp(dir=os.environ[postgres.RUN_FOLDER])) / "postgres"
    shutil.copytree(made.home, home)
    (home / "port").unlink()
    copied = Cluster(home, made.binaries)
    yield copied
    copied.stop()


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def start_in_a_process(var: Path, variables: dict[str, str]) -> subprocess.Popen[str]:
    starting = (
        "import pathlib, sys, payments_hub.store.embedded as e; print(e.ensure_running(pathlib.Path(sys.argv[1])))"
    )
    environment = {name: value for name, value in os.environ.items() if name != "XDG_RUNTIME_DIR"}
    return subprocess.Popen(  # noqa: S603  this Python and our own words
        [sys.executable, "-W", "error", "-c", starting, str(var)],
        cwd=ROOT,
        env={**environment, **variables},
        stdout=subprocess.PIPE,
        text=True,
    )


def postmaster(cluster: Cluster) -> int:
    return int((cluster.home / "data" / "postmaster.pid").read_text().split()[0])


def remember(url: str, word: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (word text)")
        connection.execute("INSERT INTO kept VALUES (%s)", [word])


def remembered(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM kept ORDER BY word")]


def test_stop_and_start_keeps_the_data_and_the_url(cluster: Cluster) -> None:
    url = cluster.ensure_running()
    remember(url, "kept")

    cluster.stop()

    assert not cluster.is_running()
    assert cluster.ensure_running() == url
    assert remembered(url) == ["kept"]


def test_a_server_that_runs_is_left_alone(cluster: Cluster) -> None:
    cluster.ensure_running()
    before = postmaster(cluster)

    cluster.ensure_running()

    assert postmaster(cluster) == before


def test_it_recovers_what_was_committed_before_a_sigkill(cluster: Cluster) -> None:
    url = cluster.ensure_running()
    remember(url, "committed")
    killed = postmaster(cluster)

    os.kill(killed, signal.SIGKILL)

    assert cluster.ensure_running() == url
    assert postmaster(cluster) != killed
    assert remembered(url) == ["committed"]


def test_a_killed_server_whose_number_another_program_has_is_started_again(cluster: Cluster) -> None:
    url = cluster.ensure_running()
    remember(url, "committed")
    os.kill(postmaster(cluster), signal.SIGKILL)
    wait_until(lambda: not cluster.is_running(), "the killed server answers no more")
    pid_file = cluster.home / "data" / "postmaster.pid"
    pid_file.write_text(pid_file.read_text().replace(str(postmaster(cluster)), str(os.getppid()), 1))

    cluster.ensure_running()

    assert remembered(url) == ["committed"]


def test_a_server_that_somebody_started_by_hand_is_used_and_stopped(cluster: Cluster) -> None:
    url = cluster.ensure_running()
    by_hand = ["pg_ctl", "restart", "-w", "-D", str(cluster.home / "data"), "-l", str(cluster.home / "log")]
    cluster._run(find_seat(cluster.home, cluster.binaries), by_hand, 50)

    again = cluster.ensure_running()
    cluster.stop()

    assert again == url
    assert not cluster.is_running()


def test_started_by_two_processes_at_once_it_is_one_server(tmp_path: Path) -> None:
    var = tmp_path / "var"
    starting = [start_in_a_process(var, {}) for _ in range(2)]
    urls = [process.communicate(timeout=50)[0].strip() for process in starting]

    try:
        assert [process.returncode for process in starting] == [0, 0]
        assert urls[0] == urls[1] == embedded.ensure_running(var)
        assert embedded.is_running(var)
    finally:
        embedded.stop(var)


def test_it_outlives_the_process_that_started_it(tmp_path: Path) -> None:
    var = tmp_path / "var"

    url = start_in_a_process(var, {}).communicate(timeout=50)[0].strip()

    try:
        assert embedded.is_running(var)
        remember(url, "still here")
    finally:
        embedded.stop(var)


def test_it_starts_where_lang_names_no_locale_and_there_is_no_runtime_directory(tmp_path: Path) -> None:
    var = tmp_path / "var"
    strange = {"LANG": "vi_VN.TCVN-5712", "LC_ALL": "xx_XX", "PGPORT": "1", "PGOPTIONS": "-c nothing=1"}

    process = start_in_a_process(var, strange)
    words = process.communicate(timeout=50)

    try:
        assert process.returncode == 0, words
        assert embedded.is_running(var)
    finally:
        embedded.stop(var)


def test_no_folder_on_the_way_is_opened_to_others(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir(mode=0o700)
    var = checkout / "a folder with spaces and ẵ" / ("long" * 30)

    embedded.ensure_running(var)

    try:
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (checkout, var / "postgres", var / "postgres" / "data")]
        files = [stat.S_IMODE(path.stat().st_mode) for path in (var / "postgres").glob("*.password")]
        assert modes == [0o700, 0o700, 0o700]
        assert files == [0o600, 0o600]
    finally:
        embedded.stop(var)


def test_nobody_gets_in_without_the_password(cluster: Cluster) -> None:
    url = cluster.ensure_running()
    password = (cluster.home / "payments_hub.password").read_text().strip()

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(password, "guess"))


def test_the_hub_s_role_has_no_special_rights(cluster: Cluster) -> None:
    with psycopg.connect(cluster.ensure_running()) as connection:
        rights = connection.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_roles "
            "WHERE rolname = current_user"
        ).fetchone()

    assert rights == (False, False, False, False, False)


def test_a_port_that_was_taken_in_between_is_replaced(cluster: Cluster, taken_port: int) -> None:
    remember(cluster.ensure_running(), "moved")
    cluster.stop()
    (cluster.home / "port").write_text(str(taken_port))

    url = cluster.ensure_running()

    assert f":{taken_port}/" not in url
    assert remembered(url) == ["moved"]


def test_a_half_made_data_directory_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "data.partial" / "base").mkdir(parents=True)

    embedded.ensure_running(tmp_path)

    assert embedded.is_running(tmp_path)
    embedded.stop(tmp_path)


def test_a_server_that_cannot_start_shows_its_log_and_what_to_do(cluster: Cluster) -> None:
    cluster.ensure_running()
    cluster.stop()
    with (cluster.home / "data" / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")

    with pytest.raises(EmbeddedServerError, match=r"(?s)set PAYMENTS_HUB_DATABASE_URL.*no_such_setting"):
        cluster.ensure_running()


def test_a_lost_password_is_named(cluster: Cluster) -> None:
    cluster.ensure_running()
    cluster.stop()
    (cluster.home / "postgres.password").unlink()

    with pytest.raises(EmbeddedServerError, match=r"postgres\.password is missing"):
        cluster.ensure_running()


def test_what_the_hub_runs_for_itself_writes_safely(tmp_path: Path) -> None:
    url = embedded.ensure_running(tmp_path)
    safe = "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'data_checksums')"

    try:
        with psycopg.connect(url) as connection:
            found: dict[str, str] = dict(connection.execute(safe).fetchall())
    finally:
        embedded.stop(tmp_path)

    assert found == {"fsync": "on", "synchronous_commit": "on", "data_checksums": "on"}
