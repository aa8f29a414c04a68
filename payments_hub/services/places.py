"""Change the days on which a site is open, and have what is expected of it counted anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from payments_hub.domain.obligations import Owing
from payments_hub.domain.open_days import close_days, open_days
from payments_hub.domain.places import Place
from payments_hub.domain.sites import Interval, Site
from payments_hub.kernel.errors import InvalidValueError, NotFoundError
from payments_hub.services import audit
from payments_hub.services.audit import Act
from payments_hub.store.expectations import touch_expected
from payments_hub.store.partners import all_obligations
from payments_hub.store.places import all_places, save_site
from payments_hub.store.reference_state import note_reference_change


@dataclass(frozen=True, slots=True)
class OpenDaysChange:
    """Days that a site closes or opens for, who says so and why."""

    place: str
    days: Interval
    actor: str
    reason: str


def close_site(session: Session, change: OpenDaysChange, *, now: datetime) -> tuple[Interval, ...]:
    """
    Close a site for some days: no slice of them is expected, and messages about them are rejected.

    Returns:
        The stretches on which it is open then.

    Raises:
        NotFoundError: There is no such site.
        InvalidValueError: It would never have been open.

    """
    return _change(session, change, close_days, "site_closed", now)


def open_site(session: Session, change: OpenDaysChange, *, now: datetime) -> tuple[Interval, ...]:
    """
    Open a site for some days: slices of them are expected from those who agreed to send them.

    Returns:
        The stretches on which it is open then.

    Raises:
        NotFoundError: There is no such site.
        InvalidValueError: It lies in no area on one of the days.

    """
    return _change(session, change, open_days, "site_opened", now)


_Rule = Callable[[Sequence[Interval], Interval], tuple[Interval, ...]]


def _change(session: Session, change: OpenDaysChange, rule: _Rule, action: str, now: datetime) -> tuple[Interval, ...]:
    note_reference_change(session)  # whoever changes places at the same time waits here
    place = _site(session, change.place)
    opened = rule(place.open_intervals, change.days)
    if not opened:
        raise InvalidValueError(f"{place.code} would have no open day at all.", place=place.code)
    if opened == place.open_intervals:
        return opened
    save_site(session, Site(place.code, place.kind, place.name_vi, place.name_en, opened, place.areas))
    touch_expected(session, _owings(session, change), now=now)
    last = change.days.last
    details = {"first": str(change.days.first), "last": None if last is None else str(last), "reason": change.reason}
    audit.record(session, Act(change.actor, action, place.code, details), now)
    return opened


def _site(session: Session, code: str) -> Place:
    found = next((place for _, place in all_places(session) if place.code == code and not place.is_area), None)
    if found is None:
        raise NotFoundError(f"There is no mall, market or tourist site {code}.", place=code)
    return found


def _owings(session: Session, change: OpenDaysChange) -> list[Owing]:
    """List the stretches over which slices of the place are owed on other days now."""
    first, last = change.days.first, change.days.last or date.max
    return [
        Owing(duty.partner, duty.flow, duty.place, duty.frequency, first, min(last, duty.valid_to or date.max))
        for duty in all_obligations(session)
        if duty.place == change.place and first <= (duty.valid_to or date.max)
    ]
