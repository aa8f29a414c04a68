"""Rejected deliveries as people look for them: one by one, and by what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.orm import Session

from payments_hub.kernel.clock import start_of_local_day


class QuarantineState(StrEnum):
    """Which rejected deliveries are asked for."""

    OPEN = "open"
    SETTLED = "settled"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class QuarantineQuery:
    """
    Which rejected deliveries.

    Args:
        partner: Of one partner alone; None for all.
        code: With a finding of this code.
        field: With that finding at this kind of field, cells' numbers as *.
        got: With that finding having found this; only together with `field`.
        flow: Of messages that named this flow.
        since: That came on this local day or later.
        state: Still rejected, settled since, or both.

    """

    partner: str | None = None
    code: str | None = None
    field: str | None = None
    got: str | None = None
    flow: str | None = None
    since: date | None = None
    state: QuarantineState = QuarantineState.OPEN


@dataclass(frozen=True, slots=True)
class QuarantinedDelivery:
    """
    One delivery that was rejected.

    Args:
        rejection_id: The receipt that rejected it last.
        findings: Of that receipt, as they are stored.
        receipt_id: The receipt that holds now, with its verdict.
        flow: As the message named it; so the others.

    """

    delivery_id: int
    partner: str
    simulated: bool
    transport: str
    received_at: datetime
    byte_count: int
    truncated: bool
    has_bytes: bool
    keep_until: datetime
    rejection_id: str
    findings: tuple[Mapping[str, Any], ...]
    receipt_id: str
    verdict: str
    flow: str | None
    site: str | None
    period: str | None
    revision: str | None


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """
    Deliveries that are rejected for one cause.

    Args:
        field: The kind of field, cells' numbers as *.
        got: What stood there.
        text_vi: What is wrong, of the newest of them; so `text_en`.

    """

    partner: str
    simulated: bool
    code: str
    field: str
    got: str | None
    side: str
    text_vi: str
    text_en: str
    deliveries: int
    first_at: datetime
    last_at: datetime
    newest: int


_FIELD = r"regexp_replace(finding ->> 'pointer', '/[0-9]+(?=/|$)', '/*', 'g')"
_SOURCES = """
FROM quarantine
JOIN delivery ON delivery.id = quarantine.delivery_id
JOIN partner ON partner.id = delivery.partner_id
JOIN receipt AS held ON held.delivery_id = delivery.id
    AND NOT EXISTS (SELECT FROM receipt AS later WHERE later.previous_id = held.id)
CROSS JOIN LATERAL (
    SELECT * FROM receipt WHERE receipt.delivery_id = delivery.id AND receipt.verdict = 'REJECTED'
    ORDER BY receipt.number DESC LIMIT 1
) AS refused
"""
_CONDITIONS = f"""
WHERE (CAST(:partner AS text) IS NULL OR partner.code = :partner)
    AND (CAST(:flow AS text) IS NULL OR refused.flow = :flow)
    AND (CAST(:since AS timestamptz) IS NULL OR delivery.received_at >= :since)
    AND (:state = 'all' OR (held.verdict = 'REJECTED') = (:state = 'open'))
    AND (CAST(:code AS text) IS NULL OR EXISTS (
        SELECT FROM jsonb_array_elements(refused.findings) AS finding
        WHERE finding ->> 'code' = :code AND (CAST(:field AS text) IS NULL OR (
            {_FIELD} = :field AND (finding ->> 'got') IS NOT DISTINCT FROM CAST(:got AS text)))))
"""  # noqa: S608 - put together from this module's own text
_LIST: TextClause = text(f"""
SELECT delivery.id AS delivery_id, partner.code AS partner, partner.simulated, delivery.transport, delivery.received_at,
       delivery.byte_count, quarantine.truncated, quarantine.body IS NOT NULL AS has_bytes, quarantine.keep_until,
       refused.id AS rejection_id, refused.findings, held.id AS receipt_id, held.verdict,
       refused.flow, refused.site, refused.period, refused.revision
{_SOURCES} {_CONDITIONS} AND (CAST(:behind AS bigint) IS NULL OR delivery.id < :behind)
ORDER BY delivery.id DESC LIMIT :limit
""")
# What can be judged again; what was tried longest ago first, so that many that stay rejected do not hide the others.
_NUMBERS: TextClause = text(f"""
SELECT delivery.id {_SOURCES} {_CONDITIONS}
    AND held.cause <> 'REFUSAL' AND NOT quarantine.truncated
    AND (quarantine.body IS NOT NULL OR delivery.byte_count = 0)
ORDER BY (SELECT max(replay_id) FROM replayed_delivery WHERE delivery_id = delivery.id) NULLS FIRST, delivery.id
LIMIT :limit
""")  # noqa: S608 - as above
_GROUPS: TextClause = text(f"""
SELECT partner, simulated, code, field, got, (array_agg(side ORDER BY delivery_id DESC))[1] AS side,
       (array_agg(text_vi ORDER BY delivery_id DESC))[1] AS text_vi,
       (array_agg(text_en ORDER BY delivery_id DESC))[1] AS text_en,
       count(DISTINCT delivery_id) AS deliveries, min(received_at) AS first_at, max(received_at) AS last_at,
       max(delivery_id) AS newest
FROM (
    SELECT delivery.id AS delivery_id, partner.code AS partner, partner.simulated, delivery.received_at,
           finding ->> 'code' AS code, {_FIELD} AS field, finding ->> 'got' AS got, finding ->> 'side' AS side,
           finding ->> 'text_vi' AS text_vi, finding ->> 'text_en' AS text_en
    {_SOURCES}
    CROSS JOIN LATERAL jsonb_array_elements(refused.findings) AS finding
    {_CONDITIONS}
        AND finding ->> 'severity' = 'error'
) AS fault
GROUP BY partner, simulated, code, field, got
ORDER BY deliveries DESC, last_at DESC LIMIT :limit
""")  # noqa: S608 - as above
_FORGET = text("""
UPDATE quarantine SET body = NULL WHERE body IS NOT NULL AND keep_until < :now AND delivery_id IN (
    SELECT delivery_id FROM quarantine WHERE body IS NOT NULL AND keep_until < :now LIMIT :limit)
""")
_FORGET_HELD = text("""
UPDATE held_slice SET body = NULL
WHERE body IS NOT NULL AND keep_until < :now AND decided_at IS NOT NULL
""")


def quarantined(
    session: Session, query: QuarantineQuery, *, behind: int | None = None, limit: int
) -> list[QuarantinedDelivery]:
    """
    List rejected deliveries, newest first.

    Args:
        session: Of the reader.
        query: Which.
        behind: Only those that came before this delivery: where the page before ended.
        limit: How many at most.

    """
    rows = session.execute(_LIST, {**_values(query), "behind": behind, "limit": limit}).mappings()
    return [_delivery(row) for row in rows]


def quarantined_numbers(session: Session, query: QuarantineQuery, *, limit: int) -> list[int]:
    """Tell the numbers of rejected deliveries that can be judged again: never tried, then longest ago, oldest first."""
    return list(session.scalars(_NUMBERS, {**_values(query), "limit": limit}))


def cause_groups(session: Session, query: QuarantineQuery, *, limit: int) -> list[CauseGroup]:
    """Group rejected deliveries by what is wrong with them, the cause of most of them first."""
    rows = session.execute(_GROUPS, {**_values(query), "limit": limit}).mappings()
    return [CauseGroup(**row) for row in rows]


def forget_raw_bytes(session: Session, now: datetime, *, limit: int) -> int:
    """Drop the bytes that were kept as long as was promised; receipts and hashes stay. Tell how many of quarantine."""
    session.execute(_FORGET_HELD, {"now": now})
    forgotten = session.execute(_FORGET, {"now": now, "limit": limit})
    return int(getattr(forgotten, "rowcount", 0))


def _values(query: QuarantineQuery) -> dict[str, object]:
    since = None if query.since is None else start_of_local_day(query.since)
    return {
        "partner": query.partner,
        "code": query.code,
        "field": query.field,
        "got": query.got,
        "flow": query.flow,
        "since": since,
        "state": query.state.value,
    }


def _delivery(row: RowMapping) -> QuarantinedDelivery:
    return QuarantinedDelivery(**{**row, "findings": tuple(row["findings"])})
