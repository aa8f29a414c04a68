"""What is refused, to whom: the kinds of refusals that are kept for those who watch over the hub."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """In which way something was refused."""

    KEY_MISSING = "key_missing"
    KEY_UNKNOWN = "key_unknown"
    KEY_REVOKED = "key_revoked"
    KEY_EXPIRED = "key_expired"
    KEY_SCOPE = "key_scope"
    KEY_IN_ADDRESS = "key_in_address"
    FOREIGN_SOURCE = "foreign_source"
    SIGNATURE = "signature"
    SIGN_IN = "sign_in"
    LINK = "link"
    SESSION_MISSING = "session_missing"
    SESSION_ENDED = "session_ended"
    ROLE = "role"
    ELSEWHERE = "elsewhere"
    FORM = "form"
    TOO_MANY = "too_many"
    TOO_LARGE = "too_large"
    CONTENT_TYPE = "content_type"


@dataclass(frozen=True, slots=True)
class SecurityEvent:
    """
    One refusal; never a key, a password or a message.

    Args:
        actor: Who it was, as far as that is proved or known to exist: "account:<username>", "key:<prefix>",
            "partner:<code>". A name that somebody merely typed may be a password and is not kept.
        partner: Whose key, account or topic it was.
        address: Where the request came from.
        endpoint: What was asked for, as the route's name; over Kafka the topic.
        folded: How many more like it were left out since the row before.

    """

    kind: Kind
    actor: str | None = None
    partner: str | None = None
    address: str | None = None
    endpoint: str | None = None
    request_id: str | None = None
    folded: int = 0
