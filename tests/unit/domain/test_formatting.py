from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_hub.domain import formatting
from payments_hub.domain.formatting import NO_BREAK
from payments_hub.domain.languages import Language, Words
from payments_hub.kernel.money import Currency
from payments_hub.kernel.periods import Period

VI, EN = Language.VI, Language.EN


@pytest.mark.parametrize(
    ("amount", "vietnamese", "english"),
    [
        (658_000_000_000_000, "658 nghìn tỷ đồng", "VND 658 trillion"),
        (8_412_000_000_000, "8.412 tỷ đồng", "VND 8,412 billion"),
        (36_000_000, "36 triệu đồng", "VND 36 million"),
        (999_999_999, "1 tỷ đồng", "VND 1 billion"),
        (9_999_900_000_000, "10 nghìn tỷ đồng", "VND 10 trillion"),
        (950_500, "950.500 đồng", "VND 950,500"),
        (-5_250_000_000, "−5,25 tỷ đồng", "VND −5.25 billion"),
        (0, "0 đồng", "VND 0"),
    ],
)
def test_money_is_written_with_three_or_four_significant_figures(amount: int, vietnamese: str, english: str) -> None:
    written = [formatting.money(amount, Currency.VND, language).replace(NO_BREAK, " ") for language in (VI, EN)]

    assert written == [vietnamese, english]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (formatting.share(0.354, VI), f"35,4{NO_BREAK}%"),
        (formatting.share(0.354, EN), "35.4%"),
        (formatting.share(0.0, VI), f"0,0{NO_BREAK}%"),
        (formatting.points_change(0.014, VI), f"+1,4{NO_BREAK}điểm"),
        (formatting.points_change(-0.0002, EN), f"0.0{NO_BREAK}points"),
        (formatting.relative_change(-0.032, VI), f"−3,2{NO_BREAK}%"),
        (formatting.relative_change(0.186, EN), "+18.6%"),
        (formatting.share_range(0.618, 0.735, EN), "61.8–73.5"),
    ],
)
def test_shares_and_changes_follow_each_languages_signs(written: str, expected: str) -> None:
    assert written == expected


@pytest.mark.parametrize(
    ("text", "vietnamese", "english"),
    [
        ("2026-11-22", "Ngày 22/11/2026", "22 Nov 2026"),
        ("2026-10", "Tháng 10/2026", "Oct 2026"),
        ("2026-Q4", "Quý IV/2026", "Q4 2026"),
        ("2026", "Năm 2026", "2026"),
    ],
)
def test_a_period_is_written_as_people_say_it(text: str, vietnamese: str, english: str) -> None:
    period = Period.parse(text)

    assert (formatting.period(period, VI), formatting.period(period, EN)) == (vietnamese, english)


@pytest.mark.parametrize(("text", "short"), [("2026-10", "10/2026"), ("2026-Q4", "Quý IV/2026"), ("2026", "2026")])
def test_a_period_in_a_table_leaves_out_what_the_column_says(text: str, short: str) -> None:
    assert formatting.period_short(Period.parse(text), VI) == short


def test_a_period_inside_a_vietnamese_sentence_has_no_capital() -> None:
    assert formatting.period_within(Period.parse("2026-Q4"), VI) == "quý IV/2026"


def test_an_instant_is_told_by_the_citys_clock() -> None:
    assert formatting.instant(datetime(2026, 11, 21, 23, 10, tzinfo=UTC), VI) == "22/11/2026 06:10"


def test_a_day_is_written_in_both_languages() -> None:
    day = date(2026, 3, 1)

    assert (formatting.day(day, VI), formatting.day(day, EN)) == ("1/3/2026", "1 Mar 2026")


@pytest.mark.parametrize(("share", "said"), [(0.618, "gần 62"), (0.623, "hơn 62"), (0.62, "62"), (0.6204, "62")])
def test_a_share_is_said_as_a_number_of_a_hundred(share: float, said: str) -> None:
    assert formatting.out_of_hundred(share, VI) == said


def test_a_count_below_a_million_keeps_all_its_digits() -> None:
    written = formatting.count_parts(38_420, Words("điểm", "points"), EN)

    assert str(written) == f"38,420{NO_BREAK}points"


@given(st.integers(0, 2**53), st.sampled_from(Language))
def test_written_money_is_never_off_by_more_than_half_a_hundredth(amount: int, language: Language) -> None:
    parts = formatting.money_parts(amount, Currency.VND, language)

    assert abs(read_back(parts, language) - amount) <= amount * 0.005


@given(st.integers(0, 2**53), st.integers(0, 2**53))
def test_more_money_is_never_written_as_less(one: int, other: int) -> None:
    less, more = (formatting.money_parts(amount, Currency.VND, EN) for amount in sorted((one, other)))

    assert read_back(less, EN) <= read_back(more, EN)


def read_back(parts: formatting.NumberParts, language: Language) -> float:
    steps = {
        "nghìn tỷ": 1e12,
        "tỷ": 1e9,
        "triệu": 1e6,
        "trillion": 1e12,
        "billion": 1e9,
        "million": 1e6,
    }
    words = parts.after.replace(f"{NO_BREAK}đồng", "")
    point = {VI: parts.number.replace(".", "").replace(",", "."), EN: parts.number.replace(",", "")}
    return float(point[language]) * steps.get(words, 1)
