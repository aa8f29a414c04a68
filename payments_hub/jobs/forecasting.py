"""Forecast the city's indicators and their targets, whenever what is known of them has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from sqlalchemy.orm import Session

from models.attainment import assess
from models.results import LEVELS, Attainment, Forecast
from models.results import Target as Goal
from models.selection import forecast
from models.series import Series
from payments_hub.aggregates.series import model_series
from payments_hub.domain.indicators import INDICATORS, PLATFORM_TRAFFIC, Indicator
from payments_hub.domain.people import Role, Viewer
from payments_hub.kernel.clock import local_day
from payments_hub.kernel.ids import new_id
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.services.public_data import platform_places, platform_points
from payments_hub.services.readers import CITY, scope_of
from payments_hub.store.analysis import KeptForecast, Target, all_targets, latest_forecast, save_forecast
from payments_hub.store.places import site_codes

SEED = 106
"""Of the draws behind probabilities: the same data give the same numbers."""

FEWEST_PERIODS = 6
_SHORTEST_HORIZON = {Frequency.MONTH: 12, Frequency.QUARTER: 4}


@dataclass(frozen=True, slots=True)
class Subject:
    """One series, and whether its own forecast is shown; the others teach the models what such series do."""

    indicator: Indicator
    place: str
    series: Series
    shown: bool


def refresh_forecasts(session: Session, now: datetime) -> str:
    """Forecast each group of series that changed since its last forecast, and keep the results."""
    viewer = Viewer(Role.ANALYST, None)
    today = scope_of(session, viewer, now).today
    made = sum(
        _refresh(session, group, now)
        for group in (list(_city_subjects(session, viewer, now)), list(_pulse_subjects(session, today)))
        if group
    )
    return f"{made} forecast"


def _city_subjects(session: Session, viewer: Viewer, now: datetime) -> Iterator[Subject]:
    scope = scope_of(session, viewer, now)
    for indicator in INDICATORS.values():
        places = [CITY, *site_codes(session)] if indicator.formula.is_share else [CITY]
        for place in places:
            points = scope.points(session, indicator, place)
            yield from _subject(indicator, place, model_series(_id(indicator, place), indicator, points, calendar="VN"))


def _pulse_subjects(session: Session, today: date) -> Iterator[Subject]:
    for place, _ in platform_places(session):
        points = platform_points(session, place, today)
        series = model_series(_id(PLATFORM_TRAFFIC, place), PLATFORM_TRAFFIC, points, calendar="IN")
        for subject in _subject(PLATFORM_TRAFFIC, place, series):
            yield Subject(subject.indicator, subject.place, subject.series, shown=True)


def _subject(indicator: Indicator, place: str, series: Series | None) -> Iterator[Subject]:
    if series is not None and np.count_nonzero(~np.isnan(series.values)) >= FEWEST_PERIODS:
        yield Subject(indicator, place, series, shown=place == CITY)


def _id(indicator: Indicator, place: str) -> str:
    return f"{indicator.code}|{place}"


def _refresh(session: Session, subjects: Sequence[Subject], now: datetime) -> int:
    known = {subject.series.series_id for subject in subjects}
    targets = [target for target in all_targets(session) if f"{target.indicator}|{target.place}" in known]
    digest = data_digest(subjects, targets)
    shown = [subject for subject in subjects if subject.shown]
    kept = latest_forecast(session, shown[0].indicator.code, shown[0].place) if shown else None
    if not shown or (kept is not None and kept.data_digest == digest):
        return 0
    answers = _forecasts(subjects, targets)
    outlooks = _outlooks(subjects, targets)
    for subject in shown:
        body = forecast_body(answers[subject.series.series_id], subject, outlooks)
        save_forecast(
            session,
            KeptForecast(new_id(now), subject.indicator.code, subject.place, now, local_day(now), digest, body),
        )
    return len(shown)


def data_digest(subjects: Sequence[Subject], targets: Sequence[Target]) -> str:
    """Hash everything that a group's forecasts depend on: 64 hexadecimal digits."""
    listed = [[one.series.series_id, one.series.first.isoformat(), one.series.values.tolist()] for one in subjects]
    goals = [[target.code, str(target.value), target.due_on.isoformat()] for target in targets]
    return hashlib.sha256(json.dumps([listed, goals, LEVELS]).encode()).hexdigest()


def _forecasts(subjects: Sequence[Subject], targets: Sequence[Target]) -> Mapping[str, Forecast]:
    series = [subject.series for subject in subjects]
    frequency = Frequency(series[0].frequency.value)
    ends = {one.series_id: _last_period(one) for one in series}
    # Series end at different periods, because flows fall due at different times: each target counts from its own.
    farthest = max((_steps(ends[f"{target.indicator}|{target.place}"], target.due_on) for target in targets), default=0)
    return {answer.series_id: answer for answer in forecast(series, max(farthest, _SHORTEST_HORIZON[frequency]))}


def _outlooks(subjects: Sequence[Subject], targets: Sequence[Target]) -> Mapping[str, Attainment]:
    ends = {subject.series.series_id: _last_period(subject.series) for subject in subjects}
    ahead = [target for target in targets if target.due_on > ends[f"{target.indicator}|{target.place}"].end]
    goals = [Goal(f"{target.indicator}|{target.place}", float(target.value), target.due_on) for target in ahead]
    found = assess([subject.series for subject in subjects], goals, rng=np.random.default_rng(SEED)) if goals else []
    return {target.code: outlook for target, outlook in zip(ahead, found, strict=True)}


def _last_period(series: Series) -> Period:
    first = Period(series.first, Frequency(series.frequency.value))
    return first.shift(len(series.values) - 1)


def _steps(last: Period, due_on: date) -> int:
    due = Period.containing(due_on, last.frequency)
    steps = 0
    while last < due:
        last, steps = last.shift(1), steps + 1
    return steps


def forecast_body(answer: Forecast, subject: Subject, outlooks: Mapping[str, Attainment]) -> dict[str, object]:
    """Write a forecast as it is kept: periods, quantiles by level, the models behind it, and its targets' outlooks."""
    frequency = Frequency(subject.series.frequency.value)
    score = answer.score
    return {
        "periods": [str(Period.containing(day, frequency)) for day in answer.periods],
        "mean": answer.mean.tolist(),
        "quantiles": {str(level): answer.quantile(level).tolist() for level in LEVELS},
        "models": [[name, weight] for name, weight in answer.models],
        "score": None if score is None else {"mase": score.mase, "sql": score.sql, "coverage80": score.coverage80},
        "history_length": answer.history_length,
        "known_limits": [limit.value for limit in answer.known_limits],
        "targets": {
            code: _outlook_body(outlook, answer)
            for code, outlook in outlooks.items()
            if outlook.target.series_id == answer.series_id
        },
    }


def _outlook_body(outlook: Attainment, answer: Forecast) -> dict[str, object]:
    """Write a target's outlook; its range is the forecast's own, so that a page shows one forecast and not two."""
    due = outlook.periods_left - 1
    return {
        "probability": outlook.probability_at_due,
        "probability_any_time": outlook.probability_by_due,
        "reason": None if outlook.not_shown is None else outlook.not_shown.value,
        "median": float(answer.quantile(0.5)[due]),
        "low": float(answer.quantile(0.1)[due]),
        "high": float(answer.quantile(0.9)[due]),
        "required_step": outlook.required_step,
        "periods_left": outlook.periods_left,
    }
