"""Keep refusals, so that those who watch over the hub can see them; a flood of one kind fills no table."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock
from typing import TypeAlias

from sqlalchemy.orm import Session

from payments_hub.domain.security_events import Kind, SecurityEvent
from payments_hub.store import security_events

__all__ = ["Fold", "Kind", "SecurityEvent", "note"]

_Likeness: TypeAlias = tuple[Kind, str | None, str | None]

_TOLD_AFTER = timedelta(minutes=1)


def note(session: Session, event: SecurityEvent, now: datetime) -> bool:
    """
    Keep one refusal, in a transaction that the refused request cannot undo.

    Returns:
        False where one of the same kind, address and actor was kept in this second already.

    """
    return security_events.add(session, event, now)


class Fold:
    """
    What one process left out because it had kept the like in the same second.

    Owned by an application; safe to share between its threads.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._left_out: dict[_Likeness, tuple[datetime, SecurityEvent, int]] = {}
        self._looked_at: datetime | None = None

    def take(self, event: SecurityEvent, now: datetime) -> tuple[SecurityEvent, ...]:
        """Tell what is to be kept now: the event, unless one like it was in this second; and counts that stand long."""
        second, likeness = now.replace(microsecond=0), _likeness(event)
        with self._lock:
            since, _, left_out = self._left_out.get(likeness, (None, event, 0))
            if since == second:
                self._left_out[likeness] = (second, event, left_out + 1)
                return ()
            self._left_out[likeness] = (second, event, 0)
            return (replace(event, folded=left_out), *self._standing_long(second))

    def put_back(self, event: SecurityEvent, now: datetime) -> None:
        """Count an event that could not be kept, with those it tells of, towards the next one like it."""
        with self._lock:
            since, _, left_out = self._left_out.get(_likeness(event), (now.replace(microsecond=0), event, 0))
            self._left_out[_likeness(event)] = (since, event, left_out + event.folded + 1)

    def _standing_long(self, second: datetime) -> list[SecurityEvent]:
        """
        Take out what no event followed; a count becomes an event of its own, which stands for one of them.

        Looked for once in a while: a flood from many addresses must not make each of its requests look at all of them.
        """
        if self._looked_at is not None and second - self._looked_at <= _TOLD_AFTER:
            return []
        self._looked_at = second
        old = [likeness for likeness, (since, _, _) in self._left_out.items() if second - since > _TOLD_AFTER]
        taken = [self._left_out.pop(likeness) for likeness in old]
        return [replace(event, folded=left_out - 1) for _, event, left_out in taken if left_out]


def _likeness(event: SecurityEvent) -> _Likeness:
    return event.kind, event.address, event.actor
