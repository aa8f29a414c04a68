"""The supervisor on a real database, with processes that stand in for workers: what it starts, and what it tells."""

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from consumers.reporting import Reporter, is_taken_over
from consumers.shutdown import Shutdown
from consumers.supervisor import Supervisor
from payments_hub.kernel.clock import SystemClock
from payments_hub.store.alerts import Alert, recent_alerts
from payments_hub.store.consumer_workers import ConsumerWorker, read_workers, save_workers, unread_points
from payments_hub.store.feed_attempts import begin
from payments_hub.store.offsets import FeedState, FeedStatus, save_status, start
from payments_hub.store.session import Database
from tests.support.small_hub import make_small_hub
from tests.support.supervising import move
from tests.support.waiting import wait_until

pytestmark = pytest.mark.database

SLEEPS = "import time; time.sleep(60)"
ENDS = "raise SystemExit(7)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"


@contextmanager
def supervising(
    database: Database, script: Callable[[str], str], *, named: Sequence[str] = (), well_seconds: float = 60
) -> Iterator[Supervisor]:
    """Run a supervisor in a thread of its own for a while; its workers are scripts."""
    clock, stop = SystemClock(), Shutdown()
    supervisor = Supervisor(
        lambda group: [sys.executable, "-c", script(group)],
        clock,
        stop,
        well_seconds=well_seconds,
        restart_seconds=0.4,
        stop_seconds=1,
    )
    reporter = Reporter(database, clock, "here", named, supervisor.look, seconds=0.1)
    thread = threading.Thread(target=supervisor.run, args=(reporter,))
    thread.start()
    try:
        yield supervisor
    finally:
        stop.request()
        thread.join(10)
        stop.close()


def workers(database: Database) -> dict[str, ConsumerWorker]:
    with database.transaction() as session:
        return {worker.feed_group: worker for worker in read_workers(session)}


def alerts(database: Database) -> Sequence[Alert]:
    with database.transaction() as session:
        return recent_alerts(session, at_most=10)


def test_each_group_has_a_worker_that_is_seen_and_none_once_the_supervisor_stopped(database: Database) -> None:
    make_small_hub(database, ["BANK", "MALL", "SHOP"])
    move(database, {"MALL": "malls", "SHOP": "malls"})

    with supervising(database, lambda _: SLEEPS) as supervisor:
        wait_until(lambda: set(workers(database)) == {"main", "malls"}, "both are seen")
        seen = workers(database)

    assert all((worker.memory_bytes or 0) > 0 and worker.machine == "here" for worker in seen.values())
    assert (workers(database), supervisor.look()[0].memory_bytes) == ({}, None)


def test_a_supervisor_keeps_to_the_groups_that_it_was_told(database: Database) -> None:
    make_small_hub(database, ["BANK", "MALL"])
    move(database, {"MALL": "malls"})

    with supervising(database, lambda _: SLEEPS, named=["malls", "shops"]):
        wait_until(lambda: bool(workers(database)), "a worker is seen")
        move(database, {"BANK": "shops"})
        wait_until(lambda: set(workers(database)) == {"malls", "shops"}, "the group that came later is taken up")


def test_a_worker_that_keeps_ending_is_started_anew_with_waits_and_told_once(database: Database) -> None:
    make_small_hub(database, ["BANK"])

    with supervising(database, lambda _: ENDS):
        wait_until(lambda: workers(database).get("main", None) is not None, "it is seen")
        wait_until(lambda: workers(database)["main"].restarts >= 3, "it is started anew")
        told = alerts(database)

    assert (told[0].kind, told[0].subject, len(told)) == ("WORKER_ENDED", "here/main", 1)
    assert told[0].detail["status"] == "status 7"
    assert alerts(database)[0].resolved_at is not None, "nobody runs it any more"


def test_the_end_of_a_worker_is_over_when_its_successor_has_run_well(database: Database) -> None:
    make_small_hub(database, ["BANK"])
    scripts = iter([ENDS])

    with supervising(database, lambda _: next(scripts, SLEEPS), well_seconds=1):
        wait_until(lambda: len(alerts(database)) == 1, "it is told")
        wait_until(lambda: alerts(database)[0].resolved_at is not None, "it is over")
        seen = workers(database)["main"]

    assert (seen.restarts, seen.last_end, len(alerts(database))) == (1, "status 7", 1)


def test_a_worker_that_does_not_stop_is_killed(database: Database) -> None:
    make_small_hub(database, ["BANK"])

    with supervising(database, lambda _: DEAF) as supervisor:
        wait_until(lambda: workers(database).get("main") is not None, "it is seen")

    assert supervisor.look()[0].memory_bytes is None


def test_a_supervisor_outlives_an_outage_of_the_database_and_its_workers_do_not_notice(database: Database) -> None:
    make_small_hub(database, ["BANK"])

    with capture_logs() as logs, supervising(database, lambda _: SLEEPS):
        wait_until(lambda: bool(workers(database)), "it is seen")
        before = workers(database)["main"]
        rename(database, "partner", "away")
        wait_until(lambda: [log["event"] for log in logs].count("supervisor_cannot_report") > 1, "it is noticed")
        rename(database, "away", "partner")
        last = workers(database)["main"].seen_at
        wait_until(lambda: workers(database)["main"].seen_at > last, "it is seen again")
        after = workers(database)["main"]

    assert (after.process, after.restarts) == (before.process, 0)


def test_what_a_worker_was_reading_carefully_is_named_before_what_is_only_behind(database: Database) -> None:
    now = SystemClock().now()
    with database.transaction() as session:
        for partner in ("BANK", "MALL"):
            topic = f"feeds.{partner}"
            start(session, topic, 0, offset=3)
            save_status(session, [FeedStatus(topic, 0, 3, 5, now, FeedState.READING, None)])
        behind = unread_points(session, ["feeds.BANK", "feeds.MALL"])
        begin(session, "feeds.MALL", 0, position=4, now=now)
        begun = unread_points(session, ["feeds.BANK", "feeds.MALL"])

    assert [str(point) for point in behind] == ["feeds.BANK-0@3", "feeds.MALL-0@3"]
    assert [str(point) for point in begun] == ["feeds.MALL-0@4"]


@pytest.mark.parametrize(
    ("own_age", "restarts", "other_age", "expected"),
    [(2, 0, 3600, True), (2, 1, 3600, False), (3600, 0, 3600, False), (2, 0, 2, False)],
    ids=["a new group", "it has ended before", "its row is a dead supervisor's", "all were started anew"],
)
def test_a_new_groups_worker_knows_that_nobody_has_died(
    database: Database, *, own_age: int, restarts: int, other_age: int, expected: bool
) -> None:
    make_small_hub(database, ["BANK", "MALL"])
    move(database, {"MALL": "malls"})
    now = SystemClock().now()

    with database.transaction() as session:
        save_workers(session, [worker_of("malls", now, own_age, restarts), worker_of("main", now, other_age, 0)])
        told = is_taken_over(session, {"feeds.MALL"}, now)

    assert told is expected


def worker_of(group: str, now: datetime, age_seconds: int, restarts: int) -> ConsumerWorker:
    return ConsumerWorker("here", group, 1, now - timedelta(seconds=age_seconds), now, restarts, 1, None)


def rename(database: Database, table: str, name: str) -> None:
    with database.transaction() as session:
        session.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))
