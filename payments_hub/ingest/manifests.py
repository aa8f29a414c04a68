"""
The manifests that a batch is about: those in it, and those that its slices stand under.

Part of the batch's book: read at once, kept up to date while messages are judged in order, written at once. Where a
partner has no manifests, all of it is one query that finds nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from payments_hub.contracts.findings import Finding, make_finding
from payments_hub.contracts.manifest_v1 import ManifestEvent
from payments_hub.contracts.slice_v1 import SliceEvent
from payments_hub.domain.instruments import Action
from payments_hub.domain.manifests import (
    ManifestKey,
    ManifestState,
    RecordedRevision,
    Said,
    SliceSums,
    Standing,
    manifests_over,
    standing,
)
from payments_hub.domain.slices import SliceKey, SliceState
from payments_hub.store.manifests import StoredManifest, manifests_between, recorded_manifests, revisions_under

_UNASKED: tuple[RecordedRevision, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedManifest:
    """A manifest that becomes the one that holds: its number in the store, its content's hash, when it is known."""

    manifest_id: int
    content_sha256: bytes
    known_at: datetime


class ManifestBook:
    """
    The batch's manifests; owned by the batch's book.

    Args:
        session: Its transaction holds the partners' locks.
        asked: The batch's own manifests, with their revision numbers.
        slices: The batch's slices.
        now: When what changes is said to have changed.

    """

    def __init__(
        self,
        session: Session,
        asked: Collection[tuple[ManifestKey, int]],
        slices: Collection[SliceKey],
        now: datetime,
    ) -> None:
        self._now = now
        own = {key for key, _ in asked}
        self._kept = _load(session, own, slices)
        self._recorded = dict(recorded_manifests(session, asked)) if asked else {}
        # Where no manifest holds yet, asking each slice for its four would cost more than judging it.
        over = {key for one in slices for key in manifests_over(one) if key in self._kept} if self._kept else set()
        concerned = own | over
        self._under = dict(revisions_under(session, sorted(concerned))) if concerned else {}
        self._changed: set[ManifestKey] = set()

    def state(self, key: ManifestKey) -> SliceState:
        """Tell what is recorded of a manifest, in the form in which a slice's numbers are judged."""
        kept = self._kept.get(key)
        recorded = {revision: content for (one, revision), content in self._recorded.items() if one == key}
        if kept is None:
            return SliceState(recorded=recorded)
        return SliceState(kept.said.revision, kept.content_sha256, known_at=kept.known_at, recorded=recorded)

    def note_number(self, key: ManifestKey, revision: int, content_sha256: bytes) -> None:
        """Note that a revision number of a manifest is recorded now."""
        self._recorded[key, revision] = content_sha256

    def hold(self, key: ManifestKey, event: ManifestEvent, recorded: RecordedManifest) -> tuple[Finding, ...]:
        """Let a manifest be the one that holds; tell where it does not match what came by now."""
        said = Said(event.time, event.revision, SliceSums(event.slices, event.count, event.amount))
        found = standing(said, self._under.get(key, _UNASKED))
        self._kept[key] = StoredManifest(
            key, recorded.manifest_id, said, recorded.content_sha256, recorded.known_at, found, None, self._now
        )
        self._changed.add(key)
        return tuple(_disagreements(said.sums, found))

    def note_slice(self, key: SliceKey, event: SliceEvent, content_sha256: bytes) -> None:
        """Note that a revision of a slice is recorded now, for the manifests that it stands under."""
        if not self._under:
            return
        recorded = RecordedRevision(
            made_at=event.time,
            revision=event.revision,
            slice_=(key.place_id, key.frequency, key.start),
            content_sha256=content_sha256,
            is_received=event.action is not Action.DELETE,
            count=event.control_count or 0,
            amount=event.control_amount or 0,
        )
        for manifest in manifests_over(key):
            if manifest in self._under:
                self._under[manifest].append(recorded)
                self._changed.add(manifest)

    def changed(self) -> list[StoredManifest]:
        """Tell how the manifests stand that anything has changed of."""
        return [self._judged(self._kept[key]) for key in sorted(self._changed & self._kept.keys())]

    def _judged(self, kept: StoredManifest) -> StoredManifest:
        found = standing(kept.said, self._under.get(kept.key, _UNASKED))
        matched_at = kept.matched_at
        if found.state is ManifestState.MATCHES and matched_at is None:
            matched_at = self._now
        changed_at = kept.changed_at if found == kept.standing else self._now
        return replace(kept, standing=found, matched_at=matched_at, changed_at=changed_at)


def _load(
    session: Session, own: Collection[ManifestKey], slices: Collection[SliceKey]
) -> dict[ManifestKey, StoredManifest]:
    everything: list[ManifestKey | SliceKey] = [*own, *slices]
    if not everything:
        return {}
    starts = [key.start for key in everything]
    found = manifests_between(
        session,
        partners={key.partner_id for key in everything},
        flows={key.flow for key in everything},
        first=min(starts),
        last=max(starts),
    )
    return {one.key: one for one in found}


def _disagreements(said: SliceSums, found: Standing) -> Iterator[Finding]:
    """Say of each figure that does not add up what came; that slices are still to come is none."""
    if found.state is ManifestState.WAITING:
        return
    received: Mapping[str, int | None] = asdict(found.received)
    for name, value in asdict(said).items():
        if value != received[name]:
            yield make_finding("W3008", f"/data/{name}", got=value, total=received[name])
