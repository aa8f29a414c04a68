"""Each target with what is known and what is forecast of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from payments_hub.aggregates.points import IndicatorPoint, latest_complete
from payments_hub.domain.indicators import INDICATORS
from payments_hub.domain.languages import Words
from payments_hub.domain.overview import TargetLine, TargetStatus
from payments_hub.services.readers import Scope
from payments_hub.store.analysis import Target, all_targets, latest_forecast

PERIODS_TO_REACH = 3
"""A target counts as reached when the last three complete periods are at it: one good month may be luck."""

_LIKELY, _OPEN, _UNLIKELY = 0.75, 0.40, 0.10
_REASONS = {
    "short_history": Words(
        "Chưa đủ số kỳ để tính khả năng; chỉ nêu khoảng dự báo.", "Too few periods for a probability; the range only."
    ),
    "too_few_questions": Words(
        "Chưa thử lại đủ trên quá khứ nên chưa nêu khả năng; chỉ nêu khoảng dự báo.",
        "Tried on too little of the past for a probability; the range only.",
    ),
    "beyond_backtest": Words(
        "Hạn còn quá xa so với những gì đã thử lại trên quá khứ; chỉ nêu khoảng dự báo.",
        "The date is much farther ahead than was ever tried on the past; the range only.",
    ),
    "no_better_than_base_rate": Words(
        "Khi thử lại trên quá khứ, khả năng tính ra không hơn tỷ lệ chung; chỉ nêu khoảng dự báo.",
        "On the past such probabilities were no better than the base rate; the range only.",
    ),
}
_NOT_FORECAST_BY_THEN = Words(
    "Đến cuối ngày đó chưa có dự báo nào được lập.", "No forecast had been made by the end of that day."
)
_NOT_FORECAST = Words("Chưa có dự báo.", "There is no forecast yet.")


def target_lines(session: Session, scope: Scope) -> tuple[TargetLine, ...]:
    """List the targets of indicators that are worked out from feeds, the next one due first."""
    return tuple(_line(session, scope, target) for target in all_targets(session) if target.indicator in INDICATORS)


def _line(session: Session, scope: Scope, target: Target) -> TargetLine:
    indicator = INDICATORS[target.indicator]
    points = scope.points(session, indicator, target.place)
    current = latest_complete(points)
    outlook = _outlook(session, scope, target)
    probability = outlook.get("probability")
    return TargetLine(
        title=Words(target.title_vi, target.title_en),
        value=float(target.value),
        unit=indicator.unit,
        day=target.due_on,
        status=_status(points, float(target.value), probability),
        current=None if current is None or current.value is None else float(current.value),
        median=outlook.get("median"),
        low=outlook.get("low"),
        high=outlook.get("high"),
        probability=probability,
        reason=None if probability is not None else _REASONS.get(outlook.get("reason", ""), _nothing(scope)),
        simulated=target.simulated,
    )


def _nothing(scope: Scope) -> Words:
    return _NOT_FORECAST if scope.as_of is None else _NOT_FORECAST_BY_THEN


def _outlook(session: Session, scope: Scope, target: Target) -> Mapping[str, Any]:
    kept = latest_forecast(session, target.indicator, target.place, scope.as_of)
    if kept is None:
        return {}
    found: Mapping[str, Any] = kept.body["targets"].get(target.code, {})
    return found


def _status(points: Sequence[IndicatorPoint], goal: float, probability: float | None) -> TargetStatus:
    last = [point.value for point in points if point.complete and point.value is not None][-PERIODS_TO_REACH:]
    if len(last) == PERIODS_TO_REACH and min(last) >= goal:
        return TargetStatus.REACHED
    if probability is None:
        return TargetStatus.NOT_JUDGED
    if probability >= _LIKELY:
        return TargetStatus.ON_TRACK
    if probability >= _OPEN:
        return TargetStatus.UNSURE
    return TargetStatus.SLOW if probability >= _UNLIKELY else TargetStatus.UNLIKELY
