"""Count deliveries anew, apart from the process that took them in, and raise an alert where they do not add up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from payments_hub.services.reconciliation import reconcile_what_changed


def reconcile_deliveries(session: Session, now: datetime) -> str:
    """Count the days that may have changed, and tell how many there were and how many do not add up."""
    days = reconcile_what_changed(session, now=now)
    return f"{len(days)} days, {sum(bool(day.counted.faults) for day in days)} with faults"
