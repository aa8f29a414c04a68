"""What names a slice, and what is recorded of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple


class SliceKey(NamedTuple):
    """
    One slice: partner × flow × place × period, by the store's numbers.

    A tuple, because a batch looks thousands of them up and orders them.
    """

    partner_id: int
    flow: str
    place_id: int
    frequency: str
    start: date


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event id that was used before in an event that was not rejected."""

    event_sha256: bytes
    receipt_id: str


@dataclass(slots=True)
class SliceState:
    """
    What is recorded of one slice; owned by one transaction, which holds the partner's lock.

    Args:
        revision: The head's number; None without a head.
        content_sha256: The head's content.
        content_revision_id: The stored revision whose cells the view reads.
        known_at: When the head was known.
        recorded: Content of the revision numbers that were looked up, those of held slices among them.
        cell_count: How many cells the view reads.
        total_count: What they count, gross; None where nothing was counted.
        total_amount: What they amount to, gross; None where the flow has no amount.
        cells_sha256: Hash of the cells; None without any.

    """

    revision: int | None = None
    content_sha256: bytes | None = None
    content_revision_id: int | None = None
    known_at: datetime | None = None
    cell_count: int = 0
    total_count: int | None = None
    total_amount: int | None = None
    cells_sha256: bytes | None = None
    recorded: dict[int, bytes] = field(default_factory=dict)
