"""Partners and what they owe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_hub.domain.coverage import Obligation
from payments_hub.kernel.errors import ConflictError, NotFoundError
from payments_hub.kernel.periods import Frequency
from payments_hub.store.places import place_ids
from payments_hub.store.reference_state import note_reference_change
from payments_hub.store.tables.ingest import DeliveryRow
from payments_hub.store.tables.partners import ObligationRow, PartnerRow
from payments_hub.store.tables.places import PlaceRow

_SHARING_A_DAY = text("""
SELECT partner.code AS partner, one.flow, place.code AS place, one.valid_from AS first, other.valid_from AS second
FROM obligation AS one
JOIN obligation AS other ON other.partner_id = one.partner_id AND other.flow = one.flow
    AND other.place_id = one.place_id AND other.valid_from > one.valid_from
JOIN partner ON partner.id = one.partner_id
JOIN place ON place.id = one.place_id
WHERE one.partner_id = ANY (:partners) AND coalesce(one.valid_to >= other.valid_from, true)
ORDER BY partner.code, one.flow, place.code, one.valid_from
LIMIT 1
""")


@dataclass(frozen=True, slots=True)
class Partner:
    """
    An organisation that reports.

    Args:
        currency: The one currency of all its amounts.
        simulated: It belongs to a demonstration: all its figures say so, and its past follows its messages' times.

    """

    code: str
    name_vi: str
    name_en: str
    currency: str
    simulated: bool


def save_partner(session: Session, partner: Partner, *, now: datetime) -> int:
    """
    Save a partner under its code and tell its number.

    Raises:
        ConflictError: It has sent slices already, and its currency or whether it is simulated would change: what was
            added up in one currency, and known by one clock, cannot go on in another.

    """
    kept = session.scalar(select(PartnerRow).where(PartnerRow.code == partner.code))
    changes = kept is not None and (kept.currency, kept.simulated) != (partner.currency, partner.simulated)
    if kept is not None and changes and _has_sent(session, kept.id):
        raise ConflictError(f"{partner.code} has sent slices: its currency and its mark cannot change any more.")
    values = {
        "name_vi": partner.name_vi,
        "name_en": partner.name_en,
        "currency": partner.currency,
        "simulated": partner.simulated,
    }
    statement = insert(PartnerRow).values(code=partner.code, created_at=now, **values)
    statement = statement.on_conflict_do_update(index_elements=["code"], set_=values)
    note_reference_change(session)
    return session.execute(statement.returning(PartnerRow.id)).scalar_one()


def save_obligations(session: Session, obligations: Iterable[Obligation]) -> None:
    """
    Save what partners owe; one with the same partner, flow, place and first day is brought up to date.

    Whoever saves others at the same time waits for this transaction's end.

    Raises:
        NotFoundError: A partner or a place is not saved yet.
        ConflictError: Two obligations for the same partner, flow and place would share a day.

    """
    listed = list(obligations)
    if not listed:
        return
    note_reference_change(session)
    partners = {row.code: row.id for row in session.execute(select(PartnerRow.code, PartnerRow.id))}
    places = place_ids(session, (obligation.place for obligation in listed))
    statement = insert(ObligationRow)
    statement = statement.on_conflict_do_update(
        index_elements=["partner_id", "flow", "place_id", "valid_from"],
        set_={name: statement.excluded[name] for name in ("frequency", "due_days", "valid_to")},
    )
    values = [_values(obligation, partners, places) for obligation in listed]
    session.execute(statement, values)
    _require_apart(session, [partners[obligation.partner] for obligation in listed])


def all_partners(session: Session) -> list[tuple[int, Partner]]:
    """Read every partner with its number, by code."""
    rows = session.scalars(select(PartnerRow).order_by(PartnerRow.code))
    return [(row.id, Partner(row.code, row.name_vi, row.name_en, row.currency, row.simulated)) for row in rows]


def all_obligations(session: Session) -> list[Obligation]:
    """Read every obligation."""
    rows = session.execute(
        select(ObligationRow, PartnerRow.code, PlaceRow.code)
        .join(PartnerRow, PartnerRow.id == ObligationRow.partner_id)
        .join(PlaceRow, PlaceRow.id == ObligationRow.place_id)
        .order_by(ObligationRow.id)
    )
    return [
        Obligation(
            partner=partner,
            flow=row.flow,
            place=place,
            frequency=Frequency(row.frequency),
            due_days=row.due_days,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )
        for row, partner, place in rows
    ]


def longest_due_days(session: Session, flow: str) -> int:
    """Tell how many days after a period's end the last partner's slice of a flow is due; 0 where nobody owes any."""
    return session.scalar(select(func.max(ObligationRow.due_days)).where(ObligationRow.flow == flow)) or 0


def partner_number(session: Session, code: str) -> int | None:
    """Find a partner's number by its code."""
    return session.scalar(select(PartnerRow.id).where(PartnerRow.code == code))


def any_simulated(session: Session) -> bool:
    """Tell whether a simulated partner is registered, so that a total may hold simulated figures."""
    return bool(session.scalar(select(exists(PartnerRow.id).where(PartnerRow.simulated))))


def _require_apart(session: Session, partner_ids: Sequence[int]) -> None:
    found = session.execute(_SHARING_A_DAY, {"partners": sorted(set(partner_ids))}).first()
    if found is not None:
        raise ConflictError(
            f"{found.partner} would owe {found.flow} of {found.place} under two agreements at a time,"
            f" from {found.first} and from {found.second}. End one before the other begins.",
            partner=found.partner,
            flow=found.flow,
            place=found.place,
        )


def _has_sent(session: Session, partner_id: int) -> bool:
    return bool(session.scalar(select(exists(DeliveryRow.id).where(DeliveryRow.partner_id == partner_id))))


def _values(obligation: Obligation, partners: dict[str, int], places: dict[str, int]) -> dict[str, object]:
    if obligation.partner not in partners or obligation.place not in places:
        raise NotFoundError(f"Save the partner {obligation.partner} and the place {obligation.place} first.")
    return {
        "partner_id": partners[obligation.partner],
        "flow": obligation.flow,
        "place_id": places[obligation.place],
        "frequency": obligation.frequency,
        "due_days": obligation.due_days,
        "valid_from": obligation.valid_from,
        "valid_to": obligation.valid_to,
    }
