from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.periods import Frequency, Period, period_range

periods = st.builds(Period.containing, st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(Frequency))


@given(periods)
def test_what_is_written_reads_back_as_the_same_period(period: Period) -> None:
    assert Period.parse(str(period)) == period


@given(periods, st.integers(-200, 200))
def test_going_forward_and_back_ends_where_it_began(period: Period, steps: int) -> None:
    assert Period.containing(period.start, period.frequency).shift(steps).shift(-steps) == period


@given(periods)
def test_the_next_period_begins_the_day_after_the_last_day(period: Period) -> None:
    assert (period.shift(1).start - period.end).days == 1


@given(periods)
def test_the_months_of_a_period_fill_it_without_gap(period: Period) -> None:
    days = period.split(Frequency.DAY)

    assert days[0].start == period.start
    assert days[-1].end == period.end
    assert len(days) == (period.end - period.start).days + 1
    assert all(period.contains(day) for day in days)


@pytest.mark.parametrize(
    ("text", "frequency", "coarser"),
    [("2026-07-03", Frequency.MONTH, "2026-07"), ("2026-08", Frequency.QUARTER, "2026-Q3"), ("2026-Q3", "Y", "2026")],
)
def test_a_period_lies_in_a_coarser_one(text: str, frequency: Frequency, coarser: str) -> None:
    assert str(Period.parse(text).coarser(Frequency(frequency))) == coarser


@pytest.mark.parametrize(
    "text",
    [
        "2026-13",
        "2026-02-30",
        "2026-W01-1",
        "20260101",
        "2026-Q5",
        "1999",
        "2101-01",
        "2026-1",
        "٢٠٢٦",
        "2026-07-03T00",
        "",
    ],
)
def test_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        Period.parse(text)


def test_a_range_holds_both_ends() -> None:
    found = [str(period) for period in period_range(Period.parse("2025-11"), Period.parse("2026-02"))]

    assert found == ["2025-11", "2025-12", "2026-01", "2026-02"]


def test_a_range_over_two_frequencies_is_refused() -> None:
    with pytest.raises(InvalidValueError):
        list(period_range(Period.parse("2026-01"), Period.parse("2026")))


def test_a_month_cannot_begin_on_its_second_day() -> None:
    with pytest.raises(InvalidValueError):
        Period(date(2026, 7, 2), Frequency.MONTH)


def test_a_month_has_no_coarser_day() -> None:
    with pytest.raises(InvalidValueError):
        Period.parse("2026-07").coarser(Frequency.DAY)
