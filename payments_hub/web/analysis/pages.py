"""The overview as it is read: every number worded in one language, with what it needs to stand alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.overview import (
    Overview,
    Participation,
    PulseForecast,
    PulseRow,
    PulseSection,
    TargetLine,
    TargetStatus,
)
from payments_hub.domain.series_chart import Width
from payments_hub.domain.units import value_text
from payments_hub.kernel.money import Currency
from payments_hub.web.analysis.charts import ChartPanel, chart_panel
from payments_hub.web.analysis.figures import FigureCard, figure_card, lede
from payments_hub.web.analysis.receipts import ReceiptItem, receipt_item
from payments_hub.web.as_of import AsOfControl

AT_RISK = frozenset({TargetStatus.UNSURE, TargetStatus.SLOW, TargetStatus.UNLIKELY})

TARGET_STATUSES: dict[TargetStatus, tuple[str, Words]] = {
    TargetStatus.REACHED: ("good", Words("Đã đạt", "Reached")),
    TargetStatus.HOLDING: ("good", Words("Đang giữ", "Holding")),
    TargetStatus.ON_TRACK: ("good", Words("Đúng tiến độ", "On track")),
    TargetStatus.UNSURE: ("watch", Words("Chưa chắc", "Unsure")),
    TargetStatus.SLOW: ("behind", Words("Chậm", "Slow")),
    TargetStatus.UNLIKELY: ("off", Words("Khó đạt", "Unlikely")),
    TargetStatus.NOT_JUDGED: ("none", Words("Chưa đánh giá", "Not judged")),
}


@dataclass(frozen=True, slots=True)
class TargetCard:
    """One target in words: `kind` and `status` choose its colour and shape, `word` says it."""

    title: str
    goal: str
    current: str
    kind: str
    status: str
    word: str
    forecast: str | None
    chance: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class ParticipationCard:
    """Firms that take part, in words."""

    share: str
    sentence: str
    unknown: str | None
    day: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class PulseItem:
    """One row of the imported public data."""

    place: str
    period: str
    count: str
    amount: str
    growth: str
    forecast: str


@dataclass(frozen=True, slots=True)
class PulsePanel:
    """Imported public data, real, of another country."""

    source: str
    licence: str
    imported_at: str
    items: tuple[PulseItem, ...]


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """What the overview's template gets."""

    lede: str
    partner: str | None
    known_at: str
    refreshing: bool
    updating: bool
    simulated: bool
    figures: tuple[FigureCard, ...]
    chart: ChartPanel | None
    targets: tuple[TargetCard, ...]
    participation: ParticipationCard | None
    receipts: tuple[ReceiptItem, ...]
    pulse: PulsePanel | None
    as_of: AsOfControl | None
    as_of_day: str | None


def overview_page(
    shown: Overview, drawn: Collection[Width], language: Language, as_of: AsOfControl | None = None
) -> OverviewPage:
    """
    Word the overview for one reader.

    Args:
        shown: The values.
        drawn: The widths in which the chart is drawn.
        language: The reader's.
        as_of: The control of "as known at".

    """
    chart = None if shown.chart is None else chart_panel(shown.chart, drawn, language)
    at_risk = sum(target.status in AT_RISK for target in shown.targets)
    return OverviewPage(
        lede=lede(shown.figures, at_risk, language, own=shown.partner is not None),
        partner=shown.partner,
        known_at=formatting.instant(shown.known_at, language),
        refreshing=shown.updating or (chart is not None and chart.drawing),
        updating=shown.updating,
        simulated=shown.simulated,
        figures=tuple(figure_card(figure, language) for figure in shown.figures),
        chart=chart,
        targets=tuple(_target(target, language) for target in shown.targets),
        participation=None if shown.participation is None else _participation(shown.participation, language),
        receipts=tuple(receipt_item(line, language) for line in shown.receipts),
        pulse=None if shown.pulse is None else _pulse(shown.pulse, language),
        as_of=as_of,
        as_of_day=None if shown.as_of is None else shown.as_of.isoformat(),
    )


def _target(target: TargetLine, language: Language) -> TargetCard:
    kind, word = TARGET_STATUSES[target.status]
    goal = value_text(target.value, target.unit, language)
    by = formatting.day(target.day, language)
    nothing = Words("Chưa có số liệu", "No data yet").of(language)
    return TargetCard(
        title=target.title.of(language),
        goal=Words(f"{goal} trước ngày {by}", f"{goal} by {by}").of(language),
        current=nothing if target.current is None else value_text(target.current, target.unit, language),
        kind=kind,
        status=target.status.value,
        word=word.of(language),
        forecast=_forecast(target, language),
        chance=_chance(target, language),
        simulated=target.simulated,
    )


def _forecast(target: TargetLine, language: Language) -> str | None:
    if target.median is None:
        return None
    middle = value_text(target.median, target.unit, language)
    if target.low is None or target.high is None:
        return Words(f"Dự báo giữa {middle}.", f"Middle forecast {middle}.").of(language)
    ends = Words(
        f"{value_text(target.low, target.unit, language)} đến {value_text(target.high, target.unit, language)}",
        f"{value_text(target.low, target.unit, language)} to {value_text(target.high, target.unit, language)}",
    ).of(language)
    percent = formatting.share(0.8, language, places=0)
    return Words(
        f"Dự báo giữa {middle}; khoảng {percent}: {ends}.", f"Middle forecast {middle}; {percent} interval: {ends}."
    ).of(language)


def _chance(target: TargetLine, language: Language) -> str:
    if target.probability is not None:
        chance = formatting.share(target.probability, language, places=0)
        return Words(f"Khả năng đạt {chance}.", f"Chance to reach it {chance}.").of(language)
    unsaid = Words("Chưa nói được khả năng đạt.", "The chance to reach it cannot be told yet.")
    return (target.reason or unsaid).of(language)


def _participation(part: Participation, language: Language) -> ParticipationCard:
    enrolled, eligible = formatting.whole(part.enrolled, language), formatting.whole(part.eligible, language)
    share = part.enrolled / part.eligible if part.eligible else None
    unknown = formatting.whole(part.unknown, language)
    undecided = Words(
        f"{unknown} doanh nghiệp chưa đủ dữ kiện để biết có đủ điều kiện không.",
        f"For {unknown} firms the facts do not decide yet whether they are eligible.",
    )
    return ParticipationCard(
        share=formatting.NOTHING if share is None else formatting.share(share, language),
        sentence=Words(
            f"{enrolled} doanh nghiệp tham gia trên {eligible} đủ điều kiện.",
            f"{enrolled} firms take part of {eligible} eligible.",
        ).of(language),
        unknown=undecided.of(language) if part.unknown else None,
        day=Words(f"Ngày {formatting.day(part.day, language)}", formatting.day(part.day, language)).of(language),
        simulated=part.simulated,
    )


def _pulse(section: PulseSection, language: Language) -> PulsePanel:
    items = tuple(_pulse_item(row, language) for row in section.rows)
    return PulsePanel(section.source, section.licence, formatting.instant(section.imported_at, language), items)


def _pulse_item(row: PulseRow, language: Language) -> PulseItem:
    return PulseItem(
        place=row.place,
        period=formatting.period(row.period, language),
        count=str(formatting.count_parts(row.count, Words("lượt", "transactions"), language)),
        amount=formatting.money(row.amount, Currency.INR, language),
        growth=formatting.NOTHING if row.growth is None else formatting.relative_change(row.growth, language),
        forecast=formatting.NOTHING if row.forecast is None else _pulse_forecast(row.forecast, language),
    )


def _pulse_forecast(forecast: PulseForecast, language: Language) -> str:
    middle, low, high = (
        formatting.money(round(value), Currency.INR, language)
        for value in (forecast.median, forecast.low, forecast.high)
    )
    period = formatting.period(forecast.period, language)
    return Words(f"{period}: {middle} ({low} đến {high})", f"{period}: {middle} ({low} to {high})").of(language)
