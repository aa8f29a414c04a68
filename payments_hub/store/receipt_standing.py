"""How what a receipt answered to stands by now: what it was accepted as, what replaced it, which numbers are used."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_hub.domain.manifests import ManifestState

# Of a later revision's delivery, the receipt that holds.
_SLICE = text("""
SELECT own.action, later.revision, later.receipt_id
FROM slice_revision AS own LEFT JOIN LATERAL (
    SELECT revision.revision, receipt.id AS receipt_id
    FROM slice_revision AS revision JOIN receipt ON receipt.delivery_id = revision.delivery_id
    WHERE revision.partner_id = own.partner_id AND revision.flow = own.flow AND revision.place_id = own.place_id
      AND revision.frequency = own.frequency AND revision.start = own.start
      AND revision.revision > own.revision AND revision.verdict = 'ACCEPTED'
      AND NOT EXISTS (SELECT FROM receipt AS next WHERE next.previous_id = receipt.id)
    ORDER BY revision.revision DESC LIMIT 1
) AS later ON true
WHERE own.delivery_id = :delivery
""")
_MANIFEST = text("""
SELECT state.state, later.revision, later.receipt_id
FROM manifest_revision AS own
LEFT JOIN manifest_state AS state USING (partner_id, flow, frequency, start)
LEFT JOIN LATERAL (
    SELECT revision.revision, receipt.id AS receipt_id
    FROM manifest_revision AS revision JOIN receipt ON receipt.delivery_id = revision.delivery_id
    WHERE revision.partner_id = own.partner_id AND revision.flow = own.flow
      AND revision.frequency = own.frequency AND revision.start = own.start
      AND revision.revision > own.revision AND revision.verdict = 'ACCEPTED'
      AND NOT EXISTS (SELECT FROM receipt AS next WHERE next.previous_id = receipt.id)
    ORDER BY revision.revision DESC LIMIT 1
) AS later ON true
WHERE own.delivery_id = :delivery
""")
_USED = text("""
SELECT own.revision IS NOT NULL AND EXISTS (
    SELECT FROM receipt AS other
    WHERE other.partner_id = own.partner_id AND other.flow = own.flow AND other.period = own.period
      AND other.site IS NOT DISTINCT FROM own.site AND other.revision = own.revision
      AND other.verdict IN ('ACCEPTED', 'SUPERSEDED', 'NO_CHANGE', 'HELD')
      AND NOT EXISTS (SELECT FROM receipt AS next WHERE next.previous_id = other.id)
) AS revision, EXISTS (
    SELECT FROM seen_event AS seen WHERE seen.partner_id = own.partner_id AND seen.event_id = own.event_id
) AS event_id
FROM receipt AS own WHERE own.id = :receipt
""")


@dataclass(frozen=True, slots=True)
class Replaced:
    """The highest accepted revision that took the place of another, and its receipt."""

    revision: int
    receipt_id: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """
    What a delivery that was let in is by now.

    Args:
        action: Of a slice; empty for a manifest.
        state: Of the manifest that holds for the period; None for a slice.
        replaced: By what; None while it holds.

    """

    action: str
    state: ManifestState | None
    replaced: Replaced | None

    @property
    def is_manifest(self) -> bool:
        """Tell a manifest from a slice."""
        return not self.action


@dataclass(frozen=True, slots=True)
class Used:
    """Which of a message's numbers are used in what was recorded or is held: its revision's, its event id."""

    revision: bool
    event_id: bool


def accepted_now(session: Session, delivery_id: int) -> Accepted | None:
    """Tell what a delivery that was let in is by now; None where it was not let in."""
    asked = {"delivery": delivery_id}
    found = session.execute(_SLICE, asked).one_or_none()
    if found is not None:
        return Accepted(found.action, None, _replaced(found.revision, found.receipt_id))
    found = session.execute(_MANIFEST, asked).one_or_none()
    if found is None:
        return None
    state = None if found.state is None else ManifestState(found.state)
    return Accepted("", state, _replaced(found.revision, found.receipt_id))


def used_by_now(session: Session, receipt_id: str) -> Used:
    """Tell which of the numbers that a receipt names are used by now."""
    found = session.execute(_USED, {"receipt": receipt_id}).one()
    return Used(found.revision, found.event_id)


def _replaced(revision: int | None, receipt_id: str | None) -> Replaced | None:
    return None if revision is None or receipt_id is None else Replaced(revision, receipt_id)
