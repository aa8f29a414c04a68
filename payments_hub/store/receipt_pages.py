"""What pages of receipts need beside the receipts themselves: lists, hashes, kept bytes, the same faults elsewhere."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, literal, select, text, tuple_
from sqlalchemy.orm import Session, aliased

from payments_hub.contracts.root_causes import CauseKey
from payments_hub.domain.languages import Words
from payments_hub.store.tables.holding import HeldSliceRow
from payments_hub.store.tables.ingest import (
    DeliveryRow,
    QuarantineRow,
    ReceiptRow,
    SeenEventRow,
    SliceCellRow,
    SliceRevisionRow,
)
from payments_hub.store.tables.partners import PartnerRow
from payments_hub.store.tables.places import PlaceRow
from payments_hub.store.tables.replays import ReplayRow

_Later = aliased(ReceiptRow, name="later")

_SAME_FAULTS = text(r"""
SELECT found ->> 'code' AS code, regexp_replace(found ->> 'pointer', '/[0-9]+(?=/|$)', '/*', 'g') AS kind,
       found ->> 'got' AS got, count(DISTINCT receipt.delivery_id) AS messages
FROM receipt CROSS JOIN LATERAL jsonb_array_elements(receipt.findings) AS found
WHERE receipt.partner_id = (SELECT partner_id FROM delivery WHERE id = :delivery)
  AND receipt.issued_at BETWEEN :since AND :until AND receipt.delivery_id <> :delivery
  AND receipt.findings <> '[]' AND found ->> 'code' = ANY (:codes)
GROUP BY 1, 2, 3
""")


@dataclass(frozen=True, slots=True)
class RecordedSlice:
    """
    What the store holds of a delivery that was let in.

    Args:
        revision_id: Its number in the store.
        event_time: When the partner made it.
        cells: How many cells it has; of a NO_CHANGE, those that it equals.

    """

    revision_id: int
    event_time: datetime
    data_schema: str | None
    event_sha256: bytes
    content_sha256: bytes
    cells: int


@dataclass(frozen=True, slots=True)
class KeptBytes:
    """Until when the raw bytes of a rejected or held delivery are kept, and whether they are there."""

    until: datetime
    are_there: bool


@dataclass(frozen=True, slots=True)
class ReceiptListQuery:
    """
    Which receipts a list shows, newest first; None and "" ask for any.

    Args:
        partner: Whose alone.
        code: A code that one of the findings has.
        since: From when on.
        behind: The id of the receipt behind which the list goes on.

    """

    limit: int
    partner: str | None = None
    verdict: str = ""
    flow: str = ""
    site: str = ""
    period: str = ""
    code: str = ""
    since: datetime | None = None
    behind: str = ""


@dataclass(frozen=True, slots=True)
class ListedReceipt:
    """One receipt in one line; flow, site, period, revision as the message named them."""

    receipt_id: str
    issued_at: datetime
    received_at: datetime
    partner: str
    simulated: bool
    verdict: str
    cause: str
    holds: bool
    flow: str | None
    site: str | None
    site_name: Words | None
    period: str | None
    revision: str | None
    codes: tuple[tuple[str, str], ...]
    transport: str
    byte_count: int
    bytes_sha256: bytes


def listed_receipts(session: Session, wanted: ReceiptListQuery) -> list[ListedReceipt]:
    """Read receipts, newest first."""
    asked = (
        select(ReceiptRow, DeliveryRow, PartnerRow, PlaceRow, ~exists().where(_Later.previous_id == ReceiptRow.id))
        .join(DeliveryRow, DeliveryRow.id == ReceiptRow.delivery_id)
        .join(PartnerRow, PartnerRow.id == ReceiptRow.partner_id)
        .outerjoin(PlaceRow, PlaceRow.code == ReceiptRow.site)
        .where(*_conditions(wanted))
        .order_by(ReceiptRow.issued_at.desc(), ReceiptRow.number.desc())
        .limit(wanted.limit)
    )
    return [_listed(*row) for row in session.execute(asked)]


def recorded_slice(session: Session, delivery_id: int) -> RecordedSlice | None:
    """Find what was recorded of a delivery; None where it was not let in."""
    cells = (
        select(func.count())
        .select_from(SliceCellRow)
        .where(SliceCellRow.revision_id == SliceRevisionRow.content_revision_id)
        .scalar_subquery()
    )
    found = session.execute(
        select(SliceRevisionRow, cells).where(SliceRevisionRow.delivery_id == delivery_id)
    ).one_or_none()
    if found is None:
        return None
    row, number = found
    return RecordedSlice(
        row.id, row.event_time, row.data_schema, bytes(row.event_sha256), bytes(row.content_sha256), number
    )


def held_hashes(session: Session, delivery_id: int) -> tuple[bytes, bytes] | None:
    """Read the hashes of the event and of the content of a slice that was held; None where none was."""
    found = session.execute(
        select(SeenEventRow.event_sha256, HeldSliceRow.content_sha256)
        .join(SeenEventRow, SeenEventRow.receipt_id == HeldSliceRow.receipt_id)
        .where(HeldSliceRow.delivery_id == delivery_id)
    ).one_or_none()
    return None if found is None else (bytes(found[0]), bytes(found[1]))


def kept_bytes(session: Session, delivery_id: int) -> KeptBytes | None:
    """Tell how long a delivery's raw bytes are kept; None where none are kept by rule."""
    kept = (
        select(table.keep_until, table.body.is_not(None)).where(table.delivery_id == delivery_id)
        for table in (QuarantineRow, HeldSliceRow)
    )
    found = [row for asked in kept for row in session.execute(asked)]
    return KeptBytes(*max(found, key=lambda row: (row[1], row[0]))) if found else None


def place_name(session: Session, code: str | None) -> Words | None:
    """Find the name of a place by its code."""
    found = session.execute(select(PlaceRow.name_vi, PlaceRow.name_en).where(PlaceRow.code == code)).one_or_none()
    return None if found is None else Words(*found)


def reason_of(session: Session, delivery_id: int, replay_id: str | None) -> str | None:
    """Tell why a delivery was answered again: what a replay was for, else what an officer said of a held slice."""
    replays = select(ReplayRow.reason).where(ReplayRow.id == replay_id)
    held = select(HeldSliceRow.reason).where(HeldSliceRow.delivery_id == delivery_id)
    return session.scalar(held if replay_id is None else replays)


def same_faults(
    session: Session, delivery_id: int, codes: Collection[str], *, since: datetime, until: datetime
) -> dict[CauseKey, int]:
    """
    Count in how many other messages of a delivery's partner each cause of a fault was found between two instants.

    Args:
        session: Of the reader.
        delivery_id: The delivery that the others are compared with.
        codes: The codes that matter.
        since: The first instant.
        until: The last.

    """
    if not codes:
        return {}
    asked = {"delivery": delivery_id, "codes": sorted(codes), "since": since, "until": until}
    return {(row.code, row.kind, row.got): row.messages for row in session.execute(_SAME_FAULTS, asked)}


def _conditions(wanted: ReceiptListQuery) -> list[ColumnElement[bool]]:
    columns = (
        (PartnerRow.code, wanted.partner),
        (ReceiptRow.verdict, wanted.verdict),
        (ReceiptRow.flow, wanted.flow),
        (ReceiptRow.site, wanted.site),
        (ReceiptRow.period, wanted.period),
    )
    found = [column == value for column, value in columns if value]
    if wanted.code:
        found.append(ReceiptRow.findings.contains([{"code": wanted.code}]))
    if wanted.since is not None:
        found.append(ReceiptRow.issued_at >= wanted.since)
    if wanted.behind:
        found.append(_behind(wanted.behind))
    return found


def _behind(receipt_id: str) -> ColumnElement[bool]:
    place = select(ReceiptRow.issued_at, ReceiptRow.number).where(ReceiptRow.id == literal(receipt_id))
    return tuple_(ReceiptRow.issued_at, ReceiptRow.number) < place.scalar_subquery()


def _listed(
    receipt: ReceiptRow,
    delivery: DeliveryRow,
    partner: PartnerRow,
    place: PlaceRow | None,
    holds: bool,  # noqa: FBT001  a column of the answer, not a switch
) -> ListedReceipt:
    return ListedReceipt(
        receipt_id=receipt.id,
        issued_at=receipt.issued_at,
        received_at=delivery.received_at,
        partner=partner.code,
        simulated=partner.simulated,
        verdict=receipt.verdict,
        cause=receipt.cause,
        holds=holds,
        flow=receipt.flow,
        site=receipt.site,
        site_name=None if place is None else Words(place.name_vi, place.name_en),
        period=receipt.period,
        revision=receipt.revision,
        codes=tuple((str(finding["code"]), str(finding["severity"])) for finding in receipt.findings),
        transport=delivery.transport,
        byte_count=delivery.byte_count,
        bytes_sha256=bytes(delivery.bytes_sha256),
    )
