"""
Whether bytes are those that were received, for both sides of a dispute; if not, how they differ.

The bytes of what was accepted are not kept, their hash is. That the stored slice is what was in them is shown by its
canonical event: rebuilt from the stored rows, it must have the hashes that were recorded when it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from sqlalchemy.orm import Session

from payments_hub.contracts.batches import BatchFault, BatchPart, split_lines, split_list
from payments_hub.contracts.decode import Decoded, decode
from payments_hub.contracts.hashing import content_sha256, event_sha256
from payments_hub.contracts.slice_v1 import SliceEvent
from payments_hub.store.events import stored_event
from payments_hub.store.receipt_pages import recorded_slice
from payments_hub.store.receipt_proof import (
    KnownDelivery,
    deliveries_of_bytes,
    deliveries_of_content,
    deliveries_of_event,
    seen_event_hash,
)

_SOURCE = "urn:hp:partner:"


class Likeness(StrEnum):
    """How a file is like what was received."""

    SAME_BYTES = "same bytes"
    SAME_MESSAGES = "same messages"
    """Not the file, but every message in it."""
    SOME_MESSAGES = "some messages"
    SAME_EVENT = "same event"
    """Other bytes that say the same: spaces, order, structured or binary mode."""
    OTHER_EVENT = "other event"
    """The event's id is known, for something else."""
    SAME_CONTENT = "same content"
    """Another event with the same figures for the same slice."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """
    A recorded slice as it is stored, against the hashes that were recorded when it came.

    Args:
        event_sha256: Of the event rebuilt from the stored rows.
        is_intact: Whether both hashes are the recorded ones.

    """

    receipt_id: str
    event_sha256: bytes
    content_sha256: bytes
    is_intact: bool


@dataclass(frozen=True, slots=True)
class PartProof:
    """One message of a file of several, and the deliveries that brought it."""

    number: int
    known: tuple[KnownDelivery, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """
    What can be said of a file.

    Args:
        sha256: Of the file's bytes.
        known: The deliveries that it is, or is like.
        parts: Of a file of several messages, each; empty where the file itself is known or is one message.
        rebuilt: The slices recorded from it.

    """

    sha256: bytes
    likeness: Likeness
    known: tuple[KnownDelivery, ...]
    parts: tuple[PartProof, ...] = ()
    rebuilt: tuple[Rebuilt, ...] = ()

    @property
    def is_proved(self) -> bool:
        """Tell whether the file is what was received, and what is stored is what was in it."""
        same = self.likeness in {Likeness.SAME_BYTES, Likeness.SAME_MESSAGES}
        return same and all(slice_.is_intact for slice_ in self.rebuilt)


def prove(session: Session, content: bytes) -> Proof:
    """Find out whether a file's bytes were received, or how they differ from what was."""
    digest = sha256(content).digest()
    known = tuple(deliveries_of_bytes(session, [digest]))
    if known:
        return Proof(digest, Likeness.SAME_BYTES, known, rebuilt=_rebuilt(session, known))
    decoded = decode(content)
    if decoded.event is not None:
        return _proof_by_event(session, digest, decoded, decoded.event)
    return _proof_of_parts(session, digest, _parts(content))


def _parts(content: bytes) -> Sequence[BatchPart]:
    for split in (split_list, split_lines):
        found = split(content)
        if not isinstance(found, BatchFault):
            return found
    return ()


def _proof_of_parts(session: Session, digest: bytes, parts: Sequence[BatchPart]) -> Proof:
    hashes = [sha256(part.body).digest() for part in parts]
    found = deliveries_of_bytes(session, set(hashes))
    if not found:
        return Proof(digest, Likeness.UNKNOWN, ())
    proofs = tuple(
        PartProof(part.number, tuple(one for one in found if one.bytes_sha256 == its))
        for part, its in zip(parts, hashes, strict=True)
    )
    likeness = Likeness.SAME_MESSAGES if all(proof.known for proof in proofs) else Likeness.SOME_MESSAGES
    return Proof(digest, likeness, tuple(found), proofs, _rebuilt(session, found))


def _proof_by_event(session: Session, digest: bytes, decoded: Decoded, event: SliceEvent) -> Proof:
    partner = event.source.removeprefix(_SOURCE)
    seen = seen_event_hash(session, partner, event.id)
    if seen is not None:
        likeness = Likeness.SAME_EVENT if seen == decoded.event_sha256 else Likeness.OTHER_EVENT
        return Proof(digest, likeness, tuple(deliveries_of_event(session, partner, event.id)))
    known = tuple(deliveries_of_content(session, partner, event, decoded.content_sha256 or b""))
    return Proof(digest, Likeness.SAME_CONTENT if known else Likeness.UNKNOWN, known)


def _rebuilt(session: Session, known: Sequence[KnownDelivery]) -> tuple[Rebuilt, ...]:
    found = []
    for one in known:
        recorded = recorded_slice(session, one.delivery_id)
        if recorded is None:
            continue
        event = stored_event(session, recorded.revision_id)
        hashes = event_sha256(event), content_sha256(event)
        found.append(
            Rebuilt(one.receipt_id, *hashes, is_intact=hashes == (recorded.event_sha256, recorded.content_sha256))
        )
    return tuple(found)
