"""Who is in the simulated city: twelve sites and their operators, one bank, one Mobile Money provider. All invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from payments_hub.demo.calendar import Rhythm
from payments_hub.demo.curves import SCurve
from payments_hub.domain.flows import PlaceKind
from payments_hub.domain.instruments import Instrument

_CARD, _TRANSFER, _WALLET = Instrument.CARD, Instrument.ACCOUNT_TRANSFER, Instrument.E_WALLET
_MOBILE_MONEY = Instrument.MOBILE_MONEY

SITE_OPERATOR = "site_operator"


@dataclass(frozen=True, slots=True)
class SimulatedPartner:
    """
    An invented partner: it is registered as simulated, so that receipts and pages say so.

    Args:
        code: The partner's code.
        name_vi: Its name in Vietnamese.
        name_en: Its name in English.
        kind: What it is: site_operator, bank or mobile_money.
        simulated: Always true; the importer passes it on.

    """

    code: str
    name_vi: str
    name_en: str
    kind: str
    simulated: bool = True


@dataclass(frozen=True, slots=True)
class Trade:
    """
    How a kind of site sells.

    Args:
        rhythm: Which calendar it follows.
        sectors: Share of sales by VSIC code; they add up to one.
        cashless_mix: Share of the cashless sales by instrument at the start of 2025.
        mobile_money_growth: By how much Mobile Money's part multiplies in a year.
        inequality: How unequal its sellers are, the exponent of Zipf's law.
        refunds: Refunds per payment; None where they are not recorded.

    """

    rhythm: Rhythm
    sectors: MappingProxyType[str, float]
    cashless_mix: MappingProxyType[Instrument, float]
    mobile_money_growth: float
    inequality: float
    refunds: float | None = None


TRADES: Final = MappingProxyType(
    {
        PlaceKind.MALL: Trade(
            Rhythm.MALL,
            MappingProxyType({"G47": 0.68, "I56": 0.24, "R93": 0.08}),
            MappingProxyType({_CARD: 0.46, _TRANSFER: 0.34, _WALLET: 0.18, _MOBILE_MONEY: 0.02}),
            1.35,
            0.85,
            0.006,
        ),
        PlaceKind.MARKET: Trade(
            Rhythm.MARKET,
            MappingProxyType({"G47": 0.86, "I56": 0.14}),
            MappingProxyType({_TRANSFER: 0.74, _WALLET: 0.17, _MOBILE_MONEY: 0.09}),
            1.6,
            0.45,
        ),
        PlaceKind.TOURIST_SITE: Trade(
            Rhythm.TOURISM,
            MappingProxyType({"I56": 0.47, "R93": 0.38, "G47": 0.15}),
            MappingProxyType({_CARD: 0.27, _TRANSFER: 0.47, _WALLET: 0.20, _MOBILE_MONEY: 0.06}),
            1.5,
            1.05,
        ),
    }
)

TICKETS: Final = MappingProxyType(
    {_CARD: 410_000, _TRANSFER: 165_000, _WALLET: 120_000, _MOBILE_MONEY: 62_000, Instrument.CASH: 98_000}
)
"""Mean payment by instrument, whole VND."""


@dataclass(frozen=True, slots=True)
class SiteProfile:
    """
    One invented site.

    Args:
        code: The hub's code.
        kind: Mall, market or tourist site.
        name_vi: Its name in Vietnamese.
        name_en: Its name in English.
        operator: The partner that reports for it.
        old_commune: The commune it lay in until 30 June 2025, one that went whole into the new one.
        new_commune: The commune it lies in since.
        daily_sales: What it sells on a plain day at the start of 2025, whole VND.
        growth: By how much sales multiply in a year.
        sellers: How many owners sell there.
        cashless: The share of sales paid without cash.
        summer_height: How many times a plain day the midsummer adds.

    """

    code: str
    kind: PlaceKind
    name_vi: str
    name_en: str
    operator: str
    old_commune: str
    new_commune: str
    daily_sales: int
    growth: float
    sellers: int
    cashless: SCurve
    summer_height: float = 0.08


BANK: Final = SimulatedPartner("NH-HAI-DANG", "Ngân hàng Hải Đăng", "Hai Dang Bank", "bank")
MOBILE_MONEY_PROVIDER: Final = SimulatedPartner(
    "TDD-SONG-CAM", "Mobile Money Sông Cấm", "Song Cam Mobile Money", "mobile_money"
)
OPERATORS: Final = (
    SimulatedPartner("TM-HOA-PHUONG", "Công ty Thương mại Hoa Phượng", "Hoa Phuong Retail", SITE_OPERATOR),
    SimulatedPartner("TM-BEN-VUNG", "Công ty Bến Vững", "Ben Vung Centre", SITE_OPERATOR),
    SimulatedPartner("BQL-CHO-CUA-SONG", "Ban quản lý chợ Cửa Sông", "Cua Song Markets", SITE_OPERATOR),
    SimulatedPartner("BQL-CHO-XU-DONG", "Ban quản lý chợ Xứ Đông", "Xu Dong Markets", SITE_OPERATOR),
    SimulatedPartner("DL-DAO-XANH", "Công ty Du lịch Đảo Xanh", "Dao Xanh Tourism", SITE_OPERATOR),
    SimulatedPartner("DL-BAI-SONG", "Công ty Du lịch Bãi Sóng", "Bai Song Tourism", SITE_OPERATOR),
    SimulatedPartner("DL-NUI-RONG", "Ban quản lý khu du lịch Núi Rồng", "Nui Rong Park", SITE_OPERATOR),
)
PARTNERS: Final = (*OPERATORS, BANK, MOBILE_MONEY_PROVIDER)

_MALL, _MARKET, _TOURIST = PlaceKind.MALL, PlaceKind.MARKET, PlaceKind.TOURIST_SITE
MILLION: Final = 1_000_000

SITE_PROFILES: Final = (
    SiteProfile(
        "MALL-0001", _MALL, "Trung tâm thương mại Hoa Phượng Lê Chân", "Hoa Phuong Le Chan Mall", "TM-HOA-PHUONG",
        "11395", "11383", 3_400 * MILLION, 1.07, 96, SCurve(0.40, 0.78, date(2025, 12, 1), 0.75),
    ),
    SiteProfile(
        "MALL-0002", _MALL, "Trung tâm thương mại Hoa Phượng Thủy Nguyên", "Hoa Phuong Thuy Nguyen Mall",
        "TM-HOA-PHUONG", "11560", "11560", 1_900 * MILLION, 1.12, 58, SCurve(0.32, 0.74, date(2026, 4, 1), 0.85),
    ),
    SiteProfile(
        "MALL-0003", _MALL, "Trung tâm thương mại Hoa Phượng Hải Dương", "Hoa Phuong Hai Duong Mall", "TM-HOA-PHUONG",
        "10513", "10525", 2_300 * MILLION, 1.10, 64, SCurve(0.28, 0.75, date(2026, 6, 1), 0.80),
    ),
    SiteProfile(
        "MALL-0004", _MALL, "Trung tâm Bến Vững Ngô Quyền", "Ben Vung Ngo Quyen Centre", "TM-BEN-VUNG",
        "11329", "11329", 1_500 * MILLION, 1.04, 41, SCurve(0.42, 0.77, date(2026, 1, 15), 0.70),
    ),
    SiteProfile(
        "MARKET-0001", _MARKET, "Chợ Cửa Sông", "Cua Song Market", "BQL-CHO-CUA-SONG",
        "11311", "11311", 520 * MILLION, 1.02, 240, SCurve(0.06, 0.58, date(2026, 7, 1), 0.70),
    ),
    SiteProfile(
        "MARKET-0002", _MARKET, "Chợ Hải sản Bến Gió", "Ben Gio Seafood Market", "BQL-CHO-CUA-SONG",
        "11422", "11413", 410 * MILLION, 1.05, 150, SCurve(0.08, 0.58, date(2026, 5, 1), 0.65), 0.35,
    ),
    SiteProfile(
        "MARKET-0003", _MARKET, "Chợ Xứ Đông", "Xu Dong Market", "BQL-CHO-XU-DONG",
        "10532", "10532", 360 * MILLION, 1.03, 190, SCurve(0.04, 0.48, date(2026, 11, 1), 0.80),
    ),
    SiteProfile(
        "MARKET-0004", _MARKET, "Chợ Đồi Thông", "Doi Thong Market", "BQL-CHO-XU-DONG",
        "10591", "10546", 180 * MILLION, 1.01, 85, SCurve(0.03, 0.42, date(2027, 2, 1), 0.90),
    ),
    SiteProfile(
        "TOUR-0001", _TOURIST, "Bến tàu du lịch Đảo Xanh (Cát Bà)", "Dao Xanh Pier (Cat Ba)", "DL-DAO-XANH",
        "11914", "11914", 310 * MILLION, 1.12, 34, SCurve(0.26, 0.78, date(2026, 3, 1), 0.70), 3.4,
    ),
    SiteProfile(
        "TOUR-0002", _TOURIST, "Khu nghỉ dưỡng Vịnh Ngọc (Cát Bà)", "Vinh Ngoc Bay (Cat Ba)", "DL-DAO-XANH",
        "11941", "11914", 240 * MILLION, 1.15, 12, SCurve(0.38, 0.82, date(2026, 2, 1), 0.65), 2.8,
    ),
    SiteProfile(
        "TOUR-0003", _TOURIST, "Khu du lịch Bãi Sóng (Đồ Sơn)", "Bai Song Beach (Do Son)", "DL-BAI-SONG",
        "11458", "11455", 280 * MILLION, 1.09, 45, SCurve(0.22, 0.74, date(2026, 5, 1), 0.75), 3.0,
    ),
    SiteProfile(
        "TOUR-0004", _TOURIST, "Khu du lịch Núi Rồng (Kinh Môn)", "Nui Rong Park (Kinh Mon)", "DL-NUI-RONG",
        "10738", "10675", 95 * MILLION, 1.06, 9, SCurve(0.12, 0.60, date(2026, 10, 1), 0.85), 0.30,
    ),
)  # fmt: skip
