"""Simulated targets: no target of the city's real plans can be computed from these feeds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True)
class SimulatedTarget:
    """
    A target that exists for demonstrations only, and says so in its title.

    Args:
        code: Its own code.
        indicator: The indicator's code.
        flow: The flow it is computed from.
        value: The value to reach: a share from 0 to 1, or payments a month.
        due: The day by which it is to be reached; the month it ends is the one that counts.
        title_vi: Its title in Vietnamese.
        title_en: Its title in English.

    """

    code: str
    indicator: str
    flow: str
    value: Decimal
    due: date
    title_vi: str
    title_en: str


TARGETS: Final = (
    SimulatedTarget(
        "SIM-CASHLESS-SITES-2027",
        "CASHLESS_SHARE_AMOUNT",
        "POS_SALES",
        Decimal("0.75"),
        date(2027, 12, 31),
        "Mục tiêu mô phỏng: tỷ lệ không tiền mặt tại điểm bán",
        "Simulated target: cashless share of sales",
    ),
    SimulatedTarget(
        "SIM-MOBILE-MONEY-2027",
        "MOBILE_MONEY_PAYMENTS",
        "MM_P2M",
        Decimal(600_000),
        date(2027, 12, 31),
        "Mục tiêu mô phỏng: Mobile Money tại người bán mỗi tháng",
        "Simulated target: Mobile Money to merchants a month",
    ),
)
