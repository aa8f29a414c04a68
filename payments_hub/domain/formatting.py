"""
Numbers, money, days and periods as people write them, in both languages: for screen, charts and paper.

CLDR's compact forms are unfamiliar to Vietnamese officers ("1,2K", "tr."), so the words are our own.
Three or four significant figures in prose; exports write all digits and do not come here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import assert_never

from payments_hub.domain.languages import Language, Words
from payments_hub.kernel.clock import CITY_ZONE
from payments_hub.kernel.money import Currency
from payments_hub.kernel.periods import Frequency, Period

NO_BREAK = "\u00a0"
MINUS = "\u2212"
RANGE = "\u2013"
NOTHING = "\u2013"
"""Stands where there is no number; the reason stands beside it in words. A true zero is 0."""

_LONG_NUMBER = re.compile(r"(?<![\w.,:/\"-])[0-9]{5,16}(?![\w:/\"-]|[.,][0-9])", re.ASCII)
_YEARS_TYPED = range(1900, 2200)
_TYPED_DAYS = (
    (re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII), (1, 2, 3)),
    (re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", re.ASCII), (3, 2, 1)),
)
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ROMAN = ("I", "II", "III", "IV")
_CURRENCIES = {Currency.VND: Words("đồng", "VND"), Currency.INR: Words("rupee", "INR")}

# Below each bound (in whole units) the step is used; 8.412 tỷ reads better than 8,41 nghìn tỷ, so tỷ goes to 10,000.
_MONEY_STEPS: tuple[tuple[int, int, Words], ...] = (
    (10**6, 1, Words("", "")),
    (10**9, 10**6, Words("triệu", "million")),
    (10**13, 10**9, Words("tỷ", "billion")),
    (10**30, 10**12, Words("nghìn tỷ", "trillion")),
)
_COUNT_STEPS: tuple[tuple[int, int, Words], ...] = (
    (10**6, 1, Words("", "")),
    (10**9, 10**6, Words("triệu", "million")),
    (10**30, 10**9, Words("tỷ", "billion")),
)


@dataclass(frozen=True, slots=True)
class NumberParts:
    """
    A number that a page may set in two sizes.

    Args:
        before: What stands before it, such as "VND" in English; may be empty.
        number: The figures.
        after: The unit's words; may be empty.

    """

    before: str
    number: str
    after: str

    def __str__(self) -> str:
        """Join the parts with spaces that do not break."""
        return NO_BREAK.join(part for part in (self.before, self.number, self.after) if part)


def decimal(value: float | Decimal, places: int, language: Language) -> str:
    """
    Write a number with a fixed number of decimal places, rounded half up.

    >>> decimal(8412.25, 1, Language.VI), decimal(-0.04, 1, Language.EN)
    ('8.412,3', '0.0')
    """
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{abs(rounded):,f}"
    if language is Language.VI:
        text = text.translate({ord(","): ".", ord("."): ","})
    return MINUS + text if rounded < 0 else text


def whole(value: int, language: Language) -> str:
    """
    Write a whole number with all its digits.

    >>> whole(38420, Language.VI), whole(38420, Language.EN)
    ('38.420', '38,420')
    """
    return decimal(value, 0, language)


def grouped(text: str, language: Language) -> str:
    """
    Group the digits of long numbers in a text, which a receipt writes as machines do.

    >>> grouped("82090525000 outside 94544224, MALL-0021, 2025-07-01:11407", Language.EN)
    '82,090,525,000 outside 94,544,224, MALL-0021, 2025-07-01:11407'
    """
    return _LONG_NUMBER.sub(lambda found: whole(int(found[0]), language), text)


def money_parts(amount: int, currency: Currency, language: Language) -> NumberParts:
    """
    Write money with three or four significant figures, in parts.

    >>> str(money_parts(8_412_000_000_000, Currency.VND, Language.VI)).replace(NO_BREAK, " ")
    '8.412 tỷ đồng'
    >>> str(money_parts(658_000_000_000_000, Currency.VND, Language.EN)).replace(NO_BREAK, " ")
    'VND 658 trillion'
    """
    number, step = _stepped(amount, _MONEY_STEPS, language)
    name = _CURRENCIES[currency].of(language)
    if language is Language.EN:
        return NumberParts(name, number, step)
    return NumberParts("", number, f"{step}{NO_BREAK}{name}" if step else name)


def money(amount: int, currency: Currency, language: Language) -> str:
    """Write money with three or four significant figures."""
    return str(money_parts(amount, currency, language))


def count_parts(count: int, unit: Words, language: Language) -> NumberParts:
    """
    Write a count: all digits below a million, three or four significant figures from there.

    >>> str(count_parts(1_860_000, Words("lượt", "transactions"), Language.VI)).replace(NO_BREAK, " ")
    '1,86 triệu lượt'
    """
    number, step = _stepped(count, _COUNT_STEPS, language)
    return NumberParts("", number, NO_BREAK.join(part for part in (step, unit.of(language)) if part))


def share(value: float, language: Language, places: int = 1) -> str:
    """
    Write a share, given as 0-1, in per cent.

    >>> share(0.354, Language.VI) == "35,4" + NO_BREAK + "%", share(0.354, Language.EN)
    (True, '35.4%')
    """
    number = decimal(_hundredfold(value), places, language)
    return f"{number}{NO_BREAK}%" if language is Language.VI else f"{number}%"


def share_parts(value: float, language: Language) -> NumberParts:
    """Write a share, given as 0-1, in parts."""
    return NumberParts("", decimal(_hundredfold(value), 1, language), "%")


def points_change(difference: float, language: Language) -> str:
    """
    Write the difference of two shares, given as 0-1, in percentage points, always signed unless it is 0.

    >>> points_change(0.014, Language.VI) == "+1,4" + NO_BREAK + "điểm"
    True
    """
    return f"{_signed(_hundredfold(difference), language)}{NO_BREAK}{Words('điểm', 'points').of(language)}"


def relative_change(ratio: float, language: Language) -> str:
    """
    Write a relative change, given as new ÷ old less 1, in per cent, always signed unless it is 0.

    >>> relative_change(-0.032, Language.VI) == MINUS + "3,2" + NO_BREAK + "%"
    True
    """
    percent = f"{NO_BREAK}%" if language is Language.VI else "%"
    return f"{_signed(_hundredfold(ratio), language)}{percent}"


def share_range(low: float, high: float, language: Language) -> str:
    """
    Write an interval of shares, given as 0-1, without its unit.

    >>> share_range(0.618, 0.735, Language.VI)
    '61,8–73,5'
    """
    ends: Sequence[float] = (low, high)
    return RANGE.join(decimal(_hundredfold(end), 1, language) for end in ends)


def day(value: date, language: Language) -> str:
    """
    Write a day.

    >>> day(date(2026, 11, 2), Language.VI), day(date(2026, 11, 22), Language.EN)
    ('2/11/2026', '22 Nov 2026')
    """
    if language is Language.VI:
        return f"{value.day}/{value.month}/{value.year}"
    return f"{value.day} {_MONTHS_EN[value.month - 1]} {value.year}"


def read_day(text: str) -> date | None:
    """
    Read a day as people type it in either language, or as machines write it; None for what is no day of our times.

    >>> read_day("1/11/2026"), read_day("2026-11-01") == read_day(" 01/11/2026 "), read_day("31/2/2026")
    (datetime.date(2026, 11, 1), True, None)
    >>> read_day("1/1/0001") is read_day("31/12/9999") is None
    True
    """
    for pattern, order in _TYPED_DAYS:
        found = pattern.fullmatch(text.strip())
        if found:
            year, month, number = (int(found.group(place)) for place in order)
            try:
                # The first and the last days of the calendar have no midnight in every zone.
                return date(year, month, number) if year in _YEARS_TYPED else None
            except ValueError:
                return None
    return None


def instant(value: datetime, language: Language) -> str:
    """Write an instant by the city's clock, to the minute."""
    local = value.astimezone(CITY_ZONE)
    return f"{day(local.date(), language)} {local:%H:%M}"


def period(value: Period, language: Language) -> str:
    """
    Write a period as a heading does.

    >>> period(Period.parse("2026-10"), Language.VI), period(Period.parse("2026-Q4"), Language.VI)
    ('Tháng 10/2026', 'Quý IV/2026')
    >>> period(Period.parse("2026-10"), Language.EN), period(Period.parse("2026-Q4"), Language.EN)
    ('Oct 2026', 'Q4 2026')
    """
    quarter = (value.start.month - 1) // 3
    match value.frequency:
        case Frequency.DAY:
            words = Words(f"Ngày {day(value.start, Language.VI)}", day(value.start, Language.EN))
        case Frequency.MONTH:
            month = value.start.month
            words = Words(f"Tháng {month}/{value.start.year}", f"{_MONTHS_EN[month - 1]} {value.start.year}")
        case Frequency.QUARTER:
            words = Words(f"Quý {_ROMAN[quarter]}/{value.start.year}", f"Q{quarter + 1} {value.start.year}")
        case Frequency.YEAR:
            words = Words(f"Năm {value.start.year}", str(value.start.year))
        case _:
            assert_never(value.frequency)
    return words.of(language)


def period_within(value: Period, language: Language) -> str:
    """
    Write a period inside a sentence: Vietnamese does not begin it with a capital there.

    >>> period_within(Period.parse("2026-10"), Language.VI)
    'tháng 10/2026'
    """
    text = period(value, language)
    return text[0].lower() + text[1:] if language is Language.VI else text


def period_short(value: Period, language: Language) -> str:
    """
    Write a period where its frequency is plain from the context: axes and tables.

    >>> period_short(Period.parse("2026-10"), Language.VI), period_short(Period.parse("2026-10"), Language.EN)
    ('10/2026', 'Oct 2026')
    """
    return period(value, language).removeprefix("Tháng ").removeprefix("Ngày ").removeprefix("Năm ")


def out_of_hundred(value: float, language: Language) -> str:
    """
    Say a share, given as 0-1, as a rounded number "of 100".

    >>> out_of_hundred(0.618, Language.VI), out_of_hundred(0.623, Language.EN), out_of_hundred(0.62, Language.VI)
    ('gần 62', 'just over 62', '62')
    """
    exact = _hundredfold(value).quantize(Decimal("0.1"), ROUND_HALF_UP)
    near = exact.quantize(Decimal(1), ROUND_HALF_UP)
    if near == exact:
        return str(near)
    around = Words("gần", "almost") if near > exact else Words("hơn", "just over")
    return f"{around.of(language)} {near}"


def _hundredfold(value: float) -> Decimal:
    return Decimal(str(value)) * 100


def _signed(value: Decimal, language: Language) -> str:
    text = decimal(value, 1, language)
    is_zero = not text.strip("0.,")
    return text if is_zero or text.startswith(MINUS) else "+" + text


def _stepped(value: int, steps: tuple[tuple[int, int, Words], ...], language: Language) -> tuple[str, str]:
    """Choose the step after rounding, so that 999,999,999 is 1 billion and not 1,000 million."""
    for bound, unit, words in steps:
        number = _significant(Decimal(value) / unit, all_digits=unit == 1)
        if abs(number) * unit < bound:
            return decimal(number, _places(number), language), words.of(language)
    raise AssertionError("the last step has no bound that a 64-bit amount reaches")


def _significant(value: Decimal, *, all_digits: bool) -> Decimal:
    if all_digits or not value:
        return value
    exponent = min(0, value.adjusted() - 2)
    return value.quantize(Decimal(1).scaleb(exponent), ROUND_HALF_UP)


def _places(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
