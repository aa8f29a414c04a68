"""Locked periods: what comes for one waits for an officer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from payments_hub.kernel.periods import Period


@dataclass(frozen=True, slots=True)
class PeriodLock:
    """
    One lock: a flow's period, and every period inside it.

    Args:
        number: Its number in the store.

    """

    number: int
    flow: str
    period: Period

    def covers(self, flow: str, period: Period) -> bool:
        """
        Tell whether a slice's period is locked.

        >>> PeriodLock(1, "POS_SALES", Period.parse("2026-10")).covers("POS_SALES", Period.parse("2026-10-07"))
        True
        """
        return flow == self.flow and self.period.start <= period.start and period.end <= self.period.end


def lock_over(locks: Iterable[PeriodLock], flow: str, period: Period) -> PeriodLock | None:
    """Find a lock that covers a slice's period."""
    return next((lock for lock in locks if lock.covers(flow, period)), None)
