"""
A series as a Vega-Lite specification: pure, from values to marks.

Two territories are two lines and never joined, with the boundary's day between them; a partial period is a hollow point
that no line reaches; a forecast is a fan on a grey ground; a target's path is dotted with diamonds. "Simulated data" is
written inside, so that a copied picture keeps it. Axes are drawn as marks: their texts are ours, not a locale's.
"""

from __future__ import annotations

from dataclasses import dataclass

from payments_hub.domain import formatting
from payments_hub.domain.languages import Language, Words
from payments_hub.domain.series_chart import ForecastPoint, SeriesChart, SeriesLine, SeriesPoint, Unit, Width
from payments_hub.domain.units import value_text
from payments_hub.jobs import chart_marks as marks
from payments_hub.jobs.chart_marks import Layer
from payments_hub.jobs.chart_scales import Scale, day_scale, position, value_scale
from payments_hub.kernel.periods import Frequency, Period

SIZES = {Width.WIDE: (790, 372), Width.NARROW: (328, 300)}
"""Pixels of each drawing, as the page lays it out."""

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_MARGINS = {
    Width.WIDE: {"left": 64, "right": 132, "top": 26, "bottom": 44},
    Width.NARROW: {"left": 52, "right": 14, "top": 26, "bottom": 44},
}
_FANS = (("95", 0.12), ("80", 0.22), ("50", 0.34))
_LABEL_LINE = 15
_BLOCK_PIXELS = 36


@dataclass(frozen=True, slots=True)
class _Frame:
    """What every mark of one drawing needs."""

    chart: SeriesChart
    width: Width
    language: Language
    days: Scale
    values: Scale

    @property
    def where(self) -> Layer:
        x: Layer = {"domain": [self.days.low, self.days.high], "nice": False, "zero": False}
        y: Layer = {"domain": [self.values.low, self.values.high], "nice": False, "zero": False}
        return marks.encoding(x, y)

    def say(self, value: float) -> str:
        return value_text(value, self.chart.unit, self.language)


def series_spec(chart: SeriesChart, width: Width, language: Language) -> Layer:
    """Turn a chart into a Vega-Lite specification for one width and language."""
    frame = _Frame(chart, width, language, day_scale(chart, width, language), value_scale(chart, language))
    layers = [
        *_ground(frame),
        *_value_axis(frame),
        *_day_axis(frame),
        *_boundary(frame),
        *_fan(frame),
        *_target(frame),
        *[layer for index, line in enumerate(chart.lines) for layer in _line(frame, line, index)],
        *_last_value(frame),
        *_right_labels(frame),
        *_simulated(frame),
    ]
    margins = _MARGINS[width]
    full_width, full_height = SIZES[width]
    return {
        "$schema": _SCHEMA,
        "background": marks.SURFACE,
        "padding": margins,
        "width": full_width - margins["left"] - margins["right"],
        "height": full_height - margins["top"] - margins["bottom"],
        "autosize": {"type": "none"},
        "config": {"view": {"stroke": None}, "font": marks.FACE},
        "layer": layers,
    }


def _ground(frame: _Frame) -> list[Layer]:
    """Lay the grey ground under the forecast."""
    if not frame.chart.forecast:
        return []
    first, last = frame.chart.forecast[0].period, frame.chart.forecast[-1].period
    row: Layer = {"x": first.start.toordinal(), "x2": last.end.toordinal() + 1, "y": frame.values.low}
    words = Words("dự báo", "forecast").of(frame.language)
    label: Layer = {"x": (first.start.toordinal() + last.end.toordinal()) / 2, "y": frame.values.low, "text": words}
    return [
        marks.box([{**row, "y2": frame.values.high}], frame.where, marks.GROUND),
        *marks.text([label], frame.where, marks.INK_2, align="center", dy=-10, ground=marks.GROUND),
    ]


def _value_axis(frame: _Frame) -> list[Layer]:
    low, high = frame.days.low, frame.days.high
    lines: list[Layer] = [{"x": low, "x2": high, "y": tick.at, "y2": tick.at} for tick in frame.values.ticks]
    texts: list[Layer] = [{"x": low, "y": tick.at, "text": tick.text} for tick in frame.values.ticks]
    layers = [
        marks.rule(lines, frame.where, marks.GRID),
        *marks.text(texts, frame.where, marks.INK_2, align="right", dx=-8),
    ]
    if frame.values.is_cut:
        foot: list[Layer] = [{"x": low, "y": frame.values.low, "text": "//"}]
        said = Words("trục không bắt đầu từ 0", "axis does not begin at 0").of(frame.language)
        layers += marks.text(foot, frame.where, marks.AXIS, align="center", dy=-12, strong=True)
        layers += marks.text([{**foot[0], "text": said}], frame.where, marks.INK_2, dy=35)
    return layers


def _day_axis(frame: _Frame) -> list[Layer]:
    low = frame.values.low
    texts: list[Layer] = [{"x": tick.at, "y": low, "text": tick.text} for tick in frame.days.ticks]
    base: list[Layer] = [{"x": frame.days.low, "x2": frame.days.high, "y": low, "y2": low}]
    return [
        marks.rule(base, frame.where, marks.AXIS),
        *marks.text(texts, frame.where, marks.INK_2, align="center", dy=16),
    ]


def _boundary(frame: _Frame) -> list[Layer]:
    day = frame.chart.break_day
    if day is None or not frame.days.low < day.toordinal() < frame.days.high:
        return []
    at, top = day.toordinal(), frame.values.high
    told = formatting.day(day, frame.language)
    words = Words(f"Địa giới mới từ {told}", f"New boundaries from {told}").of(frame.language)
    late = (at - frame.days.low) / (frame.days.high - frame.days.low) > 0.5  # noqa: PLR2004  the text turns to where there is room
    return [
        marks.rule([{"x": at, "x2": at, "y": frame.values.low, "y2": top}], frame.where, marks.INK_2, (5, 4)),
        *marks.text(
            [{"x": at, "y": top, "text": words}], frame.where, marks.INK, align="right" if late else "left", dy=-12
        ),
    ]


def _fan(frame: _Frame) -> list[Layer]:
    """Open the fan from the last complete value, so that it is seen to grow from what is known."""
    forecast = frame.chart.forecast
    if not forecast:
        return []
    start = _last_complete(frame.chart)
    root: list[Layer] = [] if start is None else [{"x": position(start.period), "y": start.value, "y2": start.value}]
    fans = [
        marks.band([*root, *(_ends(point, level, frame.values) for point in forecast)], frame.where, opacity)
        for level, opacity in _FANS
    ]
    medians: list[Layer] = [{"x": position(point.period), "y": point.median} for point in forecast]
    return [*fans, marks.line([*root, *medians], frame.where, marks.NOW, thin=True, dash=(6, 4))]


def _ends(point: ForecastPoint, level: str, values: Scale) -> Layer:
    low = {"95": point.low_95, "80": point.low_80, "50": point.low_50}[level]
    high = {"95": point.high_95, "80": point.high_80, "50": point.high_50}[level]
    # A band may reach beyond what is possible, a share above 1; the drawing does not.
    return {"x": position(point.period), "y": max(low, values.low), "y2": min(high, values.high)}


def _target(frame: _Frame) -> list[Layer]:
    rows: list[Layer] = [{"x": point.day.toordinal(), "y": point.value} for point in frame.chart.target]
    if not rows:
        return []
    return [
        marks.line(rows, frame.where, marks.INK_2, thin=True, dash=(1, 5)),
        marks.points(rows, frame.where, marks.INK_2, "diamond", hollow=True),
    ]


def _line(frame: _Frame, line: SeriesLine, index: int) -> list[Layer]:
    is_present = index == len(frame.chart.lines) - 1
    colour = marks.NOW if is_present else marks.BEFORE
    rows: list[Layer] = [
        {"x": position(point.period), "y": None if point.partial else point.value} for point in line.points
    ]
    hollow: list[Layer] = [
        {"x": position(point.period), "y": point.value}
        for point in line.points
        if point.partial and point.value is not None
    ]
    layers = [marks.line(rows, frame.where, colour, thin=not is_present)]
    if hollow:
        layers.append(marks.points(hollow, frame.where, colour, "circle", hollow=True))
    return [*layers, *_line_title(frame, line, colour)]


def _line_title(frame: _Frame, line: SeriesLine, colour: str) -> list[Layer]:
    """Name a line beside it, where there is more than one to tell apart."""
    known = [point for point in line.points if point.value is not None]
    if len(frame.chart.lines) == 1 or not known:
        return []
    point = known[len(known) // 3]
    label: Layer = {"x": position(point.period), "y": point.value, "text": line.title.of(frame.language)}
    return marks.text([label], frame.where, colour, dx=6, dy=22, strong=True)


def _last_value(frame: _Frame) -> list[Layer]:
    point = _last_complete(frame.chart)
    if point is None or point.value is None:
        return []
    row: Layer = {"x": position(point.period), "y": point.value, "text": frame.say(point.value)}
    return [
        marks.points([row], frame.where, marks.NOW, "circle", hollow=False),
        *marks.text([row], frame.where, marks.INK, align="right", dx=-6, dy=-14, strong=True),
    ]


def _right_labels(frame: _Frame) -> list[Layer]:
    """Write where target and forecast end at the right of a wide drawing; beside a narrow one its table says it."""
    if frame.width is Width.NARROW:
        return []
    blocks = sorted((*_target_label(frame), *_forecast_label(frame)), key=lambda block: -block.value)
    layers: list[Layer] = []
    lowest = float(-_BLOCK_PIXELS)
    for block in blocks:
        top = max(_pixels(frame, block.value) - _LABEL_LINE / 2, lowest + _BLOCK_PIXELS)
        lowest = top
        for index, (words, colour) in enumerate(block.lines):
            row: Layer = {"x": frame.days.high, "y": _value_at(frame, top + index * _LABEL_LINE), "text": words}
            strong = index == 0 and colour == marks.NOW
            layers += marks.text([row], frame.where, colour, dx=8, strong=strong)
    return layers


@dataclass(frozen=True, slots=True)
class _Block:
    value: float
    lines: tuple[tuple[str, str], ...]


def _target_label(frame: _Frame) -> list[_Block]:
    if not frame.chart.target:
        return []
    target = frame.chart.target[-1]
    month = formatting.period_short(Period.containing(target.day, Frequency.MONTH), frame.language)
    goal = Words("Mục tiêu", "Target")
    if frame.chart.target_simulated:
        goal = Words("Mục tiêu mô phỏng", "Simulated target")
    value = f"{month}: {frame.say(target.value)}"
    return [_Block(target.value, ((goal.of(frame.language), marks.INK), (value, marks.INK)))]


def _forecast_label(frame: _Frame) -> list[_Block]:
    if not frame.chart.forecast:
        return []
    end = frame.chart.forecast[-1]
    words = Words("Dự báo", "Forecast").of(frame.language)
    interval = f"{frame.say(end.low_80)}{formatting.RANGE}{frame.say(end.high_80)}"
    if frame.chart.unit is Unit.SHARE:
        interval = formatting.share_range(end.low_80, end.high_80, frame.language)
    percent = formatting.share(0.8, frame.language, places=0)
    lines = ((f"{words} {frame.say(end.median)}", marks.NOW), (f"{percent}: {interval}", marks.INK_2))
    return [_Block(end.median, lines)]


def _pixels(frame: _Frame, value: float) -> float:
    return (frame.values.high - value) / (frame.values.high - frame.values.low) * _height(frame)


def _value_at(frame: _Frame, pixels: float) -> float:
    return frame.values.high - pixels / _height(frame) * (frame.values.high - frame.values.low)


def _height(frame: _Frame) -> int:
    margins = _MARGINS[frame.width]
    return SIZES[frame.width][1] - margins["top"] - margins["bottom"]


def _simulated(frame: _Frame) -> list[Layer]:
    if not frame.chart.simulated:
        return []
    words = Words("Dữ liệu mô phỏng", "Simulated data").of(frame.language)
    right = _MARGINS[frame.width]["right"] - 6
    row: Layer = {"x": frame.days.high, "y": frame.values.low, "text": words}
    return marks.text([row], frame.where, marks.SIMULATED, align="right", dx=right, dy=35, strong=True)


def _last_complete(chart: SeriesChart) -> SeriesPoint | None:
    """Find the newest value of the present territory that a headline may speak of."""
    if not chart.lines:
        return None
    known = [point for point in chart.lines[-1].points if point.value is not None and not point.partial]
    return known[-1] if known else None
