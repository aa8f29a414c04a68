"""Rejected deliveries: choose some, see what a replay would make of them, replay them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from payments_hub.contracts.personal_data import mask_personal_data
from payments_hub.domain.audit import Act
from payments_hub.domain.people import Viewer
from payments_hub.ingest.reference import Reference
from payments_hub.ingest.replays import Trial, replay, try_again
from payments_hub.kernel.clock import Clock
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.ids import new_id
from payments_hub.services.audit import record, storable
from payments_hub.services.readers import scope_of
from payments_hub.store.kept_bytes import KeptMessage, quarantined_messages
from payments_hub.store.quarantine import QuarantineQuery, quarantined_numbers
from payments_hub.store.replays import ReplayAct

LARGEST_REPLAY = 500
"""What one transaction judges again; whoever has more replays again, and comes to those that were not tried yet."""

LONGEST_REASON = 500
_SHOWN_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Selection:
    """
    Which rejected deliveries a replay is about: some by their numbers, or all that a query finds.

    Args:
        deliveries: Their numbers; where there are any, the query is not asked.

    """

    deliveries: tuple[int, ...] = ()
    query: QuarantineQuery = field(default_factory=QuarantineQuery)

    def words(self) -> str:
        """Say by what the deliveries were chosen, for the record; pages word it in each language."""
        if self.deliveries:
            numbers = ", ".join(map(str, self.deliveries[:20]))
            return f"deliveries {numbers}{' …' if len(self.deliveries) > 20 else ''}"  # noqa: PLR2004  as listed
        parts = {"code": self.query.code, "field": self.query.field, "got": self.query.got, "flow": self.query.flow}
        named = [f"{name} {value}" for name, value in parts.items() if value is not None]
        whose = [] if self.query.partner is None else [f"of {self.query.partner}"]
        return " ".join(["all rejected", *whose, *named])


def own_query(session: Session, viewer: Viewer, query: QuarantineQuery, now: datetime) -> QuarantineQuery:
    """
    Keep a partner to its own deliveries, whatever was asked for.

    Raises:
        PermissionDeniedError: The viewer is bound to no partner and may not read the city.

    """
    scope = scope_of(session, viewer, now)
    return query if scope.partner is None else replace(query, partner=scope.partner)


def kept_message(session: Session, viewer: Viewer, delivery: int, now: datetime) -> KeptMessage | None:
    """Find one delivery with its bytes; another partner's is as one that never was."""
    scope = scope_of(session, viewer, now)
    found = next(iter(quarantined_messages(session, [delivery])), None)
    if found is None or scope.partner not in {None, found.partner}:
        return None
    return found


def readable_bytes(body: bytes) -> tuple[str, bool]:
    r"""
    Write bytes so that they can be read on a page: what is no text as escapes, people's data masked.

    Returns:
        The text, and whether it is only the beginning.

    >>> readable_bytes(b'{"a": "\xff"}')
    ('{"a": "\\xff"}', False)
    """
    text = body[:_SHOWN_BYTES].decode("utf-8", "backslashreplace")
    shown = "".join(letter if letter.isprintable() or letter in "\n\t" else _escaped(letter) for letter in text)
    return mask_personal_data(shown), len(body) > _SHOWN_BYTES


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode()


def chosen(session: Session, selection: Selection) -> tuple[list[int], bool]:
    """Tell the deliveries of a selection, oldest first and as many as one replay takes, and whether there are more."""
    if selection.deliveries:
        numbers = sorted(set(selection.deliveries))
    else:
        numbers = quarantined_numbers(session, selection.query, limit=LARGEST_REPLAY + 1)
    return numbers[:LARGEST_REPLAY], len(numbers) > LARGEST_REPLAY


def try_selection(session: Session, selection: Selection, *, reference: Reference, clock: Clock) -> list[Trial]:
    """Tell what a replay would make of a selection; nothing is written."""
    numbers, _more = chosen(session, selection)
    return try_again(session, numbers, reference=reference, clock=clock)


def replay_selection(
    session: Session, selection: Selection, *, by: str, reason: str, reference: Reference, clock: Clock
) -> tuple[str, list[Trial]]:
    """
    Judge a selection again and keep what follows.

    Args:
        session: The caller's.
        selection: Which deliveries.
        by: Who does it, as the record of acts names actors.
        reason: What was mended.
        reference: The code lists of this moment.
        clock: Tells when it happens.

    Returns:
        The replay's id, and one trial a delivery.

    Raises:
        InvalidValueError: No reason is given, or nothing is chosen.

    """
    told = storable(reason.strip())
    numbers, _more = chosen(session, selection)
    _check(told, numbers)
    now = clock.now()
    act = ReplayAct(new_id(now), by, told, selection.words())
    trials = replay(session, numbers, act, reference=reference, clock=clock)
    settled = sum(trial.receipt is not None for trial in trials)
    details: dict[str, str | int | None] = {
        "reason": told,
        "selection": act.selection,
        "deliveries": len(trials),
        "settled": settled,
    }
    record(session, Act(by, "deliveries_replayed", act.replay_id, details), now)
    return act.replay_id, trials


def _check(reason: str, numbers: Sequence[int]) -> None:
    if not reason:
        raise InvalidValueError("Say why the deliveries are replayed: what was mended.", field="reason")
    if len(reason) > LONGEST_REASON:
        raise InvalidValueError(f"A reason has {LONGEST_REASON} characters at most.", field="reason")
    if not numbers:
        raise InvalidValueError("Nothing is chosen: no rejected delivery fits.", field="deliveries")
