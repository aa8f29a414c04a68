"""What a partner's keys may do, for how long, and how many a partner has at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from payments_hub.kernel.clock import CITY_ZONE
from payments_hub.kernel.errors import InvalidValueError

MOST_LIVE_KEYS = 2
"""The key in use, and the one that follows it: enough to change keys without a pause, and none that is forgotten."""

LONGEST_LABEL = 60


class KeyScope(StrEnum):
    """What a key may do."""

    SEND = "send"
    READ = "read"


ALL_SCOPES = frozenset(KeyScope)


class SigningAlgorithm(StrEnum):
    """What a partner's signing key is made for, and nothing else."""

    ED25519 = "ed25519"
    """The partner keeps the private key; the hub has the public one and can sign nothing."""
    HMAC_SHA256 = "hmac-sha256"
    """Both have one secret."""


@dataclass(frozen=True, slots=True)
class KeyTerms:
    """
    What a key is made with.

    Args:
        label: What the partner calls it, such as the machine that holds it.
        scopes: What it may do; at least one thing.
        expires_at: From when it is worth nothing; None for a key that is used until it is revoked.

    """

    label: str | None = None
    scopes: frozenset[KeyScope] = ALL_SCOPES
    expires_at: datetime | None = None


def end_of(last_day: date) -> datetime:
    """
    Tell from when a key is worth nothing that works to the end of a day of the city.

    Raises:
        InvalidValueError: The calendar ends with that day.

    >>> end_of(date(2026, 12, 31)).isoformat()
    '2027-01-01T00:00:00+07:00'
    """
    if last_day == date.max:
        raise InvalidValueError("A key's last day is before the calendar's last.")
    return datetime.combine(last_day + timedelta(days=1), time(), CITY_ZONE)
