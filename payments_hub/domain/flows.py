"""What the hub measures: a flow's definition is data with a version; here are version 1's seven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from payments_hub.kernel.periods import Frequency


class Measure(StrEnum):
    """A number that a cell carries."""

    COUNT = "count"
    AMOUNT = "amount"
    REFUND_COUNT = "refund_count"
    REFUND_AMOUNT = "refund_amount"


class Dimension(StrEnum):
    """What a flow's cells are told apart by, in the order in which cells are sorted."""

    INSTRUMENT = "instrument"
    INITIATION = "initiation"
    SECTOR = "sector"
    PURPOSE = "purpose"


class OverTime(StrEnum):
    """How a coarser period is made of finer ones: payments are summed, of stocks the last counts."""

    SUM = "SUM"
    LAST = "LAST"


class PlaceKind(StrEnum):
    """What a place is."""

    MALL = "MALL"
    MARKET = "MARKET"
    TOURIST_SITE = "TOURIST_SITE"
    AREA = "AREA"


class AddsUpFrom(StrEnum):
    """What a flow's total is the sum of: one level of an area scheme, or the sites themselves."""

    SITES = "SITES"
    AREAS = "AREAS"


@dataclass(frozen=True, slots=True)
class Sector:
    """One industry of a VSIC scheme, with its name."""

    code: str
    title_vi: str
    title_en: str


@dataclass(frozen=True, slots=True)
class Flow:
    """
    One flow's definition.

    Args:
        mean_ticket_bands: By currency, the least and the greatest believable amount of one payment, whole units;
            a mean outside is most often a report in thousands. It warns, it never rejects.
        left_out_vi: What the flow does not count, in a sentence for the page.
        left_out_en: The same in English.

    """

    code: str
    version: int
    title_vi: str
    title_en: str
    left_out_vi: str
    left_out_en: str
    measures: frozenset[Measure]
    over_time: OverTime
    place_kinds: frozenset[PlaceKind]
    dimensions: tuple[Dimension, ...]
    frequencies: frozenset[Frequency]
    adds_up_from: AddsUpFrom
    sector_scheme: str | None
    sectors: tuple[Sector, ...]
    mean_ticket_bands: Mapping[str, tuple[int, int]]

    @property
    def has_amount(self) -> bool:
        """Tell whether the flow counts money, so that its slices name a currency."""
        return Measure.AMOUNT in self.measures

    @property
    def has_refunds(self) -> bool:
        """Tell whether the flow keeps refunds, apart from the gross figures."""
        return Measure.REFUND_COUNT in self.measures

    @property
    def sector_codes(self) -> tuple[str, ...]:
        """List the codes of the flow's sectors, in their own order."""
        return tuple(sector.code for sector in self.sectors)


_GROSS = frozenset({Measure.COUNT, Measure.AMOUNT})
_GROSS_AND_REFUNDS = _GROSS | {Measure.REFUND_COUNT, Measure.REFUND_AMOUNT}
_SITES = frozenset({PlaceKind.MALL, PlaceKind.MARKET, PlaceKind.TOURIST_SITE})
_AREAS = frozenset({PlaceKind.AREA})
_VSIC = "VSIC-2018"
_NO_BANDS: Mapping[str, tuple[int, int]] = MappingProxyType({})

_SITE_SECTORS = (
    Sector("G47", "Bán lẻ", "Retail trade"),
    Sector("H49", "Vận tải đường bộ", "Land transport"),
    Sector("H52", "Kho bãi, bãi đỗ xe", "Warehousing, parking"),
    Sector("I55", "Lưu trú", "Accommodation"),
    Sector("I56", "Ăn uống", "Food and drink"),
    Sector("J59", "Điện ảnh", "Film and cinema"),
    Sector("N79", "Du lịch lữ hành", "Travel agencies"),
    Sector("R90", "Nghệ thuật, giải trí", "Arts and entertainment"),
    Sector("R91", "Thư viện, bảo tàng", "Libraries and museums"),
    Sector("R93", "Thể thao, vui chơi", "Sports and recreation"),
    Sector("S96", "Dịch vụ cá nhân và ngành khác", "Personal services and any other industry"),
)
_MERCHANT_SECTORS = (
    Sector("G46", "Bán buôn", "Wholesale trade"),
    Sector("G47", "Bán lẻ", "Retail trade"),
    Sector("H49", "Vận tải đường bộ", "Land transport"),
    Sector("H50", "Vận tải đường thủy", "Water transport"),
    Sector("I55", "Lưu trú", "Accommodation"),
    Sector("I56", "Ăn uống", "Food and drink"),
    Sector("J61", "Viễn thông", "Telecommunications"),
    Sector("N79", "Du lịch lữ hành", "Travel agencies"),
    Sector("P85", "Giáo dục", "Education"),
    Sector("Q86", "Y tế", "Health"),
    Sector("R93", "Thể thao, vui chơi", "Sports and recreation"),
    Sector("S96", "Dịch vụ cá nhân và ngành khác", "Personal services and any other industry"),
)

_POS_SALES = Flow(
    code="POS_SALES",
    version=1,
    title_vi="Doanh số tại quầy của trung tâm thương mại, chợ, điểm du lịch",
    title_en="Sales at the tills of malls, markets and tourist sites",
    left_out_vi="Gồm cả tiền mặt. Không gồm tiền thuê mặt bằng, nạp ví, rút tiền; hoàn tiền ghi riêng.",
    left_out_en="Cash is in. Rents, top-ups and cash withdrawals are not; refunds are apart.",
    measures=_GROSS_AND_REFUNDS,
    over_time=OverTime.SUM,
    place_kinds=_SITES,
    dimensions=(Dimension.INSTRUMENT, Dimension.SECTOR),
    frequencies=frozenset({Frequency.DAY}),
    adds_up_from=AddsUpFrom.SITES,
    sector_scheme=_VSIC,
    sectors=_SITE_SECTORS,
    mean_ticket_bands=MappingProxyType({"VND": (5_000, 50_000_000), "INR": (20, 200_000)}),
)
_ACQ_P2M = Flow(
    code="ACQ_P2M",
    version=1,
    title_vi="Tiền đơn vị chấp nhận thanh toán nhận qua ngân hàng và ví điện tử",
    title_en="What merchants receive through banks and wallets",
    left_out_vi="Không gồm tiền mặt, nạp và rút tiền, chuyển giữa các tài khoản của cùng một chủ; hoàn tiền ghi riêng.",
    left_out_en="No cash, no cash-in or cash-out, no transfer between one owner's accounts; refunds are apart.",
    measures=_GROSS_AND_REFUNDS,
    over_time=OverTime.SUM,
    place_kinds=_AREAS,
    dimensions=(Dimension.INSTRUMENT, Dimension.INITIATION, Dimension.SECTOR),
    frequencies=frozenset({Frequency.DAY, Frequency.MONTH}),
    adds_up_from=AddsUpFrom.AREAS,
    sector_scheme=_VSIC,
    sectors=_MERCHANT_SECTORS,
    mean_ticket_bands=MappingProxyType({"VND": (5_000, 100_000_000), "INR": (20, 500_000)}),
)
_MM_P2M = Flow(
    code="MM_P2M",
    version=1,
    title_vi="Mobile Money trả cho đơn vị chấp nhận thanh toán",
    title_en="Mobile Money paid to merchants",
    left_out_vi="Không gồm nạp tiền, rút tiền, chuyển tiền giữa người dùng, mua thẻ điện thoại; hoàn tiền ghi riêng.",
    left_out_en="No cash-in, cash-out, transfers between people or airtime; refunds are apart.",
    measures=_GROSS_AND_REFUNDS,
    over_time=OverTime.SUM,
    place_kinds=_AREAS,
    dimensions=(Dimension.INITIATION, Dimension.SECTOR),
    frequencies=frozenset({Frequency.MONTH}),
    adds_up_from=AddsUpFrom.AREAS,
    sector_scheme=_VSIC,
    sectors=_MERCHANT_SECTORS,
    mean_ticket_bands=MappingProxyType({"VND": (2_000, 20_000_000), "INR": (10, 100_000)}),
)
_ACCOUNTS_OPEN = Flow(
    code="ACCOUNTS_OPEN",
    version=1,
    title_vi="Tài khoản đang mở",
    title_en="Accounts open",
    left_out_vi="Đếm tài khoản, không đếm người: một người có thể có nhiều tài khoản. Không gồm tài khoản đã đóng.",
    left_out_en="Accounts are counted, not people: one person may have many. Closed accounts are left out.",
    measures=frozenset({Measure.COUNT}),
    over_time=OverTime.LAST,
    place_kinds=_AREAS,
    dimensions=(Dimension.INSTRUMENT,),
    frequencies=frozenset({Frequency.MONTH, Frequency.QUARTER}),
    adds_up_from=AddsUpFrom.AREAS,
    sector_scheme=None,
    sectors=(),
    mean_ticket_bands=_NO_BANDS,
)
_ACCOUNTS_ACTIVE = Flow(
    code="ACCOUNTS_ACTIVE",
    version=1,
    title_vi="Tài khoản có giao dịch",
    title_en="Accounts active",
    left_out_vi="Nằm trong số tài khoản đang mở, không cộng với chúng. Không gồm tài khoản không phát sinh giao dịch.",
    left_out_en="They are among the open ones: never add the two. Accounts without a payment are left out.",
    measures=frozenset({Measure.COUNT}),
    over_time=OverTime.LAST,
    place_kinds=_AREAS,
    dimensions=(Dimension.INSTRUMENT,),
    frequencies=frozenset({Frequency.MONTH, Frequency.QUARTER}),
    adds_up_from=AddsUpFrom.AREAS,
    sector_scheme=None,
    sectors=(),
    mean_ticket_bands=_NO_BANDS,
)
_ACCEPTANCE_POINTS = Flow(
    code="ACCEPTANCE_POINTS",
    version=1,
    title_vi="Điểm chấp nhận thanh toán: máy POS, mã QR, điểm Mobile Money",
    title_en="Acceptance points: tills, QR codes, Mobile Money points",
    left_out_vi="Đếm điểm đang dùng vào ngày cuối kỳ. Không gồm máy ATM và điểm đã ngừng.",
    left_out_en="Points in use on the last day of the period. ATMs and points out of use are left out.",
    measures=frozenset({Measure.COUNT}),
    over_time=OverTime.LAST,
    place_kinds=frozenset({PlaceKind.AREA, PlaceKind.MALL, PlaceKind.TOURIST_SITE}),
    dimensions=(Dimension.INSTRUMENT, Dimension.INITIATION),
    frequencies=frozenset({Frequency.MONTH}),
    adds_up_from=AddsUpFrom.AREAS,
    sector_scheme=None,
    sectors=(),
    mean_ticket_bands=_NO_BANDS,
)
_PLATFORM_ALL = Flow(
    code="PLATFORM_ALL",
    version=1,
    title_vi="Toàn bộ giao dịch của một nền tảng, gồm cả giữa người với người",
    title_en="One platform's whole traffic, person-to-person included",
    left_out_vi="Không so sánh được với tiền đơn vị chấp nhận thanh toán nhận: không cộng hai luồng này.",
    left_out_en="Not comparable with what merchants receive: never add the two flows.",
    measures=_GROSS,
    over_time=OverTime.SUM,
    place_kinds=_AREAS,
    dimensions=(Dimension.PURPOSE,),
    frequencies=frozenset({Frequency.QUARTER}),
    adds_up_from=AddsUpFrom.AREAS,
    sector_scheme=None,
    sectors=(),
    mean_ticket_bands=MappingProxyType({"VND": (2_000, 200_000_000), "INR": (10, 1_000_000)}),
)

FLOWS: Mapping[str, Flow] = MappingProxyType(
    {
        flow.code: flow
        for flow in (
            _POS_SALES,
            _ACQ_P2M,
            _MM_P2M,
            _ACCOUNTS_OPEN,
            _ACCOUNTS_ACTIVE,
            _ACCEPTANCE_POINTS,
            _PLATFORM_ALL,
        )
    }
)
