"""
Deliveries, receipts, revisions, heads: what ingest reads and writes.

A transaction that takes messages in holds the lock of each partner it writes for, taken in the order of their numbers.
Heads, seen ids and `known_at` belong to one partner each, so nothing finer needs a lock, and partners never wait for
each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_hub.domain.slices import SeenEvent, SliceKey, SliceState
from payments_hub.store.base import Base
from payments_hub.store.copying import array_text, as_bytea, copy_lines, copy_rows, copy_values
from payments_hub.store.manifests import StoredManifest, save_manifest_states
from payments_hub.store.tables.answers import ReceiptOutboxRow
from payments_hub.store.tables.holding import HeldSliceRow
from payments_hub.store.tables.ingest import (
    DeliveryRow,
    QuarantineRow,
    ReceiptRow,
    SeenEventRow,
    SliceCellRow,
    SliceRevisionRow,
    TouchedSliceRow,
)
from payments_hub.store.tables.manifests import ManifestRevisionRow

_KEY_ARRAYS = (
    "CAST(:partner AS bigint[]), CAST(:flow AS text[]), CAST(:place AS bigint[]), CAST(:frequency AS text[]), "
    "CAST(:start AS date[])"
)
_KEY_NAMES = ("partner", "flow", "place", "frequency", "start")

_LOCK = text("SELECT id, code FROM partner WHERE code = ANY (:codes) ORDER BY id FOR NO KEY UPDATE")
_LOCK_NUMBERS = text("SELECT id FROM partner WHERE id = ANY (:numbers) ORDER BY id FOR NO KEY UPDATE")
_FORGET_SEEN = text("DELETE FROM seen_event WHERE partner_id = :partner AND event_id = :event")
_SEEN = text("""
SELECT partner_id, event_id, event_sha256, receipt_id
FROM seen_event JOIN unnest(CAST(:partner AS bigint[]), CAST(:event AS text[]))
    AS asked (partner_id, event_id) USING (partner_id, event_id)
""")
_HEADS = text(f"""
SELECT partner_id, flow, place_id, frequency, start, revision, content_sha256, content_revision_id, known_at,
       cell_count, total_count, total_amount, cells_sha256
FROM slice_head JOIN unnest({_KEY_ARRAYS})
    AS asked (partner_id, flow, place_id, frequency, start) USING (partner_id, flow, place_id, frequency, start)
""")  # noqa: S608 - put together from this module's own text
_RECORDED = text(f"""
SELECT partner_id, flow, place_id, frequency, start, revision, content_sha256
FROM slice_revision JOIN unnest({_KEY_ARRAYS}, CAST(:revision AS bigint[]))
    AS asked (partner_id, flow, place_id, frequency, start, revision)
    USING (partner_id, flow, place_id, frequency, start, revision)
UNION ALL
SELECT partner_id, flow, place_id, frequency, start, revision, content_sha256
FROM held_slice JOIN unnest({_KEY_ARRAYS}, CAST(:revision AS bigint[]))
    AS asked (partner_id, flow, place_id, frequency, start, revision)
    USING (partner_id, flow, place_id, frequency, start, revision)
WHERE decided_at IS NULL
""")  # noqa: S608 - as above
_MERGE_HEADS = text(f"""
INSERT INTO slice_head (partner_id, flow, place_id, frequency, start,
                        revision, content_sha256, content_revision_id, known_at,
                        cell_count, total_count, total_amount, cells_sha256)
SELECT * FROM unnest({_KEY_ARRAYS}, CAST(:revision AS bigint[]), CAST(:content AS bytea[]),
                     CAST(:content_revision AS bigint[]), CAST(:known_at AS timestamptz[]),
                     CAST(:cell_count AS bigint[]), CAST(:total_count AS bigint[]), CAST(:total_amount AS bigint[]),
                     CAST(:cells AS bytea[]))
ON CONFLICT (partner_id, flow, place_id, frequency, start) DO UPDATE SET
    revision = excluded.revision, content_sha256 = excluded.content_sha256,
    content_revision_id = excluded.content_revision_id, known_at = excluded.known_at,
    cell_count = excluded.cell_count, total_count = excluded.total_count, total_amount = excluded.total_amount,
    cells_sha256 = excluded.cells_sha256
""")  # noqa: S608 - as above

Values = Sequence[object]
"""One row's values, in the order of its table's columns."""


@dataclass(slots=True)
class Ledger:
    """
    Rows to be written together; each list's values are in the order of `LEDGER_COLUMNS`.

    Args:
        cells: Those of a slice together, as lines, because they are many and soon forgotten.

    """

    deliveries: list[Values] = field(default_factory=list)
    receipts: list[Values] = field(default_factory=list)
    quarantine: list[Values] = field(default_factory=list)
    held: list[Values] = field(default_factory=list)
    outbox: list[Values] = field(default_factory=list)
    seen_events: list[Values] = field(default_factory=list)
    revisions: list[Values] = field(default_factory=list)
    cells: list[bytes] = field(default_factory=list)
    touched: list[Values] = field(default_factory=list)
    heads: dict[SliceKey, SliceState] = field(default_factory=dict)
    manifests: list[Values] = field(default_factory=list)
    manifest_states: list[StoredManifest] = field(default_factory=list)


_TABLES: tuple[tuple[str, type[Base]], ...] = (
    ("deliveries", DeliveryRow),
    ("receipts", ReceiptRow),
    ("quarantine", QuarantineRow),
    ("held", HeldSliceRow),
    ("outbox", ReceiptOutboxRow),
    ("seen_events", SeenEventRow),
    ("revisions", SliceRevisionRow),
    ("touched", TouchedSliceRow),
    ("manifests", ManifestRevisionRow),
)
_AS_SENT = {"quarantine", "held", "manifests"}
"""Tables of few rows, with bytes as a partner sent them or hashes as they are."""

_NOT_WRITTEN = {
    (TouchedSliceRow, "id"),
    *((HeldSliceRow, name) for name in ("decision", "decided_by", "decided_at", "reason")),
}
LEDGER_COLUMNS: Mapping[str, tuple[str, ...]] = {
    name: tuple(column.name for column in row.__table__.columns if (row, column.name) not in _NOT_WRITTEN)
    for name, row in _TABLES
}
_CELL_COLUMNS = tuple(column.name for column in SliceCellRow.__table__.columns)


def lock_partners(session: Session, codes: Collection[str]) -> None:
    """Take the partners' locks, in the order of their numbers."""
    session.execute(_LOCK, {"codes": sorted(codes)})


def lock_partner_numbers(session: Session, numbers: Collection[int]) -> None:
    """Take the locks of partners known by their numbers, in the order of these."""
    session.execute(_LOCK_NUMBERS, {"numbers": sorted(numbers)})


def forget_seen_events(session: Session, keys: Collection[tuple[int, str]]) -> None:
    """Give event ids back, because the events that used them were refused after all."""
    for partner_id, event_id in keys:
        session.execute(_FORGET_SEEN, {"partner": partner_id, "event": event_id})


def seen_events(session: Session, keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], SeenEvent]:
    """Find which of the (partner, event id) pairs were used before."""
    if not keys:
        return {}
    asked = {"partner": array_text([key[0] for key in keys]), "event": array_text([key[1] for key in keys])}
    return {
        (row.partner_id, row.event_id): SeenEvent(bytes(row.event_sha256), row.receipt_id)
        for row in session.execute(_SEEN, asked)
    }


def slice_states(session: Session, asked: Collection[tuple[SliceKey, int]]) -> dict[SliceKey, SliceState]:
    """
    Read what is recorded of slices.

    Args:
        session: It holds the locks of the slices' partners.
        asked: Each slice with a revision number of which it matters whether it is recorded.

    """
    states = {key: SliceState() for key, _ in asked}
    if not states:
        return states
    for row in session.execute(_HEADS, _key_arrays(states)):
        states[SliceKey(*row[:5])] = SliceState(
            row.revision,
            bytes(row.content_sha256),
            row.content_revision_id,
            row.known_at,
            row.cell_count,
            row.total_count,
            row.total_amount,
            None if row.cells_sha256 is None else bytes(row.cells_sha256),
        )
    pairs = {"revision": array_text([revision for _, revision in asked]), **_key_arrays([key for key, _ in asked])}
    for row in session.execute(_RECORDED, pairs):
        states[SliceKey(*row[:5])].recorded[row.revision] = bytes(row.content_sha256)
    return states


def write_ledger(session: Session, ledger: Ledger) -> None:
    """Write the rows by COPY and merge the heads."""
    for name, row in _TABLES:
        rows: list[Values] = getattr(ledger, name)
        if rows:
            write = copy_rows if name in _AS_SENT else copy_values
            write(session, str(row.__tablename__), LEDGER_COLUMNS[name], rows)
    if ledger.cells:
        copy_lines(session, SliceCellRow.__tablename__, _CELL_COLUMNS, ledger.cells)
    if ledger.heads:
        _merge_heads(session, ledger.heads)
    save_manifest_states(session, ledger.manifest_states)


def _merge_heads(session: Session, heads: Mapping[SliceKey, SliceState]) -> None:
    states = list(heads.values())
    session.execute(
        _MERGE_HEADS,
        {
            **_key_arrays(heads),
            "revision": array_text([state.revision for state in states]),
            "content": array_text([as_bytea(state.content_sha256) for state in states]),
            "content_revision": array_text([state.content_revision_id for state in states]),
            "known_at": array_text([state.known_at for state in states]),
            "cell_count": array_text([state.cell_count for state in states]),
            "total_count": array_text([state.total_count for state in states]),
            "total_amount": array_text([state.total_amount for state in states]),
            "cells": array_text([as_bytea(state.cells_sha256) for state in states]),
        },
    )


def _key_arrays(keys: Iterable[SliceKey]) -> dict[str, str]:
    columns = list(zip(*keys, strict=True))
    return {name: array_text(column) for name, column in zip(_KEY_NAMES, columns, strict=True)}
