"""Register an organisation that reports."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy.orm import Session

from payments_hub.kernel.errors import InvalidValueError
from payments_hub.services import audit
from payments_hub.services.audit import Act
from payments_hub.store.partners import Partner, save_partner

_CODE = re.compile(r"[A-Z][A-Z0-9-]{2,31}", re.ASCII)


def register_partner(session: Session, partner: Partner, *, actor: str, now: datetime) -> None:
    """
    Save a partner under its code, and record who did it; its names may change later.

    Raises:
        InvalidValueError: The code could name no topic, or a name is empty.
        ConflictError: It has sent slices, and its currency or its mark would change.

    """
    if not _CODE.fullmatch(partner.code):
        raise InvalidValueError("Write a code of 3 to 32 capitals, digits and hyphens, beginning with a capital.")
    if not partner.name_vi.strip() or not partner.name_en.strip():
        raise InvalidValueError("A partner needs a name.")
    save_partner(session, partner, now=now)
    details = {"currency": partner.currency, "simulated": "yes" if partner.simulated else "no"}
    audit.record(session, Act(actor, "partner_registered", partner.code, details), now)
