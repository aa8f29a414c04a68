"""What the hub says of a delivery, and the ways a delivery can come."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What became of one delivery."""

    ACCEPTED = "ACCEPTED"
    SUPERSEDED = "SUPERSEDED"
    NO_CHANGE = "NO_CHANGE"
    DUPLICATE = "DUPLICATE"
    REJECTED = "REJECTED"
    HELD = "HELD"


class Cause(StrEnum):
    """Why a receipt was written; after the first, each answers the same delivery again."""

    ARRIVAL = "ARRIVAL"
    RELEASE = "RELEASE"
    REFUSAL = "REFUSAL"
    REPLAY = "REPLAY"


class Transport(StrEnum):
    """The way a delivery came."""

    KAFKA = "KAFKA"
    HTTP = "HTTP"
    FILE = "FILE"
