"""Put one chart together from what is stored; the page words it, a job draws it, both from the same values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from payments_hub.aggregates.points import IndicatorPoint
from payments_hub.domain.geography import MERGER_DAY
from payments_hub.domain.indicators import INDICATORS, Indicator
from payments_hub.domain.languages import Words
from payments_hub.domain.series_chart import ForecastPoint, SeriesChart, SeriesLine, SeriesPoint, TargetPoint
from payments_hub.kernel.periods import Period
from payments_hub.services.readers import CITY, FORMER_CITY, Scope
from payments_hub.store.analysis import Target, all_targets, latest_forecast
from payments_hub.store.partners import any_simulated

_TITLES = {
    "CASHLESS_SHARE_AMOUNT": Words("Người mua đang bỏ tiền mặt nhanh đến đâu", "How fast buyers are leaving cash"),
    "CASHLESS_SHARE_COUNT": Words("Người mua đang bỏ tiền mặt nhanh đến đâu", "How fast buyers are leaving cash"),
    "MERCHANT_RECEIPTS": Words("Người bán nhận bao nhiêu không bằng tiền mặt", "What merchants receive without cash"),
    "MOBILE_MONEY_PAYMENTS": Words("Mobile Money được dùng đến đâu", "How much Mobile Money is used"),
}
_MIDDLE_HALF = (("low_50", "0.2", "0.3"), ("high_50", "0.7", "0.8"))


def overview_chart(session: Session, scope: Scope) -> SeriesChart | None:
    """Build the chart of the first indicator that the reader has figures of; None without any."""
    for indicator in INDICATORS.values():
        points = scope.points(session, indicator)
        if points:
            return _chart(session, scope, indicator, points)
    return None


def _chart(session: Session, scope: Scope, indicator: Indicator, points: Sequence[IndicatorPoint]) -> SeriesChart:
    former = scope.points(session, indicator, FORMER_CITY)
    lines = [_line("former", Words("Địa bàn cũ", "Former territory"), former)] if former else []
    lines.append(_line("city", Words("Địa bàn mới", "New territory"), points))
    target = _target(session, scope, indicator)
    return SeriesChart(
        code=indicator.code,
        title=_TITLES[indicator.code],
        subtitle=_subtitle(indicator),
        unit=indicator.unit,
        lines=tuple(lines),
        break_day=MERGER_DAY if former else None,
        forecast=_fan(session, scope, indicator),
        target=_target_path(target, points) if target else (),
        target_simulated=target is not None and target.simulated,
        simulated=any_simulated(session),
    )


def _subtitle(indicator: Indicator) -> Words:
    return Words(
        f"{indicator.title.vi}: {indicator.places.vi}, theo tháng",
        f"{indicator.title.en}: {indicator.places.en}, by month",
    )


def _line(code: str, title: Words, points: Sequence[IndicatorPoint]) -> SeriesLine:
    drawn = (
        SeriesPoint(
            period=point.period,
            value=None if point.value is None else float(point.value),
            received=point.received,
            expected=point.expected,
            partial=not point.complete,
        )
        for point in points
    )
    return SeriesLine(code, title, tuple(drawn))


def _target(session: Session, scope: Scope, indicator: Indicator) -> Target | None:
    """Find the city's next target; a partner is not measured by the city's."""
    if scope.partner is not None:
        return None
    found = (target for target in all_targets(session) if (target.indicator, target.place) == (indicator.code, CITY))
    return next((target for target in found if target.due_on >= scope.today), None)


def _target_path(target: Target, points: Sequence[IndicatorPoint]) -> tuple[TargetPoint, ...]:
    """Draw a straight path from the first complete period to the target, as the plan names no milestone between."""
    goal = TargetPoint(target.due_on, float(target.value))
    base = next((point for point in points if point.complete and point.value is not None), None)
    if base is None or base.value is None:
        return (goal,)
    return TargetPoint(base.period.start, float(base.value)), goal


def _fan(session: Session, scope: Scope, indicator: Indicator) -> tuple[ForecastPoint, ...]:
    kept = latest_forecast(session, indicator.code, CITY, scope.as_of) if scope.partner is None else None
    if kept is None:
        return ()
    periods = [Period.parse(text) for text in kept.body["periods"]]
    return tuple(_fan_point(period, kept.body["quantiles"], step) for step, period in enumerate(periods))


def _fan_point(period: Period, quantiles: Mapping[str, Sequence[Any]], step: int) -> ForecastPoint:
    # The forecast keeps deciles; the ends of the middle half lie between two of them.
    halves = {name: (quantiles[low][step] + quantiles[high][step]) / 2 for name, low, high in _MIDDLE_HALF}
    return ForecastPoint(
        period=period,
        median=quantiles["0.5"][step],
        low_50=halves["low_50"],
        high_50=halves["high_50"],
        low_80=quantiles["0.1"][step],
        high_80=quantiles["0.9"][step],
        low_95=quantiles["0.025"][step],
        high_95=quantiles["0.975"][step],
    )
