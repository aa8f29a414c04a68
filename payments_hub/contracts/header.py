"""What a message says it is about: readable even where the rest is not, so that every fault can be told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from payments_hub.contracts.findings import clean
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.periods import Period

_KEY_LENGTH = 200


@dataclass(frozen=True, slots=True)
class SliceHeader:
    """The fields that are compared with lists and the clock; None where one was missing or unreadable."""

    source: str | None
    time: datetime | None
    flow: str | None
    site: str | None
    period: Period | None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class ClaimedKey:
    """What a message calls itself, as text for receipts: shortened, inert, and true only if it was accepted."""

    source: str | None = None
    event_id: str | None = None
    flow: str | None = None
    site: str | None = None
    period: str | None = None
    revision: str | None = None


NO_HEADER = SliceHeader(None, None, None, None, None)
NO_KEY = ClaimedKey()


def read_header(message: Mapping[str, Any]) -> SliceHeader:
    """Read what can be read of a message's header fields."""
    data = message.get("data")
    claims: Mapping[str, Any] = data if isinstance(data, dict) else {}
    return SliceHeader(
        source=_text(message.get("source")),
        time=parse_time(message.get("time")),
        flow=_text(claims.get("flow")),
        site=_text(claims.get("site")),
        period=_period(claims.get("period")),
        currency=_text(claims.get("currency")),
    )


def claimed_key(message: Mapping[str, Any]) -> ClaimedKey:
    """Read what a message calls itself."""
    data = message.get("data")
    claims: Mapping[str, Any] = data if isinstance(data, dict) else {}
    return ClaimedKey(
        source=_claim(message.get("source")),
        event_id=_claim(message.get("id")),
        flow=_claim(claims.get("flow")),
        site=_claim(claims.get("site")),
        period=_claim(claims.get("period")),
        revision=_claim(claims.get("revision")),
    )


def parse_time(text: object) -> datetime | None:
    """
    Read an instant of RFC 3339 in UTC, or None where the calendar or the clock has none such.

    >>> parse_time("2026-07-04T09:11:09+07:00").isoformat(), parse_time("2026-02-30T00:00:00Z")
    ('2026-07-04T02:11:09+00:00', None)
    """
    if not isinstance(text, str):
        return None
    try:
        instant = datetime.fromisoformat(text.upper())
        return instant.astimezone(UTC) if instant.tzinfo else None
    except (ValueError, OverflowError):  # the second: the first day of the year 1, east of Greenwich
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _period(value: object) -> Period | None:
    try:
        return Period.parse(value) if isinstance(value, str) else None
    except InvalidValueError:
        return None


def _claim(value: object) -> str | None:
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return clean(str(value), _KEY_LENGTH)
    return None
