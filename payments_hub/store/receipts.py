"""Receipts as people and machines look for them; of a delivery that was answered more than once, the latest holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, exists, func, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.elements import ColumnElement

from payments_hub.contracts.receipt_v1 import DeliveryV1, FindingV1, ReceiptV1, SliceKeyV1
from payments_hub.domain.languages import Words
from payments_hub.domain.verdicts import Cause, Transport, Verdict
from payments_hub.store.tables.ingest import DeliveryRow, ReceiptRow
from payments_hub.store.tables.partners import PartnerRow
from payments_hub.store.tables.places import PlaceRow

_Later = aliased(ReceiptRow, name="later")
_Found = Row[ReceiptRow, DeliveryRow, PartnerRow, str | None]
_Asked = Select[ReceiptRow, DeliveryRow, PartnerRow, str]


@dataclass(frozen=True, slots=True)
class ReceiptSummary:
    """One receipt in one line; flow, site, period and revision are as the message named them."""

    receipt_id: str
    received_at: datetime
    partner: str
    simulated: bool
    verdict: str
    flow: str | None
    site: str | None
    site_name_vi: str | None
    site_name_en: str | None
    period: str | None
    revision: str | None
    severities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    """
    A receipt, and what is known of it beside what was given out.

    Args:
        receipt: What was given out.
        later_id: The receipt of the same delivery that took its place; None while this one holds.
        number: Its place in the order in which the partner's receipts were committed.
        partner_name: Of the partner that sent the delivery.

    """

    receipt: ReceiptV1
    later_id: str | None
    number: int
    delivery_id: int
    partner_name: Words


@dataclass(frozen=True, slots=True)
class ReceiptQuery:
    """
    Which of one partner's receipts are asked for, oldest first.

    Args:
        partner: Whose.
        limit: How many at most.
        after: The number that all are above; 0 for all.
        flow: As the message named it, as site and period; None for any.
        latest_alone: Leave out those that a later receipt of the same delivery took the place of.

    """

    partner: str
    limit: int
    after: int = 0
    flow: str | None = None
    site: str | None = None
    period: str | None = None
    verdict: Verdict | None = None
    latest_alone: bool = False


def recent_receipts(
    session: Session, *, partner: str | None, limit: int, before: datetime | None = None
) -> list[ReceiptSummary]:
    """
    Read the newest receipts that hold.

    Args:
        session: Of the reader.
        partner: Whose alone; None for all partners'.
        limit: How many at most.
        before: Those alone of deliveries that came before an instant.

    """
    statement = (
        select(ReceiptRow, DeliveryRow, PartnerRow, PlaceRow)
        .join(DeliveryRow, DeliveryRow.id == ReceiptRow.delivery_id)
        .join(PartnerRow, PartnerRow.id == DeliveryRow.partner_id)
        .outerjoin(PlaceRow, PlaceRow.code == ReceiptRow.site)
        .where(_holds())
        .order_by(ReceiptRow.issued_at.desc(), ReceiptRow.delivery_id.desc())
        .limit(limit)
    )
    if partner is not None:
        statement = statement.where(PartnerRow.code == partner)
    if before is not None:
        statement = statement.where(DeliveryRow.received_at < before)
    return [_summary(*row) for row in session.execute(statement)]


def verdict_counts(session: Session) -> dict[str, int]:
    """Count deliveries by verdict, each once by the receipt that holds."""
    counted = select(ReceiptRow.verdict, func.count().label("number")).where(_holds()).group_by(ReceiptRow.verdict)
    return {row.verdict: row.number for row in session.execute(counted)}


def receipt_by_id(session: Session, receipt_id: str, partner: str | None) -> StoredReceipt | None:
    """
    Read one receipt; one of another partner is not there, as one that never was.

    Args:
        session: Of the reader.
        receipt_id: Its id.
        partner: Whose it must be; None for anybody's.

    """
    asked = _stored().where(ReceiptRow.id == receipt_id)
    found = session.execute(asked if partner is None else asked.where(PartnerRow.code == partner)).one_or_none()
    return None if found is None else _stored_receipt(found)


def receipts_of_delivery(session: Session, delivery_id: int) -> list[StoredReceipt]:
    """Read every receipt of one delivery, the first first."""
    asked = _stored().where(ReceiptRow.delivery_id == delivery_id).order_by(ReceiptRow.number)
    return _all(session, asked)


def receipts_after(session: Session, wanted: ReceiptQuery) -> list[StoredReceipt]:
    """
    Read one partner's receipts on from a number, in the order in which they were committed.

    That order is the numbers', so whoever goes on from the last number read misses none.
    """
    # By the receipts' own column: through the partner's, all of its receipts would be read and sorted for each page.
    asked = _stored().where(ReceiptRow.partner_id == _partner_id(wanted.partner), ReceiptRow.number > wanted.after)
    for column, value in (
        (ReceiptRow.flow, wanted.flow),
        (ReceiptRow.site, wanted.site),
        (ReceiptRow.period, wanted.period),
        (ReceiptRow.verdict, wanted.verdict),
    ):
        if value is not None:
            asked = asked.where(column == str(value))
    if wanted.latest_alone:
        asked = asked.where(_Later.id.is_(None))
    return _all(session, asked.order_by(ReceiptRow.number).limit(wanted.limit))


def last_receipt(session: Session, partner: str) -> tuple[int, str] | None:
    """Tell the number and the id of a partner's newest receipt."""
    newest = (
        select(ReceiptRow.number, ReceiptRow.id)
        .where(ReceiptRow.partner_id == _partner_id(partner))
        .order_by(ReceiptRow.number.desc())
        .limit(1)
    )
    found = session.execute(newest).one_or_none()
    return None if found is None else (found.number, found.id)


def receipt_number(session: Session, receipt_id: str, partner: str) -> int | None:
    """Find the number of one of a partner's receipts."""
    asked = select(ReceiptRow.number).where(ReceiptRow.id == receipt_id, ReceiptRow.partner_id == _partner_id(partner))
    return session.scalar(asked)


def _partner_id(partner: str) -> ColumnElement[int]:
    return select(PartnerRow.id).where(PartnerRow.code == partner).scalar_subquery()


def _holds() -> ColumnElement[bool]:
    """Ask that no later receipt of the same delivery took its place."""
    return ~exists().where(_Later.previous_id == ReceiptRow.id)


def _stored() -> _Asked:
    return (
        select(ReceiptRow, DeliveryRow, PartnerRow, _Later.id)
        .join(DeliveryRow, DeliveryRow.id == ReceiptRow.delivery_id)
        .join(PartnerRow, PartnerRow.id == ReceiptRow.partner_id)
        .outerjoin(_Later, _Later.previous_id == ReceiptRow.id)
    )


def _all(session: Session, asked: _Asked) -> list[StoredReceipt]:
    return [_stored_receipt(found) for found in session.execute(asked)]


def _stored_receipt(found: _Found) -> StoredReceipt:
    row, delivery, partner, later_id = found
    return StoredReceipt(
        receipt=_receipt(row, delivery, partner),
        later_id=later_id,
        number=row.number,
        delivery_id=row.delivery_id,
        partner_name=Words(partner.name_vi, partner.name_en),
    )


def _receipt(row: ReceiptRow, delivery: DeliveryRow, partner: PartnerRow) -> ReceiptV1:
    return ReceiptV1(
        id=row.id,
        issued_at=row.issued_at,
        verdict=Verdict(row.verdict),
        partner=partner.code,
        delivery=DeliveryV1(
            transport=Transport(delivery.transport),
            position=delivery.position,
            received_at=delivery.received_at,
            bytes_sha256=bytes(delivery.bytes_sha256).hex(),
            byte_count=delivery.byte_count,
        ),
        source=row.source,
        event_id=row.event_id,
        key=SliceKeyV1(flow=row.flow, site=row.site, period=row.period, revision=row.revision),
        known_at=row.known_at,
        first_receipt=row.first_receipt_id,
        cause=Cause(row.cause),
        previous_receipt=row.previous_id,
        replay=row.replay_id,
        current_revision=row.current_revision,
        rules_version=row.rules_version,
        findings=tuple(FindingV1.model_validate(finding) for finding in row.findings),
        has_more_findings=row.has_more_findings,
        simulated=partner.simulated,
    )


def _summary(receipt: ReceiptRow, delivery: DeliveryRow, partner: PartnerRow, place: PlaceRow | None) -> ReceiptSummary:
    return ReceiptSummary(
        receipt_id=receipt.id,
        received_at=delivery.received_at,
        partner=partner.code,
        simulated=partner.simulated,
        verdict=receipt.verdict,
        flow=receipt.flow,
        site=receipt.site,
        site_name_vi=place.name_vi if place else None,
        site_name_en=place.name_en if place else None,
        period=receipt.period,
        revision=receipt.revision,
        severities=tuple(str(finding["severity"]) for finding in receipt.findings),
    )
