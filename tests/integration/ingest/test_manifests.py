"""Manifests through ingest: verdicts as for slices, a state that follows the slices, a warning that never rejects."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.manifests import ManifestState, SliceSums
from payments_hub.domain.verdicts import Cause, Verdict
from payments_hub.ingest.decisions import Decision, release
from payments_hub.ingest.replays import replay
from payments_hub.store.manifests import StoredManifest, manifests_between, save_manifest_states
from payments_hub.store.replays import ReplayAct
from payments_hub.store.session import Database
from tests.builders import PARTNER
from tests.support.hub import (
    EAST,
    MARKET,
    RIVAL,
    WEST,
    SmallHub,
    manifest,
    nothing,
    report,
    small_hub,
    withdrawal,
)

pytestmark = pytest.mark.database

MORNING, NOON, EVENING = "2026-07-04T01:00:00Z", "2026-07-04T05:00:00Z", "2026-07-04T11:00:00Z"
MATCHES, DIFFERS = ManifestState.MATCHES, ManifestState.DIFFERS
WAITING, OUTDATED = ManifestState.WAITING, ManifestState.OUTDATED


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def number_of(hub: SmallHub, partner: str) -> int:
    with hub.database.transaction() as session:
        found: int = session.execute(text("SELECT id FROM partner WHERE code = :code"), {"code": partner}).scalar_one()
    return found


def states(
    hub: SmallHub, partner: str = PARTNER, flows: Sequence[str] = (*FLOWS,), first: date = date(2000, 1, 1)
) -> list[StoredManifest]:
    partners, last = [number_of(hub, partner)], date(2100, 12, 31)
    with hub.database.transaction() as session:
        return manifests_between(session, partners=partners, flows=flows, first=first, last=last)


def state(hub: SmallHub) -> ManifestState:
    (found,) = states(hub)
    return found.standing.state


def codes(receipt: ReceiptV1) -> list[str]:
    return [finding.code for finding in receipt.findings]


def acquired(place: str, day: str) -> bytes:
    one = {"instrument": "CARD", "initiation": "CHIP", "sector": "G47", "count": 10, "amount": 5_000_000}
    return report(0, flow="ACQ_P2M", site=place, period=day, cells=[one])


def test_a_manifest_is_accepted_and_waits_for_its_slices_without_a_warning(hub: SmallHub) -> None:
    (receipt,) = hub.send(manifest(2, 300))

    assert (receipt.verdict, codes(receipt), receipt.known_at) == (Verdict.ACCEPTED, [], hub.clock.now())
    assert (receipt.key.flow, receipt.key.site, receipt.key.period) == ("POS_SALES", None, "2026-07-03")
    assert state(hub) is WAITING


def test_a_manifests_state_follows_its_slices_one_by_one(hub: SmallHub) -> None:
    seen = []
    for message in (manifest(2, 30_000_000), report(10_000_000), report(20_000_000, site=MARKET)):
        hub.send(message)
        seen.append(state(hub))
    hub.send(report(11_000_000, revision=1, time=EVENING))

    assert [*seen, state(hub)] == [WAITING, WAITING, MATCHES, OUTDATED]


def test_what_came_before_a_manifest_counts_in_one_batch_and_in_several(hub: SmallHub) -> None:
    hub.send(report(10_000_000))
    receipts = hub.send(report(20_000_000, site=MARKET), manifest(2, 30_000_000))

    assert [receipt.verdict for receipt in receipts] == [Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert state(hub) is MATCHES


def test_a_manifest_that_differs_is_accepted_with_a_warning_for_each_figure(hub: SmallHub) -> None:
    _, receipt = hub.send(report(10_000_000), manifest(1, 11_000_000, count=12))

    assert receipt.verdict is Verdict.ACCEPTED
    assert [(finding.code, finding.pointer, finding.got) for finding in receipt.findings] == [
        ("W3008", "/data/count", "12"),
        ("W3008", "/data/amount", "11000000"),
    ]
    assert state(hub) is DIFFERS


def test_the_warning_speaks_of_what_had_come_by_then_though_more_follows_in_the_batch(hub: SmallHub) -> None:
    _, receipt, _ = hub.send(
        report(10_000_000), manifest(1, 11_000_000), report(11_000_000, revision=1, time="2026-07-04T02:12:00Z")
    )

    assert codes(receipt) == ["W3008"]
    assert state(hub) is MATCHES


def test_a_newer_manifest_takes_the_place_of_one_that_is_outdated(hub: SmallHub) -> None:
    hub.send(report(10_000_000), manifest(1, 10_000_000), report(11_000_000, revision=1, time=NOON))
    before = state(hub)

    (receipt,) = hub.send(manifest(1, 11_000_000, revision=1, time=EVENING))

    assert (before, state(hub)) == (OUTDATED, MATCHES)
    assert (receipt.current_revision, codes(receipt)) == (1, [])


@pytest.mark.parametrize("together", [False, True], ids=["apart", "in one batch"])
def test_revision_numbers_of_manifests_are_judged_as_those_of_slices(hub: SmallHub, *, together: bool) -> None:
    first = manifest(2, 300)
    messages = [
        first,
        first,
        manifest(2, 300),
        manifest(2, 301),
        manifest(2, 300, revision=3),
        manifest(2, 302, revision=1),
        manifest(2, 303, revision=4),
    ]

    sent = hub.send(*messages) if together else [hub.send(message)[0] for message in messages]

    assert [(receipt.verdict, codes(receipt)) for receipt in sent] == [
        (Verdict.ACCEPTED, []),
        (Verdict.DUPLICATE, []),
        (Verdict.NO_CHANGE, []),
        (Verdict.REJECTED, ["E4001"]),
        (Verdict.NO_CHANGE, ["W4002"]),
        (Verdict.SUPERSEDED, []),
        (Verdict.ACCEPTED, []),
    ]
    (held,) = states(hub)
    assert (held.said.revision, held.said.sums) == (4, SliceSums(2, 20, 303))
    assert hub.rows("SELECT revision, verdict FROM manifest_revision ORDER BY revision") == [
        (0, "ACCEPTED"),
        (1, "SUPERSEDED"),
        (3, "NO_CHANGE"),
        (4, "ACCEPTED"),
    ]


def test_an_id_used_for_a_slice_is_not_to_be_used_for_a_manifest(hub: SmallHub) -> None:
    first, second = hub.send(report(10_000_000, id="twice"), manifest(1, 10_000_000, id="twice"))

    assert (first.verdict, second.verdict, codes(second)) == (Verdict.ACCEPTED, Verdict.REJECTED, ["E1102"])


def test_a_rejected_manifest_is_in_quarantine_and_leaves_nothing_else(hub: SmallHub) -> None:
    (receipt,) = hub.send(manifest(1, 10, period="2026-06"))

    assert (receipt.verdict, codes(receipt)) == (Verdict.REJECTED, ["E3002"])
    assert hub.number("SELECT count(*) FROM quarantine") == 1
    assert states(hub) == []


def test_slices_of_other_partners_flows_and_periods_are_not_counted(hub: SmallHub) -> None:
    hub.send(report(10_000_000, partner=RIVAL), manifest(0, 0, partner=RIVAL, period="2026-07-02"), partner=RIVAL)
    hub.send(report(10_000_000, period="2026-07-02"), report(10_000_000, period="2026-07-04"))

    hub.send(manifest(2, 30_000_000))

    (found,) = states(hub)
    assert found.standing.received == SliceSums(0, 0, 0)


def test_nil_counts_as_received_and_a_withdrawn_slice_does_not(hub: SmallHub) -> None:
    hub.send(report(10_000_000), nothing(site=MARKET), manifest(2, 10_000_000, count=10))
    before = state(hub)

    hub.send(withdrawal(revision=1, site=MARKET, time=EVENING))

    (found,) = states(hub)
    assert (before, found.standing.state) == (MATCHES, OUTDATED)
    assert found.standing.received == SliceSums(1, 10, 10_000_000)


def test_days_stand_under_the_manifest_of_their_month(hub: SmallHub) -> None:
    hub.rows("UPDATE obligation SET frequency = 'D' WHERE flow = 'ACQ_P2M' RETURNING 1")
    days = [acquired(place, day) for place in (WEST, EAST) for day in ("2026-06-01", "2026-06-30")]

    hub.send(*days, acquired(WEST, "2026-07-01"))
    (receipt,) = hub.send(manifest(4, 20_000_000, flow="ACQ_P2M", period="2026-06"))

    assert (receipt.verdict, codes(receipt)) == (Verdict.ACCEPTED, [])
    assert state(hub) is MATCHES


def test_a_held_slice_counts_from_its_release_on(hub: SmallHub) -> None:
    hub.rows(
        "INSERT INTO period_lock (flow, frequency, start, last, reason, locked_by, locked_at)"
        " VALUES ('POS_SALES', 'D', '2026-07-03', '2026-07-03', 'closed', 'account:lan', now()) RETURNING 1"
    )
    held, said = hub.send(report(10_000_000), manifest(1, 10_000_000))
    before = state(hub)

    with hub.database.transaction() as session:
        deliveries = [hub.number("SELECT delivery_id FROM held_slice")]
        decision, reference = Decision("account:lan", "checked"), hub.references.current(session)
        released = release(session, deliveries, decision, reference=reference, clock=hub.clock)

    assert (held.verdict, said.verdict, before) == (Verdict.HELD, Verdict.ACCEPTED, WAITING)
    assert [receipt.cause for receipt in released] == [Cause.RELEASE]
    assert state(hub) is MATCHES


def test_a_rejected_manifest_can_be_replayed(hub: SmallHub) -> None:
    hub.clock.go_to(date(2026, 7, 3))
    (rejected,) = hub.send(manifest(1, 10_000_000))
    hub.clock.go_to(date(2026, 7, 5))

    with hub.database.transaction() as session:
        act = ReplayAct("replay-1", "account:lan", "the clock was slow", "one")
        deliveries, reference = [hub.number("SELECT id FROM delivery")], hub.references.current(session)
        (trial,) = replay(session, deliveries, act, reference=reference, clock=hub.clock)

    assert (rejected.verdict, trial.after) == (Verdict.REJECTED, Verdict.ACCEPTED)
    assert state(hub) is WAITING


def test_when_it_first_matched_is_remembered(hub: SmallHub) -> None:
    hub.send(manifest(1, 10_000_000))
    hub.clock.instant += timedelta(hours=1)
    matched_at = hub.clock.now()
    hub.send(report(10_000_000))
    hub.clock.instant += timedelta(hours=1)

    hub.send(report(12_000_000, revision=1, time=EVENING))

    (found,) = states(hub)
    assert (found.matched_at, found.changed_at) == (matched_at, hub.clock.now())


def test_manifests_are_read_by_flow_and_since_a_day(hub: SmallHub) -> None:
    hub.send(*(manifest(1, 10, period=f"2026-07-0{day}") for day in (1, 2, 3)))
    hub.send(manifest(1, 10, flow="ACQ_P2M", period="2026-06"))

    found = states(hub, flows=["POS_SALES"], first=date(2026, 7, 2))

    assert sorted(str(one.key.period) for one in found) == ["2026-07-02", "2026-07-03"]
    assert states(hub, RIVAL) == []


def test_sums_under_a_manifest_may_pass_64_bits(hub: SmallHub) -> None:
    hub.send(manifest(1, 10))
    (stored,) = states(hub)
    huge = SliceSums(1_100, 1_100 * 2**53, 1_100 * 2**53)

    with hub.database.transaction() as session:
        save_manifest_states(session, [replace(stored, standing=replace(stored.standing, received=huge))])

    assert [one.standing.received for one in states(hub)] == [huge]
