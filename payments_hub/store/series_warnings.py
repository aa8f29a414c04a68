"""Warnings that no message could carry: what the night's look at the series finds, and what it needs to find it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_hub.domain.plausibility import NORMAL_FOR
from payments_hub.domain.warnings import AnswerKind
from payments_hub.store.bands import Series

# What is held came, whatever an officer will decide: its sender is not silent.
_RECEIVED = text("""
SELECT flow, place_id, frequency, array_agg(start) AS starts
FROM (
    SELECT head.flow, head.place_id, head.frequency, head.start
    FROM slice_head AS head JOIN slice_revision AS content ON content.id = head.content_revision_id
    WHERE head.partner_id = :partner AND content.action <> 'DELETE' AND head.start >= :since
  UNION
    SELECT flow, place_id, frequency, start FROM held_slice
    WHERE partner_id = :partner AND decided_at IS NULL AND start >= :since
) AS came
GROUP BY flow, place_id, frequency
""")

# A pair that was found to differ is looked at until it agrees, however long ago its period is.
_PAIRS = text("""
WITH total AS (
    SELECT head.partner_id, head.flow, head.place_id, head.frequency, head.start, content.rollup_currency AS currency,
           coalesce(CASE content.rollup_currency WHEN '' THEN head.total_count ELSE head.total_amount END, 0) AS total
    FROM slice_head AS head JOIN slice_revision AS content ON content.id = head.content_revision_id
    WHERE head.flow = ANY (:flows) AND content.action <> 'DELETE' AND (
        head.start >= :since OR EXISTS (
            SELECT FROM series_warning AS open
            WHERE open.code = 'W5004' AND open.resolved_on IS NULL AND open.flow = head.flow
                AND open.place_id = head.place_id AND open.frequency = head.frequency AND open.start = head.start))
)
SELECT one.partner_id, one.flow, one.place_id, one.frequency, one.start, one.currency, one.total,
       other.total AS other_total
FROM total AS one JOIN total AS other USING (flow, place_id, frequency, start, currency)
WHERE one.partner_id <> other.partner_id
ORDER BY one.partner_id, one.flow, one.place_id, one.frequency, one.start, other.partner_id
""")

_FOUND = """
WITH found AS (
    SELECT * FROM unnest(
        CAST(:partner AS bigint[]), CAST(:flow AS text[]), CAST(:place AS bigint[]), CAST(:frequency AS text[]),
        CAST(:start AS date[]), CAST(:finding AS jsonb[])
    ) AS row (partner_id, flow, place_id, frequency, start, finding)
)
"""
_RESOLVE = text(f"""
{_FOUND}
UPDATE series_warning AS kept SET resolved_on = :today
WHERE kept.code = :code AND kept.resolved_on IS NULL AND NOT EXISTS (
    SELECT FROM found
    WHERE (found.partner_id, found.flow, found.place_id, found.frequency, found.start)
        = (kept.partner_id, kept.flow, kept.place_id, kept.frequency, kept.start))
RETURNING kept.id
""")  # noqa: S608 - put together from this module's own text

# What a partner has called normal is not raised anew; what is open already stays until it is over.
_RAISE = text(f"""
{_FOUND}
INSERT INTO series_warning (partner_id, flow, place_id, frequency, start, code, finding, raised_on)
SELECT partner_id, flow, place_id, frequency, start, :code, finding, :today
FROM found
WHERE NOT EXISTS (
    SELECT FROM warning_answer AS answer
    WHERE answer.partner_id = found.partner_id AND answer.flow = found.flow AND answer.place_id = found.place_id
        AND answer.code = :code AND answer.answer = :normal AND answer.answered_at > :normal_since)
ON CONFLICT ON CONSTRAINT series_warning_of DO UPDATE SET resolved_on = NULL, finding = excluded.finding
    WHERE series_warning.resolved_on IS NOT NULL OR series_warning.finding <> excluded.finding
RETURNING id
""")  # noqa: S608 - as above


class SourcePair(NamedTuple):
    """One partner's total for a period of a place, beside another's of the same; the other is not named."""

    series: Series
    start: date
    currency: str
    total: int
    other_total: int


class SeriesWarning(NamedTuple):
    """What was found of a series, from which period on."""

    series: Series
    start: date
    finding: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Settled:
    """How many warnings a night raised, changed or reopened, and how many were over."""

    raised: int
    resolved: int


def received_starts(session: Session, partner_id: int, since: date) -> dict[Series, set[date]]:
    """List of which periods something came, a report of nothing too, by series."""
    rows = session.execute(_RECEIVED, {"partner": partner_id, "since": since})
    return {Series(partner_id, row.flow, row.place_id, row.frequency): set(row.starts) for row in rows}


def source_pairs(session: Session, flows: Collection[str], since: date) -> list[SourcePair]:
    """List the totals of which two partners report the same; each of a pair comes first once."""
    rows = session.execute(_PAIRS, {"flows": list(flows), "since": since})
    return [SourcePair(Series(*row[:4]), row.start, row.currency, row.total, row.other_total) for row in rows]


def settle(session: Session, code: str, found: Collection[SeriesWarning], now: datetime, *, today: date) -> Settled:
    """
    Make the open warnings of a code those that were found tonight: the same again changes nothing.

    Args:
        session: In whose transaction.
        code: W5002 or W5004.
        found: All that holds tonight.
        now: The present instant.
        today: The city's day.

    """
    once = {(one.series, one.start): one for one in found}
    rows = _arrays(once.values()) | {"code": code, "today": today}
    resolved = session.execute(_RESOLVE, rows).all()
    normal = {"normal": AnswerKind.NORMAL, "normal_since": now - NORMAL_FOR}
    raised = session.execute(_RAISE, rows | normal).all()
    return Settled(len(raised), len(resolved))


def _arrays(found: Collection[SeriesWarning]) -> dict[str, object]:
    return {
        "partner": [one.series.partner_id for one in found],
        "flow": [one.series.flow for one in found],
        "place": [one.series.place_id for one in found],
        "frequency": [one.series.frequency for one in found],
        "start": [one.start for one in found],
        "finding": [orjson.dumps(one.finding).decode() for one in found],
    }
