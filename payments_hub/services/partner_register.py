"""Register an organisation that reports, and say with which others its feed is read."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy.orm import Session

from payments_hub.kernel.errors import InvalidValueError, NotFoundError
from payments_hub.services import audit
from payments_hub.services.audit import Act
from payments_hub.store.consumer_workers import move_to_group
from payments_hub.store.partners import Partner, save_partner

_CODE = re.compile(r"[A-Z][A-Z0-9-]{2,31}", re.ASCII)
_GROUP = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)


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


def move_partner_to_group(session: Session, code: str, group: str, *, actor: str, now: datetime) -> str:
    """
    Let a partner's feed be read with those of a group, and record who did it; tell with which it was read before.

    Its worker of before and its new one may overlap for some seconds: where the feed stands is fenced.

    Raises:
        InvalidValueError: The group's name is none.
        NotFoundError: Nobody has the code.

    """
    if not _GROUP.fullmatch(group):
        raise InvalidValueError(
            "Write a group's name with 1 to 32 small letters, digits and hyphens, beginning with a letter."
        )
    before = move_to_group(session, code, group)
    if before is None:
        raise NotFoundError(f"There is no partner {code}.")
    if before != group:
        audit.record(session, Act(actor, "partner_moved", code, {"group": group, "group_before": before}), now)
    return before
