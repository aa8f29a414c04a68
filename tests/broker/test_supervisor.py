"""Groups of partners: what one partner's feed or worker suffers stays in its group, is told, and mends by itself."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from consumers.topics import topic_of
from payments_hub.store.session import Database
from tests.support.consuming import open_transactions, produce, reported_state, stored_position
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.supervising import SupervisorProcess, move
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, pytest.mark.database]

RECORDS = 1000
LOAD = 20_000
BOMB = b"\0" * 100_000_000

GROUPS = ("one", "other")

NewPartner = Callable[..., str]


@pytest.fixture
def pair(new_partner: NewPartner, database: Database) -> tuple[str, str]:
    """Make two partners in groups of their own."""
    partners = new_partner(), new_partner()
    make_small_hub(database, partners)
    move(database, dict(zip(partners, GROUPS, strict=True)))
    return partners


def days(partner: str, count: int, start: int = 0) -> list[bytes]:
    return [nothing_to_report(partner, number) for number in range(start, start + count)]


def test_a_killed_worker_is_started_anew_and_told_and_the_other_group_does_not_notice(
    pair: tuple[str, str], broker: str, database: Database, tmp_path: Path
) -> None:
    one, _ = pair
    for partner in pair:
        produce(broker, topic_of(partner), days(partner, RECORDS))

    with SupervisorProcess(database, broker, tmp_path, {"well_seconds": 2}) as supervisor:
        wait_until(lambda: bool(stored_position(database, topic_of(one))), "it is at work")
        before = supervisor.workers()
        os.kill(before["one"].process, signal.SIGKILL)
        wait_until(lambda: len(supervisor.alerts()) == 1, "the end is told")
        wait_until(lambda: all(stored_position(database, topic_of(each)) == RECORDS for each in pair), "all is read")
        wait_until(lambda: supervisor.alerts()[0].resolved_at is not None, "it is over")
        after = supervisor.workers()

    assert [verdicts(database, partner) for partner in pair] == [{"ACCEPTED": RECORDS}] * 2
    assert (after["other"].process, after["other"].restarts) == (before["other"].process, 0)
    assert (after["one"].restarts, after["one"].last_end) == (1, "killed by SIGKILL")
    assert (supervisor.alerts()[0].subject, supervisor.alerts()[0].detail["times"]) == ("test/one", 1)


def test_a_poll_that_never_returns_ends_its_own_worker_and_the_feed_is_named_with_its_offset(
    pair: tuple[str, str], broker: str, database: Database, tmp_path: Path
) -> None:
    one, other = pair
    produce(broker, topic_of(one), days(one, 3))
    produce(broker, topic_of(one), days(one, 1, start=3), compression_type="zstd")
    orders = {"one": {"without": ["zstandard"], "stubborn": True, "stall_seconds": 3}}

    with SupervisorProcess(database, broker, tmp_path, orders) as supervisor:
        wait_until(lambda: told_of_feeds(supervisor) == [f"{topic_of(one)}-0@3"], "the end is told, and where")
        produce(broker, topic_of(other), days(other, RECORDS))
        wait_until(lambda: stored_position(database, topic_of(other)) == RECORDS, "the other group is read")
        wait_until(lambda: supervisor.workers()["one"].restarts > 0, "it is started anew")
        alert, workers = supervisor.alerts()[0], supervisor.workers()

    assert alert.subject == "test/one"
    assert str(alert.detail["status"]).endswith("(status 70)")
    assert (workers["other"].restarts, stored_position(database, topic_of(one))) == (0, 3)


def test_a_record_that_unpacks_to_more_than_a_worker_may_take_ends_that_worker_alone(
    pair: tuple[str, str], broker: str, database: Database, tmp_path: Path
) -> None:
    one, other = pair
    for partner in pair:
        produce(broker, topic_of(partner), [BOMB], max_request_size=2 * len(BOMB), compression_type="gzip")
        produce(broker, topic_of(partner), days(partner, 5))
    orders = {"one": {"environment": {"PAYMENTS_HUB_WORKER_MEMORY_MB": "192"}}}

    with SupervisorProcess(database, broker, tmp_path, orders) as supervisor:
        wait_until(lambda: told_of_feeds(supervisor) == [f"{topic_of(one)}-0@0"], "the end is told, and where")
        wait_until(lambda: stored_position(database, topic_of(other)) == 6, "the other group is read")
        alert, workers = supervisor.alerts()[0], supervisor.workers()

    assert alert.detail["status"] == "out of memory (status 72)"
    assert verdicts(database, one) == {}
    # It may take enough: there the record is only one that is far too long.
    assert (workers["other"].restarts, verdicts(database, other)) == (0, {"REJECTED": 1, "ACCEPTED": 5})


def test_sigterm_under_load_ends_the_supervisor_and_its_workers_in_time_with_nothing_half_done(
    pair: tuple[str, str], broker: str, database: Database, tmp_path: Path
) -> None:
    for partner in pair:
        produce(broker, topic_of(partner), days(partner, LOAD // 5) * 5, batch_size=200_000)

    with SupervisorProcess(database, broker, tmp_path) as supervisor:
        wait_until(lambda: all(stored_position(database, topic_of(each)) for each in pair), "both are at work")
        wait_until(lambda: len(supervisor.children()) == 2, "both are seen")
        supervisor.process.terminate()
        status = supervisor.process.wait(10)

    stored = [stored_position(database, topic_of(each)) or 0 for each in pair]
    assert all(0 < position < LOAD for position in stored), "the signal came under load"
    assert (status, supervisor.left_over(), open_transactions(database)) == (0, [], 0)
    assert [sum(verdicts(database, each).values()) for each in pair] == stored
    assert (supervisor.workers(), supervisor.alerts()) == ({}, [])


def test_the_workers_of_a_killed_supervisor_end_by_themselves_for_they_hold_its_lifeline(
    pair: tuple[str, str], broker: str, database: Database, tmp_path: Path
) -> None:
    with SupervisorProcess(database, broker, tmp_path, {"other": {"lifeline": False}}) as supervisor:
        wait_until(lambda: all(reported_state(database, topic_of(each)) for each in pair), "both read")
        wait_until(lambda: supervisor.runs(*GROUPS) and len(supervisor.children()) == len(GROUPS), "both are seen")
        without = supervisor.workers()["other"].process
        supervisor.process.kill()
        supervisor.process.wait()

        wait_until(lambda: supervisor.left_over() == [without], "only who has none is left", seconds=10)


def test_groups_are_taken_up_and_left_without_a_restart(
    pair: tuple[str, str], broker: str, database: Database, tmp_path: Path
) -> None:
    one, other = pair
    produce(broker, topic_of(one), days(one, 5))

    with SupervisorProcess(database, broker, tmp_path) as supervisor:
        wait_until(lambda: stored_position(database, topic_of(one)) == 5, "the feed is read")
        move(database, {one: "third", other: "third"})
        produce(broker, topic_of(one), days(one, 5, start=5))
        wait_until(lambda: supervisor.runs("third"), "the new group's worker alone runs")
        wait_until(lambda: stored_position(database, topic_of(one)) == 10, "the feed is read on")

    assert (verdicts(database, one), supervisor.alerts()) == ({"ACCEPTED": 10}, [])


def told_of_feeds(supervisor: SupervisorProcess) -> object:
    return next((alert.detail["feeds"] for alert in supervisor.alerts()), None)
