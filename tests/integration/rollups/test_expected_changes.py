"""What is expected follows the obligations from the day of their change on; what came never moves."""

from datetime import date
from typing import Any

import pytest

from payments_hub.domain.sites import Interval
from payments_hub.services.obligations import add_obligation, end_obligation, import_obligations, read_file, read_form
from payments_hub.services.places import OpenDaysChange, close_site, open_site
from payments_hub.store.obligations import ObligationFilter, find_obligations
from payments_hub.store.places import refresh_reach, save_site
from payments_hub.store.session import Database
from tests.builders import MALL, PARTNER, cell
from tests.support.hub import CITY, EAST, MARKET, RIVAL, WEST, SmallHub, report, site, small_hub, withdrawal

pytestmark = pytest.mark.database

DAY, MONTH = "2026-06-10", "2026-06"
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 7, number) for number in (6, 7, 8, 9))


@pytest.fixture
def hub(database: Database) -> SmallHub:
    made = small_hub(database)
    made.clock.go_to(MONDAY)
    made.send(report(1_000_000, period=DAY))
    made.drain()
    return made


def agree(hub: SmallHub, **cells: str) -> None:
    """Add an obligation as a form does: daily sales of a new mall since June, unless said otherwise."""
    written = {"partner": PARTNER, "flow": "POS_SALES", "place": "MALL-0777", "frequency": "D", "due_days": "1"}
    with hub.database.transaction() as session:
        reading = read_form(session, {**written, "valid_from": "2026-06-01", "valid_to": "", **cells})
        add_obligation(session, reading, actor="account:lan", now=hub.clock.now())


def end(hub: SmallHub, partner: str, place: str, last: date) -> None:
    with hub.database.transaction() as session:
        (found,) = find_obligations(session, ObligationFilter(partner, "POS_SALES", place))
        end_obligation(session, found, last, actor="account:lan", now=hub.clock.now())


def new_mall(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        save_site(session, site("MALL-0777", WEST))
        refresh_reach(session)


def seen(hub: SmallHub, place: str, period: str, *, as_of: date | None = None, **asked: Any) -> tuple[int, int, Any]:
    found = hub.figures(place, period, as_of=as_of, **asked)
    return found.received, found.expected, found.whole.amount


def test_a_new_obligation_raises_what_was_expected_of_past_periods_from_its_day_on(hub: SmallHub) -> None:
    new_mall(hub)
    before = {place: seen(hub, place, MONTH) for place in (CITY, WEST, EAST)}
    hub.clock.go_to(WEDNESDAY)

    agree(hub)
    hub.drain()

    assert {place: seen(hub, place, MONTH) for place in (CITY, WEST)} == {
        CITY: (1, before[CITY][1] + 30, 1_000_000),
        WEST: (1, before[WEST][1] + 30, 1_000_000),
    }
    assert {place: seen(hub, place, MONTH, as_of=TUESDAY) for place in (CITY, WEST, EAST)} == before
    assert seen(hub, CITY, DAY) == (1, 7, 1_000_000)


def test_no_version_of_an_earlier_day_is_written_anew(hub: SmallHub) -> None:
    new_mall(hub)
    versions = "SELECT key_id, dimension, code, known_from, received, expected, count, amount FROM rollup"
    before = set(hub.rows(versions))
    hub.clock.go_to(WEDNESDAY)

    agree(hub)
    hub.drain()

    after = set(hub.rows(versions))
    assert before <= after
    assert {row[3] for row in after - before} == {WEDNESDAY}
    assert hub.number("SELECT count(*) FROM rollup WHERE known_to < known_from") == 0


def test_an_obligation_that_ends_lowers_what_is_expected_after_it_alone(hub: SmallHub) -> None:
    hub.send(report(2_000_000, period="2026-06-20"))
    hub.drain()
    hub.clock.go_to(WEDNESDAY)

    end(hub, RIVAL, MARKET, date(2026, 6, 15))
    hub.drain()

    assert seen(hub, CITY, DAY)[1] == 6
    assert seen(hub, CITY, "2026-06-20")[1] == 5
    assert seen(hub, CITY, MONTH)[1] == 6 * 30 - 15
    assert seen(hub, CITY, "2026-06-20", as_of=TUESDAY)[1] == 6


def test_a_slice_that_comes_after_the_change_keeps_each_day_s_expectation(hub: SmallHub) -> None:
    new_mall(hub)
    hub.clock.go_to(TUESDAY)
    agree(hub)
    hub.drain()
    hub.clock.go_to(THURSDAY)

    hub.send(report(5_000_000, period=DAY, revision=1))
    hub.drain()

    known = [seen(hub, CITY, DAY, as_of=day) for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY)]
    assert known == [(1, 6, 1_000_000), (1, 7, 1_000_000), (1, 7, 1_000_000), (1, 7, 5_000_000)]


def test_a_change_on_the_day_of_a_slice_leaves_one_version_of_that_day(hub: SmallHub) -> None:
    new_mall(hub)
    hub.clock.go_to(WEDNESDAY)
    hub.send(withdrawal(period=DAY, revision=1))
    hub.drain()

    agree(hub)
    hub.drain()

    assert seen(hub, CITY, DAY) == (0, 7, None)
    assert seen(hub, CITY, DAY, as_of=TUESDAY) == (1, 6, 1_000_000)


def test_a_day_that_nothing_ever_came_for_has_no_sum_and_still_counts_in_its_month(hub: SmallHub) -> None:
    new_mall(hub)
    hub.clock.go_to(WEDNESDAY)

    agree(hub, valid_from="2026-06-30")
    hub.drain()

    assert seen(hub, CITY, "2026-06-30") == (0, 0, None)
    assert seen(hub, CITY, MONTH)[1] == 6 * 30 + 1
    assert hub.number("SELECT count(*) FROM rollup_key WHERE id NOT IN (SELECT key_id FROM rollup)") == 0


def test_other_due_days_touch_nothing(hub: SmallHub) -> None:
    header = "partner,flow,place,frequency,due_days,valid_from,valid_to\n"
    content = f"{header}{PARTNER},POS_SALES,{MALL},D,9,2020-01-01,\n".encode()
    with hub.database.transaction() as session:
        reading = read_file(session, content)
        import_obligations(session, reading, actor="account:lan", source="file", now=hub.clock.now())

    assert len(reading.compared.changed) == 1
    assert hub.number("SELECT count(*) FROM touched_slice") == 0


def test_a_monthly_obligation_changes_its_month(hub: SmallHub) -> None:
    cells = [cell(instrument="E_WALLET", initiation="QR", amount=7_000_000)]
    hub.send(report(0, flow="ACQ_P2M", site=WEST, period=MONTH, cells=cells))
    hub.drain()
    hub.clock.go_to(WEDNESDAY)
    with hub.database.transaction() as session:
        (found,) = find_obligations(session, ObligationFilter(RIVAL, "ACQ_P2M", EAST))
        end_obligation(session, found, date(2026, 6, 29), actor="account:lan", now=hub.clock.now())

    hub.drain()

    assert seen(hub, CITY, MONTH, flow="ACQ_P2M") == (1, 5, 7_000_000)
    assert seen(hub, CITY, MONTH, flow="ACQ_P2M", as_of=TUESDAY) == (1, 6, 7_000_000)


def test_a_site_that_was_closed_is_expected_less_from_the_day_of_that_word_on(hub: SmallHub) -> None:
    hub.clock.go_to(WEDNESDAY)
    change = OpenDaysChange(MARKET, Interval(date(2026, 6, 8), date(2026, 6, 17)), "account:lan", "repairs")
    with hub.database.transaction() as session:
        opened = close_site(session, change, now=hub.clock.now())

    hub.drain()

    assert [str(span.first) for span in opened] == ["2020-01-01", "2026-06-18"]
    assert (seen(hub, CITY, DAY)[1], seen(hub, CITY, MONTH)[1]) == (3, 6 * 30 - 3 * 10)
    assert (seen(hub, CITY, DAY, as_of=TUESDAY)[1], seen(hub, CITY, MONTH, as_of=TUESDAY)[1]) == (6, 6 * 30)
    assert seen(hub, CITY, MONTH)[2] == 1_000_000
    assert hub.rows("SELECT action, subject FROM audit_entry") == [("site_closed", MARKET)]


def test_a_site_that_is_open_after_all_is_expected_again(hub: SmallHub) -> None:
    hub.clock.go_to(WEDNESDAY)
    days = Interval(date(2026, 6, 1))
    with hub.database.transaction() as session:
        close_site(session, OpenDaysChange(MARKET, days, "account:lan", "for good"), now=hub.clock.now())
    hub.drain()
    closed = seen(hub, CITY, MONTH)[1]

    with hub.database.transaction() as session:
        open_site(session, OpenDaysChange(MARKET, days, "account:lan", "by mistake"), now=hub.clock.now())
    hub.drain()

    assert (closed, seen(hub, CITY, MONTH)[1]) == (3 * 30, 6 * 30)
