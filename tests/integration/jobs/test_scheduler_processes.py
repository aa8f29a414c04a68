"""Three schedulers by mistake, and one of them killed: each slot is run once, and none is missed."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from payments_hub.store.session import Database
from tests.support.repository import ROOT
from tests.support.waiting import wait_until

pytestmark = pytest.mark.database

SLOTS = 12


@contextmanager
def schedulers(database: Database, mode: str, folder: Path) -> Iterator[dict[int, subprocess.Popen[bytes]]]:
    """Run three schedulers; whoever lives at the end is asked to stop, and must stop well."""
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.support.scheduler_process", url, mode]
    logs = [(folder / f"{number}.log").open("wb") for number in range(3)]
    started = [subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log) for log in logs]  # noqa: S603  our own script
    try:
        yield {process.pid: process for process in started}
        for process in started:
            process.terminate()
        assert {process.wait(15) for process in started} <= {0, -signal.SIGKILL}
    finally:
        for process, log in zip(started, logs, strict=True):
            process.kill()
            process.wait()
            log.close()


def numbers(database: Database, query: str) -> tuple[int, ...]:
    with database.transaction() as session:
        return tuple(session.execute(text(query)).one())


def runs_and_slots(database: Database) -> tuple[int, ...]:
    return numbers(database, "SELECT count(*), count(DISTINCT slot) FROM line")


def holder(database: Database) -> int:
    with database.transaction() as session:
        return int(str(session.scalar(text("SELECT split_part(holder, '-', -2) FROM lease"))))


@pytest.fixture
def lined(database: Database) -> Database:
    with database.transaction() as session:
        session.execute(text("CREATE TABLE line (slot timestamptz)"))
    return database


def test_each_slot_is_run_once_though_the_holder_is_killed(lined: Database, tmp_path: Path) -> None:
    with schedulers(lined, "leased", tmp_path) as running:
        wait_until(lambda: runs_and_slots(lined)[0] >= 3, "somebody runs the first slots", seconds=20)
        killed = holder(lined)
        running[killed].send_signal(signal.SIGKILL)
        wait_until(lambda: runs_and_slots(lined)[0] >= SLOTS, "another scheduler takes over", seconds=20)

    runs, slots = runs_and_slots(lined)
    (span,) = numbers(lined, "SELECT extract(epoch FROM max(slot) - min(slot))::int + 1 FROM line")
    (tokens,) = numbers(lined, "SELECT count(DISTINCT token) FROM job_run")
    assert runs == slots == span >= SLOTS
    assert tokens >= 2
    assert running[killed].returncode == -signal.SIGKILL


def test_without_lease_and_claim_slots_would_be_run_more_than_once(lined: Database, tmp_path: Path) -> None:
    with schedulers(lined, "free", tmp_path):
        wait_until(lambda: runs_and_slots(lined)[1] >= 3, "they run their slots", seconds=20)
        wait_until(lambda: len({*runs_and_slots(lined)}) == 2, "two of them run one slot", seconds=20)

    runs, slots = runs_and_slots(lined)
    assert runs > slots
