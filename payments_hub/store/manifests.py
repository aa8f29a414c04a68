"""Manifests as ingest and pages read them: which hold, how they stand, and what is recorded under them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import RowMapping, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_hub.domain.manifests import (
    LONGEST_CORRECTION,
    ManifestKey,
    ManifestState,
    RecordedRevision,
    Said,
    SliceSums,
    Standing,
)
from payments_hub.kernel.periods import Period
from payments_hub.store.tables.manifests import ManifestStateRow

_KEY = ("partner_id", "flow", "frequency", "start")
_FINER = {"D": "D", "M": "DM", "Q": "DMQ", "Y": "DMQY"}
"""Of each frequency, those whose periods lie inside its own."""

_OVER = text("""
SELECT state.*, manifest.event_time AS made_at
FROM manifest_state AS state JOIN manifest_revision AS manifest ON manifest.id = state.manifest_id
WHERE state.partner_id = ANY (:partners) AND state.flow = ANY (:flows)
  AND state.start <= :last AND state.last >= :first
""")
_RECORDED = text("""
SELECT partner_id, flow, frequency, start, revision, content_sha256
FROM manifest_revision JOIN unnest(CAST(:partner AS bigint[]), CAST(:flow AS text[]), CAST(:frequency AS text[]),
                                   CAST(:start AS date[]), CAST(:revision AS bigint[]))
    AS asked (partner_id, flow, frequency, start, revision) USING (partner_id, flow, frequency, start, revision)
""")

# A partner's places of a flow are few and its slices many: each place is found by one look into the index of heads, and
# its slices of the period by another, so that the cost does not grow with the years before. OFFSET 0 keeps the planner
# from drawing the second look into a join, where it would read all years of the place.
_UNDER = text("""
WITH RECURSIVE asked AS (
    SELECT * FROM unnest(CAST(:partner AS bigint[]), CAST(:flow AS text[]), CAST(:frequency AS text[]),
                         CAST(:start AS date[]), CAST(:last AS date[]), CAST(:finer AS text[]))
        AS manifest (partner_id, flow, frequency, start, last, finer)
), place AS (
    SELECT partner_id, flow, (SELECT min(place_id) FROM slice_head AS head
        WHERE head.partner_id = who.partner_id AND head.flow = who.flow) AS place_id
    FROM (SELECT DISTINCT partner_id, flow FROM asked) AS who
  UNION ALL
    SELECT partner_id, flow, (SELECT min(head.place_id) FROM slice_head AS head
        WHERE head.partner_id = place.partner_id AND head.flow = place.flow AND head.place_id > place.place_id)
    FROM place WHERE place_id IS NOT NULL
)
SELECT asked.partner_id, asked.flow, asked.frequency, asked.start,
       recorded.event_time, recorded.revision, recorded.place_id, recorded.frequency, recorded.start,
       recorded.content_sha256, recorded.action <> 'DELETE',
       coalesce(recorded.control_count, 0), coalesce(recorded.control_amount, 0)
FROM asked
JOIN place USING (partner_id, flow)
CROSS JOIN LATERAL (
    SELECT * FROM slice_revision AS revision
    WHERE revision.partner_id = asked.partner_id AND revision.flow = asked.flow AND revision.place_id = place.place_id
      AND revision.frequency = ANY (string_to_array(asked.finer, NULL))
      AND revision.start BETWEEN asked.start AND asked.last
    OFFSET 0
) AS recorded
""")


# A slice counts as replaced where its head is a revision that came no earlier than a day before the manifest: partners
# send the slices of a correction before its manifest or after it.
_CORRECTING = text("""
SELECT sum(state.slices)::bigint AS slices, sum(replaced.slices)::bigint AS replaced
FROM manifest_state AS state CROSS JOIN LATERAL (
    SELECT count(*) AS slices FROM slice_head AS head
    WHERE head.partner_id = state.partner_id AND head.flow = state.flow
      AND head.start BETWEEN state.start AND state.last AND head.revision > 0
      AND head.known_at > state.known_at - CAST(:longest AS interval)
) AS replaced
WHERE state.flow = :flow AND (CAST(:partner AS bigint) IS NULL OR state.partner_id = :partner)
  AND state.start <= :last AND state.last >= :first
  AND state.revision > 0 AND state.state IN ('WAITING', 'DIFFERS') AND state.known_at > :since
""")


@dataclass(frozen=True, slots=True)
class Correction:
    """How far a correction is: so many slices were replaced, of so many that its manifests name."""

    replaced: int
    slices: int


@dataclass(frozen=True, slots=True)
class StoredManifest:
    """
    The manifest that holds for a period of a flow, and how it stands.

    Args:
        manifest_id: Its revision's number in the store.
        content_sha256: Hash of what it says.
        known_at: When the hub knew it.
        matched_at: When it was first found to match; None if it never was.
        changed_at: When its standing last changed.

    """

    key: ManifestKey
    manifest_id: int
    said: Said
    content_sha256: bytes
    known_at: datetime
    standing: Standing
    matched_at: datetime | None
    changed_at: datetime


def manifests_between(
    session: Session, *, partners: Collection[int], flows: Collection[str], first: date, last: date
) -> list[StoredManifest]:
    """
    Read the manifests that hold for periods which meet a stretch of days.

    Args:
        session: Of the reader.
        partners: By number, whose.
        flows: Of these.
        first: The stretch's first day.
        last: Its last.

    """
    asked = {"partners": sorted(partners), "flows": sorted(flows), "first": first, "last": last}
    return [_stored(row) for row in session.execute(_OVER, asked).mappings()]


def recorded_manifests(
    session: Session, asked: Collection[tuple[ManifestKey, int]]
) -> Mapping[tuple[ManifestKey, int], bytes]:
    """Find which of the revision numbers are recorded, with the hash of what each says."""
    values = {name: [key[index] for key, _ in asked] for index, name in enumerate(("partner", *_KEY[1:]))}
    rows = session.execute(_RECORDED, {**values, "revision": [revision for _, revision in asked]})
    return {(ManifestKey(*row[:4]), row.revision): bytes(row.content_sha256) for row in rows}


def revisions_under(session: Session, keys: Sequence[ManifestKey]) -> Mapping[ManifestKey, list[RecordedRevision]]:
    """Read every recorded revision of the slices whose period lies inside one of a manifest."""
    found: dict[ManifestKey, list[RecordedRevision]] = {key: [] for key in keys}
    values = {name: [key[index] for key in keys] for index, name in enumerate(("partner", *_KEY[1:]))}
    ends = {"last": [key.period.end for key in keys], "finer": [_FINER[key.frequency] for key in keys]}
    for row in session.execute(_UNDER, {**values, **ends}):
        made_at, revision, place_id, frequency, start, content, is_received, count, amount = row[4:]
        recorded = RecordedRevision(
            made_at, revision, (place_id, frequency, start), bytes(content), is_received, count, amount
        )
        found[ManifestKey(*row[:4])].append(recorded)
    return found


def save_manifest_states(session: Session, manifests: Iterable[StoredManifest]) -> None:
    """Write how manifests stand; the last word holds."""
    rows = [_row(manifest) for manifest in manifests]
    if not rows:
        return
    values = insert(ManifestStateRow).values(rows)
    replaced = {name: values.excluded[name] for name in rows[0] if name not in _KEY}
    session.execute(values.on_conflict_do_update(index_elements=list(_KEY), set_=replaced))


def running_correction(
    session: Session, flow: str, period: Period, *, partner_id: int | None, since: datetime
) -> Correction | None:
    """
    Tell how far the correction of a period is; None where none is under way.

    One is while a manifest of a revision above 0 waits for its slices or differs from them.

    Args:
        session: Of the reader.
        flow: What is corrected.
        period: For which manifests of its days and months count, and of longer periods around it.
        partner_id: By whom; None for anybody.
        since: No manifest that came earlier counts.

    """
    asked = {"flow": flow, "first": period.start, "last": period.end, "partner": partner_id, "since": since}
    found = session.execute(_CORRECTING, {**asked, "longest": LONGEST_CORRECTION}).one()
    return None if found.slices is None else Correction(found.replaced, found.slices)


def _whole(value: Decimal | None) -> int | None:
    return None if value is None else int(value)


def _stored(row: RowMapping) -> StoredManifest:
    return StoredManifest(
        key=ManifestKey(row["partner_id"], row["flow"], row["frequency"], row["start"]),
        manifest_id=row["manifest_id"],
        said=Said(row["made_at"], row["revision"], SliceSums(row["slices"], row["count"] or 0, row["amount"])),
        content_sha256=bytes(row["content_sha256"]),
        known_at=row["known_at"],
        standing=Standing(
            ManifestState(row["state"]),
            SliceSums(row["received_slices"], int(row["received_count"] or 0), _whole(row["received_amount"])),
        ),
        matched_at=row["matched_at"],
        changed_at=row["changed_at"],
    )


def _row(manifest: StoredManifest) -> dict[str, object]:
    said, received = manifest.said.sums, manifest.standing.received
    return {
        **manifest.key._asdict(),
        "last": manifest.key.period.end,
        "revision": manifest.said.revision,
        "manifest_id": manifest.manifest_id,
        "content_sha256": manifest.content_sha256,
        "state": manifest.standing.state.value,
        "slices": said.slices,
        "count": said.count,
        "amount": said.amount,
        "received_slices": received.slices,
        "received_count": received.count,
        "received_amount": received.amount,
        "known_at": manifest.known_at,
        "matched_at": manifest.matched_at,
        "changed_at": manifest.changed_at,
    }
