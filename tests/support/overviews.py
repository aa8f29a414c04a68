"""A made-up overview with everything on it, for tests of pages and charts; it is not shipped."""

from datetime import UTC, date, datetime

from payments_hub.domain.languages import Words
from payments_hub.domain.overview import (
    Change,
    ChangeForm,
    FigureState,
    HeadlineFigure,
    Overview,
    Participation,
    PulseForecast,
    PulseRow,
    PulseSection,
    ReceiptLine,
    SlicesReceived,
    TargetLine,
    TargetStatus,
)
from payments_hub.domain.series_chart import ForecastPoint, SeriesChart, SeriesLine, SeriesPoint, TargetPoint, Unit
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.periods import Period

NOW = datetime(2026, 11, 21, 23, 10, tzinfo=UTC)
OCTOBER = Period.parse("2026-10")
_OLD = (39.8, 41.0, 42.1, 41.9, 42.3, 42.9, 43.1, 44.8, 44.7, 43.6, 47.7, 48.5, 49.5, 51.2)
_NEW = (48.6, 49.8, 50.0, 50.8, 52.8, 53.8, 53.4, 53.4, 56.4, 57.1, 57.7, 59.8, 60.9, 60.7, 60.4, 61.8)
_AHEAD = (62.6, 63.3, 63.5, 63.3, 65.0, 65.4, 65.8, 66.7, 67.3, 67.2, 67.0, 67.3, 67.5, 67.6)


def measured(first: str, shares: tuple[float, ...]) -> tuple[SeriesPoint, ...]:
    start = Period.parse(first)
    return tuple(
        SeriesPoint(start.shift(step), share / 100, 58, 61, partial=False) for step, share in enumerate(shares)
    )


def ahead(step: int, share: float) -> ForecastPoint:
    half = 0.004 + 0.0035 * (step + 1)
    middle = share / 100
    return ForecastPoint(
        OCTOBER.shift(step + 1),
        middle,
        low_50=middle - half,
        high_50=middle + half,
        low_80=middle - 1.9 * half,
        high_80=middle + 1.9 * half,
        low_95=middle - 2.9 * half,
        high_95=middle + 2.9 * half,
    )


def series_chart(**changed: object) -> SeriesChart:
    fields: dict[str, object] = {
        "code": "CASHLESS_SHARE_AMOUNT",
        "title": Words("Người mua đang bỏ tiền mặt nhanh đến đâu", "How fast buyers leave cash behind"),
        "subtitle": Words(
            "Tỷ lệ không tiền mặt theo giá trị tại trung tâm thương mại, chợ và điểm du lịch (%), theo tháng",
            "Cashless share by value at malls, markets and tourist sites (%), monthly",
        ),
        "unit": Unit.SHARE,
        "lines": (
            SeriesLine("OLD", Words("Địa bàn cũ", "Old area"), measured("2024-05", _OLD)),
            SeriesLine(
                "NEW",
                Words("Địa bàn mới", "New area"),
                (*measured("2025-07", _NEW), SeriesPoint(OCTOBER.shift(1), 0.598, 22, 61, partial=True)),
            ),
        ),
        "break_day": date(2025, 7, 1),
        "forecast": tuple(ahead(step, share) for step, share in enumerate(_AHEAD)),
        "target": (
            TargetPoint(date(2025, 12, 31), 0.55),
            TargetPoint(date(2026, 12, 31), 0.63),
            TargetPoint(date(2027, 12, 31), 0.7),
        ),
        "target_simulated": True,
        "simulated": True,
    }
    return SeriesChart(**{**fields, **changed})  # type: ignore[arg-type]  # a builder takes any field


def figure(**changed: object) -> HeadlineFigure:
    fields: dict[str, object] = {
        "code": "CASHLESS_SHARE_AMOUNT",
        "title": Words("Tỷ lệ không tiền mặt tại điểm bán, theo giá trị", "Cashless share at sites, by value"),
        "value": 0.618,
        "unit": Unit.SHARE,
        "period": OCTOBER,
        "slices": SlicesReceived(1766, 1891),
        "change": Change(0.014, ChangeForm.POINTS, OCTOBER.shift(-1)),
        "source": "POS_SALES",
        "known_at": NOW,
        "state": FigureState.COMPLETE,
        "simulated": True,
        "note": Words("1,1 điểm do các điểm bán cũ.", "1.1 points from the same sites."),
    }
    return HeadlineFigure(**{**fields, **changed})  # type: ignore[arg-type]  # a builder takes any field


FIGURES = (
    figure(),
    figure(
        code="ACQ_AMOUNT",
        title=Words("Doanh số không tiền mặt của người bán", "Merchants' cashless receipts"),
        value=8_412_000_000_000,
        unit=Unit.VND,
        slices=SlicesReceived(440, 456),
        change=Change(0.186, ChangeForm.RELATIVE, OCTOBER.shift(-12)),
        source="ACQ_P2M",
        note=None,
    ),
    figure(
        code="MM_COUNT",
        title=Words("Mobile Money tại người bán", "Mobile Money to merchants"),
        value=1_860_000,
        unit=Unit.TRANSACTIONS,
        slices=SlicesReceived(209, 342),
        change=None,
        source="MM_P2M",
        state=FigureState.PARTIAL,
        note=None,
    ),
    figure(
        code="ACCEPTANCE_POINTS",
        title=Words("Điểm chấp nhận thanh toán", "Acceptance points"),
        value=38_420,
        unit=Unit.POINTS,
        change=Change(-0.021, ChangeForm.RELATIVE, OCTOBER.shift(-1)),
        source="ACCEPTANCE_POINTS",
        note=None,
    ),
    figure(
        code="ACCOUNTS_OPEN",
        title=Words("Tài khoản đang mở", "Open accounts"),
        value=None,
        unit=Unit.ACCOUNTS,
        period=None,
        slices=SlicesReceived(0, 0),
        change=None,
        source="ACCOUNTS_OPEN",
        known_at=None,
        state=FigureState.EMPTY,
        simulated=False,
        note=None,
    ),
)


def target(**changed: object) -> TargetLine:
    fields: dict[str, object] = {
        "title": Words("Tỷ lệ không tiền mặt tại điểm bán", "Cashless share at sites"),
        "value": 0.63,
        "unit": Unit.SHARE,
        "day": date(2026, 12, 31),
        "status": TargetStatus.UNSURE,
        "current": 0.618,
        "median": 0.633,
        "low": 0.611,
        "high": 0.654,
        "probability": 0.57,
        "reason": None,
        "simulated": True,
    }
    return TargetLine(**{**fields, **changed})  # type: ignore[arg-type]  # a builder takes any field


REAL_TARGET = target(
    title=Words("Hộ gia đình có thuê bao cáp quang", "Households with fibre"),
    value=0.8,
    status=TargetStatus.NOT_JUDGED,
    current=None,
    median=None,
    low=None,
    high=None,
    probability=None,
    reason=Words("Chưa có số liệu công bố cho địa bàn này.", "No official figure for this area yet."),
    simulated=False,
)


def receipt(**changed: object) -> ReceiptLine:
    fields: dict[str, object] = {
        "receipt_id": "01KAM2F3S0J5N8Q4T7W1X6Y9ZC",
        "received_at": NOW,
        "partner": "AEON-HP",
        "flow": "POS_SALES",
        "site": "MALL-0021",
        "site_name": Words("TTTM Aeon Lê Chân", "Aeon Le Chan mall"),
        "period": Period.parse("2026-11-20"),
        "revision": 1,
        "verdict": Verdict.ACCEPTED,
        "errors": 0,
        "warnings": 1,
        "simulated": True,
    }
    return ReceiptLine(**{**fields, **changed})  # type: ignore[arg-type]  # a builder takes any field


PULSE_ROW = PulseRow(
    "Goa",
    Period.parse("2024-Q2"),
    count=78_123_456,
    amount=126_771_920_000,
    growth=0.412,
    forecast=PulseForecast(Period.parse("2024-Q3"), median=1.35e11, low=1.28e11, high=1.43e11),
)


def overview(**changed: object) -> Overview:
    fields: dict[str, object] = {
        "partner": None,
        "known_at": NOW,
        "updating": False,
        "figures": FIGURES,
        "chart": series_chart(),
        "targets": (target(), REAL_TARGET),
        "participation": Participation(312, 1143, 137, date(2026, 11, 20), simulated=True),
        "receipts": (
            receipt(),
            receipt(partner="NH-BIEN", verdict=Verdict.REJECTED, errors=3, warnings=0, revision=0),
            receipt(
                partner="VI-SONG",
                verdict=Verdict.REJECTED,
                flow=None,
                site=None,
                site_name=None,
                period=None,
                revision=None,
                errors=1,
                warnings=0,
            ),
            receipt(partner="CHO-SAT", verdict=Verdict.HELD, revision=2),
        ),
        "pulse": PulseSection(
            "PhonePe Pulse",
            "CDLA-Permissive-2.0",
            NOW,
            (PULSE_ROW,),
        ),
    }
    return Overview(**{**fields, **changed})  # type: ignore[arg-type]  # a builder takes any field


EMPTY = overview(figures=(), chart=None, targets=(), participation=None, receipts=(), pulse=None)
