"""What counts in what: places, months, partners, currencies, breakdowns, and how many slices are expected."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.indicators import Sums
from payments_hub.domain.sites import Interval, SiteArea
from payments_hub.kernel.periods import Frequency
from payments_hub.store.partners import Partner, save_obligations, save_partner
from payments_hub.store.places import refresh_reach, save_site
from payments_hub.store.session import Database
from tests.builders import MALL, NOW, PARTNER, cell
from tests.support.hub import (
    CITY,
    EAST,
    EAST_DISTRICT,
    MARKET,
    RIVAL,
    SINCE,
    WEST,
    WEST_DISTRICT,
    SmallHub,
    arrival,
    nothing,
    report,
    site,
    small_hub,
)

pytestmark = pytest.mark.database

DAY, MONTH = "2026-07-03", "2026-07"
CASH = cell(instrument="CASH", amount=500_000)
MISSING = Sums(None, None)
NO_TOTALS = {"count": 0, "amount": 0}
ALL_ROWS = "SELECT rollup.*, rollup_key.* FROM rollup JOIN rollup_key ON id = key_id ORDER BY 1, 2, 3, 4"


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def receipts(place: str, amount: int, **changes: Any) -> bytes:
    """Write what merchants of an area received in a period, June unless said otherwise."""
    values: dict[str, Any] = {"period": "2026-06"} | changes
    cells = [cell(instrument="E_WALLET", initiation="QR", amount=amount)]
    return report(0, flow="ACQ_P2M", site=place, cells=cells, **values)


def owe(hub: SmallHub, *obligations: Obligation) -> None:
    with hub.database.transaction() as session:
        save_obligations(session, obligations)


def test_a_site_counts_in_its_commune_its_district_and_the_city(hub: SmallHub) -> None:
    hub.send(report(1_000_000), report(4_000_000, site=MARKET))
    hub.drain()

    amounts = {
        place: hub.figures(place, DAY).whole.amount for place in (MALL, WEST, WEST_DISTRICT, EAST, EAST_DISTRICT, CITY)
    }
    assert amounts == {
        MALL: 1_000_000,
        WEST: 1_000_000,
        WEST_DISTRICT: 1_000_000,
        EAST: 4_000_000,
        EAST_DISTRICT: 4_000_000,
        CITY: 5_000_000,
    }


def test_a_month_is_the_sum_of_its_days(hub: SmallHub) -> None:
    hub.send(*(report(1_000_000 * day, period=f"2026-06-{day:02}") for day in (1, 2, 30)), report(7_000_000))
    hub.drain()

    june = hub.figures(MALL, "2026-06")
    assert (june.whole, june.received) == (Sums(30, 33_000_000), 3)


def test_partners_stand_apart_and_together(hub: SmallHub) -> None:
    hub.send(report(1_000_000))
    hub.send(report(4_000_000, partner=RIVAL), partner=RIVAL)
    hub.drain()

    assert hub.figures(MALL, DAY, partner=PARTNER).whole.amount == 1_000_000
    assert hub.figures(MALL, DAY, partner=RIVAL).whole.amount == 4_000_000
    assert hub.figures(MALL, DAY).whole.amount == 5_000_000


def test_currencies_are_never_added(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        save_partner(session, Partner("RUPEE-IN", "Ấn Độ", "India", "INR", simulated=False), now=NOW)
        save_obligations(session, [Obligation("RUPEE-IN", "POS_SALES", MALL, Frequency.DAY, 1, SINCE)])
    hub.send(report(1_000_000))
    hub.send(report(90_000, partner="RUPEE-IN", currency="INR"), partner="RUPEE-IN")
    hub.drain()

    assert hub.figures(MALL, DAY, currency="VND").whole.amount == 1_000_000
    assert hub.figures(MALL, DAY, currency="INR").whole.amount == 90_000


def test_a_report_of_nothing_counts_in_its_partners_currency(hub: SmallHub) -> None:
    hub.send(nothing())
    hub.drain()

    assert hub.number("SELECT count(*) FROM rollup_key WHERE currency <> 'VND'") == 0


def test_figures_break_down_by_instrument(hub: SmallHub) -> None:
    other_card = cell(amount=3_000_000, sector="I56")
    hub.send(report(0, cells=[cell(amount=1_000_000), other_card, CASH]))
    hub.drain()

    by_instrument = hub.figures(CITY, MONTH, dimensions=["instrument"]).by_code["instrument"]
    assert by_instrument == {"CARD": Sums(20, 4_000_000), "CASH": Sums(10, 500_000)}


def test_an_instrument_that_a_revision_leaves_out_is_gone(hub: SmallHub) -> None:
    hub.send(report(0, cells=[cell(amount=1_000_000), CASH]), report(1_500_000, revision=1))
    hub.drain()

    found = hub.figures(MALL, DAY, dimensions=["instrument"])
    assert found.by_code["instrument"] == {"CARD": Sums(10, 1_500_000)}
    assert found.whole == Sums(10, 1_500_000)


def test_a_missing_cell_is_unknown_and_not_zero(hub: SmallHub) -> None:
    unknown = cell(instrument="CASH", status="M", count=None, amount=None)
    hub.send(
        report(0, cells=[cell(amount=1_000_000), unknown]), report(0, cells=[unknown], control=NO_TOTALS, site=MARKET)
    )
    hub.drain()

    mall = hub.figures(MALL, DAY, dimensions=["instrument"])
    assert (mall.whole, mall.by_code["instrument"]["CASH"]) == (Sums(10, 1_000_000), MISSING)
    assert (hub.figures(MARKET, DAY).whole, hub.figures(MARKET, DAY).received) == (MISSING, 1)


def test_a_value_that_becomes_missing_is_unknown_and_not_zero(hub: SmallHub) -> None:
    unknown = cell(instrument="CARD", status="M", count=None, amount=None)
    hub.send(report(1_000_000), report(0, cells=[unknown], control=NO_TOTALS, revision=1))
    hub.drain()

    found = hub.figures(MALL, DAY, dimensions=["instrument"])
    assert (found.whole, found.by_code["instrument"]) == (MISSING, {"CARD": MISSING})


def test_a_site_is_expected_on_the_days_it_is_open(hub: SmallHub) -> None:
    shut = (Interval(SINCE, date(2026, 7, 10)), Interval(date(2026, 7, 30)))
    with hub.database.transaction() as session:
        save_site(session, site(MALL, WEST, open_intervals=shut))
        refresh_reach(session)
    hub.send(report(1_000_000))
    hub.drain()

    assert hub.figures(MALL, MONTH, partner=PARTNER).expected == 10 + 2
    assert hub.figures(WEST, MONTH, partner=PARTNER).expected == 12
    assert hub.figures(CITY, MONTH, partner=PARTNER).expected == 12 + 31
    assert hub.figures(CITY, MONTH).expected == 3 * (12 + 31)


def test_a_monthly_slice_is_owed_once_by_an_agreement_that_covers_its_month(hub: SmallHub) -> None:
    reopened = (Interval(SINCE, date(2026, 6, 10)), Interval(date(2026, 6, 20)))
    points: dict[str, Any] = {
        "partner": PARTNER,
        "flow": "ACCEPTANCE_POINTS",
        "frequency": Frequency.MONTH,
        "due_days": 5,
    }
    with hub.database.transaction() as session:
        save_site(session, site(MALL, WEST, open_intervals=reopened))
        refresh_reach(session)
    owe(
        hub,
        Obligation(place=MALL, valid_from=SINCE, valid_to=date(2026, 6, 30), **points),
        Obligation(place=MALL, valid_from=date(2026, 7, 1), **points),
        Obligation(place=WEST, valid_from=date(2026, 6, 15), **points),
    )
    tills = [cell(instrument="CARD", initiation="CHIP", sector=None, amount=None)]
    said: dict[str, Any] = {"flow": "ACCEPTANCE_POINTS", "period": "2026-06", "cells": tills, "without": ("currency",)}
    hub.send(report(0, site=MALL, **said), report(0, site=WEST, **said))
    hub.drain()

    june = {place: hub.figures(place, "2026-06", flow="ACCEPTANCE_POINTS", currency="") for place in (MALL, WEST)}
    assert {place: found.expected for place, found in june.items()} == {MALL: 1, WEST: 0}
    assert {place: found.whole for place, found in june.items()} == {MALL: Sums(10, None), WEST: Sums(10, None)}


def test_a_site_that_moved_counts_where_it_lay_on_the_day(hub: SmallHub) -> None:
    moves = (SiteArea(Interval(SINCE, date(2026, 7, 2)), WEST), SiteArea(Interval(date(2026, 7, 3)), EAST))
    with hub.database.transaction() as session:
        save_site(session, site(MALL, *moves))
        refresh_reach(session)
    hub.send(report(1_000_000, period="2026-07-02"), report(4_000_000, period="2026-07-03"))
    hub.drain()

    assert hub.figures(WEST, MONTH).whole.amount == 1_000_000
    assert hub.figures(EAST, MONTH).whole.amount == 4_000_000
    assert hub.figures(CITY, MONTH).whole.amount == 5_000_000


def test_a_total_uses_one_level_and_never_two(hub: SmallHub) -> None:
    owe(hub, Obligation(PARTNER, "ACQ_P2M", WEST_DISTRICT, Frequency.MONTH, 5, SINCE))
    hub.send(receipts(WEST, 1_000_000), receipts(EAST, 4_000_000), receipts(WEST_DISTRICT, 900_000_000))
    hub.drain()

    assert hub.figures(CITY, "2026-06", flow="ACQ_P2M").whole.amount == 5_000_000
    assert hub.figures(WEST, "2026-06", flow="ACQ_P2M").whole.amount == 1_000_000


def test_what_sites_and_areas_report_is_never_added(hub: SmallHub) -> None:
    hub.send(report(1_000_000, period="2026-06-03"), receipts(WEST, 4_000_000))
    hub.drain()

    assert hub.figures(WEST, "2026-06").whole.amount == 1_000_000
    assert hub.figures(WEST, "2026-06", flow="ACQ_P2M").whole.amount == 4_000_000


def test_a_month_adds_monthly_slices_and_daily_ones(hub: SmallHub) -> None:
    owe(hub, Obligation(RIVAL, "ACQ_P2M", WEST, Frequency.DAY, 5, SINCE))
    hub.send(receipts(WEST, 9_000_000))
    daily = [receipts(WEST, 1_000_000, period=f"2026-06-{day:02}", partner=RIVAL) for day in (1, 2)]
    sent = hub.send(*daily, partner=RIVAL)
    hub.drain()

    june = hub.figures(WEST, "2026-06", flow="ACQ_P2M")
    assert [receipt.verdict for receipt in sent] == ["ACCEPTED", "ACCEPTED"]
    assert (june.whole.amount, june.received, june.expected) == (11_000_000, 3, 1 + 30 + 1)
    assert hub.figures(WEST, "2026-06-01", flow="ACQ_P2M").whole.amount == 1_000_000


def test_draining_again_changes_nothing(hub: SmallHub) -> None:
    hub.send(report(1_000_000), report(2_000_000, revision=1), nothing(site=MARKET))
    first = hub.drain()
    before = hub.rows(ALL_ROWS)

    again = hub.drain()

    assert (first, again) == (3, 0)
    assert hub.rows(ALL_ROWS) == before


def test_a_slice_that_comes_while_the_drain_works_loses_no_earlier_version(hub: SmallHub) -> None:
    hub.clock.go_to(date(2026, 7, 6))
    hub.send(report(1_000_000))
    hub.drain()
    hub.clock.go_to(date(2026, 7, 10))
    hub.send(report(2_000_000, site=MARKET))
    late = arrival(report(4_000_000, partner=RIVAL), partner=RIVAL)
    came: list[object] = []

    def send_in_between(*called_with: Any) -> None:
        if "TABLE slice_to_sum" in called_with[2] and not came:
            came.append(late)
            hub.clock.go_to(date(2026, 7, 8))
            hub.take(late)

    event.listen(hub.database.engine, "before_cursor_execute", send_in_between)
    hub.drain()
    event.remove(hub.database.engine, "before_cursor_execute", send_in_between)
    hub.drain()

    assert came == [late]
    assert [hub.figures(CITY, MONTH, as_of=date(2026, 7, day)).whole.amount for day in (5, 6, 8, 10)] == [
        None,
        1_000_000,
        5_000_000,
        7_000_000,
    ]
