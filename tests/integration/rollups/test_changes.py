"""What changed between two days, by reason; the reasons together are the whole difference."""

from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments_hub.domain.changes import ChangeReason, SliceChange
from payments_hub.kernel.periods import Period
from payments_hub.store.changes import ChangeQuestion, change_sums, changed_slices
from payments_hub.store.session import Database
from tests.builders import MALL, PARTNER
from tests.support.hub import CITY, MARKET, RIVAL, SmallHub, nothing, report, small_hub, withdrawal

pytestmark = pytest.mark.database

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2026, 7, number) for number in (6, 7, 8, 9))

_numbers = count()


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def send_on(hub: SmallHub, day: date, *bodies: bytes, partner: str = PARTNER) -> None:
    hub.clock.go_to(day)
    hub.send(*bodies, partner=partner)


def by_reason(hub: SmallHub, after: date, until: date) -> dict[str, tuple[int, int | None]]:
    with hub.database.transaction() as session:
        found = change_sums(session, ChangeQuestion(after, until), [CITY])
    return {one.reason.value: (one.slices, one.amount) for one in found}


def listed(hub: SmallHub, after: date, until: date, flow: str | None = None) -> list[SliceChange]:
    with hub.database.transaction() as session:
        return changed_slices(session, ChangeQuestion(after, until), [CITY], flow=flow, limit=50)


def test_the_first_report_of_a_period_that_was_not_overdue_is_a_new_period(hub: SmallHub) -> None:
    send_on(hub, MONDAY, report(1_000_000, period="2026-07-03"))
    send_on(hub, TUESDAY, report(2_000_000, period="2026-07-06"))

    assert by_reason(hub, MONDAY, TUESDAY) == {"NEW_PERIOD": (1, 2_000_000)}


def test_the_first_report_of_an_overdue_period_is_late(hub: SmallHub) -> None:
    send_on(hub, MONDAY, report(1_000_000, period="2026-07-03"))
    send_on(hub, TUESDAY, report(2_000_000, period="2026-07-01"))

    assert by_reason(hub, MONDAY, TUESDAY) == {"LATE": (1, 2_000_000)}


def test_a_partner_that_reports_a_place_for_the_first_time_is_a_new_reporter(hub: SmallHub) -> None:
    send_on(hub, MONDAY, report(1_000_000))
    send_on(hub, TUESDAY, report(2_000_000, period="2026-07-01", partner=RIVAL), partner=RIVAL)
    send_on(hub, TUESDAY, report(3_000_000, site=MARKET))

    assert by_reason(hub, MONDAY, TUESDAY) == {"NEW_REPORTER": (2, 5_000_000)}


@pytest.mark.parametrize(
    ("reason", "told"), [("CORRECTION", "CORRECTION"), ("LATE_DATA", "REVISION"), ("RECLASSIFICATION", "REVISION")]
)
def test_a_revision_is_a_correction_where_it_says_so(hub: SmallHub, reason: str, told: str) -> None:
    send_on(hub, MONDAY, report(5_000_000))
    send_on(hub, TUESDAY, report(3_000_000, revision=1, revision_reason=reason))

    assert by_reason(hub, MONDAY, TUESDAY) == {told: (1, -2_000_000)}


def test_what_was_withdrawn_counts_with_its_reason(hub: SmallHub) -> None:
    send_on(hub, MONDAY, report(5_000_000))
    send_on(hub, TUESDAY, withdrawal(revision=1))

    assert by_reason(hub, MONDAY, TUESDAY) == {"CORRECTION": (1, -5_000_000)}


def test_nothing_changed_outside_the_two_days(hub: SmallHub) -> None:
    send_on(hub, MONDAY, report(5_000_000))
    send_on(hub, THURSDAY, report(3_000_000, revision=1))

    assert by_reason(hub, MONDAY, WEDNESDAY) == {}


def test_a_changed_slice_is_listed_with_what_it_was_and_what_it_became(hub: SmallHub) -> None:
    send_on(hub, MONDAY, report(5_000_000))
    send_on(hub, TUESDAY, report(3_000_000, revision=1))

    (change,) = listed(hub, MONDAY, TUESDAY)

    assert (change.partner, change.site, change.revision) == (PARTNER, MALL, 1)
    assert (change.amount_before, change.amount_after) == (5_000_000, 3_000_000)
    assert change.reason is ChangeReason.CORRECTION


def test_corrections_are_listed_before_new_figures(hub: SmallHub) -> None:
    send_on(hub, MONDAY, report(5_000_000))
    send_on(hub, TUESDAY, report(90_000_000, period="2026-07-05"), report(4_000_000, revision=1))

    assert [change.reason.value for change in listed(hub, MONDAY, TUESDAY)] == ["CORRECTION", "NEW_PERIOD"]


def test_one_flow_may_be_asked_for_alone(hub: SmallHub) -> None:
    send_on(hub, TUESDAY, report(5_000_000))

    assert listed(hub, MONDAY, TUESDAY, flow="ACQ_P2M") == []
    assert len(listed(hub, MONDAY, TUESDAY, flow="POS_SALES")) == 1


sendings = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from([PARTNER, RIVAL]),
        st.sampled_from([MALL, MARKET]),
        st.integers(1, 4),
        st.integers(0, 3),
        st.sampled_from(["report", "nothing", "withdrawal"]),
        st.integers(1, 9),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=sendings, days=st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda days: days[0] < days[1]))
def test_the_reasons_together_are_the_whole_difference(
    hub: SmallHub, sent: list[tuple[int, str, str, int, int, str, int]], days: tuple[int, int]
) -> None:
    # The examples share one database, so each has a month of its own and sends on days of its own.
    month = Period.parse("2026-06").shift(-next(_numbers))
    first = month.end + timedelta(days=6)
    for step, partner, place, day, revision, kind, amount in sorted(sent, key=lambda one: one[0]):
        body = _body(kind, amount, revision, partner=partner, site=place, period=f"{month}-0{day}")
        send_on(hub, first + timedelta(days=step), body, partner=partner)
    hub.drain()
    after, until = (first + timedelta(days=step - 1) for step in days)

    changed = sum(amount or 0 for _, amount in by_reason(hub, after, until).values())

    assert changed == _city_sum(hub, month, until) - _city_sum(hub, month, after)


def _body(kind: str, amount: int, revision: int, **named: str) -> bytes:
    if kind == "report":
        return report(amount * 1_000_000, revision=revision, **named)
    return nothing(revision=revision, **named) if kind == "nothing" else withdrawal(revision=revision, **named)


def _city_sum(hub: SmallHub, month: Period, day: date) -> int:
    return hub.figures(CITY, str(month), as_of=day).whole.amount or 0
