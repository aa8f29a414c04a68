from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_hub.domain.places import site_place
from payments_hub.domain.sites import Interval, Site, SiteArea, check_intervals, first_gap
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.periods import Frequency, Period

OLD_AREA, NEW_AREA = "VN-COMMUNE-2025-01-04:11395", "VN-COMMUNE-2025-07-01:11383"
AREAS = (
    SiteArea(Interval(date(2025, 1, 1), date(2025, 6, 30)), OLD_AREA),
    SiteArea(Interval(date(2025, 7, 1)), NEW_AREA),
)
days = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@st.composite
def ordered_intervals(draw: st.DrawFn) -> tuple[Interval, ...]:
    """Draw intervals in order of time, one to sixty days long and zero to sixty days apart."""
    lengths = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 59)), min_size=1, max_size=6))
    first, found = date(2025, 1, 1), []
    for apart, length in lengths:
        begin = first + timedelta(days=apart)
        found.append(Interval(begin, begin + timedelta(days=length)))
        first = begin + timedelta(days=length + 1)
    return tuple(found)


def site(*open_intervals: Interval, areas: tuple[SiteArea, ...] = AREAS) -> Site:
    return Site("MALL-0001", "MALL", "Tên", "Name", open_intervals, areas)


@given(ordered_intervals(), days)
def test_a_site_is_open_on_a_day_exactly_if_the_day_as_a_period_is_open(
    intervals: tuple[Interval, ...], day: date
) -> None:
    place = site_place(site(*intervals))

    assert place.open_on(day) == place.open_during(Period(day, Frequency.DAY))


@given(ordered_intervals(), days, st.sampled_from(Frequency))
def test_a_site_is_open_in_a_period_exactly_if_it_is_open_on_one_of_its_days(
    intervals: tuple[Interval, ...], day: date, frequency: Frequency
) -> None:
    period = Period.containing(day, frequency)

    found = site(*intervals).open_during(period)

    assert found == any(site(*intervals).open_on(part.start) for part in period.split(Frequency.DAY))


@given(ordered_intervals(), days)
def test_every_open_day_lies_in_exactly_one_area(intervals: tuple[Interval, ...], day: date) -> None:
    built = site(*intervals)

    covering = [area.place_code for area in built.areas if area.interval.covers(day)]

    assert covering == [built.area_on(day)]


@given(ordered_intervals(), st.integers(0, 5), st.integers(0, 400), st.integers(0, 400))
def test_the_first_gap_is_the_first_day_that_nothing_covers(
    intervals: tuple[Interval, ...], position: int, begin: int, length: int
) -> None:
    first = date(2025, 1, 1) + timedelta(days=begin)
    stretch = Interval(first, first + timedelta(days=length))

    uncovered = [
        day
        for day in (first + timedelta(days=step) for step in range(length + 1))
        if not any(interval.covers(day) for interval in intervals)
    ]

    assert first_gap(stretch, intervals) == next(iter(uncovered), None)


@given(ordered_intervals(), st.data())
def test_intervals_that_overlap_or_stand_out_of_order_are_refused(
    intervals: tuple[Interval, ...], data: st.DataObject
) -> None:
    again = data.draw(st.sampled_from(intervals))

    with pytest.raises(InvalidValueError):
        check_intervals((*intervals, again))


def test_nothing_may_follow_an_interval_that_goes_on() -> None:
    with pytest.raises(InvalidValueError):
        site(Interval(date(2025, 1, 1)), Interval(date(2026, 1, 1)))


def test_an_interval_does_not_end_before_it_begins() -> None:
    with pytest.raises(InvalidValueError):
        Interval(date(2026, 1, 2), date(2026, 1, 1))


@pytest.mark.parametrize(
    "areas",
    [
        AREAS[:1],
        AREAS[1:],
        (AREAS[0], SiteArea(Interval(date(2025, 7, 2)), NEW_AREA)),
        (SiteArea(Interval(date(2025, 1, 1)), OLD_AREA), AREAS[1]),
        (),
    ],
    ids=["ends too early", "begins too late", "a day between", "two at once", "none"],
)
def test_a_site_without_exactly_one_area_on_each_open_day_is_refused(areas: tuple[SiteArea, ...]) -> None:
    with pytest.raises(InvalidValueError):
        site(Interval(date(2025, 5, 1)), areas=areas)


def test_a_site_that_closed_and_opened_again_keeps_both_intervals() -> None:
    built = site(Interval(date(2025, 5, 1), date(2025, 9, 7)), Interval(date(2025, 10, 20)))

    assert [built.open_on(date(2025, 9, day)) for day in (7, 8)] == [True, False]
    assert built.open_during(Period.parse("2025-09"))
    assert not built.open_during(Period.parse("2025-10-19"))
    assert built.open_on(date(2025, 10, 20))


def test_a_site_moves_to_the_new_area_on_the_day_of_the_merger() -> None:
    place = site_place(site(Interval(date(2025, 5, 1))))

    assert place.area_on(date(2025, 6, 30)) == OLD_AREA
    assert place.area_on(date(2025, 7, 1)) == NEW_AREA
    assert place.area_on(date(2024, 12, 31)) is None
