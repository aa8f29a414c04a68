"""Locks and held slices from the command line."""

import getpass
from pathlib import Path

import pytest
from click.testing import Result

from payments_hub.store.session import Database
from tests.builders import MALL, PARTNER
from tests.support.commands import run_command
from tests.support.hub import SmallHub, report, small_hub

pytestmark = pytest.mark.database


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def run(hub: SmallHub, folder: Path, *words: str) -> Result:
    return run_command(hub.database, folder, *words)


def lock_july(hub: SmallHub, folder: Path) -> Result:
    return run(hub, folder, "lock", "add", "POS_SALES", "2026-07", "--reason", "Đã chốt sổ")


def waiting(hub: SmallHub, folder: Path) -> list[list[str]]:
    return [line.split("\t") for line in run(hub, folder, "held", "list").output.splitlines()]


def test_a_lock_is_added_listed_and_removed(hub: SmallHub, tmp_path: Path) -> None:
    added = lock_july(hub, tmp_path)
    hub.send(report(1_000_000))
    listed = run(hub, tmp_path, "lock", "list").output.split("\t")
    removed = run(hub, tmp_path, "lock", "remove", listed[0], "--reason", "Mở lại")

    assert added.output == f"Locked POS_SALES 2026-07 as lock {listed[0]}.\n"
    assert (listed[1:4], listed[-2:]) == (
        ["POS_SALES", "2026-07", "1"],
        [f"command:{getpass.getuser()}", "Đã chốt sổ\n"],
    )
    assert removed.output == "Unlocked POS_SALES 2026-07. Slices still waiting for a decision: 1.\n"
    assert run(hub, tmp_path, "lock", "list").output == ""


@pytest.mark.parametrize(
    ("decision", "verdict", "told"),
    [("release", "ACCEPTED", "Released 1"), ("refuse", "REJECTED", "Refused 1")],
)
def test_a_held_slice_is_decided_on(hub: SmallHub, tmp_path: Path, decision: str, verdict: str, told: str) -> None:
    lock_july(hub, tmp_path)
    hub.send(report(1_000_000))
    [[delivery, *what]] = waiting(hub, tmp_path)

    result = run(hub, tmp_path, "held", decision, delivery, "--reason", "Đã hỏi lại")

    assert what == [PARTNER, "POS_SALES", MALL, "2026-07-03", "0", "ACCEPTED", "10", "1000000"]
    assert result.output.split("\t")[1] == f"{verdict}\n{told}; decided by others before: 0.\n"
    assert waiting(hub, tmp_path) == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["lock", "add", "POS_SALES", "2026-07", "--reason", "lại"], "ALREADY_LOCKED"),
        (["lock", "add", "POS_SALES", "2026-13", "--reason", "lại"], "INVALID_VALUE"),
        (["lock", "add", "POS", "2026-06", "--reason", "lại"], "INVALID_VALUE"),
        (["lock", "add", "POS_SALES", "2026-06", "--reason", " "], "INVALID_VALUE"),
        (["lock", "remove", "77", "--reason", "lại"], "NOT_FOUND"),
        (["held", "release", "77", "--reason", "lại"], "NOT_FOUND"),
    ],
    ids=["twice", "no period", "no flow", "no reason", "no lock", "no delivery"],
)
def test_what_cannot_be_is_refused_with_its_reason(hub: SmallHub, tmp_path: Path, words: list[str], code: str) -> None:
    lock_july(hub, tmp_path)

    result = run(hub, tmp_path, *words)

    assert (result.exit_code, code in result.output) == (2, True)
    assert hub.number("SELECT count(*) FROM audit_entry") == 1


@pytest.mark.parametrize("words", [["lock", "add", "POS_SALES", "2026-07"], ["held", "release", "1"]])
def test_nothing_is_decided_without_a_reason(hub: SmallHub, tmp_path: Path, words: list[str]) -> None:
    result = run(hub, tmp_path, *words)

    assert (result.exit_code, "--reason" in result.output) == (2, True)
