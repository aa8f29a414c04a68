"""What was known when: the answer now, and at the end of each day before."""

from datetime import date

import pytest

from payments_hub.domain.indicators import Sums
from payments_hub.store.session import Database
from tests.builders import MALL, PARTNER
from tests.support.hub import CITY, RIVAL, SmallHub, nothing, report, small_hub, withdrawal

pytestmark = pytest.mark.database

DAY = "2026-07-03"
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 7, number) for number in (6, 7, 8, 9))
MISSING = Sums(None, None)


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def send_on(hub: SmallHub, day: date, body: bytes, *, partner: str = PARTNER) -> None:
    hub.clock.go_to(day)
    hub.send(body, partner=partner)


@pytest.mark.parametrize("drains", ["each day", "at the end"])
def test_each_day_keeps_what_was_known_at_its_end(hub: SmallHub, drains: str) -> None:
    sent = {
        MONDAY: report(1_000_000),
        TUESDAY: report(2_000_000, revision=1),
        WEDNESDAY: withdrawal(revision=2),
        THURSDAY: report(1_000_000, revision=3),
    }
    for day, body in sent.items():
        send_on(hub, day, body)
        hub.drain(limit=1000 if drains == "each day" else 0)

    hub.drain()

    known = [hub.figures(MALL, DAY, as_of=day) for day in sent]
    assert [found.whole for found in known] == [Sums(10, 1_000_000), Sums(10, 2_000_000), MISSING, Sums(10, 1_000_000)]
    assert [found.received for found in known] == [1, 1, 0, 1]
    assert hub.figures(MALL, DAY).whole == Sums(10, 1_000_000)


def test_before_anything_was_known_there_is_no_answer(hub: SmallHub) -> None:
    send_on(hub, TUESDAY, report(1_000_000))
    hub.drain()

    assert hub.figures(MALL, DAY, as_of=MONDAY).whole == MISSING


def test_a_revision_changes_the_answer_now_and_not_as_known_the_day_before(hub: SmallHub) -> None:
    send_on(hub, MONDAY, report(1_000_000))
    hub.drain()
    before = hub.figures(CITY, "2026-07", as_of=MONDAY)

    send_on(hub, WEDNESDAY, report(5_000_000, revision=1))
    hub.drain()

    assert hub.figures(CITY, "2026-07").whole == Sums(10, 5_000_000)
    assert hub.figures(CITY, "2026-07", as_of=MONDAY) == before
    assert hub.figures(CITY, "2026-07", as_of=TUESDAY) == before
    assert before.whole == Sums(10, 1_000_000)


def test_a_second_change_on_a_day_that_was_drained_keeps_the_day_before(hub: SmallHub) -> None:
    send_on(hub, MONDAY, report(1_000_000))
    hub.drain()
    send_on(hub, TUESDAY, report(2_000_000, revision=1))
    hub.drain()
    send_on(hub, TUESDAY, report(3_000_000, revision=2))
    hub.drain()

    assert hub.figures(MALL, DAY, as_of=MONDAY).whole == Sums(10, 1_000_000)
    assert hub.figures(MALL, DAY, as_of=TUESDAY).whole == Sums(10, 3_000_000)


def test_two_revisions_of_one_day_leave_the_last(hub: SmallHub) -> None:
    send_on(hub, MONDAY, report(1_000_000))
    hub.drain()
    send_on(hub, MONDAY, report(2_000_000, revision=1))
    send_on(hub, MONDAY, report(3_000_000, revision=2))
    hub.drain()

    assert hub.figures(MALL, DAY, as_of=MONDAY).whole == Sums(10, 3_000_000)
    assert hub.number("SELECT count(*) FROM rollup WHERE known_from <> '2026-07-06'") == 0


def test_nothing_to_report_reads_zero_then_the_value_then_missing(hub: SmallHub) -> None:
    send_on(hub, MONDAY, nothing())
    hub.drain()
    send_on(hub, TUESDAY, report(2_000_000, revision=1))
    hub.drain()
    send_on(hub, WEDNESDAY, withdrawal(revision=2))
    hub.drain()

    known = [hub.figures(MALL, DAY, as_of=day) for day in (MONDAY, TUESDAY, WEDNESDAY)]
    assert [found.whole for found in known] == [Sums(0, 0), Sums(10, 2_000_000), MISSING]
    assert [(found.received, found.expected) for found in known] == [(1, 3), (1, 3), (0, 3)]


def test_a_withdrawal_leaves_what_others_sent(hub: SmallHub) -> None:
    send_on(hub, MONDAY, report(1_000_000))
    send_on(hub, MONDAY, report(4_000_000, partner=RIVAL), partner=RIVAL)
    send_on(hub, TUESDAY, withdrawal(revision=1))
    hub.drain()

    assert hub.figures(MALL, DAY).whole == Sums(10, 4_000_000)
    assert hub.figures(MALL, DAY, partner=PARTNER).whole == MISSING
    assert hub.figures(MALL, DAY, as_of=MONDAY).whole == Sums(20, 5_000_000)


def test_a_superseded_revision_shows_in_no_answer(hub: SmallHub) -> None:
    send_on(hub, MONDAY, report(2_000_000, revision=1))
    send_on(hub, TUESDAY, report(1_000_000))
    hub.drain()

    answers = {hub.figures(MALL, DAY, as_of=day).whole.amount for day in (MONDAY, TUESDAY, WEDNESDAY)}
    assert answers == {2_000_000}


def test_a_late_feeder_of_the_past_leaves_what_was_drained_before(hub: SmallHub) -> None:
    send_on(hub, WEDNESDAY, report(1_000_000))
    hub.drain()

    send_on(hub, MONDAY, report(4_000_000, partner=RIVAL), partner=RIVAL)
    hub.drain()

    known = [hub.figures(MALL, DAY, as_of=day).whole for day in (MONDAY, TUESDAY, WEDNESDAY)]
    assert known == [Sums(10, 4_000_000), Sums(10, 4_000_000), Sums(20, 5_000_000)]
