"""How much garbage one partner may send before its feed is left alone: what it can make the hub write is bounded."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

import structlog

from consumers.faults import own_transaction
from consumers.feeds import Feeds
from consumers.settings import REJECTED_A_MINUTE
from payments_hub.kernel.clock import Clock
from payments_hub.store import suspensions
from payments_hub.store.alerts import AlertKind, raise_alert
from payments_hub.store.session import Database

_WINDOW_SECONDS = 60.0

log = structlog.get_logger()


@dataclass(slots=True)
class Rejections:
    """
    Counts each partner's rejected records of the last minute; owned by one worker.

    Args:
        at_most: So many are answered one by one; the feed of who sends more is suspended.

    """

    at_most: int = REJECTED_A_MINUTE
    _recent: dict[str, deque[tuple[float, int]]] = field(default_factory=dict)

    def add(self, partner: str, rejected: int) -> int:
        """Count some more; tell how many there were in the last minute."""
        recent, now = self._recent.setdefault(partner, deque()), time.monotonic()
        recent.append((now, rejected))
        while recent[0][0] < now - _WINDOW_SECONDS:
            recent.popleft()
        return sum(count for _, count in recent)

    def forget(self, partner: str) -> None:
        """Count a partner's from nothing again."""
        self._recent.pop(partner, None)

    def suspend_if_too_many(self, partner: str, rejected: int, feeds: Feeds, database: Database, clock: Clock) -> None:
        """
        Suspend a partner's feeds if it sent more than is answered one by one.

        What it sent stays in Kafka, and every record that was read has its receipt: nothing is lost by it.

        Raises:
            DatabaseFaultError: It could not be noted; it is tried again with the next record that is rejected.

        """
        lately = self.add(partner, rejected) if rejected else 0
        if lately <= self.at_most:
            return
        now = clock.now()
        with own_transaction(database) as session:
            news = suspensions.suspend(session, partner, rejected=lately, now=now)
            suspended = suspensions.suspended_partners(session)
            if partner in suspended:
                raise_alert(session, AlertKind.FEED_SUSPENDED, partner, {"rejected": lately}, now=now)
        if news:
            log.error("feed_suspended", partner=partner, rejected=lately)
        feeds.suspend(suspended)
