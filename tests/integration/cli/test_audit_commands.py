"""The verifier against everything that somebody with the whole database could try."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from payments_hub.domain.audit import Act
from payments_hub.services.audit import record
from payments_hub.store.session import Database
from tests.builders import NOW
from tests.support.commands import run_command
from tests.support.meddling import meddle

pytestmark = pytest.mark.database

LENGTH = 9
EDIT = ["UPDATE audit_entry SET actor = 'account:an' WHERE number = 5"]
DELETE = ["DELETE FROM audit_entry WHERE number = 5"]
INSERT = [
    "UPDATE audit_entry SET number = -1 - number WHERE number >= 5",
    "UPDATE audit_entry SET number = -number WHERE number < 0",
    """INSERT INTO audit_entry SELECT 5, at, 'account:an', action, subject, details, previous_sha256, sha256
    FROM audit_entry WHERE number = 4""",
]
SWAP = [
    "UPDATE audit_entry SET number = -number WHERE number IN (5, 6)",
    "UPDATE audit_entry SET number = 11 + number WHERE number < 0",
]
TRUNCATE = "DELETE FROM audit_entry WHERE number > 7"


def recorded(database: Database, *subjects: object) -> None:
    for subject in subjects:
        with database.transaction() as session:
            record(session, Act("account:lan", "period_locked", f"POS_SALES/{subject}", {"reason": "thử"}), NOW)


@pytest.fixture
def chain(database: Database) -> Database:
    recorded(database, *range(LENGTH))
    return database


def anchored(database: Database, folder: Path) -> Path:
    kept = folder / "kept-elsewhere.jsonl"
    kept.write_text(run_command(database, folder, "audit", "head").output)
    return kept


def put_back_an_old_copy_that_goes_on(database: Database) -> None:
    meddle(database, "DELETE FROM audit_entry WHERE number > 4")
    recorded(database, *range(100, 100 + LENGTH))


def test_an_untouched_chain_holds(chain: Database, tmp_path: Path) -> None:
    kept = anchored(chain, tmp_path)

    result = run_command(chain, tmp_path, "audit", "verify", "--anchors", str(kept), "--receipts")

    assert (result.exit_code, result.output.partition(" and ")[0]) == (0, "9 entries hold,")


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (EDIT, "Entry 5: its content is not what was recorded."),
        (DELETE, "Entry 5: it is missing."),
        (INSERT, "Entry 5: its content is not what was recorded."),
        (SWAP, "Entry 5: its content is not what was recorded."),
    ],
    ids=["edit", "delete", "insert", "swap"],
)
def test_the_first_bad_entry_is_named_without_any_anchor(
    chain: Database, tmp_path: Path, statements: list[str], said: str
) -> None:
    meddle(chain, *statements)

    result = run_command(chain, tmp_path, "audit", "verify")

    assert (result.exit_code, result.output) == (1, f"{said}\nBroken.\n")


@pytest.mark.parametrize(
    ("attack", "said"),
    [
        (lambda database: meddle(database, TRUNCATE), "Entry 8: it is missing."),
        (
            put_back_an_old_copy_that_goes_on,
            "One of the entries 1 to 9: the chain is another one than was anchored.",
        ),
    ],
    ids=["truncated tail", "restored old copy"],
)
def test_an_anchor_kept_elsewhere_shows_what_the_chain_alone_cannot(
    chain: Database, tmp_path: Path, attack: Callable[[Database], None], said: str
) -> None:
    kept = anchored(chain, tmp_path)
    attack(chain)

    with_anchor = run_command(chain, tmp_path, "audit", "verify", "--anchors", str(kept))
    without = run_command(chain, tmp_path, "audit", "verify")

    assert (with_anchor.exit_code, with_anchor.output) == (1, f"{said}\nBroken.\n")
    assert (without.exit_code, "No anchor was given" in without.output) == (0, True)


def test_a_line_that_the_hub_did_not_sign_is_no_proof(chain: Database, tmp_path: Path) -> None:
    kept = anchored(chain, tmp_path)
    line = json.loads(kept.read_text())
    kept.write_text(json.dumps({**line, "day": "2026-01-01"}))

    result = run_command(chain, tmp_path, "audit", "verify", "--anchors", str(kept))

    assert (result.exit_code, result.output) == (1, "Line of 2026-01-01: not signed by this hub.\nBroken.\n")


def test_a_file_that_is_none_is_told_so(chain: Database, tmp_path: Path) -> None:
    (tmp_path / "other.txt").write_text("what is this\n")

    result = run_command(chain, tmp_path, "audit", "verify", "--anchors", str(tmp_path / "other.txt"))

    assert (result.exit_code, "INVALID_VALUE" in result.output) == (2, True)


def test_an_empty_chain_has_no_head(database: Database, tmp_path: Path) -> None:
    result = run_command(database, tmp_path, "audit", "head")

    assert (result.exit_code, "nothing was recorded yet" in result.output) == (1, True)
