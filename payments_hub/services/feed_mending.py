"""What a person decides about a feed that stands still: where it goes on, or that its partner is read again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from payments_hub.kernel.errors import ConflictError, InvalidValueError, NotFoundError
from payments_hub.services import audit
from payments_hub.services.audit import Act
from payments_hub.store import feed_attempts, suspensions
from payments_hub.store.alerts import AlertKind, resolve_alert
from payments_hub.store.offsets import Standing, begin_anew
from payments_hub.store.partners import partner_number

_LONGEST_REASON = 500


def check_reason(reason: str) -> str:
    """
    Take a person's reason.

    Raises:
        InvalidValueError: It is empty or too long.

    """
    stripped = reason.strip()
    if not stripped or len(stripped) > _LONGEST_REASON:
        raise InvalidValueError(f"Say why, in 1 to {_LONGEST_REASON} characters.")
    return stripped


@dataclass(frozen=True, slots=True)
class Restart:
    """
    A feed that is to go on from another place.

    Args:
        before: Where the person who decided it saw the feed stand.
        after: Where it goes on.

    """

    topic: str
    partition: int
    before: Standing
    after: Standing


def restart_feed(session: Session, restart: Restart, *, actor: str, reason: str, now: datetime) -> None:
    """
    Let a feed go on from where a person decided, forget what was known of reads there, and record who did it.

    Raises:
        InvalidValueError: There is no reason.
        ConflictError: The feed has moved since that person looked.

    """
    why, before, after = check_reason(reason), restart.before, restart.after
    if not begin_anew(session, restart.topic, restart.partition, before=before, after=after):
        raise ConflictError(f"{restart.topic} has moved in between: it is being read. Look again.")
    feed_attempts.end(session, restart.topic, restart.partition)
    details = {
        "offset_before": before.next_offset,
        "offset": after.next_offset,
        "topic_id_before": before.topic_id,
        "topic_id": after.topic_id,
        "reason": why,
    }
    audit.record(session, Act(actor, "feed_restarted", f"{restart.topic}-{restart.partition}", details), now)


def resume_feed(session: Session, partner: str, *, actor: str, reason: str, now: datetime) -> int:
    """
    Let a suspended partner's feed be read again, and record who did it; tell how many refusals had suspended it.

    Raises:
        InvalidValueError: There is no reason.
        NotFoundError: Nobody has the code.
        ConflictError: Its feed is not suspended.

    """
    why = check_reason(reason)
    if partner_number(session, partner) is None:
        raise NotFoundError(f"There is no partner {partner}.")
    rejected = suspensions.resume(session, partner, by=actor, reason=audit.storable(why), now=now)
    if rejected is None:
        raise ConflictError(f"The feed of {partner} is not suspended.")
    resolve_alert(session, AlertKind.FEED_SUSPENDED, partner, now=now)
    audit.record(session, Act(actor, "feed_resumed", partner, {"rejected": rejected, "reason": why}), now)
    return rejected
