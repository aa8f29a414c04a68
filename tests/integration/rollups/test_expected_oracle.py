"""Slices, agreements and open days that change in any order: each day's end keeps what plain loops said of it then."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from payments_hub.domain.sites import Interval
from payments_hub.services.obligations import end_obligation
from payments_hub.services.places import OpenDaysChange, close_site, open_site
from payments_hub.store.obligations import ObligationFilter, find_obligations
from tests.builders import MALL, PARTNER
from tests.support.hub import MARKET, RIVAL, SmallHub, report, small_hub, withdrawal
from tests.support.oracle import right_answers, stored_answers
from tests.support.postgres import Server

pytestmark = pytest.mark.database

FIRST = date(2026, 7, 5)
JUNE = st.integers(1, 30).map(lambda day: date(2026, 6, day))


@dataclass(frozen=True)
class Sent:
    """A report or a withdrawal of one day of one site."""

    partner: str
    place: str
    day: date
    revision: int
    withdrawn: bool

    def happen(self, hub: SmallHub) -> None:
        write = withdrawal if self.withdrawn else lambda **named: report(1_000_000, **named)
        body = write(partner=self.partner, site=self.place, period=str(self.day), revision=self.revision)
        hub.send(body, partner=self.partner)


@dataclass(frozen=True)
class Ended:
    """An agreement on daily sales that ends with a day, or goes on until it."""

    partner: str
    place: str
    last: date

    def happen(self, hub: SmallHub) -> None:
        with hub.database.transaction() as session:
            (found,) = find_obligations(session, ObligationFilter(self.partner, "POS_SALES", self.place))
            end_obligation(session, found, self.last, actor="account:lan", now=hub.clock.now())


@dataclass(frozen=True)
class Shut:
    """A site that closes or opens for some days."""

    place: str
    first: date
    days: int
    opens: bool

    def happen(self, hub: SmallHub) -> None:
        change = open_site if self.opens else close_site
        days = Interval(self.first, self.first + timedelta(days=self.days))
        with hub.database.transaction() as session:
            change(session, OpenDaysChange(self.place, days, "account:lan", "test"), now=hub.clock.now())


PARTNERS, PLACES = st.sampled_from([PARTNER, RIVAL]), st.sampled_from([MALL, MARKET])
ACTS = st.one_of(
    st.builds(
        Sent,
        PARTNERS,
        PLACES,
        st.sampled_from([date(2026, 6, 10), date(2026, 6, 20)]),
        st.integers(0, 2),
        st.booleans(),
    ),
    st.builds(Ended, PARTNERS, PLACES, JUNE),
    st.builds(Shut, PLACES, JUNE, st.integers(0, 9), st.booleans()),
)


@given(days=st.lists(st.lists(ACTS, max_size=4), min_size=2, max_size=6))
@settings(max_examples=10, deadline=None, phases=[Phase.explicit, Phase.generate])  # to shrink would take minutes
def test_each_day_keeps_what_was_expected_at_its_end(
    postgres_server: Server, days: list[list[Sent | Ended | Shut]]
) -> None:
    with postgres_server.migrated() as database:
        hub = small_hub(database)
        said = {}
        for number, acts in enumerate(days):
            hub.clock.go_to(FIRST + timedelta(days=number))
            for act in acts:
                act.happen(hub)
            hub.drain()
            said[number] = right_answers(hub, FIRST + timedelta(days=number))

        kept = {number: stored_answers(hub, FIRST + timedelta(days=number)) for number in said}

        assert kept == said
