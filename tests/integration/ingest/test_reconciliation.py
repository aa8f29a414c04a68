"""Deliveries add up: each partner's of each day, by a count of the raw rows that shares no code with the hub."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from payments_hub.domain.verdicts import Transport, Verdict
from payments_hub.kernel.clock import local_day
from payments_hub.store.session import Database
from tests.builders import PARTNER
from tests.support.hub import RIVAL, SIMULATED, SmallHub, arrival, nothing, report, small_hub, withdrawal
from tests.support.postgres import Server

pytestmark = pytest.mark.database

PARTNERS = (PARTNER, RIVAL, SIMULATED)
DAYS = (date(2026, 7, 5), date(2026, 7, 6), date(2026, 7, 8))
WRITERS: Mapping[str, Callable[[int, str], bytes]] = {
    "report": lambda revision, partner: report(1_000_000 + revision, revision=revision, partner=partner),
    "nothing": lambda revision, partner: nothing(revision=revision, partner=partner),
    "withdrawal": lambda revision, partner: withdrawal(revision=revision, partner=partner),
    "garbage": lambda _revision, _partner: b"garbage",
    "empty": lambda _revision, _partner: b"",
    "of another": lambda revision, partner: report(5, revision=revision, partner=f"NOT-{partner}"),
    "wrong sum": lambda revision, partner: report(5, revision=revision, partner=partner, control={"count": 1}),
}
# The latest receipt of each delivery, on the city's day of its arrival; PostgreSQL does the counting.
RAW_COUNT = """
WITH latest AS (
    SELECT DISTINCT ON (delivery_id) delivery_id, verdict FROM receipt ORDER BY delivery_id, issued_at DESC, id DESC
)
SELECT partner.code, (received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, coalesce(verdict, 'NONE'), count(*)
FROM delivery JOIN partner ON partner.id = partner_id LEFT JOIN latest ON delivery_id = delivery.id
GROUP BY 1, 2, 3
"""
RAW_DELIVERIES = """
SELECT partner.code, (received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, count(*)
FROM delivery JOIN partner ON partner.id = partner_id GROUP BY 1, 2
"""
KEPT = """
SELECT (SELECT count(*) FROM quarantine), (SELECT count(*) FROM slice_revision WHERE verdict <> 'NO_CHANGE'),
       (SELECT count(*) FROM receipt WHERE first_receipt_id IS NOT NULL)
"""


@dataclass(frozen=True)
class Sending:
    """One batch: who sends what on which day, by which way, and how often."""

    partner: str
    day: date
    kinds: Sequence[tuple[str, int]]
    transport: Transport
    times: int


SENDINGS = st.lists(
    st.builds(
        Sending,
        partner=st.sampled_from(PARTNERS),
        day=st.sampled_from(DAYS),
        kinds=st.lists(st.tuples(st.sampled_from(sorted(WRITERS)), st.integers(0, 3)), min_size=1, max_size=6),
        transport=st.sampled_from([Transport.HTTP, Transport.KAFKA]),
        times=st.integers(1, 2),
    ),
    min_size=3,
    max_size=12,
)


class Key(NamedTuple):
    """What deliveries are counted by."""

    partner: str
    day: date
    verdict: str


Told = Counter[Key]


def summed(counted: Told, by: Callable[[Key], Hashable]) -> Counter[Hashable]:
    """Add counts up by less than they were counted by."""
    sums: Counter[Hashable] = Counter()
    for key, number in counted.items():
        sums[by(key)] += number
    return sums


def send(hub: SmallHub, sending: Sending) -> Told:
    """Send a batch, and count the receipts by what the partner was told."""
    hub.clock.go_to(sending.day)
    now = hub.clock.now()
    bodies = [WRITERS[kind](revision, sending.partner) for kind, revision in sending.kinds] * sending.times
    arrivals = [arrival(body, partner=sending.partner, received_at=now, transport=sending.transport) for body in bodies]
    return Counter(Key(sending.partner, local_day(now), receipt.verdict.value) for receipt in hub.take(*arrivals))


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(sendings=SENDINGS)
def test_every_delivery_has_one_verdict_and_the_verdicts_add_up_to_the_deliveries(
    postgres_server: Server, sendings: list[Sending]
) -> None:
    with postgres_server.migrated() as database:
        hub = small_hub(database)

        told = sum((send(hub, sending) for sending in sendings), Told())

        counted = Counter({Key(*row[:3]): row[3] for row in hub.rows(RAW_COUNT)})
        assert counted == told
        assert {key.verdict for key in counted} <= set(Verdict)
        deliveries = Counter({row[:2]: row[2] for row in hub.rows(RAW_DELIVERIES)})
        assert summed(counted, lambda key: (key.partner, key.day)) == deliveries
        verdicts = summed(told, lambda key: key.verdict)
        recorded = verdicts["ACCEPTED"] + verdicts["SUPERSEDED"]
        assert hub.rows(KEPT) == [(verdicts["REJECTED"], recorded, verdicts["DUPLICATE"])]


def test_such_a_run_meets_every_verdict_that_needs_no_lock(database: Database) -> None:
    hub = small_hub(database)
    kinds = [("report", 2), ("report", 1), ("nothing", 3), ("report", 1), ("garbage", 0)]

    told = send(hub, Sending(PARTNER, DAYS[0], kinds, Transport.HTTP, times=2))

    assert summed(told, lambda key: key.verdict) == {
        "ACCEPTED": 2,
        "SUPERSEDED": 1,
        "NO_CHANGE": 1,
        "REJECTED": 2,
        "DUPLICATE": 4,
    }
