"""Record what people, commands and jobs did, in the transaction of what they did."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from payments_hub.domain.audit import Act
from payments_hub.store import audit

__all__ = ["Act", "record"]


def record(session: Session, act: Act, now: datetime) -> int:
    """
    Append an act to the chain and tell its number.

    Call it last in the transaction that makes the change: whoever records next waits until that transaction ends.
    """
    return audit.append(session, _writable(act), now).number


def _writable(act: Act) -> Act:
    """Replace what PostgreSQL keeps in no text: a NUL or half a character, which a form may carry."""
    details = {name: storable(value) if isinstance(value, str) else value for name, value in act.details.items()}
    return Act(storable(act.actor), act.action, storable(act.subject), details)


def storable(value: str) -> str:
    """Replace what PostgreSQL keeps in no text: a NUL or half a character, which a form or a terminal may carry."""
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
