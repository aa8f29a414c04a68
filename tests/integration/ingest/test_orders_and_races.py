"""Repeats, any order, two at once, and a database that goes away: nothing lost, nothing counted twice."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from payments_hub.domain.verdicts import Verdict
from payments_hub.ingest.accept import accept
from payments_hub.kernel.errors import UnavailableError
from payments_hub.store.errors import DatabaseBusyError
from payments_hub.store.session import Database
from payments_hub.store.slices import lock_partners
from tests.builders import MALL, PARTNER
from tests.support.hub import MARKET, RIVAL, SmallHub, arrival, nothing, report, small_hub, withdrawal
from tests.support.postgres import Server
from tests.support.waiting import wait_until

pytestmark = pytest.mark.database

SUBMISSIONS = (
    (PARTNER, MALL, 0, "2000000", report(2_000_000)),
    (PARTNER, MALL, 1, "3000000", report(3_000_000, revision=1)),
    (PARTNER, MALL, 2, "DELETE", withdrawal(revision=2)),
    (PARTNER, MALL, 3, "NIL", nothing(revision=3)),
    (PARTNER, MALL, 4, "2000000", report(2_000_000, revision=4)),
    (PARTNER, MALL, 5, "2000000", report(2_000_000, revision=5)),
    (PARTNER, MARKET, 0, "NIL", nothing(site=MARKET)),
    (PARTNER, MARKET, 1, "4000000", report(4_000_000, site=MARKET, revision=1)),
    (RIVAL, MALL, 0, "5000000", report(5_000_000, partner=RIVAL)),
    (RIVAL, MALL, 1, "DELETE", withdrawal(partner=RIVAL, revision=1)),
)
VIEW = """
SELECT partner.code, place.code, head.revision, coalesce(cell.amount::text, action) FROM slice_head AS head
JOIN partner ON partner.id = head.partner_id JOIN place ON place.id = head.place_id
JOIN slice_revision AS revision ON revision.id = head.content_revision_id
LEFT JOIN slice_cell AS cell ON cell.revision_id = head.content_revision_id
"""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

ROWS = """
SELECT (SELECT count(*) FROM delivery), (SELECT count(*) FROM receipt), (SELECT count(*) FROM quarantine),
       (SELECT count(*) FROM slice_head)
"""


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


@contextmanager
def locked(hub: SmallHub, partner: str) -> Iterator[None]:
    """Hold a partner's lock, as a transaction that takes its messages in does."""
    with hub.database.transaction() as session:
        lock_partners(session, [partner])
        yield


def send_impatiently(hub: SmallHub, body: bytes) -> None:
    """Send a message, and give up soon where somebody holds the lock."""
    with hub.database.transaction() as session:
        session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        accept(session, [arrival(body)], reference=hub.references.current(session), clock=hub.clock)


@given(sent=st.lists(st.sampled_from(SUBMISSIONS), min_size=1, max_size=16), batch=st.integers(1, 6))
@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])  # to shrink would take minutes
def test_any_order_with_any_repeats_ends_in_the_same_view(
    postgres_server: Server, sent: list[tuple[str, str, int, str, bytes]], batch: int
) -> None:
    with postgres_server.migrated() as database:
        hub = small_hub(database)
        for first in range(0, len(sent), batch):
            hub.take(*(arrival(body, partner=partner) for partner, _, _, _, body in sent[first : first + batch]))
        hub.drain()

        distinct = set(sent)
        view = {(partner, site): (revision, said) for partner, site, revision, said, _ in sorted(distinct)}
        total = sum(int(said) for _, said in view.values() if said.isdigit())
        assert {(row[0], row[1]): (row[2], row[3]) for row in hub.rows(VIEW)} == view
        assert hub.number("SELECT count(*) FROM slice_revision") == len(distinct)
        assert hub.number("SELECT count(*) FROM delivery") == len(sent)
        assert hub.number("SELECT count(*) FROM receipt WHERE verdict = 'DUPLICATE'") == len(sent) - len(distinct)
        assert (hub.figures("TEST-COMMUNE-2020-01-01:31", "2026-07").whole.amount or 0) == total


@pytest.mark.parametrize(
    ("second", "verdict"),
    [({"id": "first"}, Verdict.DUPLICATE), ({"id": "second"}, Verdict.NO_CHANGE)],
    ids=["the same event", "the same content"],
)
def test_of_two_that_push_one_slice_at_once_one_is_accepted(
    hub: SmallHub, second: dict[str, Any], verdict: Verdict
) -> None:
    bodies = [report(2_000_000, id="first"), report(2_000_000, **second)]

    with ThreadPoolExecutor(2) as pool:
        with locked(hub, PARTNER):
            answers = [pool.submit(hub.send, body) for body in bodies]
            wait_until(lambda: hub.number(WAITING) == 2, "both wait for the partner's lock", seconds=9)
        verdicts = Counter(answer.result()[0].verdict for answer in answers)

    assert verdicts == Counter([Verdict.ACCEPTED, verdict])
    assert hub.number("SELECT count(*) FROM slice_revision") == 1


def test_revisions_pushed_by_many_at_once_end_in_the_highest(hub: SmallHub) -> None:
    bodies = [report(1_000_000 + number, revision=number) for number in (5, 0, 3, 1, 4, 2)]

    with ThreadPoolExecutor(3) as pool:
        verdicts = {receipts[0].verdict for receipts in pool.map(hub.send, bodies)}

    assert verdicts <= {Verdict.ACCEPTED, Verdict.SUPERSEDED}
    assert hub.rows(VIEW) == [(PARTNER, MALL, 5, "1000005")]
    assert hub.number("SELECT count(*) FROM slice_revision") == 6


def test_partners_do_not_wait_for_each_other(hub: SmallHub) -> None:
    with locked(hub, PARTNER):
        (receipt,) = hub.send(report(2_000_000, partner=RIVAL), partner=RIVAL)

    assert receipt.verdict is Verdict.ACCEPTED


def test_one_partners_transactions_wait_for_each_other(hub: SmallHub) -> None:
    with locked(hub, PARTNER), pytest.raises(DatabaseBusyError):
        send_impatiently(hub, report(2_000_000))

    assert hub.number("SELECT count(*) FROM delivery") == 0


@pytest.mark.parametrize("statement", ["FROM seen_event", "INSERT INTO slice_head"], ids=["reading", "writing"])
def test_a_database_that_goes_away_is_no_verdict(hub: SmallHub, postgres_server: Server, statement: str) -> None:
    good = [report(1_000_000 + day, period=f"2026-06-{day:02}") for day in range(1, 21)]
    bodies = [*good, *(b"bad %d" % number for number in range(10))]
    killed: list[int] = []

    def kill(*called_with: Any) -> None:
        if statement in called_with[2] and not killed:
            killed.append(called_with[0].connection.driver_connection.info.backend_pid)
            postgres_server.administrator.execute("SELECT pg_terminate_backend(%s, 5000)", killed)

    event.listen(hub.database.engine, "before_cursor_execute", kill)
    with pytest.raises(UnavailableError):
        hub.send(*bodies)
    left = hub.rows(ROWS)
    receipts = hub.send(*bodies)

    assert len(killed) == 1
    assert left == [(0, 0, 0, 0)]
    assert Counter(receipt.verdict for receipt in receipts) == {Verdict.ACCEPTED: 20, Verdict.REJECTED: 10}
    assert hub.number("SELECT count(*) FROM quarantine") == 10
