"""What a supervisor and its workers are made of: groups, waits, limits, the lifeline."""

import os
import signal
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from consumers.backoff import delay_seconds
from consumers.health import EXIT_MEMORY, Watchdog
from consumers.memory import resident_bytes
from consumers.reporting import groups_to_run
from consumers.settings import RESTART_SECONDS
from consumers.shutdown import Shutdown
from consumers.supervising import work_command
from tests.support.repository import ROOT
from tests.support.waiting import wait_until

GROUPS = st.dictionaries(st.sampled_from(["A", "B", "C", "D"]), st.sampled_from(["main", "banks", "malls"]))


@given(GROUPS, st.sets(st.sampled_from(["main", "banks", "malls"])))
def test_every_partner_is_read_by_one_worker_of_whoever_names_its_group(groups: dict[str, str], half: set[str]) -> None:
    rest = set(groups.values()) - half

    mine, others = groups_to_run(groups, half), groups_to_run(groups, rest)

    if half and rest:
        assert mine | others == set(groups.values())
        assert not mine & others
    assert groups_to_run(groups, ()) == set(groups.values())


@given(st.integers(1, 10_000))
def test_a_worker_that_keeps_ending_is_started_ever_less_often_and_at_least_every_half_minute(ends: int) -> None:
    now, next_time = (delay_seconds(count, longest_seconds=RESTART_SECONDS) for count in (ends, ends + 1))

    assert 0 < now <= next_time <= 30


def test_the_end_of_the_lifeline_asks_for_the_stop() -> None:
    stop, (reader, writer) = Shutdown(), os.pipe()

    with Watchdog(stop, lifeline=reader):
        os.close(writer)
        wait_until(lambda: stop.requested, "the stop is asked for", seconds=5)

    os.close(reader)
    stop.close()


def test_a_process_out_of_memory_gets_an_error_that_it_can_tell() -> None:
    status = ended("limit_memory(200)\ntry:\n    bytes(10**9)\nexcept MemoryError:\n    sys.exit(5)")

    assert status == 5


def test_a_thread_out_of_memory_ends_its_process_with_a_status_of_its_own() -> None:
    status = ended(
        "limit_memory(200)\nthreading.Thread(target=bytes, args=(10**9,)).start()\nthreading.Event().wait(20)"
    )

    assert status == EXIT_MEMORY


def test_without_the_limit_the_memory_is_had() -> None:
    assert ended("bytes(10**9)") == 0


def test_the_memory_of_a_process_that_is_not_there_is_unknown() -> None:
    assert (resident_bytes(2**22 + 1), (resident_bytes(os.getpid()) or 0) > 2**20) == (None, True)


def test_the_supervisor_loads_nothing_that_only_workers_need() -> None:
    assert (
        ended("import consumers.supervising\nsys.exit(not sys.modules.keys().isdisjoint(['kafka', 'pydantic']))") == 0
    )


def test_a_supervisor_waits_for_a_database_that_is_not_there_and_ends_when_asked() -> None:
    nowhere = {
        "PAYMENTS_HUB_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "PAYMENTS_HUB_KAFKA_SERVERS": "127.0.0.1:1",
    }
    command = [sys.executable, "-m", "consumers", "run"]

    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **nowhere}, stderr=subprocess.PIPE) as process:  # noqa: S603  our own words
        said = process.stderr.readline() if process.stderr else b""
        process.send_signal(signal.SIGTERM)
        status = process.wait(10)

    assert (b"supervisor_cannot_report" in said, status) == (True, 0)


def test_a_worker_is_told_its_group_and_that_it_has_a_lifeline() -> None:
    assert work_command("banks")[1:] == ("-m", "consumers", "work", "--group", "banks", "--supervised")


def ended(script: str) -> int:
    begin = "import sys, threading\nfrom consumers.memory import limit_memory\n"
    command = [sys.executable, "-c", begin + script]
    return subprocess.run(command, cwd=ROOT, stderr=subprocess.DEVNULL, check=False, timeout=60).returncode  # noqa: S603  our own words
