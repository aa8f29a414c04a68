"""A lock that is set while messages are on their way: each is in before it holds, or held by it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest
from sqlalchemy.orm import Session

from payments_hub.domain.verdicts import Verdict
from payments_hub.ingest.accept import accept
from payments_hub.kernel.periods import Period
from payments_hub.services.locks import lock_period
from payments_hub.store.session import Database
from tests.support.hub import SmallHub, arrival, report, small_hub

pytestmark = pytest.mark.database

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def test_a_lock_waits_for_what_is_being_taken_in(hub: SmallHub) -> None:
    verdict = one_while_the_other(hub, first=take_in(hub), second=lock(hub))

    assert verdict is Verdict.ACCEPTED
    assert hub.number("SELECT count(*) FROM period_lock") == 1


def test_what_comes_while_a_lock_is_being_set_is_held_by_it(hub: SmallHub) -> None:
    verdict = one_while_the_other(hub, first=lock(hub), second=take_in(hub))

    assert verdict is Verdict.HELD


def take_in(hub: SmallHub) -> Callable[[Session], Verdict]:
    def act(session: Session) -> Verdict:
        [receipt] = accept(
            session, [arrival(report(1_000_000))], reference=hub.references.current(session), clock=hub.clock
        )
        return receipt.verdict

    return act


def lock(hub: SmallHub) -> Callable[[Session], None]:
    def act(session: Session) -> None:
        lock_period(session, "POS_SALES", Period.parse("2026-07"), reason="closed", by="o", now=hub.clock.now())

    return act


def one_while_the_other(
    hub: SmallHub, *, first: Callable[[Session], Verdict | None], second: Callable[[Session], Verdict | None]
) -> Verdict | None:
    """Begin one act, begin the other before the first is committed, and tell the verdict of the one that has any."""

    def alone() -> Verdict | None:
        with hub.database.transaction() as session:
            return second(session)

    with ThreadPoolExecutor(max_workers=1) as pool, hub.database.transaction() as session:
        verdict = first(session)
        other = pool.submit(alone)
        deadline = monotonic() + 10
        while not hub.number(WAITING):
            assert monotonic() < deadline
        session.commit()
        return verdict or other.result(timeout=20)
