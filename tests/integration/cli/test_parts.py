"""The hub's parts as processes: started together, stopped in order and in time, none left behind by another."""

import signal
import sys
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import text

from payments_hub.cli.processes import (
    STOP_SECONDS,
    Part,
    PartEndedError,
    Running,
    hub_parts,
    prepare_own_database,
    running,
    stoppable,
    wait_for_stop,
)
from payments_hub.kernel.settings import load_settings
from payments_hub.store import embedded
from payments_hub.store.session import Database
from tests.support.ports import free_port
from tests.support.waiting import wait_until
from tests.support.web_process import answers

STAYS = Part("stays", (sys.executable, "-c", "import signal; signal.pause()"))
DIES = Part("dies", (sys.executable, "-c", "raise SystemExit(3)"))
STALLS_ONCE = """
import pathlib, signal, sys
mark = pathlib.Path(sys.argv[1])
if mark.exists():
    mark.with_suffix(".again").touch()
    signal.pause()
mark.touch()
sys.exit(70)
"""


def jobs_that_ran(url: str) -> set[str]:
    database = Database(url, connections=1)
    try:
        with database.transaction() as session:
            return set(session.scalars(text("SELECT job FROM job_run")))
    finally:
        database.dispose()


def is_started_again(group: Running, mark: Path) -> bool:
    group.check()
    return mark.with_suffix(".again").exists()


@pytest.mark.database
def test_web_and_jobs_run_on_the_hubs_own_database_and_stop_in_time_each_with_status_0(tmp_path: Path) -> None:
    environment = {
        "PAYMENTS_HUB_VAR_DIR": str(tmp_path),
        "PAYMENTS_HUB_PORT": str(free_port()),
        "PAYMENTS_HUB_WEB_WORKERS": "1",
    }
    settings = load_settings(environment)
    url = prepare_own_database(settings)
    try:
        with running(hub_parts(settings), {**environment, "PAYMENTS_HUB_DATABASE_URL": url}) as group:
            wait_until(lambda: answers(settings.port, "/readyz") == 200, "the web is ready")
            wait_until(lambda: "drain" in jobs_that_ran(url), "the jobs run")
            group.check()
            asked = monotonic()
        took = monotonic() - asked
    finally:
        embedded.stop(tmp_path)

    assert {name: process.returncode for name, process in group.processes.items()} == {"web": 0, "jobs": 0}
    assert took < STOP_SECONDS


def test_a_part_that_dies_is_named_and_the_others_are_stopped() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with pytest.raises(PartEndedError, match="dies ended with status 3"), running([STAYS, DIES], {}) as group:
        wait_for_stop(group)

    assert group.processes["stays"].returncode == -signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before


def be_stopped_twice() -> None:
    with stoppable():
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)


def test_a_signal_ends_what_was_begun_and_a_second_one_disturbs_nothing() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with pytest.raises(SystemExit) as ended:
        be_stopped_twice()

    assert ended.value.code == 0
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_part_that_asks_for_it_is_started_anew(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    part = Part("stalls", (sys.executable, "-c", STALLS_ONCE, str(mark)), restarts_on=frozenset({70}))

    with running([part], {}) as group:
        wait_until(lambda: is_started_again(group, mark), "it is started again")

    assert group.processes["stalls"].returncode == -signal.SIGTERM


def test_where_kafka_is_set_feeds_are_read_and_receipts_published_beside_web_and_jobs() -> None:
    settings = load_settings({"PAYMENTS_HUB_KAFKA_SERVERS": "localhost:9092"})

    parts = {part.name: part for part in hub_parts(settings)}

    assert list(parts) == ["web", "jobs", "consumers", "receipts"]
    assert parts["receipts"].restarts_on == {70, 71}
    assert not parts["consumers"].restarts_on
