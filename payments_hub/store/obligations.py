"""Obligations as people look for them, and the names that one may carry."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.languages import Words
from payments_hub.domain.obligations import KnownNames
from payments_hub.kernel.periods import Frequency
from payments_hub.store.tables.partners import ObligationRow, PartnerRow
from payments_hub.store.tables.places import PlaceRow


@dataclass(frozen=True, slots=True)
class ObligationFilter:
    """
    Which obligations to read; what is None does not narrow.

    Args:
        partner: A partner's code, exact.
        flow: A flow's code, exact.
        place: A part of the place's code or of its name.

    """

    partner: str | None = None
    flow: str | None = None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class StoredObligation:
    """One obligation with its number and the names that people read."""

    number: int
    duty: Obligation
    partner_name: Words
    place_name: Words
    simulated: bool


def find_obligations(session: Session, wanted: ObligationFilter) -> list[StoredObligation]:
    """Read obligations by partner, flow, place and first day."""
    statement = _all()
    if wanted.partner is not None:
        statement = statement.where(PartnerRow.code == wanted.partner)
    if wanted.flow is not None:
        statement = statement.where(ObligationRow.flow == wanted.flow)
    if wanted.place is not None:
        either = PlaceRow.code.icontains(wanted.place, autoescape=True) | PlaceRow.name_vi.icontains(
            wanted.place, autoescape=True
        )
        statement = statement.where(either)
    order = (PartnerRow.code, ObligationRow.flow, PlaceRow.code, ObligationRow.valid_from)
    return [_stored(*row) for row in session.execute(statement.order_by(*order))]


def obligation_by_number(session: Session, number: int, *, partner: str | None) -> StoredObligation | None:
    """Read one obligation, or with a partner's code only if it is that partner's."""
    statement = _all().where(ObligationRow.id == number)
    if partner is not None:
        statement = statement.where(PartnerRow.code == partner)
    found = session.execute(statement).one_or_none()
    return None if found is None else _stored(*found)


def known_names(session: Session) -> KnownNames:
    """Read what an obligation may name."""
    partners = frozenset(session.scalars(select(PartnerRow.code)))
    places = session.execute(select(PlaceRow.code, PlaceRow.kind))
    return KnownNames(partners, {row.code: row.kind for row in places})


def _all() -> Select[ObligationRow, PartnerRow, PlaceRow]:
    return (
        select(ObligationRow, PartnerRow, PlaceRow)
        .join(PartnerRow, PartnerRow.id == ObligationRow.partner_id)
        .join(PlaceRow, PlaceRow.id == ObligationRow.place_id)
    )


def _stored(row: ObligationRow, partner: PartnerRow, place: PlaceRow) -> StoredObligation:
    frequency = Frequency(row.frequency)
    duty = Obligation(partner.code, row.flow, place.code, frequency, row.due_days, row.valid_from, row.valid_to)
    return StoredObligation(
        number=row.id,
        duty=duty,
        partner_name=Words(partner.name_vi, partner.name_en),
        place_name=Words(place.name_vi, place.name_en),
        simulated=partner.simulated,
    )
