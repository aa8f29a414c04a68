"""The reference as the database has it now, read again only when it changed."""

from __future__ import annotations

from collections import defaultdict
from threading import Lock

from sqlalchemy.orm import Session

from payments_hub.domain.coverage import Obligation
from payments_hub.ingest.reference import ObligationKey, Reference, RegisteredPartner
from payments_hub.store.partners import all_obligations, all_partners
from payments_hub.store.places import all_places, all_schemes
from payments_hub.store.reading import read_partner
from payments_hub.store.reference_state import reference_version


class ReferenceCache:
    """
    Keeps the last reference that was read: the whole one, and for sessions that see one partner's rows that partner's.

    Owned by the hub; may be asked from many threads.
    """

    def __init__(self) -> None:
        self._changing = Lock()
        self._kept: dict[int | None, tuple[int, Reference]] = {}

    def current(self, session: Session) -> Reference:
        """Hand out the reference of the session's moment, as far as the session sees it."""
        version, seen_by = reference_version(session), read_partner(session)
        with self._changing:
            kept, reference = self._kept.get(seen_by, (None, None))
            if reference is None or kept != version:
                reference = load_reference(session)
                self._kept[seen_by] = (version, reference)
            return reference


def load_reference(session: Session) -> Reference:
    """Read the lists that a slice is checked against."""
    places = all_places(session)
    owed: dict[ObligationKey, list[Obligation]] = defaultdict(list)
    for obligation in all_obligations(session):
        owed[obligation.partner, obligation.flow, obligation.place].append(obligation)
    return Reference(
        partners={
            partner.code: RegisteredPartner(partner.code, partner.simulated, number=number, currency=partner.currency)
            for number, partner in all_partners(session)
        },
        places={place.code: place for _, place in places},
        schemes={scheme.code: scheme for scheme in all_schemes(session)},
        obligations={key: tuple(agreed) for key, agreed in owed.items()},
        place_numbers={place.code: number for number, place in places},
    )
