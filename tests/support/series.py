"""A mall's past of some weeks, its bands, and slices to compare with them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from payments_hub.jobs.plausibility import look_at_series
from payments_hub.kernel.clock import local_day
from tests.builders import NOW, PARTNER, cell
from tests.support.hub import SmallHub, report

YESTERDAY = local_day(NOW) - timedelta(days=1)
CARD, CASH = 400_000, 100_000
"""Usual mean payments, whole VND."""


def day_cells(day: date, *, card: int = CARD, cash: int = CASH, times: int = 1) -> list[dict[str, Any]]:
    """Write a day's cells: the counts move by some percent from day to day, as figures do."""
    moved = day.toordinal() * 7 % 11
    cards, cashes = (200 + moved) * times, (900 - moved) * times
    return [
        cell(instrument="CASH", count=cashes, amount=cashes * cash),
        cell(instrument="CARD", count=cards, amount=cards * (card + moved * 1_000)),
    ]


def day_report(day: date, *, partner: str = PARTNER, revision: int = 0, cells: Any = None, **changes: Any) -> bytes:
    """Write the report of one day; its figures are usual ones unless others are given."""
    return report(
        0, partner=partner, revision=revision, period=day.isoformat(), cells=cells or day_cells(day), **changes
    )


def with_past(hub: SmallHub, *, days: int = 60, partner: str = PARTNER, until: date = YESTERDAY) -> SmallHub:
    """Let a partner have reported the days before, the last one excluded."""
    hub.send(
        *(day_report(until - timedelta(days=number), partner=partner) for number in range(days, 0, -1)),
        partner=partner,
    )
    return hub


def at_night(hub: SmallHub) -> str:
    """Let the night's look at the series happen."""
    with hub.database.transaction() as session:
        return look_at_series(session, hub.clock.now())
