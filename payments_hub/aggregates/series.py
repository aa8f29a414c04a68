"""From points to the series that a model gets: only what may stand in a headline, gaps with their reason."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.series import Frequency, Series
from payments_hub.aggregates.points import IndicatorPoint
from payments_hub.domain.indicators import Indicator
from payments_hub.kernel.periods import period_range

INCOMPLETE = "too few slices were received"


def model_series(
    series_id: str, indicator: Indicator, points: Sequence[IndicatorPoint], *, calendar: str
) -> Series | None:
    """
    Build the series of an indicator's complete periods.

    Returns:
        One value a period from the first complete one to the last, in the indicator's unit; None without any.

    """
    known = {point.period: float(point.value) for point in points if point.complete and point.value is not None}
    if not known:
        return None
    periods = list(period_range(min(known), max(known)))
    return Series(
        series_id=series_id,
        frequency=Frequency(periods[0].frequency.value),
        first=periods[0].start,
        values=np.array([known.get(period, np.nan) for period in periods]),
        unit=indicator.unit.value,
        cap=1.0 if indicator.formula.is_share else None,
        calendar=calendar,
        missing={position: INCOMPLETE for position, period in enumerate(periods) if period not in known},
    )
