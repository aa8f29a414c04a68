"""The chart's panel: the drawings' addresses, what they show in words, and the same numbers as a table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.series_chart import ForecastPoint, SeriesChart, SeriesLine, SeriesPoint, Unit, Width
from payments_hub.domain.units import value_text


@dataclass(frozen=True, slots=True)
class ChartRow:
    """
    One row of the table beside the chart.

    Args:
        mark: The word of the row's tag, or empty.
        kind: The tag's look.
        coverage: Slices received of expected, or for a forecast its 80 % interval.

    """

    period: str
    value: str
    mark: str
    kind: str
    coverage: str


@dataclass(frozen=True, slots=True)
class ChartGroup:
    """The rows of one territory, or of the forecast; `last` heads the last column."""

    title: str
    last: str
    rows: tuple[ChartRow, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Where one drawing is."""

    digest: str
    language: str
    width: str


@dataclass(frozen=True, slots=True)
class ChartPanel:
    """
    The chart with its table.

    Args:
        drawing: The drawing is still being made; the table holds every number meanwhile.
        words: What the drawing shows, for who cannot see it.

    """

    title: str
    subtitle: str
    wide: Drawing | None
    narrow: Drawing | None
    drawing: bool
    words: str
    groups: tuple[ChartGroup, ...]
    break_note: str | None
    simulated: bool


def chart_panel(chart: SeriesChart, drawn: Collection[Width], language: Language) -> ChartPanel:
    """Word one chart."""
    digest = chart.digest()
    drawings = {width: Drawing(digest, language.value, width.value) for width in drawn}
    complete = drawings.keys() >= set(Width)
    return ChartPanel(
        title=chart.title.of(language),
        subtitle=chart.subtitle.of(language),
        wide=drawings.get(Width.WIDE) if complete else None,
        narrow=drawings.get(Width.NARROW) if complete else None,
        drawing=not complete,
        words=_words(chart, language),
        groups=_groups(chart, language),
        break_note=_break_note(chart, language),
        simulated=chart.simulated,
    )


def _groups(chart: SeriesChart, language: Language) -> tuple[ChartGroup, ...]:
    measured = [_measured(line, chart.unit, language) for line in chart.lines]
    groups = [group for group in reversed(measured) if group.rows]
    if chart.forecast:
        title = Words("Dự báo", "Forecast").of(language)
        last = Words("Khoảng dự báo 80 %", "80% interval").of(language)
        rows = tuple(_forecast_row(point, chart.unit, language) for point in reversed(chart.forecast))
        groups.append(ChartGroup(title, last, rows))
    return tuple(groups)


def _measured(line: SeriesLine, unit: Unit, language: Language) -> ChartGroup:
    rows = tuple(_row(point, unit, language) for point in reversed(line.points))
    return ChartGroup(line.title.of(language), Words("Lát đã nhận/phải nhận", "Slices received/due").of(language), rows)


def _row(point: SeriesPoint, unit: Unit, language: Language) -> ChartRow:
    mark, kind = Words("", ""), ""
    if point.value is None:
        mark, kind = Words("chưa có", "none yet"), "none"
    elif point.partial:
        mark, kind = Words("một phần", "partial"), "watch"
    received = formatting.whole(point.received, language)
    return ChartRow(
        period=formatting.period_short(point.period, language),
        value=formatting.NOTHING if point.value is None else value_text(point.value, unit, language),
        mark=mark.of(language),
        kind=kind,
        coverage=f"{received}/{formatting.whole(point.expected, language)}",
    )


def _forecast_row(point: ForecastPoint, unit: Unit, language: Language) -> ChartRow:
    low, high = (value_text(end, unit, language) for end in (point.low_80, point.high_80))
    interval = f"{low} {formatting.RANGE} {high}"
    if unit is Unit.SHARE:
        interval = formatting.share_range(point.low_80, point.high_80, language)
    return ChartRow(
        period=formatting.period_short(point.period, language),
        value=value_text(point.median, unit, language),
        mark=Words("dự báo", "forecast").of(language),
        kind="info",
        coverage=interval,
    )


def _words(chart: SeriesChart, language: Language) -> str:
    """Say what the drawing shows: where each line begins and ends, and where the forecast leads."""
    sentences = [chart.subtitle.of(language).rstrip(".") + "."]
    for line in chart.lines:
        known = [(point.period, point.value) for point in line.points if point.value is not None]
        if known:
            (first, start), (last, end) = known[0], known[-1]
            sentences.append(
                f"{line.title.of(language)}: {value_text(start, chart.unit, language)} "
                f"({formatting.period_short(first, language)}) → {value_text(end, chart.unit, language)} "
                f"({formatting.period_short(last, language)})."
            )
    if chart.forecast:
        point = chart.forecast[-1]
        period, median = formatting.period_short(point.period, language), value_text(point.median, chart.unit, language)
        sentences.append(Words(f"Dự báo giữa {period}: {median}.", f"Middle forecast {period}: {median}.").of(language))
    return " ".join(sentences)


def _break_note(chart: SeriesChart, language: Language) -> str | None:
    if chart.break_day is None:
        return None
    day = formatting.day(chart.break_day, language)
    return Words(
        f"Địa giới đổi từ {day}: hai chuỗi không nối với nhau và không so sánh được.",
        f"Boundaries changed on {day}: the two series are not joined and cannot be compared.",
    ).of(language)
