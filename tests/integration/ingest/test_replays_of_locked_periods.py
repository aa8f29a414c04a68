"""Replays for locked periods: what was rejected once and is let through is held, and an officer decides as ever."""

from collections.abc import Sequence

import pytest

from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.coverage import Obligation
from payments_hub.domain.verdicts import Cause, Verdict
from payments_hub.ingest.decisions import Decision, refuse, release
from payments_hub.ingest.replays import Blocked, Trial, replay
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.services.locks import lock_period
from payments_hub.store.partners import save_obligations
from payments_hub.store.places import refresh_reach, save_site
from payments_hub.store.replays import ReplayAct
from payments_hub.store.session import Database
from tests.builders import PARTNER
from tests.support.hub import SINCE, WEST, SmallHub, report, site, small_hub

pytestmark = pytest.mark.database

NEW_MALL = "MALL-0777"
BY_OFFICER = Decision("account:officer", "sent twice")


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def rejected_then_held(hub: SmallHub, message: bytes) -> list[int]:
    """Reject a message for its place, mend the list, lock its period and replay it."""
    hub.send(message)
    deliveries = [row[0] for row in hub.rows("SELECT delivery_id FROM quarantine")]
    with hub.database.transaction() as session:
        save_site(session, site(NEW_MALL, WEST))
        save_obligations(session, [Obligation(PARTNER, "POS_SALES", NEW_MALL, Frequency.DAY, 1, SINCE)])
        refresh_reach(session)
    with hub.database.transaction() as session:
        lock_period(session, "POS_SALES", Period.parse("2026-07"), reason="closed", by="o", now=hub.clock.now())
    (trial,) = again(hub, deliveries, "replay-1")
    assert trial.after is Verdict.HELD
    return deliveries


def again(hub: SmallHub, deliveries: Sequence[int], replay_id: str) -> list[Trial]:
    act = ReplayAct(replay_id, "account:operator", "the mall was missing in the list", "all of E2101")
    with hub.database.transaction() as session:
        return replay(session, deliveries, act, reference=hub.references.current(session), clock=hub.clock)


def turn_away(hub: SmallHub, deliveries: Sequence[int]) -> list[ReceiptV1]:
    with hub.database.transaction() as session:
        return refuse(session, deliveries, BY_OFFICER, reference=hub.references.current(session), clock=hub.clock)


def let_in(hub: SmallHub, deliveries: Sequence[int]) -> list[ReceiptV1]:
    with hub.database.transaction() as session:
        return release(session, deliveries, BY_OFFICER, reference=hub.references.current(session), clock=hub.clock)


def test_a_replayed_slice_that_is_held_may_be_refused(hub: SmallHub) -> None:
    deliveries = rejected_then_held(hub, report(1_000_000, site=NEW_MALL, id="once"))

    (receipt,) = turn_away(hub, deliveries)

    assert (receipt.verdict, receipt.cause) == (Verdict.REJECTED, Cause.REFUSAL)
    assert hub.number("SELECT count(*) FROM quarantine") == 1
    assert hub.number("SELECT count(*) FROM seen_event") == 0
    assert [trial.blocked for trial in again(hub, deliveries, "replay-2")] == [Blocked.REFUSED]


def test_a_replayed_slice_that_is_held_may_be_released(hub: SmallHub) -> None:
    deliveries = rejected_then_held(hub, report(1_000_000, site=NEW_MALL))

    (receipt,) = let_in(hub, deliveries)

    assert (receipt.verdict, receipt.cause) == (Verdict.ACCEPTED, Cause.RELEASE)
    assert hub.rows("SELECT verdict, cause FROM receipt ORDER BY number") == [
        ("REJECTED", "ARRIVAL"),
        ("HELD", "REPLAY"),
        ("ACCEPTED", "RELEASE"),
    ]
