"""The night's look at the series, on a hub with some weeks of past."""

from datetime import date, timedelta
from math import log
from statistics import median
from typing import Any

import pytest
from sqlalchemy import text

from payments_hub.kernel.clock import local_day
from payments_hub.kernel.periods import Period
from payments_hub.services.locks import lock_period
from payments_hub.store.session import Database
from tests.builders import MALL, PARTNER, cell
from tests.support.hub import MARKET, RIVAL, WEST, SmallHub, nothing, report, small_hub, withdrawal
from tests.support.series import YESTERDAY, at_night, day_cells, day_report, with_past

pytestmark = pytest.mark.database

BANDS = (
    "SELECT measure, instrument, season, low, high, median, deviation, observations, computed_on"
    " FROM plausibility_band JOIN place ON place.id = place_id WHERE place.code = :place ORDER BY 1, 2, 3"
)
WARNINGS = (
    "SELECT warning.code, partner.code, place.code, start, resolved_on IS NULL FROM series_warning AS warning"
    " JOIN partner ON partner.id = partner_id JOIN place ON place.id = place_id ORDER BY 1, 2, 3, 4"
)


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def tomorrow(hub: SmallHub, *, days: int = 1) -> None:
    hub.clock.instant += timedelta(days=days)


def test_a_band_is_of_the_median_and_the_median_distance_of_its_weekday(hub: SmallHub) -> None:
    with_past(hub, days=70)
    fridays = [day for day in (YESTERDAY - timedelta(days=number) for number in range(1, 71)) if day.isoweekday() == 5]
    amounts = [sum(one["amount"] for one in day_cells(day)) for day in fridays]

    at_night(hub)

    rows = {row[:3]: row[3:] for row in hub.rows(BANDS, place=MALL)}
    low, high, center, _deviation, observations, computed_on = rows["amount", "", "5"]
    assert center == pytest.approx(median(log(amount) for amount in amounts))
    assert low < min(amounts) <= max(amounts) < high
    assert (observations, str(computed_on)) == (10, "2026-07-05")


def test_each_instrument_has_its_own_mean_payment(hub: SmallHub) -> None:
    with_past(hub)

    at_night(hub)

    tickets = {row[1]: row[3:5] for row in hub.rows(BANDS, place=MALL) if row[0] == "mean_ticket"}
    assert set(tickets) == {"CARD", "CASH"}
    assert tickets["CARD"][0] < 400_000 < tickets["CARD"][1]
    assert tickets["CASH"][0] < 100_000 < tickets["CASH"][1]


def test_one_mistaken_day_does_not_move_the_bands(hub: SmallHub) -> None:
    with_past(hub)
    at_night(hub)
    before = {row[:3]: row[3:5] for row in hub.rows(BANDS, place=MALL)}
    hub.send(day_report(YESTERDAY, cells=day_cells(YESTERDAY, card=400_000_000)))
    tomorrow(hub)

    at_night(hub)

    after = {row[:3]: row[3:5] for row in hub.rows(BANDS, place=MALL)}
    assert {key: high for key, (_, high) in after.items() if high > 1.1 * before[key][1]} == {}


def test_a_short_past_makes_no_band(hub: SmallHub) -> None:
    with_past(hub, days=9)

    at_night(hub)

    assert hub.rows(BANDS, place=MALL) == []


def test_months_are_told_apart_once_there_are_two_years_of_them(hub: SmallHub) -> None:
    months = [date(2023 + number // 12, number % 12 + 1, 1) for number in range(12, 40)]
    hub.send(
        *(report(0, flow="ACQ_P2M", site=WEST, period=f"{month:%Y-%m}", cells=[_receipts(month)]) for month in months)
    )

    at_night(hub)

    seasons = {row[2]: row[3:5] for row in hub.rows(BANDS, place=WEST) if row[0] == "amount"}
    assert set(seasons) == {"", *(str(number) for number in range(1, 13))}
    assert seasons["7"][0] > seasons["1"][1]


def _receipts(month: date) -> dict[str, object]:
    count = 1_000 + 5 * month.year % 7
    return cell(initiation="QR", count=count, amount=count * 200_000 * (10 if month.month == 7 else 1))


def test_a_second_look_on_the_same_day_changes_nothing(hub: SmallHub) -> None:
    with_past(hub)
    at_night(hub)
    bands = hub.rows(BANDS, place=MALL)

    again = at_night(hub)

    assert again == "done today"
    assert hub.rows(BANDS, place=MALL) == bands


def test_the_same_past_gives_the_same_bands_and_warnings_when_the_day_is_done_over(hub: SmallHub) -> None:
    with_past(hub, until=YESTERDAY - timedelta(days=6))
    at_night(hub)
    bands, warnings = hub.rows(BANDS, place=MALL), hub.rows(WARNINGS)
    with hub.database.transaction() as session:
        session.execute(text("UPDATE plausibility_band SET computed_on = computed_on - 1"))

    again = at_night(hub)

    assert again.endswith("0 warnings raised, 0 resolved")
    assert (hub.rows(BANDS, place=MALL), hub.rows(WARNINGS)) == (bands, warnings)
    assert [row[0] for row in warnings] == ["W5002"]


def test_a_series_whose_slices_wait_for_an_officer_is_not_silent(hub: SmallHub) -> None:
    with_past(hub)
    with hub.database.transaction() as session:
        lock_period(session, "POS_SALES", Period.parse("2026-07"), reason="closed", by="o", now=hub.clock.now())
    for _day in range(6):
        day = local_day(hub.clock.now()) - timedelta(days=1)
        hub.send(day_report(day))
        tomorrow(hub)

    at_night(hub)

    assert hub.number("SELECT count(*) FROM held_slice") == 6
    assert hub.rows(WARNINGS) == []


def test_a_steady_series_that_stops_is_told_so_once_and_no_more_when_it_comes_back(hub: SmallHub) -> None:
    stopped = YESTERDAY - timedelta(days=4)
    with_past(hub, until=stopped)

    at_night(hub)
    told = hub.rows(WARNINGS)
    hub.send(*(day_report(stopped + timedelta(days=number)) for number in range(5)))
    tomorrow(hub)
    at_night(hub)

    assert told == [("W5002", PARTNER, MALL, stopped, True)]
    assert hub.rows(WARNINGS) == [("W5002", PARTNER, MALL, stopped, False)]


def test_a_nil_is_something_that_came(hub: SmallHub) -> None:
    stopped = YESTERDAY - timedelta(days=4)
    with_past(hub, until=stopped)
    hub.send(*(nothing(period=str(stopped + timedelta(days=number))) for number in range(4)))

    at_night(hub)

    assert hub.rows(WARNINGS) == []


def test_the_silence_keeps_its_first_day_while_it_goes_on(hub: SmallHub) -> None:
    stopped = YESTERDAY - timedelta(days=4)
    with_past(hub, until=stopped)

    for _ in range(3):
        at_night(hub)
        tomorrow(hub)

    assert hub.rows(WARNINGS) == [("W5002", PARTNER, MALL, stopped, True)]


def test_two_sources_that_disagree_are_both_told_their_own_figure_alone(hub: SmallHub) -> None:
    hub.send(report(100_000_000))
    hub.send(report(60_000_000, partner=RIVAL), partner=RIVAL)

    at_night(hub)

    assert [row[:3] for row in hub.rows(WARNINGS)] == [("W5004", PARTNER, MALL), ("W5004", RIVAL, MALL)]
    (own,) = hub.rows(
        "SELECT finding::text FROM series_warning JOIN partner ON partner.id = partner_id WHERE partner.code = :code",
        code=PARTNER,
    )
    assert "100000000" in own[0]
    assert "60000000" not in own[0]


def test_sources_that_come_to_agree_are_told_of_no_more(hub: SmallHub) -> None:
    hub.send(report(100_000_000))
    hub.send(report(60_000_000, partner=RIVAL), partner=RIVAL)
    at_night(hub)
    hub.send(report(95_000_000, revision=1, partner=RIVAL), partner=RIVAL)
    tomorrow(hub, days=90)

    at_night(hub)

    assert [row[4] for row in hub.rows(WARNINGS)] == [False, False]


def test_a_disagreement_stays_open_however_long_ago_its_period_is(hub: SmallHub) -> None:
    hub.send(report(100_000_000))
    hub.send(report(60_000_000, partner=RIVAL), partner=RIVAL)
    at_night(hub)
    tomorrow(hub, days=90)

    at_night(hub)

    assert [row[4] for row in hub.rows(WARNINGS)] == [True, True]


@pytest.mark.parametrize(
    ("changes", "other"),
    [
        ({"flow": "ACQ_P2M", "site": WEST, "period": "2026-05"}, 60_000_000),
        ({}, 90_000_000),
    ],
    ids=["each-bank-counts-its-own-merchants", "within-a-fifth"],
)
def test_two_sources_need_not_be_the_same(hub: SmallHub, changes: dict[str, Any], other: int) -> None:
    kind = {"initiation": "QR"} if changes else {}
    hub.send(report(0, cells=[cell(amount=100_000_000, **kind)], **changes))
    hub.send(report(0, partner=RIVAL, cells=[cell(amount=other, **kind)], **changes), partner=RIVAL)

    at_night(hub)

    assert hub.rows(WARNINGS) == []


def test_a_source_that_takes_its_figures_back_disagrees_with_nobody(hub: SmallHub) -> None:
    hub.send(report(100_000_000, site=MARKET), withdrawal(revision=1, site=MARKET))
    hub.send(report(60_000_000, partner=RIVAL, site=MARKET), partner=RIVAL)

    at_night(hub)

    assert hub.rows(WARNINGS) == []
