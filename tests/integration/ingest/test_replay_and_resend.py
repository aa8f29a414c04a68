"""A replay while the partner sends the same again: whoever comes first, the figures count once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest
from sqlalchemy.orm import Session

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.verdicts import Verdict
from payments_hub.ingest.accept import accept
from payments_hub.ingest.replays import replay
from payments_hub.kernel.periods import Frequency
from payments_hub.store.partners import save_obligations
from payments_hub.store.places import refresh_reach, save_site
from payments_hub.store.replays import ReplayAct
from payments_hub.store.session import Database
from tests.builders import PARTNER
from tests.support.hub import SINCE, WEST, SmallHub, arrival, report, site, small_hub

pytestmark = pytest.mark.database

NEW_MALL = "MALL-0777"
MESSAGE = report(1_000_000, site=NEW_MALL, id="once")
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
Act = Callable[[Session], Verdict]


@pytest.fixture
def hub(database: Database) -> SmallHub:
    """Lend a hub that has rejected the message for its mall, and knows the mall now."""
    hub = small_hub(database)
    hub.send(MESSAGE)
    with database.transaction() as session:
        save_site(session, site(NEW_MALL, WEST))
        save_obligations(session, [Obligation(PARTNER, "POS_SALES", NEW_MALL, Frequency.DAY, 1, SINCE)])
        refresh_reach(session)
    return hub


@pytest.mark.parametrize("first", ["replay", "resend", "other replay"])
def test_who_comes_second_finds_a_duplicate_or_nothing_to_do(hub: SmallHub, first: str) -> None:
    acts = {"replay": replayed(hub, "replay-1"), "resend": sent(hub), "other replay": replayed(hub, "replay-2")}
    second = "resend" if first == "replay" else "replay"

    verdicts = one_while_the_other(hub, acts[first], acts[second])

    assert verdicts[0] is Verdict.ACCEPTED
    assert verdicts[1] in {Verdict.DUPLICATE, Verdict.ACCEPTED}
    assert hub.rows("SELECT revision, total_amount FROM slice_head") == [(0, 1_000_000)]
    assert hub.number("SELECT count(*) FROM receipt WHERE verdict = 'ACCEPTED'") == 1


def replayed(hub: SmallHub, replay_id: str) -> Act:
    def act(session: Session) -> Verdict:
        why = ReplayAct(replay_id, "account:operator", "the mall was missing", "delivery 1")
        [trial] = replay(session, [1], why, reference=hub.references.current(session), clock=hub.clock)
        return trial.after

    return act


def sent(hub: SmallHub) -> Act:
    def act(session: Session) -> Verdict:
        [receipt] = accept(session, [arrival(MESSAGE)], reference=hub.references.current(session), clock=hub.clock)
        return receipt.verdict

    return act


def one_while_the_other(hub: SmallHub, first: Act, second: Act) -> tuple[Verdict, Verdict]:
    """Begin one act, begin the other before the first is committed, and tell both verdicts."""

    def alone() -> Verdict:
        with hub.database.transaction() as session:
            return second(session)

    with ThreadPoolExecutor(max_workers=1) as pool, hub.database.transaction() as session:
        verdict = first(session)
        other = pool.submit(alone)
        deadline = monotonic() + 10
        while not hub.number(WAITING):
            assert monotonic() < deadline
        session.commit()
        return verdict, other.result(timeout=20)
