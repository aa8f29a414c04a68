"""Deliveries are counted anew and held against their receipts; whatever was done to the ledger is named."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from payments_hub.domain.verdicts import Transport
from payments_hub.ingest.decisions import Decision, refuse, release
from payments_hub.ingest.replays import replay
from payments_hub.jobs.reconciling import reconcile_deliveries
from payments_hub.kernel.clock import local_day
from payments_hub.services.audit import Act, record
from payments_hub.services.reconciliation import fault_words, reconcile
from payments_hub.store.alerts import Alert, AlertKind, open_alerts
from payments_hub.store.reconciliation import CountedDay
from payments_hub.store.replays import ReplayAct
from payments_hub.store.session import Database
from tests.builders import NOW, PARTNER
from tests.support import meddling
from tests.support.hub import RIVAL, SmallHub, arrival, manifest, nothing, report, small_hub

pytestmark = pytest.mark.database

TODAY = local_day(NOW)
RECORDS = 5
FEED = f"feeds.{PARTNER}-0"
KEYS = (
    "receipt DROP CONSTRAINT IF EXISTS pk_receipt CASCADE",
    "delivery DROP CONSTRAINT IF EXISTS pk_delivery CASCADE",
)
LOCK = (
    "INSERT INTO period_lock (flow, frequency, start, last, reason, locked_by, locked_at)"
    " VALUES ('POS_SALES', 'M', '2026-06-01', '2026-06-30', 'closed', 'account:officer', now()) RETURNING id"
)


@pytest.fixture
def hub(database: Database) -> SmallHub:
    """Make a hub that has met every verdict."""
    made = small_hub(database)
    made.send(report(1_000_000), report(2_000_000, revision=2), report(3_000_000, revision=1))
    message = nothing(period="2026-07-01")
    made.send(message, message, nothing(period="2026-07-01", revision=1), b"garbage", manifest(2, 5_000_000))
    made.send(b"garbage", partner=RIVAL)
    made.rows(LOCK)
    made.send(*(report(5_000_000, period=f"2026-06-0{day}") for day in (1, 2, 3)))
    return made


def from_kafka(hub: SmallHub) -> None:
    """Take five records of a feed, and move its position behind them."""
    bodies = enumerate(report(7, period=f"2026-05-0{day + 1}") for day in range(RECORDS))
    taken = (arrival(body, transport=Transport.KAFKA) for _number, body in bodies)
    hub.take(*(replace(one, position=f"{FEED}-{number}") for number, one in enumerate(taken)))
    hub.rows(
        "INSERT INTO feed_offset (topic, partition, next_offset, updated_at) VALUES (:topic, 0, :records, :now)"
        " RETURNING 1",
        topic=FEED.removesuffix("-0"),
        records=RECORDS,
        now=NOW,
    )


def meddle(hub: SmallHub, *statements: str) -> None:
    """Change the ledger as nobody may: without the guards and the keys that hold it together."""
    meddling.meddle(hub.database, *(f"ALTER TABLE {key}" for key in KEYS), *statements)


def counted(hub: SmallHub, first: date = TODAY, last: date = TODAY) -> dict[tuple[str, date], CountedDay]:
    with hub.database.transaction() as session:
        days = reconcile(session, first, last, now=hub.clock.now())
    return {(day.partner, day.counted.day): day.counted for day in days}


def codes(day: CountedDay) -> list[str]:
    return [fault.partition(" ")[0] for fault in day.faults]


def alerts(hub: SmallHub) -> tuple[Alert, ...]:
    with hub.database.transaction() as session:
        return open_alerts(session)


def test_deliveries_are_the_sum_of_their_verdicts(hub: SmallHub) -> None:
    from_kafka(hub)

    found = counted(hub)

    own, rival = found[PARTNER, TODAY], found[RIVAL, TODAY]
    assert (own.delivered, own.faults, rival.delivered, rival.rejected, rival.faults) == (16, (), 1, 1, ())
    verdicts = (own.accepted, own.superseded, own.no_change, own.duplicate, own.held, own.rejected)
    assert verdicts == (9, 1, 1, 1, 3, 1)
    assert sum(verdicts) == own.delivered
    assert alerts(hub) == ()


def test_what_was_decided_and_replayed_later_counts_on_the_day_of_its_arrival(hub: SmallHub) -> None:
    released, refused, _waiting = (row[0] for row in hub.rows("SELECT delivery_id FROM held_slice ORDER BY 1"))
    garbage = hub.number("SELECT min(delivery_id) FROM quarantine")
    hub.rows("UPDATE quarantine SET body = :body RETURNING 1", body=nothing(period="2026-06-25"))
    counted(hub)
    hub.clock.instant = NOW + timedelta(days=40)
    with hub.database.transaction() as session:
        lists, decision = hub.references.current(session), Decision("account:officer", "xong")
        release(session, [released], decision, reference=lists, clock=hub.clock)
        refuse(session, [refused], decision, reference=lists, clock=hub.clock)
        replay(
            session, [garbage], ReplayAct("one", "account:operator", "mended", "one"), reference=lists, clock=hub.clock
        )

    with hub.database.transaction() as session:
        told = reconcile_deliveries(session, hub.clock.now())

    found = hub.rows("SELECT held, rejected, accepted, faults FROM reconciliation WHERE delivered = 11")
    assert found == [(2, 1, 5, [])]
    assert told == "2 days, 0 with faults"


AGAIN = """
INSERT INTO delivery (partner_id, transport, position, received_at, bytes_sha256, byte_count)
SELECT partner_id, transport, position, received_at, bytes_sha256, byte_count
FROM delivery WHERE transport = 'KAFKA' ORDER BY id LIMIT 1
"""
ANOTHER_RECEIPT = """
INSERT INTO receipt OVERRIDING SYSTEM VALUE
SELECT (jsonb_populate_record(receipt, '{"id": "another", "number": 99}')).* FROM receipt WHERE verdict = 'NO_CHANGE'
"""
WITH_ITS_RECEIPT = """
WITH gone AS (DELETE FROM delivery WHERE position LIKE '%-0-3' RETURNING id)
DELETE FROM receipt USING gone WHERE delivery_id = gone.id
"""
OTHER_RECORD = """
INSERT INTO delivery (partner_id, transport, position, received_at, bytes_sha256, byte_count)
SELECT partner_id, transport, position, received_at, '\\x00', 1 FROM delivery WHERE position LIKE '%-0-0'
"""

MEDDLING: dict[str, tuple[str, str]] = {
    "a receipt removed": ("NO_RECEIPT", "DELETE FROM receipt WHERE verdict = 'SUPERSEDED'"),
    "a verdict changed": ("VERDICT", "UPDATE receipt SET verdict = 'ACCEPTED' WHERE verdict = 'SUPERSEDED'"),
    "a rejection made good": ("VERDICT", "UPDATE receipt SET verdict = 'DUPLICATE' WHERE verdict = 'SUPERSEDED'"),
    "a verdict that nobody knows": ("VERDICT", "UPDATE receipt SET verdict = 'LOST' WHERE verdict = 'NO_CHANGE'"),
    "raw bytes removed": (
        "VERDICT",
        "DELETE FROM quarantine USING delivery WHERE id = delivery_id AND partner_id = 1",
    ),
    "a revision removed": ("VERDICT", "DELETE FROM slice_revision WHERE verdict = 'NO_CHANGE'"),
    "a receipt of another": ("FOREIGN_RECEIPT", "UPDATE receipt SET partner_id = 2 WHERE verdict = 'NO_CHANGE'"),
    "a record stored twice": ("TWICE NO_RECEIPT", AGAIN),
    "two receipts that hold": ("RECEIPTS", ANOTHER_RECEIPT),
    "a position set back": (
        "BEYOND",
        "UPDATE feed_offset SET next_offset = 2, updated_at = updated_at - interval '1 h'",
    ),
    "a delivery removed": (
        "FEWER NO_DELIVERY",
        "DELETE FROM delivery WHERE transport = 'KAFKA' AND position LIKE '%-0-3'",
    ),
    "a delivery and its receipt removed": ("FEWER", WITH_ITS_RECEIPT),
}


@pytest.mark.parametrize(("codes_named", "statement"), MEDDLING.values(), ids=MEDDLING)
def test_what_was_done_to_the_ledger_is_named(hub: SmallHub, codes_named: str, statement: str) -> None:
    from_kafka(hub)
    before = counted(hub)
    meddle(hub, statement)

    found = counted(hub)[PARTNER, TODAY]

    assert before[PARTNER, TODAY].faults == ()
    assert sorted(codes(found)) == sorted(codes_named.split())
    (alert,) = alerts(hub)
    assert (alert.kind, alert.subject) == (AlertKind.RECONCILIATION, f"{PARTNER}/{TODAY}")
    assert alert.detail == {"faults": list(found.faults)}
    assert all(fault_words(fault).vi != fault for fault in found.faults)


@pytest.mark.parametrize("day_after", [0, 1, 40])
def test_a_fault_is_told_until_it_is_mended_and_then_no_more(hub: SmallHub, day_after: int) -> None:
    meddle(hub, "UPDATE receipt SET verdict = 'LOST' WHERE verdict = 'SUPERSEDED'")
    first = run(hub)
    hub.clock.instant = NOW + timedelta(days=day_after)
    still = run(hub)
    meddle(hub, "UPDATE receipt SET verdict = 'SUPERSEDED' WHERE verdict = 'LOST'")

    mended = run(hub)

    assert (first, still, mended) == ("2 days, 1 with faults", "2 days, 1 with faults", "2 days, 0 with faults")
    assert alerts(hub) == ()


def run(hub: SmallHub) -> str:
    with hub.database.transaction() as session:
        return reconcile_deliveries(session, hub.clock.now())


def test_a_topic_that_was_made_anew_is_no_fault(hub: SmallHub) -> None:
    from_kafka(hub)
    moved = "UPDATE feed_offset SET next_offset = 1, updated_at = updated_at + interval '1 hour'"
    meddle(hub, OTHER_RECORD, moved)

    found = counted(hub)[PARTNER, TODAY]

    assert codes(found) == ["NO_RECEIPT"]


@pytest.mark.parametrize(
    ("restarted", "times", "named"),
    [
        (FEED, 1, ["NO_RECEIPT"]),
        (FEED, 2, ["NO_RECEIPT", "NO_RECEIPT", "TWICE"]),
        ("feeds.OTHER-0", 1, ["NO_RECEIPT", "TWICE"]),
    ],
    ids=["once more", "twice more", "another feed"],
)
def test_what_a_person_let_be_read_again_is_no_fault(
    hub: SmallHub, restarted: str, times: int, named: list[str]
) -> None:
    from_kafka(hub)
    with hub.database.transaction() as session:
        record(
            session,
            Act("van", "feed_restarted", restarted, {"reason": "Kafka was put back"}),
            NOW + timedelta(seconds=1),
        )
    columns = "SELECT partner_id, transport, position, received_at"
    later = AGAIN.replace(columns, f"{columns} + interval '2 s'")
    meddle(hub, *[later] * times)

    assert sorted(codes(counted(hub)[PARTNER, TODAY])) == named


def test_one_partner_and_many_days_are_counted_on_demand(hub: SmallHub) -> None:
    hub.clock.instant = NOW + timedelta(days=3)
    hub.send(report(1, period="2026-05-01"))

    with hub.database.transaction() as session:
        days = reconcile(session, date(2026, 1, 1), date(2026, 12, 31), now=hub.clock.now(), partner=PARTNER)

    assert [(day.partner, day.counted.delivered) for day in days] == [(PARTNER, 1), (PARTNER, 11)]
