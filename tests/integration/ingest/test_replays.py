"""Replays: a rejected delivery judged again after a list was mended; twice changes nothing."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.verdicts import Cause, Verdict
from payments_hub.ingest.replays import Blocked, Trial, replay, try_again
from payments_hub.kernel.periods import Frequency
from payments_hub.store.partners import save_obligations
from payments_hub.store.places import refresh_reach, save_site
from payments_hub.store.quarantine import forget_raw_bytes
from payments_hub.store.replays import ReplayAct
from payments_hub.store.session import Database
from tests.builders import NOW, PARTNER
from tests.support.hub import SINCE, WEST, SmallHub, report, site, small_hub

pytestmark = pytest.mark.database

NEW_MALL = "MALL-0777"
HEADS = "SELECT revision, total_amount FROM slice_head"
EVERYTHING = (
    "SELECT (SELECT count(*) FROM delivery), (SELECT count(*) FROM receipt), (SELECT count(*) FROM slice_revision),"
    " (SELECT count(*) FROM slice_cell), (SELECT count(*) FROM touched_slice), (SELECT count(*) FROM receipt_outbox)"
)


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def open_the_new_mall(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        save_site(session, site(NEW_MALL, WEST))
        save_obligations(session, [Obligation(PARTNER, "POS_SALES", NEW_MALL, Frequency.DAY, 1, SINCE)])
        refresh_reach(session)


def rejected(hub: SmallHub) -> list[int]:
    return [row[0] for row in hub.rows("SELECT delivery_id FROM quarantine ORDER BY 1")]


def again(hub: SmallHub, deliveries: Sequence[int], replay_id: str = "replay-1") -> list[Trial]:
    act = ReplayAct(replay_id, "account:operator", "the mall was missing in the list", "all of E2101")
    with hub.database.transaction() as session:
        return replay(session, deliveries, act, reference=hub.references.current(session), clock=hub.clock)


def dry_run(hub: SmallHub, deliveries: Sequence[int]) -> list[Trial]:
    with hub.database.transaction() as session:
        return try_again(session, deliveries, reference=hub.references.current(session), clock=hub.clock)


def test_a_replay_after_the_list_was_mended_accepts_the_same_delivery(hub: SmallHub) -> None:
    (first,) = hub.send(report(1_000_000, site=NEW_MALL))
    open_the_new_mall(hub)
    hub.clock.instant = NOW + timedelta(days=1)

    (trial,) = again(hub, rejected(hub))

    assert first.verdict is Verdict.REJECTED
    assert trial.receipt is not None
    assert (trial.receipt.verdict, trial.receipt.cause) == (Verdict.ACCEPTED, Cause.REPLAY)
    assert (trial.receipt.previous_receipt, trial.receipt.replay) == (first.id, "replay-1")
    assert (trial.receipt.delivery, trial.receipt.known_at) == (first.delivery, hub.clock.instant)
    assert hub.rows(HEADS) == [(0, 1_000_000)]


def test_replaying_twice_changes_nothing(hub: SmallHub) -> None:
    hub.send(report(1_000_000, site=NEW_MALL))
    open_the_new_mall(hub)
    again(hub, rejected(hub))
    before = hub.rows(EVERYTHING)

    (trial,) = again(hub, rejected(hub), "replay-2")

    assert (trial.blocked, trial.receipt) == (Blocked.SETTLED, None)
    assert hub.rows(EVERYTHING) == before


def test_what_is_still_rejected_gets_no_new_receipt(hub: SmallHub) -> None:
    hub.send(report(1_000_000, site=NEW_MALL))
    before = hub.rows(EVERYTHING)

    (trial,) = again(hub, rejected(hub))

    assert (trial.after, trial.receipt) == (Verdict.REJECTED, None)
    assert hub.rows(EVERYTHING) == before
    assert hub.rows("SELECT verdict, receipt_id FROM replayed_delivery") == [("REJECTED", None)]


def test_a_dry_run_tells_the_difference_and_writes_nothing(hub: SmallHub) -> None:
    hub.send(report(1_000_000, site=NEW_MALL))
    open_the_new_mall(hub)
    before = hub.rows(EVERYTHING)

    (trial,) = dry_run(hub, rejected(hub))

    assert (trial.before, trial.after) == (Verdict.REJECTED, Verdict.ACCEPTED)
    assert trial.difference is not None
    assert (trial.difference.before.amount, trial.difference.after.amount) == (None, 1_000_000)
    assert [finding.code for finding in trial.findings_before] == ["E2101"]
    assert hub.rows(EVERYTHING) == before


def test_what_the_partner_sent_again_meanwhile_is_not_counted_twice(hub: SmallHub) -> None:
    hub.send(report(1_000_000, site=NEW_MALL, id="once"))
    open_the_new_mall(hub)
    hub.send(report(1_000_000, site=NEW_MALL, id="once"))

    (trial,) = again(hub, rejected(hub))

    assert trial.after is Verdict.DUPLICATE
    assert hub.rows(HEADS) == [(0, 1_000_000)]


def test_two_rejected_revisions_of_one_slice_end_as_if_they_had_come_in_order(hub: SmallHub) -> None:
    hub.send(report(2_000_000, site=NEW_MALL, revision=1), report(1_000_000, site=NEW_MALL))
    open_the_new_mall(hub)

    trials = again(hub, rejected(hub))

    assert [trial.after for trial in trials] == [Verdict.ACCEPTED, Verdict.SUPERSEDED]
    assert hub.rows(HEADS) == [(1, 2_000_000)]


def test_an_oversize_message_cannot_be_replayed_because_only_its_beginning_was_kept(hub: SmallHub) -> None:
    hub.send(b"[" + b"1," * 200_000)

    (trial,) = again(hub, rejected(hub))

    assert trial.blocked is Blocked.TRUNCATED


def test_bytes_that_are_gone_cannot_be_replayed(hub: SmallHub) -> None:
    hub.send(report(1_000_000, site=NEW_MALL))
    hub.rows("UPDATE quarantine SET body = NULL RETURNING delivery_id")

    (trial,) = again(hub, rejected(hub))

    assert trial.blocked is Blocked.EXPIRED


def test_an_empty_message_stays_rejected_for_what_it_is(hub: SmallHub) -> None:
    hub.send(b"")

    (trial,) = again(hub, rejected(hub))

    assert (trial.blocked, trial.after) == (None, Verdict.REJECTED)


@pytest.mark.parametrize(("days", "kept"), [(399, 1), (401, 0)])
def test_raw_bytes_are_kept_for_400_days_and_no_longer(hub: SmallHub, days: int, kept: int) -> None:
    hub.send(b"garbage")

    with hub.database.transaction() as session:
        forget_raw_bytes(session, NOW + timedelta(days=days), limit=100)

    assert hub.number("SELECT count(body) FROM quarantine") == kept
    assert hub.number("SELECT count(*) FROM receipt") == 1
