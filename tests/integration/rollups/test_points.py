"""Indicators out of stored slices: shares, what is missing, and when a period may stand in a headline."""

from datetime import date
from typing import Any

import pytest

from payments_hub.aggregates.points import IndicatorPoint, SeriesQuestion, indicator_points, latest_complete
from payments_hub.domain.coverage import Obligation
from payments_hub.domain.indicators import INDICATORS
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.store.partners import save_obligations
from payments_hub.store.places import refresh_reach, save_site
from payments_hub.store.session import Database
from tests.builders import MALL, PARTNER, cell
from tests.support.hub import MARKET, RIVAL, SIMULATED, SINCE, WEST, SmallHub, nothing, report, site, small_hub

pytestmark = pytest.mark.database

ASKED_ON = date(2026, 7, 5)
DAY = Frequency.DAY
CASH = cell(instrument="CASH", amount=500_000)


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def points(hub: SmallHub, place: str, **changes: Any) -> list[IndicatorPoint]:
    """Ask for the cashless share by value, daily and on 5 July, unless said otherwise."""
    values: dict[str, Any] = {"currency": "VND", "today": ASKED_ON, "frequency": DAY} | changes
    with hub.database.transaction() as session:
        return indicator_points(session, SeriesQuestion(INDICATORS["CASHLESS_SHARE_AMOUNT"], place, **values))


def test_a_share_is_what_was_not_paid_in_cash(hub: SmallHub) -> None:
    hub.send(report(0, cells=[cell(amount=1_500_000), CASH]))
    hub.drain()

    (point,) = points(hub, MALL)
    assert (point.value, point.period, point.received, point.expected) == (0.75, Period.parse("2026-07-03"), 1, 3)


def test_without_any_cash_the_share_is_whole(hub: SmallHub) -> None:
    hub.send(report(1_500_000))
    hub.drain()

    assert [point.value for point in points(hub, MALL)] == [1]


def test_a_missing_cash_figure_gives_no_share(hub: SmallHub) -> None:
    hub.send(report(0, cells=[cell(), cell(instrument="CASH", status="M", count=None, amount=None)]))
    hub.drain()

    assert [point.value for point in points(hub, MALL)] == [None]


def test_nothing_to_report_is_no_share(hub: SmallHub) -> None:
    hub.send(nothing())
    hub.drain()

    assert [(point.value, point.received) for point in points(hub, MALL)] == [(None, 1)]


def test_a_day_is_complete_once_it_is_due_and_four_fifths_are_in(hub: SmallHub) -> None:
    partners = [PARTNER, RIVAL, SIMULATED]
    for partner in partners[:2]:
        hub.send(report(1_000_000, partner=partner), partner=partner)
    hub.drain()
    partial = [point.complete for point in points(hub, MALL)]
    hub.send(report(1_000_000, partner=SIMULATED), partner=SIMULATED)
    hub.drain()

    assert partial == [False]
    assert [point.complete for point in points(hub, MALL)] == [True]
    assert [point.complete for point in points(hub, MALL, today=date(2026, 7, 4))] == [False]


def test_a_day_is_not_due_before_its_latest_partner_owes_it(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        save_obligations(session, [Obligation(RIVAL, "POS_SALES", MARKET, DAY, 9, SINCE)])
    for partner in (PARTNER, RIVAL, SIMULATED):
        hub.send(report(1_000_000, partner=partner), partner=partner)
    hub.drain()

    found = {day: [point.complete for point in points(hub, MALL, today=date(2026, 7, day))] for day in (12, 13)}
    assert found == {12: [False], 13: [True]}


def test_as_known_at_a_day_a_period_is_judged_by_that_day(hub: SmallHub) -> None:
    hub.send(report(0, cells=[cell(amount=1_500_000), CASH]))
    hub.clock.go_to(date(2026, 7, 8))
    hub.send(report(0, cells=[cell(amount=500_000), CASH], revision=1))
    hub.drain()
    (number,) = hub.rows("SELECT id FROM partner WHERE code = :code", code=PARTNER)[0]
    asked: dict[str, Any] = {"partner_id": number, "today": date(2026, 7, 9)}

    known = {
        day: [(point.value, point.complete) for point in points(hub, MALL, as_of=day and date(2026, 7, day), **asked)]
        for day in (4, 5, 8, None)
    }
    assert known == {4: [], 5: [(0.75, True)], 8: [(0.5, True)], None: [(0.5, True)]}


def test_the_headline_takes_the_newest_complete_period(hub: SmallHub) -> None:
    for partner in (PARTNER, RIVAL, SIMULATED):
        sent = [report(1_000_000, period=f"2026-07-{day:02}", partner=partner) for day in (1, 2)]
        hub.send(*sent, partner=partner)
    hub.send(report(1_000_000))
    hub.drain()

    newest = latest_complete(points(hub, MALL))
    assert newest is not None
    assert str(newest.period) == "2026-07-02"


def test_a_new_site_may_report_at_once(hub: SmallHub) -> None:
    before = hub.send(report(1_000_000, site="MALL-0777"))
    with hub.database.transaction() as session:
        save_site(session, site("MALL-0777", WEST))
        save_obligations(session, [Obligation(PARTNER, "POS_SALES", "MALL-0777", DAY, 1, SINCE)])
        refresh_reach(session)

    after = hub.send(report(1_000_000, site="MALL-0777"))

    assert [receipt.verdict.value for receipt in (*before, *after)] == ["REJECTED", "ACCEPTED"]
