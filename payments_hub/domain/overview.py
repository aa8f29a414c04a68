"""
What the overview shows, as values: a service fills it, a page words it, nothing here is text for one language.

Every figure carries what it needs to stand alone: unit, period, coverage, change and its base, source, known-at.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from payments_hub.domain.languages import Words
from payments_hub.domain.series_chart import SeriesChart, Unit
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.periods import Period

LEDE_CODE = "CASHLESS_SHARE_AMOUNT"
"""The indicator that the page's first sentence speaks of."""


class FigureState(StrEnum):
    """How far a figure may be trusted; each state is drawn and worded in its own way."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    CORRECTING = "correcting"
    UPDATING = "updating"
    STALE = "stale"
    EMPTY = "empty"
    SUPPRESSED = "suppressed"


class ChangeForm(StrEnum):
    """
    How a change is said: a share moves by points, anything else relative to its base.

    POINTS: the difference of two shares, 0-1. RELATIVE: new ÷ old less 1.
    """

    POINTS = "points"
    RELATIVE = "relative"


@dataclass(frozen=True, slots=True)
class SlicesReceived:
    """How many of the expected slices came; the contract's rule for headlines reads this and nothing else."""

    received: int
    expected: int

    @property
    def share(self) -> float | None:
        """Tell received ÷ expected, or None where nothing was expected."""
        return self.received / self.expected if self.expected else None


@dataclass(frozen=True, slots=True)
class Change:
    """A change against a named period."""

    amount: float
    form: ChangeForm
    base: Period


@dataclass(frozen=True, slots=True)
class HeadlineFigure:
    """
    One headline figure.

    Args:
        code: The indicator's code, such as CASHLESS_SHARE_AMOUNT; the page's lede looks for it.
        title: What is measured.
        value: None where there is no figure, with `state` saying why; never 0 for missing.
        unit: What the value counts; a share is 0-1, money is whole currency.
        period: The period it is about; the latest complete one where there is one.
        slices: Received of expected slices of that period.
        change: None where there is no comparable base.
        source: The flow's code.
        known_at: When the newest part of it was known to the hub.
        state: How far it may be trusted.
        simulated: Whether any part of it comes from a simulated partner.
        note: One sentence for people: why it changed or why it is missing.

    """

    code: str
    title: Words
    value: float | int | None
    unit: Unit
    period: Period | None
    slices: SlicesReceived
    change: Change | None
    source: str
    known_at: datetime | None
    state: FigureState
    simulated: bool
    note: Words | None = None


class TargetStatus(StrEnum):
    """Where a target stands."""

    REACHED = "reached"
    HOLDING = "holding"
    ON_TRACK = "on_track"
    UNSURE = "unsure"
    SLOW = "slow"
    UNLIKELY = "unlikely"
    NOT_JUDGED = "not_judged"


@dataclass(frozen=True, slots=True)
class TargetLine:
    """
    One target and what the forecast says of it.

    Args:
        title: What is to be reached.
        value: The level to reach, in `unit`.
        day: The day by which.
        current: The latest complete value, or None.
        median: The forecast's middle for the target's period, or None.
        low: Lower end of the 80 % interval, or None.
        high: Upper end of the 80 % interval, or None.
        probability: Chance to reach it, 0-1, or None with `reason` set.
        reason: Why there is no probability.
        simulated: Whether the target itself is a simulated one.

    """

    title: Words
    value: float
    unit: Unit
    day: date
    status: TargetStatus
    current: float | None
    median: float | None
    low: float | None
    high: float | None
    probability: float | None
    reason: Words | None
    simulated: bool


@dataclass(frozen=True, slots=True)
class Participation:
    """How many firms take part, of those eligible; firms whose facts do not decide are counted apart."""

    enrolled: int
    eligible: int
    unknown: int
    day: date
    simulated: bool


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One recent receipt, in one line."""

    receipt_id: str
    received_at: datetime
    partner: str
    flow: str | None
    site: str | None
    site_name: Words | None
    period: Period | None
    revision: int | None
    verdict: Verdict
    errors: int
    warnings: int
    simulated: bool


@dataclass(frozen=True, slots=True)
class PulseForecast:
    """What is expected of the next quarter, in rupees: the middle and the 80 % interval."""

    period: Period
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PulseRow:
    """
    The newest quarter of one place in the imported public data: counts, and rupees.

    Args:
        growth: Amount ÷ that of the same quarter a year before, less 1; None without that quarter.

    """

    place: str
    period: Period
    count: int
    amount: int
    growth: float | None
    forecast: PulseForecast | None


@dataclass(frozen=True, slots=True)
class PulseSection:
    """The newest quarter of imported public data, real but of another country; never beside the city's own."""

    source: str
    licence: str
    imported_at: datetime
    rows: tuple[PulseRow, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """
    Everything the overview shows to one reader.

    Args:
        partner: The partner whose figures alone these are, or None for the whole city.
        known_at: "As known at": the instant up to which everything was taken in.
        updating: Some rollups wait for the drain; figures may change within seconds.
        figures: In the order of the page; empty where nothing was ever received.
        as_of: The day at whose end everything here was known; None for now.

    """

    partner: str | None
    known_at: datetime
    updating: bool
    figures: tuple[HeadlineFigure, ...]
    chart: SeriesChart | None
    targets: tuple[TargetLine, ...]
    participation: Participation | None
    receipts: tuple[ReceiptLine, ...]
    pulse: PulseSection | None
    as_of: date | None = None

    @property
    def simulated(self) -> bool:
        """Tell whether anything here is simulated, so that the page wears its mark."""
        marks = [figure.simulated for figure in self.figures]
        marks += [target.simulated for target in self.targets]
        marks += [receipt.simulated for receipt in self.receipts]
        charted = self.chart is not None and self.chart.simulated
        return any(marks) or charted or (self.participation is not None and self.participation.simulated)
