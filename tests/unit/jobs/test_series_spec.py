from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from payments_hub.domain.languages import Language, Words
from payments_hub.domain.series_chart import SeriesLine, SeriesPoint, TargetPoint, Unit, Width
from payments_hub.jobs.chart_scales import day_scale, value_scale
from payments_hub.jobs.drawing import draw
from payments_hub.jobs.series_spec import SIZES, series_spec
from payments_hub.kernel.periods import Period
from tests.support.overviews import series_chart

DAY = Period.parse("2026-07-03")


def layers(**changed: object) -> list[dict[str, Any]]:
    spec: Any = series_spec(series_chart(**changed), Width.WIDE, Language.VI)
    return [*spec["layer"]]


def rows(made: list[dict[str, Any]], kind: str) -> list[list[dict[str, Any]]]:
    return [layer["data"]["values"] for layer in made if layer["mark"]["type"] == kind]


def texts(made: list[dict[str, Any]]) -> list[str]:
    return [row["text"] for found in rows(made, "text") for row in found]


def daily(values: tuple[float, ...]) -> tuple[SeriesLine, ...]:
    points = tuple(SeriesPoint(DAY.shift(step), value, 9, 9, partial=False) for step, value in enumerate(values))
    return (SeriesLine("NEW", Words("Địa bàn mới", "New area"), points),)


def test_two_territories_are_two_lines_with_the_boundary_between_them() -> None:
    lines = rows(layers(forecast=(), target=()), "line")

    assert [len(line) for line in lines] == [14, 17]
    assert max(row["x"] for row in lines[0]) < date(2025, 7, 1).toordinal() < min(row["x"] for row in lines[1])


def test_a_partial_period_is_a_point_that_no_line_reaches() -> None:
    made = layers(forecast=(), target=())

    assert rows(made, "line")[1][-1]["y"] is None
    assert [row["y"] for row in rows(made, "point")[0]] == [0.598]


def test_the_fan_has_three_bands_that_grow_from_the_last_complete_value() -> None:
    fans = rows(layers(target=()), "area")

    assert [fan[0]["y"] for fan in fans] == [0.618, 0.618, 0.618]
    assert fans[0][-1]["y"] < fans[1][-1]["y"] < fans[2][-1]["y"] < fans[2][-1]["y2"] < fans[1][-1]["y2"]


def test_the_targets_path_is_dotted_with_a_diamond_for_each_level() -> None:
    made = layers(forecast=())
    diamonds = [layer for layer in made if layer["mark"].get("shape") == "diamond"]

    assert len(diamonds[0]["data"]["values"]) == 3


def test_simulated_data_is_said_inside_the_drawing_and_only_then() -> None:
    assert "Dữ liệu mô phỏng" in texts(layers())
    assert "Dữ liệu mô phỏng" not in texts(layers(simulated=False))


def test_a_cut_axis_says_so_and_one_from_zero_does_not() -> None:
    assert "trục không bắt đầu từ 0" in texts(layers())
    assert "trục không bắt đầu từ 0" not in texts(layers(lines=daily((0.1, 0.6)), forecast=(), target=()))


@pytest.mark.parametrize("width", Width)
def test_the_axes_name_both_units(width: Width) -> None:
    chart = series_chart()

    assert value_scale(chart, Language.EN).ticks[-1].text == "90%"
    assert "1/2026" in [tick.text for tick in day_scale(chart, width, Language.VI).ticks]


def test_money_has_its_unit_at_the_top_of_the_axis() -> None:
    chart = series_chart(unit=Unit.VND, lines=daily((7.1e12, 8.4e12)), forecast=(), target=())

    ticks = [tick.text.replace("\u00a0", " ") for tick in value_scale(chart, Language.VI).ticks]

    assert ticks == ["7.000", "7.500", "8.000", "8.500 tỷ đồng"]


def test_days_are_written_as_days_and_the_scale_reaches_a_target_beyond_them() -> None:
    chart = series_chart(
        lines=daily((0.5, 0.6, 0.7)), forecast=(), target=(TargetPoint(date(2026, 7, 20), 0.8),), break_day=None
    )

    scale = day_scale(chart, Width.NARROW, Language.VI)

    assert scale.ticks[0].text == "3/7/2026"
    assert scale.high == date(2026, 7, 21).toordinal()


def test_a_chart_of_zeros_alone_can_be_drawn() -> None:
    drawn = draw(series_chart(lines=daily((0.0,)), forecast=(), target=()), Width.NARROW, Language.VI)

    assert drawn.startswith("<svg")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("width", Width)
def test_a_drawing_is_of_its_size_and_needs_nothing_from_outside(width: Width, language: Language) -> None:
    drawn = draw(series_chart(), width, language)

    root = ET.fromstring(drawn)  # noqa: S314  we drew it
    assert (root.get("width"), root.get("height")) == tuple(map(str, SIZES[width]))
    assert drawn.count("url(") == drawn.count("url(data:font/woff2;base64,") == 2
    assert "<script" not in drawn
    assert "href=" not in drawn
