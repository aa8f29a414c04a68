"""What the hub says of the flows: an indicator is a formula over one flow's sums, as data with a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from payments_hub.domain.instruments import Instrument
from payments_hub.domain.languages import Words
from payments_hub.domain.series_chart import Unit


class Formula(StrEnum):
    """How an indicator is made of a flow's sums."""

    TOTAL_COUNT = "total_count"
    TOTAL_AMOUNT = "total_amount"
    CASHLESS_SHARE_COUNT = "cashless_share_count"
    CASHLESS_SHARE_AMOUNT = "cashless_share_amount"

    @property
    def is_share(self) -> bool:
        """Tell whether the result is a share from 0 to 1."""
        return self in {Formula.CASHLESS_SHARE_COUNT, Formula.CASHLESS_SHARE_AMOUNT}


@dataclass(frozen=True, slots=True)
class Sums:
    """
    Sums of one key: count of payments or stock, gross amount in whole currency, both None where nothing was received.

    >>> Sums(2, 300) + Sums(1, None)
    Sums(count=3, amount=300)
    """

    count: int | None = None
    amount: int | None = None

    def __add__(self, other: Sums) -> Sums:
        """Add two sums; what only one of them knows stands."""
        return Sums(_add(self.count, other.count), _add(self.amount, other.amount))


@dataclass(frozen=True, slots=True)
class Indicator:
    """
    One indicator.

    Args:
        flow: The flow whose sums it is made of.
        places: What it is about, for the chart's second line.
        note: What must be known to read it right, in one sentence.

    """

    code: str
    version: int
    title: Words
    unit: Unit
    flow: str
    formula: Formula
    places: Words
    note: Words


def indicator_value(formula: Formula, whole: Sums, by_instrument: Mapping[str, Sums]) -> float | int | None:
    """
    Work an indicator out.

    Args:
        formula: How.
        whole: The sums of the key.
        by_instrument: Its sums by instrument; needed for the cashless shares alone.

    Returns:
        A share from 0 to 1, or a whole number; None where nothing was received, where cash is reported as missing, or
        where there is nothing to divide.

    >>> indicator_value(Formula.CASHLESS_SHARE_AMOUNT, Sums(3, 400), {"CASH": Sums(1, 100)})
    0.75
    >>> indicator_value(Formula.CASHLESS_SHARE_AMOUNT, Sums(0, 0), {}) is None
    True
    >>> indicator_value(Formula.CASHLESS_SHARE_AMOUNT, Sums(3, 400), {"CASH": Sums()}) is None
    True
    """
    cash = by_instrument.get(Instrument.CASH, Sums(0, 0))
    match formula:
        case Formula.TOTAL_COUNT:
            return whole.count
        case Formula.TOTAL_AMOUNT:
            return whole.amount
        case Formula.CASHLESS_SHARE_COUNT:
            return _rest_share(cash.count, whole.count)
        case Formula.CASHLESS_SHARE_AMOUNT:
            return _rest_share(cash.amount, whole.amount)


def _rest_share(part: int | None, whole: int | None) -> float | None:
    return 1 - part / whole if whole and part is not None else None


def _add(left: int | None, right: int | None) -> int | None:
    return (left or 0) + (right or 0) if left is not None or right is not None else None


_SALES_PLACES = Words("trung tâm thương mại, chợ và điểm du lịch", "malls, markets and tourist sites")
_COMMUNES = Words("xã, phường, đặc khu nơi người bán nhận tiền", "communes where merchants accept")

INDICATORS: Mapping[str, Indicator] = MappingProxyType(
    {
        indicator.code: indicator
        for indicator in (
            Indicator(
                code="CASHLESS_SHARE_AMOUNT",
                version=1,
                title=Words("Tỷ lệ không tiền mặt tại điểm bán, theo giá trị", "Cashless share of sales, by value"),
                unit=Unit.SHARE,
                flow="POS_SALES",
                formula=Formula.CASHLESS_SHARE_AMOUNT,
                places=_SALES_PLACES,
                note=Words(
                    "Chỉ nơi có số liệu tiền mặt: trung tâm thương mại, chợ và điểm du lịch.",
                    "Only where cash is known: malls, markets and tourist sites.",
                ),
            ),
            Indicator(
                code="CASHLESS_SHARE_COUNT",
                version=1,
                title=Words("Tỷ lệ không tiền mặt tại điểm bán, theo số lượt", "Cashless share of sales, by count"),
                unit=Unit.SHARE,
                flow="POS_SALES",
                formula=Formula.CASHLESS_SHARE_COUNT,
                places=_SALES_PLACES,
                note=Words(
                    "Chỉ nơi có số liệu tiền mặt: trung tâm thương mại, chợ và điểm du lịch.",
                    "Only where cash is known: malls, markets and tourist sites.",
                ),
            ),
            Indicator(
                code="MERCHANT_RECEIPTS",
                version=1,
                title=Words("Doanh số không tiền mặt của người bán", "Merchants' cashless receipts"),
                unit=Unit.VND,
                flow="ACQ_P2M",
                formula=Formula.TOTAL_AMOUNT,
                places=_COMMUNES,
                note=Words(
                    "Không gồm nạp, rút tiền và chuyển giữa các tài khoản của cùng một chủ.",
                    "Without cash-in, cash-out and transfers between one owner's accounts.",
                ),
            ),
            Indicator(
                code="MOBILE_MONEY_PAYMENTS",
                version=1,
                title=Words("Mobile Money tại người bán", "Mobile Money to merchants"),
                unit=Unit.TRANSACTIONS,
                flow="MM_P2M",
                formula=Formula.TOTAL_COUNT,
                places=_COMMUNES,
                note=Words(
                    "Tài khoản tính theo từng nhà mạng: một người có thể có nhiều tài khoản.",
                    "Accounts are per provider: one person may have several.",
                ),
            ),
        )
    }
)
"""Every indicator that is worked out from feeds, by code, in the order of the overview."""

PLATFORM_TRAFFIC = Indicator(
    code="PLATFORM_TRAFFIC",
    version=1,
    title=Words("Giá trị giao dịch của nền tảng", "Value of the platform's transactions"),
    unit=Unit.INR,
    flow="PLATFORM_ALL",
    formula=Formula.TOTAL_AMOUNT,
    places=Words("bang của Ấn Độ", "states of India"),
    note=Words(
        "Gồm cả chuyển tiền giữa cá nhân; không so sánh được với số liệu của thành phố.",
        "Person-to-person included; not comparable with the city's figures.",
    ),
)
"""Of the public data that may stand beside the city's figures, and is never among them."""
