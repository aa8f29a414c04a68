"""Rollups against an oracle: the same ledger summed by plain loops, at the end of every day that matters."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from payments_hub.domain.sites import Interval, SiteArea
from payments_hub.store.places import refresh_reach, save_site
from tests.builders import MALL, PARTNER, cell
from tests.support.hub import (
    EAST,
    MARKET,
    RIVAL,
    SIMULATED,
    SINCE,
    WEST,
    SmallHub,
    nothing,
    report,
    site,
    small_hub,
    withdrawal,
)
from tests.support.oracle import right_answers, stored_answers
from tests.support.postgres import Server

pytestmark = pytest.mark.database

FIRST = date(2026, 7, 5)
CASH = cell(instrument="CASH", amount=700_000)
UNKNOWN = cell(instrument="CASH", status="M", count=None, amount=None)
CONTENTS = st.sampled_from([[cell()], [cell(), CASH], [cell(amount=3_000_000), UNKNOWN], [UNKNOWN]])
SALES = [(MALL, "2026-06-30"), (MALL, "2026-07-01"), (MARKET, "2026-07-01"), (MARKET, "2026-07-02")]
SLICES = [("POS_SALES", *place_and_day) for place_and_day in SALES] + [
    ("ACQ_P2M", WEST, "2026-06"),
    ("ACQ_P2M", EAST, "2026-06"),
]


@dataclass(frozen=True)
class Step:
    """One message, how many days after the one before it is sent, and how much is drained then."""

    days: int
    partner: str
    slice_of: tuple[str, str, str]
    action: str
    revision: int
    cells: list[dict[str, Any]]
    drained: int

    def body(self, sent_on: date) -> bytes:
        flow, place, period = self.slice_of
        named: dict[str, Any] = {
            "flow": flow,
            "site": place,
            "period": period,
            "revision": self.revision,
            "partner": self.partner,
        }
        named |= {"time": f"{sent_on - timedelta(days=self.days)}T05:00:00Z"}
        extra = {"initiation": "QR"} if flow == "ACQ_P2M" else {}
        match self.action:
            case "NIL":
                return nothing(**named)
            case "DELETE":
                return withdrawal(**named)
            case _:
                totals = {name: sum(one.get(name, 0) for one in self.cells) for name in ("count", "amount")}
                return report(0, cells=[one | extra for one in self.cells], control=totals, **named)


STEPS = st.lists(
    st.builds(
        Step,
        days=st.integers(0, 2),
        partner=st.sampled_from([PARTNER, RIVAL, SIMULATED]),
        slice_of=st.sampled_from(SLICES),
        action=st.sampled_from(["REPLACE", "REPLACE", "REPLACE", "NIL", "DELETE"]),
        revision=st.integers(0, 3),
        cells=CONTENTS,
        drained=st.sampled_from([0, 1, 1000]),
    ),
    min_size=4,
    max_size=24,
)


def moving_hub(server_database: SmallHub) -> SmallHub:
    """Let the market move from the east to the west on 2 July, and the mall be shut from 2 July on but for a day."""
    moves = (SiteArea(Interval(SINCE, date(2026, 7, 1)), EAST), SiteArea(Interval(date(2026, 7, 2)), WEST))
    stretches = (Interval(SINCE, date(2026, 7, 1)), Interval(date(2026, 7, 20), date(2026, 7, 20)))
    with server_database.database.transaction() as session:
        save_site(session, site(MARKET, *moves, kind="MARKET"))
        save_site(session, site(MALL, WEST, open_intervals=stretches))
        refresh_reach(session)
    return server_database


@given(steps=STEPS)
@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])  # to shrink would take minutes
def test_rollups_say_what_plain_loops_over_the_ledger_say(postgres_server: Server, steps: list[Step]) -> None:
    with postgres_server.migrated() as database:
        hub = moving_hub(small_hub(database))
        day = FIRST
        for step in steps:
            day += timedelta(days=step.days)
            hub.clock.go_to(day)
            hub.send(step.body(day), partner=step.partner)
            hub.drain(limit=step.drained)

        hub.drain()

        probes = [FIRST + timedelta(days=number) for number in range(-3, (day - FIRST).days + 2)]
        assert {probe: stored_answers(hub, probe) for probe in probes} == {
            probe: right_answers(hub, probe) for probe in probes
        }
