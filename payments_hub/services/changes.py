"""What changed between the ends of two days, for one reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from payments_hub.domain.changes import ReasonSum, SliceChange, last_knowable_day
from payments_hub.domain.people import Viewer
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.services.readers import scope_of
from payments_hub.store.changes import ChangeQuestion, change_sums, changed_slices
from payments_hub.store.figures import touched_until
from payments_hub.store.partners import any_simulated
from payments_hub.store.places import city_roots


@dataclass(frozen=True, slots=True)
class Changes:
    """
    What became known after the end of one day and until the end of another.

    Args:
        partner: Whose alone; None for the whole city.
        updating: Some of it still waits for the drain, so that figures do not show it yet.
        sums: By flow and reason.
        slices: Changed slices, what was changed afterwards first; as many as were asked for.
        simulated: Whether simulated figures may be among them.

    """

    partner: str | None
    after: date
    until: date
    updating: bool
    sums: tuple[ReasonSum, ...]
    slices: tuple[SliceChange, ...]
    simulated: bool


def knowable(asked: date, now: datetime) -> date:
    """
    Let a day through whose end may be asked for.

    Raises:
        InvalidValueError: It has not ended, or not for 30 seconds: something may still be added to it.

    """
    last = last_knowable_day(now)
    if asked > last:
        raise InvalidValueError(f"What was known at the end of {asked} is not settled yet; the newest day is {last}.")
    return asked


def changes_between(
    session: Session,
    viewer: Viewer,
    days: tuple[date, date],
    now: datetime,
    *,
    flow: str | None = None,
    limit: int = 50,
) -> Changes:
    """
    Tell what changed between the ends of two days.

    Args:
        session: Of the reader.
        viewer: A partner's are that partner's alone.
        days: The earlier and the later day.
        now: This moment.
        flow: Of one flow alone, for the list of slices.
        limit: How many slices are listed at most.

    Raises:
        InvalidValueError: A day is not over, or the first is not before the second.
        PermissionDeniedError: The viewer may read neither the city's nor a partner's.

    """
    after, until = (knowable(day, now) for day in days)
    if after >= until:
        raise InvalidValueError(f"{after} is not before {until}: name the earlier day first.")
    scope = scope_of(session, viewer, now)
    question = ChangeQuestion(after, until, scope.partner_id)
    roots = [code for code, _name in city_roots(session)]
    return Changes(
        partner=scope.partner,
        after=after,
        until=until,
        updating=touched_until(session, until),
        sums=tuple(change_sums(session, question, roots)),
        slices=tuple(changed_slices(session, question, roots, flow=flow, limit=limit)),
        simulated=any_simulated(session),
    )
