"""Locked periods: what comes for one is held, an officer decides, and the delivery gets a second receipt."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.verdicts import Cause, Verdict
from payments_hub.ingest.decisions import Decision, refuse, release
from payments_hub.kernel.periods import Period
from payments_hub.store.session import Database
from tests.builders import NOW
from tests.support.hub import SIMULATED, SmallHub, nothing, report, small_hub

pytestmark = pytest.mark.database

HEADS = "SELECT revision, total_amount FROM slice_head"
_numbers = count()
BY_OFFICER = Decision("account:officer", "sổ tháng 6 đã mở lại")


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def lock(hub: SmallHub, period: str, flow: str = "POS_SALES") -> None:
    locked = Period.parse(period)
    with hub.database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO period_lock (flow, frequency, start, last, reason, locked_by, locked_at)"
                " VALUES (:flow, :frequency, :start, :last, 'closed', 'account:officer', now())"
            ),
            {"flow": flow, "frequency": locked.frequency, "start": locked.start, "last": locked.end},
        )


def held(hub: SmallHub) -> list[int]:
    return [row[0] for row in hub.rows("SELECT delivery_id FROM held_slice WHERE decided_at IS NULL ORDER BY 1")]


def let_in(hub: SmallHub, deliveries: Sequence[int]) -> list[ReceiptV1]:
    with hub.database.transaction() as session:
        lists = hub.references.current(session)
        return release(session, deliveries, BY_OFFICER, reference=lists, clock=hub.clock)


def turn_away(hub: SmallHub, deliveries: Sequence[int], reason: str = "gửi trùng") -> list[ReceiptV1]:
    with hub.database.transaction() as session:
        lists, decision = hub.references.current(session), Decision("account:officer", reason)
        return refuse(session, deliveries, decision, reference=lists, clock=hub.clock)


def codes(receipt: ReceiptV1) -> list[str]:
    return [finding.code for finding in receipt.findings]


@pytest.mark.parametrize("locked", ["2026-07-03", "2026-07", "2026-Q3", "2026"])
def test_a_lock_holds_what_comes_for_every_period_inside_it(hub: SmallHub, locked: str) -> None:
    lock(hub, locked)

    (receipt,) = hub.send(report(1_000_000, period="2026-07-03"))

    assert (receipt.verdict, codes(receipt), receipt.known_at) == (Verdict.HELD, ["H4003"], None)
    assert not any(finding.severity == "error" for finding in receipt.findings)
    assert hub.rows(HEADS) == []


@pytest.mark.parametrize(("locked", "flow"), [("2026-06", "POS_SALES"), ("2026-07", "ACQ_P2M")])
def test_a_lock_holds_nothing_of_other_periods_or_flows(hub: SmallHub, locked: str, flow: str) -> None:
    lock(hub, locked, flow)

    (receipt,) = hub.send(report(1_000_000, period="2026-07-03"))

    assert receipt.verdict is Verdict.ACCEPTED


def test_a_held_number_is_taken_and_a_held_id_is_seen(hub: SmallHub) -> None:
    lock(hub, "2026-07")
    message = report(1_000_000, id="once")
    (first,) = hub.send(message)

    again, same_content, other_content = hub.send(message, report(1_000_000), report(2_000_000))

    assert (again.verdict, again.first_receipt) == (Verdict.DUPLICATE, first.id)
    assert same_content.verdict is Verdict.NO_CHANGE
    assert (other_content.verdict, codes(other_content)) == (Verdict.REJECTED, ["E4001"])
    assert len(held(hub)) == 1


def test_a_conflict_with_a_held_first_revision_names_no_current_one(hub: SmallHub) -> None:
    lock(hub, "2026-07")
    hub.send(report(1_000_000, revision=3))

    (receipt,) = hub.send(report(2_000_000, revision=3))

    assert (receipt.current_revision, codes(receipt)) == (None, ["E4001"])
    assert "current one is 0" not in receipt.findings[0].text_en
    assert "Revision 3 is held" in receipt.findings[0].text_en


def test_a_released_slice_is_accepted_and_its_delivery_has_a_second_receipt(hub: SmallHub) -> None:
    lock(hub, "2026-07")
    (first,) = hub.send(report(1_000_000))
    hub.clock.instant = NOW + timedelta(days=3)

    (second,) = let_in(hub, held(hub))

    assert (second.verdict, second.cause, second.previous_receipt) == (Verdict.ACCEPTED, Cause.RELEASE, first.id)
    assert (second.known_at, second.delivery) == (hub.clock.instant, first.delivery)
    assert hub.rows(HEADS) == [(0, 1_000_000)]
    assert hub.number("SELECT count(*) FROM delivery") == 1
    assert hub.rows("SELECT verdict FROM receipt ORDER BY number") == [("HELD",), ("ACCEPTED",)]


def test_a_simulated_partners_released_slice_is_known_at_the_release(hub: SmallHub) -> None:
    lock(hub, "2026-07")
    hub.send(report(1_000_000, partner=SIMULATED), partner=SIMULATED)
    hub.clock.instant = NOW + timedelta(days=3)

    (receipt,) = let_in(hub, held(hub))

    assert receipt.known_at == hub.clock.instant


def test_a_slice_released_below_the_head_is_superseded(hub: SmallHub) -> None:
    lock(hub, "2026-07")
    hub.send(report(1_000_000))
    hub.rows("UPDATE period_lock SET unlocked_at = now() RETURNING id")
    hub.send(report(2_000_000, revision=1))

    (receipt,) = let_in(hub, held(hub))

    assert receipt.verdict is Verdict.SUPERSEDED
    assert hub.rows(HEADS) == [(1, 2_000_000)]


def test_a_released_slice_equal_to_the_head_changes_nothing(hub: SmallHub) -> None:
    hub.send(report(1_000_000))
    lock(hub, "2026-07")
    hub.send(report(1_000_000, revision=1))

    (receipt,) = let_in(hub, held(hub))

    assert receipt.verdict is Verdict.NO_CHANGE
    assert hub.rows(HEADS) == [(1, 1_000_000)]


def test_unlocking_releases_nothing_by_itself(hub: SmallHub) -> None:
    lock(hub, "2026-07")
    hub.send(report(1_000_000))

    hub.rows("UPDATE period_lock SET unlocked_at = now() RETURNING id")

    assert len(held(hub)) == 1
    assert hub.rows(HEADS) == []


def test_a_refused_slice_is_rejected_with_the_officers_reason(hub: SmallHub) -> None:
    lock(hub, "2026-07")
    (first,) = hub.send(report(1_000_000))

    (second,) = turn_away(hub, held(hub), "đã chốt sổ")

    assert (second.verdict, second.cause, second.previous_receipt) == (Verdict.REJECTED, Cause.REFUSAL, first.id)
    assert codes(second) == ["H4003"]
    assert "đã chốt sổ" in second.findings[0].text_vi
    assert second.findings[0].severity == "error"


def test_a_refused_number_and_id_are_free_again(hub: SmallHub) -> None:
    lock(hub, "2026-07")
    message = report(1_000_000, id="once")
    hub.send(message)
    turn_away(hub, held(hub))
    hub.rows("UPDATE period_lock SET unlocked_at = now() RETURNING id")

    again, other = hub.send(message, report(2_000_000))

    assert again.verdict is Verdict.ACCEPTED
    assert codes(other) == ["E4001"]


def test_the_bytes_of_a_held_slice_are_kept_and_those_of_a_refused_one_lie_in_quarantine(hub: SmallHub) -> None:
    lock(hub, "2026-07")
    message = report(1_000_000)
    hub.send(message)

    turn_away(hub, held(hub))

    assert hub.rows("SELECT body, truncated FROM quarantine") == [(message, False)]


def test_what_was_decided_cannot_be_decided_again(hub: SmallHub) -> None:
    lock(hub, "2026-07")
    hub.send(report(1_000_000))
    deliveries = held(hub)
    let_in(hub, deliveries)

    released_again, refused_now = let_in(hub, deliveries), turn_away(hub, deliveries)

    assert (released_again, refused_now) == ([], [])
    assert hub.number("SELECT count(*) FROM receipt") == 2


def test_two_held_revisions_are_released_in_the_order_in_which_they_came(hub: SmallHub) -> None:
    lock(hub, "2026-07")
    hub.send(report(2_000_000, revision=1), report(1_000_000))

    receipts = let_in(hub, list(reversed(held(hub))))

    assert [receipt.verdict for receipt in receipts] == [Verdict.ACCEPTED, Verdict.SUPERSEDED]
    assert hub.rows(HEADS) == [(1, 2_000_000)]


def test_every_receipt_of_whatever_cause_is_in_the_outbox_once_and_in_order(hub: SmallHub) -> None:
    lock(hub, "2026-07-03")
    hub.send(report(1_000_000), nothing(period="2026-07-02"))
    let_in(hub, held(hub))

    assert hub.rows("SELECT receipt_id FROM receipt_outbox ORDER BY number") == hub.rows(
        "SELECT id FROM receipt ORDER BY number"
    )
    assert hub.number("SELECT count(*) FROM receipt_outbox") == 3


steps = st.lists(
    st.tuples(st.sampled_from(["send", "lock", "unlock", "release", "refuse"]), st.integers(0, 3)), max_size=12
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_the_view_is_the_highest_revision_that_was_let_in(hub: SmallHub, steps: list[tuple[str, int]]) -> None:
    # The examples share one database, so each has a day of its own.
    period = Period.parse(str(date(2026, 7, 1) - timedelta(days=next(_numbers))))
    let = _live_through(hub, period, steps)

    shown = hub.rows("SELECT revision FROM slice_head WHERE start = :day", day=period.start)

    assert shown == ([(max(let),)] if let else [])


def _live_through(hub: SmallHub, period: Period, steps: list[tuple[str, int]]) -> set[int]:
    """Play the steps, and tell which revisions must have been let in by the contract's own words."""
    let: set[int] = set()
    waiting: dict[int, int] = {}
    locked = False
    for step, revision in steps:
        match step:
            case "lock" if not locked:
                lock(hub, str(period))
                locked = True
            case "unlock":
                hub.rows("UPDATE period_lock SET unlocked_at = now() WHERE unlocked_at IS NULL RETURNING id")
                locked = False
            case "release" | "refuse":
                act: Any = let_in if step == "release" else turn_away
                act(hub, list(waiting))
                let |= set(waiting.values()) if step == "release" else set()
                waiting = {}
            case "send":
                (receipt,) = hub.send(report(1_000_000 + revision, revision=revision, period=str(period)))
                if receipt.verdict is Verdict.HELD:
                    waiting[max(held(hub))] = revision
                elif receipt.verdict is not Verdict.REJECTED and revision not in waiting.values():
                    let.add(revision)
            case _:
                pass
    return let
