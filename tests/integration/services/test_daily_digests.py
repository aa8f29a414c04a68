"""The digest of each day's receipts in the chain of acts, and the anchors outside it."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from payments_hub.domain.security_events import Kind, SecurityEvent
from payments_hub.services.audit_checks import check_digests
from payments_hub.services.digests import anchor_heads, close_days
from payments_hub.services.security_events import note
from payments_hub.store import audit
from payments_hub.store.anchors import FILE, read_anchors
from payments_hub.store.session import Database
from tests.builders import MALL, PARTNER
from tests.support.hub import MARKET, RIVAL, SmallHub, days_after, report, small_hub
from tests.support.meddling import meddle

pytestmark = pytest.mark.database

FIRST = date(2026, 7, 5)
KEY = "k" * 32


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def report_on(hub: SmallHub, day: date, amount: int = 1) -> None:
    hub.clock.go_to(day)
    hub.send(report(amount, site=MALL), report(amount, site=MARKET))
    hub.send(report(amount, partner=RIVAL), partner=RIVAL)


def close(hub: SmallHub, on: date) -> int:
    hub.clock.go_to(on)
    with hub.database.transaction() as session:
        return close_days(session, hub.clock.now())


def told(hub: SmallHub) -> list[tuple[str, str, object]]:
    with hub.database.transaction() as session, audit.entries(session) as chain:
        acts = [entry.act for entry in chain]
    return [(act.action, act.subject, act.details.get("count", act.details.get("receipts"))) for act in acts]


def differences(hub: SmallHub) -> list[tuple[int, str]]:
    with hub.database.transaction() as session:
        return [(found.number, found.subject) for found in check_digests(session)]


def test_a_day_that_ended_is_digested_partner_by_partner(hub: SmallHub) -> None:
    report_on(hub, FIRST)

    closed = close(hub, days_after(FIRST, 1))

    assert closed == 1
    assert told(hub) == [
        ("receipts_digested", f"{PARTNER}/{FIRST}", 2),
        ("receipts_digested", f"{RIVAL}/{FIRST}", 1),
        ("day_closed", str(FIRST), 3),
    ]
    assert differences(hub) == []


def test_a_day_that_goes_on_is_not_closed(hub: SmallHub) -> None:
    report_on(hub, FIRST)

    assert close(hub, FIRST) == 0


def test_a_day_is_closed_once(hub: SmallHub) -> None:
    report_on(hub, FIRST)
    close(hub, days_after(FIRST, 1))

    again = close(hub, days_after(FIRST, 1))

    assert (again, len(told(hub))) == (0, 3)


def test_missed_days_are_caught_up_each_with_its_own_receipts(hub: SmallHub) -> None:
    report_on(hub, FIRST)
    report_on(hub, days_after(FIRST, 2), amount=2)

    closed = close(hub, days_after(FIRST, 4))

    assert closed == 4
    assert [line for line in told(hub) if line[0] == "day_closed"] == [
        ("day_closed", str(days_after(FIRST, number)), count) for number, count in enumerate([3, 0, 3, 0])
    ]
    assert differences(hub) == []


def test_each_receipt_is_in_one_digest_even_if_the_clock_went_back(hub: SmallHub) -> None:
    report_on(hub, FIRST)
    close(hub, days_after(FIRST, 1))
    report_on(hub, FIRST, amount=2)

    close(hub, days_after(FIRST, 2))

    counts = [count for action, _subject, count in told(hub) if action == "receipts_digested"]
    assert sum(int(str(count)) for count in counts) == hub.number("SELECT count(*) FROM receipt")


def test_refusals_of_the_day_are_counted(hub: SmallHub) -> None:
    report_on(hub, FIRST)
    with hub.database.transaction() as session:
        note(session, SecurityEvent(Kind.ROLE, folded=6), hub.clock.now())
        note(session, SecurityEvent(Kind.FORM), hub.clock.now() + timedelta(days=1))

    close(hub, days_after(FIRST, 1))

    with hub.database.transaction() as session, audit.entries(session) as chain:
        *_, last = chain
    assert (last.act.details["security_events"], last.act.details["security_events_folded"]) == (1, 6)


@pytest.mark.parametrize(
    ("statements", "number"),
    [
        (["UPDATE receipt SET verdict = 'REJECTED' WHERE number = (SELECT min(number) FROM receipt)"], 1),
        (["UPDATE delivery SET bytes_sha256 = 'x' WHERE id = (SELECT min(id) FROM delivery)"], 1),
        (["DELETE FROM seen_event", "DELETE FROM receipt WHERE number = (SELECT max(number) FROM receipt)"], 2),
        (["INSERT INTO security_event (at, kind, folded) VALUES ('2026-07-05T05:00Z', 'role', 0)"], 3),
    ],
    ids=["verdict", "bytes", "gone", "refusal"],
)
def test_what_was_changed_after_its_digest_is_named(hub: SmallHub, statements: list[str], number: int) -> None:
    report_on(hub, FIRST)
    close(hub, days_after(FIRST, 1))

    meddle(hub.database, *statements)

    assert [found for found, _subject in differences(hub)] == [number]


def test_a_closed_day_is_anchored_by_the_next_run_and_once(hub: SmallHub, tmp_path: Path) -> None:
    path = tmp_path / "var" / FILE
    report_on(hub, FIRST)
    anchored: list[int] = []
    for _run in range(3):
        with hub.database.transaction() as session:
            anchored.append(anchor_heads(session, path, KEY))
        close(hub, days_after(FIRST, 1))

    [head] = read_anchors(path)

    assert (anchored, head.day, head.anchor.number, head.is_signed_with(KEY)) == ([0, 1, 0], FIRST, 3, True)


def test_a_day_whose_closing_was_undone_is_not_anchored(hub: SmallHub, tmp_path: Path) -> None:
    report_on(hub, FIRST)
    hub.clock.go_to(days_after(FIRST, 1))
    undone(hub, lambda session: close_days(session, hub.clock.now()))

    with hub.database.transaction() as session:
        assert anchor_heads(session, tmp_path / FILE, KEY) == 0


def undone(hub: SmallHub, work: Callable[..., object]) -> None:
    with hub.database.transaction() as session:
        work(session)
        session.rollback()
