"""Decisions and replays are known on their own day: no earlier day's answer changes, of simulated partners neither."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from payments_hub.domain.coverage import Obligation
from payments_hub.ingest.decisions import Decision, refuse, release
from payments_hub.ingest.replays import replay
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.services.locks import lock_period
from payments_hub.store.partners import save_obligations
from payments_hub.store.places import refresh_reach, save_site
from payments_hub.store.replays import ReplayAct
from payments_hub.store.session import Database
from tests.builders import MALL, PARTNER
from tests.support.hub import CITY, SIMULATED, SINCE, WEST, SmallHub, report, site, small_hub

pytestmark = pytest.mark.database

DAY, NEW_MALL = "2026-07-03", "MALL-0777"
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 7, number) for number in (6, 7, 8, 9, 10))
BEFORE = (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)
BY_OFFICER = Decision("account:officer", "checked")


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def answers(hub: SmallHub) -> list[object]:
    hub.drain()
    return [hub.figures(place, period, as_of=day) for day in BEFORE for place, period in ((MALL, DAY), (CITY, DAY[:7]))]


def sent_on(hub: SmallHub, day: date, amount: int, *, partner: str, **changes: Any) -> None:
    hub.clock.go_to(day)
    hub.send(report(amount, partner=partner, time=f"{day}T04:00:00Z", **changes), partner=partner)


def in_transaction(hub: SmallHub, decide: Callable[[Session], object]) -> None:
    with hub.database.transaction() as session:
        decide(session)


@pytest.mark.parametrize("partner", [PARTNER, SIMULATED])
@pytest.mark.parametrize("decide", [release, refuse])
def test_what_an_officer_decides_changes_no_day_before(
    hub: SmallHub, decide: Callable[..., object], partner: str
) -> None:
    sent_on(hub, MONDAY, 1_000_000, partner=partner)
    in_transaction(
        hub,
        lambda session: lock_period(
            session, "POS_SALES", Period.parse("2026-07"), reason="closed", by="o", now=hub.clock.now()
        ),
    )
    sent_on(hub, TUESDAY, 2_000_000, partner=partner, revision=1)
    before = answers(hub)

    hub.clock.go_to(FRIDAY)
    [[held]] = hub.rows("SELECT delivery_id FROM held_slice")
    in_transaction(
        hub,
        lambda session: decide(session, [held], BY_OFFICER, reference=hub.references.current(session), clock=hub.clock),
    )

    assert answers(hub) == before
    assert hub.figures(MALL, DAY).whole.amount == (2_000_000 if decide is release else 1_000_000)


@pytest.mark.parametrize("partner", [PARTNER, SIMULATED])
def test_a_replay_changes_no_day_before(hub: SmallHub, partner: str) -> None:
    sent_on(hub, MONDAY, 1_000_000, partner=partner)
    sent_on(hub, TUESDAY, 2_000_000, partner=partner, site=NEW_MALL)
    hub.clock.go_to(FRIDAY)
    in_transaction(hub, lambda session: open_the_new_mall(session, partner))
    hub.drain()
    before = [hub.figures(CITY, "2026-07", as_of=day).whole for day in BEFORE]

    [[rejected]] = hub.rows("SELECT delivery_id FROM quarantine")
    act = ReplayAct("replay-1", "account:operator", "the mall was missing", "deliveries 2")
    in_transaction(
        hub,
        lambda session: replay(session, [rejected], act, reference=hub.references.current(session), clock=hub.clock),
    )

    hub.drain()
    assert [hub.figures(CITY, "2026-07", as_of=day).whole for day in BEFORE] == before
    assert hub.figures(CITY, "2026-07").whole.amount == 3_000_000


def open_the_new_mall(session: Session, partner: str) -> None:
    save_site(session, site(NEW_MALL, WEST))
    save_obligations(session, [Obligation(partner, "POS_SALES", NEW_MALL, Frequency.DAY, 1, SINCE)])
    refresh_reach(session)
