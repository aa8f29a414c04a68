"""What one reader may read: the city's totals, or a partner's own figures and nothing that holds another's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from payments_hub.aggregates.points import IndicatorPoint, SeriesQuestion, indicator_points
from payments_hub.domain.geography import BEFORE_MERGER, CITY_UNIT, SINCE_MERGER
from payments_hub.domain.indicators import Indicator
from payments_hub.domain.people import Action, Viewer
from payments_hub.kernel.clock import local_day
from payments_hub.kernel.errors import PermissionDeniedError
from payments_hub.kernel.money import Currency
from payments_hub.store.partners import partner_number

CITY = f"{SINCE_MERGER.code}:{CITY_UNIT}"
"""The city since the merger of July 2025: what headlines are about."""

FORMER_CITY = f"{BEFORE_MERGER.code}:{CITY_UNIT}"
"""The former city until June 2025; its series is never joined with the city's."""


@dataclass(frozen=True, slots=True)
class Scope:
    """
    The rows that one reader may see, on one day.

    Args:
        partner: The partner's code, None for the whole city.
        partner_id: The partner's number, None for the total over all partners.

    """

    partner: str | None
    partner_id: int | None
    today: date
    as_of: date | None = None

    def points(self, session: Session, indicator: Indicator, place: str = CITY) -> list[IndicatorPoint]:
        """Read an indicator's months at a place, as far as the reader may."""
        return indicator_points(
            session,
            SeriesQuestion(
                indicator=indicator,
                place=place,
                currency=Currency.VND,
                today=self.today,
                partner_id=self.partner_id,
                as_of=self.as_of,
            ),
        )


def scope_of(session: Session, viewer: Viewer, now: datetime, *, as_of: date | None = None) -> Scope:
    """
    Tell what a viewer may read.

    Raises:
        PermissionDeniedError: The viewer is neither allowed the city nor bound to a registered partner.

    """
    today = local_day(now)
    if viewer.partner is None and viewer.may(Action.SEE_CITY):
        return Scope(None, None, today, as_of)
    number = None if viewer.partner is None else partner_number(session, viewer.partner)
    if number is None:
        raise PermissionDeniedError("This account is bound to no partner; ask an administrator.")
    return Scope(viewer.partner, number, today, as_of)
