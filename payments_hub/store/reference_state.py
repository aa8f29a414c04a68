"""A number that grows with each change of places, partners or obligations, so that caches can tell."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from payments_hub.store.tables.places import ReferenceStateRow


def reference_version(session: Session) -> int:
    """Tell the reference's present version."""
    return session.execute(select(ReferenceStateRow.version)).scalar_one()


def note_reference_change(session: Session) -> None:
    """Make every cache read the reference again once this transaction has ended."""
    session.execute(update(ReferenceStateRow).values(version=ReferenceStateRow.version + 1))
