"""A program that shares no code with the hub adds deliveries up, whatever was held, decided and replayed."""

import csv
import io
import subprocess
import sys

import pytest
from sqlalchemy import text

from payments_hub.ingest.decisions import Decision, refuse, release
from payments_hub.ingest.replays import replay
from payments_hub.store.feed_status import reconciled_days
from payments_hub.store.partners import partner_number
from payments_hub.store.replays import ReplayAct
from payments_hub.store.session import Database
from tests.builders import NOW, PARTNER
from tests.support.hub import RIVAL, SmallHub, nothing, report, small_hub
from tests.support.repository import ROOT

pytestmark = pytest.mark.database

LOCK = (
    "INSERT INTO period_lock (flow, frequency, start, last, reason, locked_by, locked_at)"
    " VALUES ('POS_SALES', 'M', '2026-06-01', '2026-06-30', 'closed', 'account:officer', now()) RETURNING id"
)


@pytest.fixture
def hub(database: Database) -> SmallHub:
    """Make a hub that has met every verdict, and a second receipt of every cause."""
    made = small_hub(database)
    made.send(report(1_000_000), report(2_000_000, revision=2), report(3_000_000, revision=1))
    message = nothing(period="2026-07-01")
    made.send(message, message, nothing(period="2026-07-01", revision=1), b"garbage")
    made.send(b"garbage", partner=RIVAL)
    made.rows(LOCK)
    made.send(*(report(5_000_000, period=f"2026-06-0{day}") for day in (1, 2, 3)))
    made.send(report(5_000_000, period="2026-07-02", site="MALL-0777"))
    decide(made)
    return made


def decide(hub: SmallHub) -> None:
    released, refused, _waiting = (row[0] for row in hub.rows("SELECT delivery_id FROM held_slice ORDER BY 1"))
    garbage = hub.number("SELECT min(delivery_id) FROM quarantine")
    hub.rows("UPDATE quarantine SET body = :body RETURNING 1", body=nothing(period="2026-06-25"))
    with hub.database.transaction() as session:
        lists, decision = hub.references.current(session), Decision("account:officer", "xong")
        release(session, [released], decision, reference=lists, clock=hub.clock)
        refuse(session, [refused], decision, reference=lists, clock=hub.clock)
        act = ReplayAct("replay-1", "account:operator", "mended", "one")
        replay(session, [garbage], act, reference=lists, clock=hub.clock)


def run_program(hub: SmallHub) -> tuple[int, str]:
    address = hub.database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    command = [sys.executable, "tools/reconcile.py", address]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  our own
    return ended.returncode, ended.stdout


def test_every_delivery_counts_once_by_the_receipt_that_holds(hub: SmallHub) -> None:
    status, told = run_program(hub)

    rows = {row["partner"]: row for row in csv.DictReader(io.StringIO(told))}
    assert (status, rows["all"]["deliveries"], rows["all"]["equal"]) == (0, "12", "True")
    assert [rows["all"][name] for name in ("held", "rejected", "superseded", "no_change")] == ["2", "3", "1", "1"]
    assert "0 that do not add up" in told


def test_the_program_and_the_feeds_page_say_the_same(hub: SmallHub) -> None:
    _status, told = run_program(hub)

    with hub.database.transaction() as session:
        number = partner_number(session, PARTNER)
        assert number is not None
        days = reconciled_days(session, number, since=NOW.replace(year=2000))
    row = next(row for row in csv.DictReader(io.StringIO(told)) if row["partner"] == PARTNER)
    assert sum(day.deliveries for day in days) == int(row["deliveries"])
    assert {name: sum(day.by_verdict.get(name.upper(), 0) for day in days) for name in ("held", "rejected")} == {
        name: int(row[name]) for name in ("held", "rejected")
    }


def test_a_receipt_that_went_missing_is_found(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        session.execute(text("ALTER TABLE receipt DISABLE TRIGGER USER"))
        session.execute(text("ALTER TABLE receipt DROP CONSTRAINT pk_receipt CASCADE"))
        session.execute(text("DELETE FROM receipt WHERE verdict = 'SUPERSEDED'"))

    status, told = run_program(hub)

    assert status == 1
    assert "1 that do not add up" in told
