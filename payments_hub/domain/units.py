"""Values in their units, as people write them: the same on a page and in a chart."""

from __future__ import annotations

from payments_hub.domain import formatting
from payments_hub.domain.formatting import NumberParts
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.series_chart import Unit
from payments_hub.kernel.money import Currency

_COUNTED: dict[Unit, Words] = {
    Unit.TRANSACTIONS: Words("lượt", "transactions"),
    Unit.POINTS: Words("điểm", "points"),
    Unit.ACCOUNTS: Words("tài khoản", "accounts"),
    Unit.FIRMS: Words("doanh nghiệp", "firms"),
}


def value_parts(value: float, unit: Unit, language: Language) -> NumberParts:
    """Write a value in its unit, in parts; money and counts are whole."""
    match unit:
        case Unit.SHARE:
            return formatting.share_parts(value, language)
        case Unit.VND | Unit.INR:
            return formatting.money_parts(round(value), Currency(unit.value), language)
        case _:
            return formatting.count_parts(round(value), _COUNTED[unit], language)


def value_text(value: float, unit: Unit, language: Language) -> str:
    """
    Write a value in its unit.

    >>> value_text(38420, Unit.POINTS, Language.EN).replace(formatting.NO_BREAK, " ")
    '38,420 points'
    """
    return formatting.share(value, language) if unit is Unit.SHARE else str(value_parts(value, unit, language))
