"""
What a manifest says, and how it stands against the slices that came: a pure rule over what is recorded.

A manifest is judged in the order in which its partner made things, not in that of their arrival: so it ends in the
same state whatever came first, and its state can be worked out anew at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from payments_hub.domain.slices import SliceKey
from payments_hub.kernel.periods import Frequency, Period

LONGEST_CORRECTION = timedelta(hours=24)
"""How long figures are called "being corrected" after a manifest of a higher revision came, whatever follows."""


class ManifestState(StrEnum):
    """How a manifest stands."""

    WAITING = "WAITING"
    """Fewer slices came than it says."""

    MATCHES = "MATCHES"
    """As many slices came as it says, and they add up to what it says."""

    DIFFERS = "DIFFERS"
    """As many slices came, or more, and they add up to something else."""

    OUTDATED = "OUTDATED"
    """It matched, and after that a slice under it was revised; nothing more is wrong with it."""


class ManifestKey(NamedTuple):
    """What a manifest is about: partner × flow × period, the partner by the store's number."""

    partner_id: int
    flow: str
    frequency: str
    start: date

    @property
    def period(self) -> Period:
        """Tell the period."""
        return Period(self.start, Frequency(self.frequency))


@dataclass(frozen=True, slots=True)
class SliceSums:
    """How many slices, and what they add up to, gross; amount None where the flow has none."""

    slices: int
    count: int
    amount: int | None


@dataclass(frozen=True, slots=True)
class RecordedRevision:
    """
    One recorded revision of a slice under a manifest.

    Args:
        made_at: When the partner made it.
        slice_: Names the slice: place, frequency, first day.
        is_received: True for REPLACE and NIL, False for DELETE.

    """

    made_at: datetime
    revision: int
    slice_: tuple[int, str, date]
    content_sha256: bytes
    is_received: bool
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class Said:
    """What the manifest says that holds, and when and as which revision its partner made it."""

    made_at: datetime
    revision: int
    sums: SliceSums


@dataclass(frozen=True, slots=True)
class Standing:
    """How a manifest stands, and what the slices under it add up to by now."""

    state: ManifestState
    received: SliceSums


def manifests_over(key: SliceKey) -> Iterator[ManifestKey]:
    """
    Name the manifests that a slice may stand under: of its own period, and of the longer ones around it.

    >>> [str(key.period) for key in manifests_over(SliceKey(1, "ACQ_P2M", 7, "D", date(2026, 7, 31)))]
    ['2026-07-31', '2026-07', '2026-Q3', '2026']
    """
    own = Frequency(key.frequency)
    for frequency in Frequency:
        if frequency.rank >= own.rank:
            start = Period.containing(key.start, frequency).start
            yield ManifestKey(key.partner_id, key.flow, frequency.value, start)


def compare(said: SliceSums, received: SliceSums) -> ManifestState:
    """
    Compare what a manifest says with what came, wherever it comes from.

    >>> compare(SliceSums(2, 20, 500), SliceSums(1, 10, 250)), compare(SliceSums(1, 10, 500), SliceSums(1, 10, 250))
    (<ManifestState.WAITING: 'WAITING'>, <ManifestState.DIFFERS: 'DIFFERS'>)
    """
    if received.slices < said.slices:
        return ManifestState.WAITING
    return ManifestState.MATCHES if received == said else ManifestState.DIFFERS


def standing(said: Said, revisions: Iterable[RecordedRevision]) -> Standing:
    """
    Tell how a manifest stands against every revision recorded under it, in any order.

    What was made at the same moment counts in the order of its revisions, slices before the manifest.

    Args:
        said: The manifest of the highest revision.
        revisions: Of the slices whose period lies inside the manifest's.

    """
    view, state = _View(has_amount=said.sums.amount is not None), None
    for revision in sorted(revisions, key=lambda one: (one.made_at, one.revision, one.slice_)):
        if state is None and (revision.made_at, revision.revision) > (said.made_at, said.revision):
            state = compare(said.sums, view.sums)
        is_accepted = view.take(revision)
        if state is not None and is_accepted:
            state = _next(state, said.sums, view.sums)
    return Standing(state or compare(said.sums, view.sums), view.sums)


def _next(state: ManifestState, said: SliceSums, received: SliceSums) -> ManifestState:
    if state in {ManifestState.MATCHES, ManifestState.OUTDATED}:
        return ManifestState.OUTDATED
    return compare(said, received)


@dataclass(slots=True)
class _View:
    """The heads under a manifest and their sums, revision by revision; owned by one judgement."""

    has_amount: bool
    slices: int = 0
    count: int = 0
    amount: int = 0
    heads: dict[tuple[int, str, date], RecordedRevision] = field(default_factory=dict)

    @property
    def sums(self) -> SliceSums:
        return SliceSums(self.slices, self.count, self.amount if self.has_amount else None)

    def take(self, revision: RecordedRevision) -> bool:
        """Take a revision in; tell whether it would have been accepted as a change at its time."""
        head = self.heads.get(revision.slice_)
        if head is not None and revision.revision < head.revision:
            return False
        self.heads[revision.slice_] = revision
        if head is not None:
            self._add(head, -1)
        self._add(revision, 1)
        return head is None or head.content_sha256 != revision.content_sha256

    def _add(self, revision: RecordedRevision, sign: int) -> None:
        if revision.is_received:
            self.slices += sign
            self.count += sign * revision.count
            self.amount += sign * revision.amount
