"""What one chart of a series over time is made of, and the digest by which its drawing is kept."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from payments_hub.domain.languages import Words
from payments_hub.kernel.periods import Period

SPEC_NAME = "series-1"
"""The drawing rules' name; another look is another name, so that kept drawings are made anew."""


class Unit(StrEnum):
    """What a value counts. A share is 0-1; money is whole currency; the rest are counts."""

    SHARE = "share"
    VND = "VND"
    INR = "INR"
    TRANSACTIONS = "transactions"
    POINTS = "points"
    ACCOUNTS = "accounts"
    FIRMS = "firms"


class Width(StrEnum):
    """The two drawings of each chart; the page's style sheet picks one."""

    WIDE = "wide"
    NARROW = "narrow"


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """
    One period of a line.

    Args:
        value: None where nothing is known; the line has a gap there.
        partial: Less than the contract's share of slices came: drawn hollow, out of headlines.

    """

    period: Period
    value: float | None
    received: int
    expected: int
    partial: bool


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """One line: one territory. Two territories are two lines and are never joined."""

    code: str
    title: Words
    points: tuple[SeriesPoint, ...]


@dataclass(frozen=True, slots=True)
class ForecastPoint:
    """One forecast period: the middle and the ends of the 50, 80 and 95 % bands."""

    period: Period
    median: float
    low_50: float
    high_50: float
    low_80: float
    high_80: float
    low_95: float
    high_95: float


@dataclass(frozen=True, slots=True)
class TargetPoint:
    """One level of a target's path, at a day."""

    day: date
    value: float


@dataclass(frozen=True, slots=True)
class SeriesChart:
    """
    Everything that one drawing shows, in both languages.

    Args:
        code: The indicator's code.
        title: The finding's subject.
        subtitle: Measure, unit and grain.
        lines: One a territory, oldest first.
        break_day: The day of a boundary change, marked by a dashed line, or None.
        forecast: Oldest first; empty where there is none.
        target: The target's path, oldest first; empty where there is none.
        target_simulated: Whether the target is a simulated one.
        simulated: The drawing itself carries the mark.

    """

    code: str
    title: Words
    subtitle: Words
    unit: Unit
    lines: tuple[SeriesLine, ...]
    break_day: date | None
    forecast: tuple[ForecastPoint, ...]
    target: tuple[TargetPoint, ...]
    target_simulated: bool
    simulated: bool

    def digest(self) -> str:
        """Tell the hash that stands for this drawing: 64 hexadecimal digits over the rules' name and every value."""
        shown = json.dumps([SPEC_NAME, asdict(self)], default=str, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(shown.encode()).hexdigest()
