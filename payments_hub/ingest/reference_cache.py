"""The reference as the database has it now, read again only when it changed."""

from __future__ import annotations

from collections import defaultdict
from threading import Lock

from sqlalchemy.orm import Session

from payments_hub.domain.coverage import Obligation
from payments_hub.ingest.reference import ObligationKey, Reference, RegisteredPartner
from payments_hub.store.partners import all_obligations, all_partners
from payments_hub.store.places import all_places, all_schemes
from payments_hub.store.reading import read_partner, reads_only
from payments_hub.store.reference_state import reference_version
from payments_hub.store.signing_keys import live_signing_keys


class ReferenceCache:
    """
    Keeps the last reference that was read: the whole one, and for sessions that see one partner's rows that partner's.

    Owned by the hub; may be asked from many threads.
    """

    def __init__(self) -> None:
        self._changing = Lock()
        self._kept: dict[tuple[int | None, bool], tuple[int, Reference]] = {}

    def current(self, session: Session) -> Reference:
        """Hand out the reference of the session's moment, as far as the session sees it."""
        # One that a reader loaded holds no signing keys, and may not be what messages are taken in by.
        version, seen_by = reference_version(session), (read_partner(session), reads_only(session))
        with self._changing:
            kept, reference = self._kept.get(seen_by, (None, None))
            if reference is None or kept != version:
                reference = load_reference(session)
                self._kept[seen_by] = (version, reference)
            return reference


def load_reference(session: Session) -> Reference:
    """Read the lists that a slice is checked against; a reading role gets them without signing keys."""
    signing = {} if reads_only(session) else live_signing_keys(session)
    places = all_places(session)
    owed: dict[ObligationKey, list[Obligation]] = defaultdict(list)
    for obligation in all_obligations(session):
        owed[obligation.partner, obligation.flow, obligation.place].append(obligation)
    return Reference(
        partners={
            partner.code: RegisteredPartner(
                partner.code, partner.simulated, number, partner.currency, signing.get(partner.code, ())
            )
            for number, partner in all_partners(session)
        },
        places={place.code: place for _, place in places},
        schemes={scheme.code: scheme for scheme in all_schemes(session)},
        obligations={key: tuple(agreed) for key, agreed in owed.items()},
        place_numbers={place.code: number for number, place in places},
    )
