"""The marks of a chart in Vega-Lite's words: small functions, each one thing that is seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

Layer: TypeAlias = dict[str, object]
Rows: TypeAlias = Sequence[dict[str, object]]

FACE = "Hub Charts"
INK, INK_2 = "#12222a", "#46575f"
SURFACE, GROUND = "#ffffff", "#f5f7f7"
GRID, AXIS = "#dfe6e7", "#72838b"
NOW, BEFORE = "#0e7490", "#2a2f73"
SIMULATED = "#7a2e7a"
DARK = {
    INK: "#e8eef0",
    INK_2: "#a9b9c0",
    SURFACE: "#121d22",
    GROUND: "#0c1519",
    GRID: "#26353c",
    AXIS: "#74868e",
    NOW: "#5cc0d8",
    BEFORE: "#7a83dc",
    SIMULATED: "#e6a9e6",
}
"""What each colour becomes where the reader asks for a dark page; the same pairs as in tokens.css."""

TEXT_PIXELS = 12
_HALO_PIXELS = 4
_STRONG = 600


def encoding(scale_x: Layer, scale_y: Layer, **more: Layer) -> Layer:
    """Say where a mark stands: x in days, y in the chart's unit."""
    x: Layer = {"field": "x", "type": "quantitative", "scale": scale_x, "axis": None}
    y: Layer = {"field": "y", "type": "quantitative", "scale": scale_y, "axis": None}
    return {"x": x, "y": y, **more}


def line(rows: Rows, where: Layer, colour: str, *, thin: bool = False, dash: Sequence[int] = ()) -> Layer:
    """Draw a line; a row without a value breaks it."""
    mark: Layer = {
        "type": "line",
        "stroke": colour,
        "strokeWidth": 1.75 if thin else 2.5,
        "invalid": "break-paths-filter-domains",
    }
    if dash:
        mark["strokeDash"] = list(dash)
    return {
        "data": {"values": list(rows)},
        "mark": {**mark, "strokeCap": "round", "strokeJoin": "round"},
        "encoding": where,
    }


def points(rows: Rows, where: Layer, colour: str, shape: str, *, hollow: bool) -> Layer:
    """Draw points: filled, or hollow with an edge."""
    fill = SURFACE if hollow else colour
    mark: Layer = {
        "type": "point",
        "shape": shape,
        "size": 64,
        "fill": fill,
        "stroke": colour,
        "strokeWidth": 1.5,
        "opacity": 1,
    }
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": where}


def band(rows: Rows, where: Layer, opacity: float) -> Layer:
    """Draw the area between y and y2."""
    mark: Layer = {"type": "area", "fill": NOW, "fillOpacity": opacity}
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": {**where, "y2": {"field": "y2"}}}


def box(rows: Rows, where: Layer, colour: str) -> Layer:
    """Draw a rectangle from x, y to x2, y2."""
    mark: Layer = {"type": "rect", "fill": colour}
    ends: Layer = {"x2": {"field": "x2"}, "y2": {"field": "y2"}}
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": {**where, **ends}}


def rule(rows: Rows, where: Layer, colour: str, dash: Sequence[int] = ()) -> Layer:
    """Draw straight lines from x, y to x2, y2."""
    mark: Layer = {"type": "rule", "stroke": colour, "strokeWidth": 1}
    if dash:
        mark["strokeDash"] = list(dash)
    ends: Layer = {"x2": {"field": "x2"}, "y2": {"field": "y2"}}
    return {"data": {"values": list(rows)}, "mark": mark, "encoding": {**where, **ends}}


def text(  # noqa: PLR0913  a text's place and look are many
    rows: Rows,
    where: Layer,
    colour: str,
    *,
    align: str = "left",
    dx: float = 0,
    dy: float = 0,
    strong: bool = False,
    ground: str = SURFACE,
) -> list[Layer]:
    """Write texts, each on a halo of its ground so that lines behind it do not cut it."""
    mark: Layer = {
        "type": "text",
        "font": FACE,
        "fontSize": TEXT_PIXELS,
        "fontWeight": _STRONG if strong else 400,
        "align": align,
        "baseline": "middle",
        "dx": dx,
        "dy": dy,
        "clip": False,
    }
    said: Layer = {**where, "text": {"field": "text", "type": "nominal"}}
    halo: Layer = {**mark, "fill": ground, "stroke": ground, "strokeWidth": _HALO_PIXELS, "strokeJoin": "round"}
    return [
        {"data": {"values": list(rows)}, "mark": halo, "encoding": said},
        {"data": {"values": list(rows)}, "mark": {**mark, "fill": colour}, "encoding": said},
    ]
