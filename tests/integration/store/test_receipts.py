"""A delivery that was answered twice counts once, by the receipt that holds; and can be read as it was given."""

import pytest

from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.verdicts import Cause, Verdict
from payments_hub.ingest.decisions import Decision, refuse, release
from payments_hub.store.receipts import (
    receipt_by_id,
    receipts_of_delivery,
    recent_receipts,
    verdict_counts,
)
from payments_hub.store.session import Database
from tests.builders import PARTNER
from tests.support.hub import RIVAL, SmallHub, report, small_hub

pytestmark = pytest.mark.database

LOCK = (
    "INSERT INTO period_lock (flow, frequency, start, last, reason, locked_by, locked_at) "
    "VALUES ('POS_SALES', 'M', '2026-07-01', '2026-07-31', 'closed', 'account:lan', now()) RETURNING id"
)


def decided(database: Database, decide: str) -> tuple[SmallHub, ReceiptV1, ReceiptV1]:
    """Have a slice held by a lock and decided on, beside one that was accepted; tell both receipts."""
    hub = small_hub(database)
    hub.rows(LOCK)
    hub.send(report(1_000_000, period="2026-06-01"))
    [held] = hub.send(report(1_000_000))
    [(delivery,)] = hub.rows("SELECT delivery_id FROM receipt WHERE id = :id", id=held.id)
    with database.transaction() as session:
        reference = hub.references.current(session)
        act = release if decide == "release" else refuse
        [later] = act(session, [delivery], Decision("account:lan", "late"), reference=reference, clock=hub.clock)
    return hub, held, later


@pytest.mark.parametrize(
    ("decision", "counts"),
    [("release", {"ACCEPTED": 2}), ("refuse", {"ACCEPTED": 1, "REJECTED": 1})],
)
def test_each_delivery_counts_once_by_its_latest_receipt(
    database: Database, decision: str, counts: dict[str, int]
) -> None:
    _hub, held, later = decided(database, decision)

    with database.transaction() as session:
        found = verdict_counts(session)
        shown = [receipt.receipt_id for receipt in recent_receipts(session, partner=PARTNER, limit=8)]

    assert found == counts
    assert later.id in shown
    assert held.id not in shown


def test_a_receipt_is_kept_as_it_was_given_with_the_one_that_took_its_place(database: Database) -> None:
    _hub, held, later = decided(database, "release")

    with database.transaction() as session:
        first, second = receipt_by_id(session, held.id, PARTNER), receipt_by_id(session, later.id, None)
        chain = receipts_of_delivery(session, first.delivery_id if first else 0)

    assert first is not None
    assert second is not None
    assert (first.receipt, second.receipt) == (held, later)
    assert (first.later_id, second.later_id) == (later.id, None)
    assert [one.receipt.id for one in chain] == [held.id, later.id]
    assert (held.verdict, later.verdict, later.cause) == (Verdict.HELD, Verdict.ACCEPTED, Cause.RELEASE)


def test_a_receipt_of_another_partner_is_not_there(database: Database) -> None:
    _hub, held, _later = decided(database, "release")

    with database.transaction() as session:
        assert receipt_by_id(session, held.id, RIVAL) is None
        assert receipt_by_id(session, "NEVER", PARTNER) is None
