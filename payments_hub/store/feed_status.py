"""What pages about feeds read: slices as they stand, what was wrong with messages, deliveries counted by verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_hub.domain.feed_calendar import NOTHING_CAME, SliceFacts
from payments_hub.kernel.clock import CITY_ZONE
from payments_hub.kernel.periods import Frequency, Period

MESSAGES_READ = 2_000
"""Errors are grouped over at most so many messages, the newest: a page is no place for more."""

FeedKey: TypeAlias = tuple[int, str, str]
"""Partner's number, flow and place."""

# The newest accepted revision is what holds: one that changed nothing has the same content.
_HEADS = text("""
SELECT DISTINCT ON (revision.partner_id, revision.flow, revision.place_id, revision.start)
    revision.partner_id, revision.flow, place.code AS place, revision.start, revision.action,
    revision.coverage_reporting, revision.coverage_total, receipt.id AS receipt_id,
    min(revision.known_on) FILTER (WHERE revision.action <> 'DELETE') OVER (
        PARTITION BY revision.partner_id, revision.flow, revision.place_id, revision.start) AS first_known_on
FROM slice_revision AS revision
JOIN place ON place.id = revision.place_id
JOIN receipt ON receipt.delivery_id = revision.delivery_id
    AND NOT EXISTS (SELECT FROM receipt AS later WHERE later.previous_id = receipt.id)
WHERE revision.verdict = 'ACCEPTED' AND revision.flow = ANY (:flows) AND revision.frequency = :frequency
    AND revision.start BETWEEN :first AND :last
    AND (CAST(:partner_id AS integer) IS NULL OR revision.partner_id = :partner_id)
ORDER BY revision.partner_id, revision.flow, revision.place_id, revision.start, revision.revision DESC
""")

# Slices whose last receipt is a rejection; all rejected deliveries are in quarantine, which is a small table.
_REJECTED = text("""
SELECT receipt.partner_id, receipt.flow, receipt.site AS place, receipt.period, receipt.id AS receipt_id
FROM quarantine JOIN receipt ON receipt.delivery_id = quarantine.delivery_id
WHERE receipt.verdict = 'REJECTED' AND receipt.flow = ANY (:flows) AND receipt.period = ANY (:periods)
    AND receipt.site IS NOT NULL AND (CAST(:partner_id AS integer) IS NULL OR receipt.partner_id = :partner_id)
    AND NOT EXISTS (
        SELECT FROM receipt AS later
        WHERE later.partner_id = receipt.partner_id AND later.flow = receipt.flow AND later.site = receipt.site
            AND later.period = receipt.period AND later.number > receipt.number)
""")

_HELD = text("""
SELECT held_slice.partner_id, held_slice.flow, place.code AS place, held_slice.start, held_slice.receipt_id
FROM held_slice JOIN place ON place.id = held_slice.place_id
WHERE held_slice.decided_at IS NULL AND held_slice.flow = ANY (:flows) AND held_slice.frequency = :frequency
    AND held_slice.start BETWEEN :first AND :last
    AND (CAST(:partner_id AS integer) IS NULL OR held_slice.partner_id = :partner_id)
ORDER BY held_slice.revision
""")

# A copy of what came before says nothing new, so that it answers no rejection.
_JUDGED = text("""
SELECT receipt.id, receipt.verdict, receipt.issued_at, receipt.findings, EXISTS (
        SELECT FROM receipt AS later
        WHERE later.partner_id = receipt.partner_id AND later.flow = receipt.flow
            AND later.site = receipt.site AND later.period = receipt.period
            AND later.delivery_id > receipt.delivery_id AND later.verdict NOT IN ('REJECTED', 'DUPLICATE')
            AND NOT EXISTS (SELECT FROM receipt AS last WHERE last.previous_id = later.id)) AS sent_again
FROM receipt
WHERE receipt.partner_id = :partner_id AND receipt.issued_at >= :since AND receipt.findings <> '[]'::jsonb
    AND (CAST(:flow AS text) IS NULL OR receipt.flow IS NULL OR receipt.flow = :flow)
    AND NOT EXISTS (SELECT FROM receipt AS later WHERE later.previous_id = receipt.id)
ORDER BY receipt.number DESC
LIMIT :limit
""")

# Both sides are counted by themselves, so that a delivery without a receipt would show.
_RECONCILED = text("""
WITH arrived AS (
    SELECT (received_at AT TIME ZONE :zone)::date AS day, count(*) AS deliveries
    FROM delivery
    WHERE partner_id = :partner_id AND received_at >= :since
        AND id >= (SELECT coalesce(min(delivery_id), 0) FROM receipt WHERE issued_at >= :since AND previous_id IS NULL)
    GROUP BY 1
), answered AS (
    SELECT (delivery.received_at AT TIME ZONE :zone)::date AS day, receipt.verdict, count(*) AS receipts
    FROM receipt JOIN delivery ON delivery.id = receipt.delivery_id
    WHERE receipt.partner_id = :partner_id AND receipt.issued_at >= :since AND delivery.received_at >= :since
        AND NOT EXISTS (SELECT FROM receipt AS later WHERE later.previous_id = receipt.id)
    GROUP BY 1, 2
)
SELECT arrived.day, arrived.deliveries, answered.verdict, answered.receipts
FROM arrived LEFT JOIN answered USING (day)
ORDER BY arrived.day DESC
""")

_LAST_MESSAGES = text("""
SELECT partner.code, last.issued_at
FROM partner LEFT JOIN LATERAL (
    SELECT issued_at FROM receipt WHERE receipt.partner_id = partner.id ORDER BY number DESC LIMIT 1
) AS last ON true
""")

_MANIFESTS = text("""
SELECT frequency, start, revision, state, slices, received_slices, changed_at FROM manifest_state
WHERE partner_id = :partner_id AND flow = :flow AND last >= :first AND start <= :last
ORDER BY start DESC, frequency
""")

_WARNINGS = text("""
SELECT warning.id, warning.code, warning.frequency, warning.start, warning.raised_on, warning.finding,
       place.code AS place, place.name_vi, place.name_en, answer.answer
FROM series_warning AS warning
JOIN place ON place.id = warning.place_id
LEFT JOIN warning_answer AS answer ON answer.series_warning_id = warning.id
WHERE warning.partner_id = :partner_id AND warning.flow = :flow AND warning.resolved_on IS NULL
ORDER BY warning.raised_on DESC, place.code
LIMIT 50
""")

_SUSPENSION = text("""
SELECT suspended_at, rejected FROM feed_suspension WHERE partner_id = :partner_id AND resumed_at IS NULL
""")

_KEYS = text("""
SELECT prefix, label, scopes, created_at, last_used_at, expires_at FROM api_key
WHERE partner_id = :partner_id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
ORDER BY created_at
""")


@dataclass(frozen=True, slots=True)
class FeedQuestion:
    """Which slices: some flows at one frequency over periods, of one partner or, with None, of all."""

    flows: tuple[str, ...]
    frequency: Frequency
    periods: tuple[Period, ...]
    partner_id: int | None = None


@dataclass(frozen=True, slots=True)
class JudgedMessage:
    """
    A message with findings.

    Args:
        sent_again: Whether a message that came later for the same flow, site (as named) and period was not rejected.

    """

    receipt_id: str
    verdict: str
    issued_at: datetime
    findings: Sequence[dict[str, Any]]
    sent_again: bool


@dataclass(frozen=True, slots=True)
class ReconciledDay:
    """The deliveries of one day of the city, and their latest receipts by verdict."""

    day: date
    deliveries: int
    by_verdict: dict[str, int]

    @property
    def balanced(self) -> bool:
        """Tell whether every delivery has the one receipt that holds."""
        return self.deliveries == sum(self.by_verdict.values())


@dataclass(frozen=True, slots=True)
class ManifestLine:
    """The state of one manifest."""

    period: Period
    revision: int
    state: str
    slices: int
    received_slices: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class SeriesWarning:
    """A warning about a series that is still open; `finding` is in the receipt's shape."""

    number: int
    code: str
    place: str
    place_name_vi: str
    place_name_en: str
    period: Period
    raised_on: date
    finding: dict[str, Any]
    answer: str | None


@dataclass(frozen=True, slots=True)
class Suspension:
    """Since when a partner's feed is not read, and how many messages had been refused."""

    suspended_at: datetime
    rejected: int


@dataclass(frozen=True, slots=True)
class LiveKey:
    """A key that may be used, without its secret."""

    prefix: str
    label: str | None
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


def slice_facts(session: Session, asked: FeedQuestion) -> dict[FeedKey, dict[Period, SliceFacts]]:
    """Read what the hub has of every slice asked for; one that nothing came for is left out."""
    found: dict[FeedKey, dict[Period, SliceFacts]] = defaultdict(dict)
    values: dict[str, object] = {
        "flows": list(asked.flows),
        "frequency": asked.frequency,
        "partner_id": asked.partner_id,
        "first": asked.periods[0].start,
        "last": asked.periods[-1].start,
    }
    for row in session.execute(_HEADS, values):
        found[row.partner_id, row.flow, row.place][Period(row.start, asked.frequency)] = SliceFacts(
            action=row.action,
            first_known_on=row.first_known_on,
            reporting=row.coverage_reporting,
            total=row.coverage_total,
            receipt=row.receipt_id,
        )
    by_text = {str(period): period for period in asked.periods}
    rejected = {"flows": list(asked.flows), "partner_id": asked.partner_id, "periods": list(by_text)}
    for row in session.execute(_REJECTED, rejected):
        _add(found[row.partner_id, row.flow, row.place], by_text[row.period], rejected=row.receipt_id)
    for row in session.execute(_HELD, values):
        period = Period(row.start, asked.frequency)
        _add(found[row.partner_id, row.flow, row.place], period, held=row.receipt_id)
    return dict(found)


def judged_messages(session: Session, partner_id: int, flow: str | None, *, since: datetime) -> list[JudgedMessage]:
    """Read the newest messages that something was found in."""
    values = {"partner_id": partner_id, "flow": flow, "since": since, "limit": MESSAGES_READ}
    rows = session.execute(_JUDGED, values)
    return [JudgedMessage(row.id, row.verdict, row.issued_at, row.findings, row.sent_again) for row in rows]


def reconciled_days(session: Session, partner_id: int, *, since: datetime) -> list[ReconciledDay]:
    """Count a partner's deliveries by day, newest first, and beside them their latest receipts by verdict."""
    days: dict[date, ReconciledDay] = {}
    values = {"partner_id": partner_id, "since": since, "zone": str(CITY_ZONE)}
    for row in session.execute(_RECONCILED, values):
        counted = days.setdefault(row.day, ReconciledDay(row.day, row.deliveries, {}))
        if row.verdict is not None:
            counted.by_verdict[row.verdict] = row.receipts
    return list(days.values())


def last_messages(session: Session) -> dict[str, datetime | None]:
    """Tell when each partner's newest receipt was written."""
    return {row.code: row.issued_at for row in session.execute(_LAST_MESSAGES)}


def manifest_lines(session: Session, partner_id: int, flow: str, periods: Sequence[Period]) -> list[ManifestLine]:
    """Read the states of the manifests over some periods, newest first."""
    values = {"partner_id": partner_id, "flow": flow, "first": periods[0].start, "last": periods[-1].end}
    return [
        ManifestLine(
            period=Period(row.start, Frequency(row.frequency)),
            revision=row.revision,
            state=row.state,
            slices=row.slices,
            received_slices=row.received_slices,
            changed_at=row.changed_at,
        )
        for row in session.execute(_MANIFESTS, values)
    ]


def open_warnings(session: Session, partner_id: int, flow: str) -> list[SeriesWarning]:
    """Read the warnings about a partner's series that nobody resolved, newest first."""
    rows = session.execute(_WARNINGS, {"partner_id": partner_id, "flow": flow})
    return [
        SeriesWarning(
            number=row.id,
            code=row.code,
            place=row.place,
            place_name_vi=row.name_vi,
            place_name_en=row.name_en,
            period=Period(row.start, Frequency(row.frequency)),
            raised_on=row.raised_on,
            finding=row.finding,
            answer=row.answer,
        )
        for row in rows
    ]


def open_suspension(session: Session, partner_id: int) -> Suspension | None:
    """Read since when a partner's feed from Kafka is not read because too much was refused; None while it is."""
    row = session.execute(_SUSPENSION, {"partner_id": partner_id}).one_or_none()
    return None if row is None else Suspension(row.suspended_at, row.rejected)


def live_keys(session: Session, partner_id: int, *, now: datetime) -> list[LiveKey]:
    """Read a partner's keys that may be used now, oldest first."""
    rows = session.execute(_KEYS, {"partner_id": partner_id, "now": now})
    return [
        LiveKey(row.prefix, row.label, tuple(row.scopes), row.created_at, row.last_used_at, row.expires_at)
        for row in rows
    ]


def _add(slices: dict[Period, SliceFacts], period: Period, **known: str) -> None:
    slices[period] = replace(slices.get(period, NOTHING_CAME), **known)  # type: ignore[arg-type]  # only texts are set
