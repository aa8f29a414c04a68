"""Whose keys a page is about."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from payments_hub.store.partners import Partner, all_partners
from payments_hub.web.actors import signed_in


def choose_partner(session: Session, asked: str) -> tuple[Partner | None, Sequence[Partner]]:
    """
    Find whose keys are asked for; a partner's account has its own alone, whatever it asks.

    Returns:
        The partner, or None where none is chosen; and whom the reader may choose, nobody for a partner's account.

    Raises:
        NotFound: There is no such partner, or it is another one's account that asks.

    """
    own = signed_in().viewer.partner
    partners = [partner for _number, partner in all_partners(session)]
    if own is not None and asked not in {"", own}:
        raise NotFound
    code = own or asked
    partner = next((one for one in partners if one.code == code), None)
    if code and partner is None:
        raise NotFound
    return partner, () if own is not None else partners
