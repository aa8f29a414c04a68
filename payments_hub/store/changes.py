"""What became known between the ends of two days, read from the revisions themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.orm import Session

from payments_hub.domain.changes import ChangeReason, ReasonSum, SliceChange
from payments_hub.domain.flows import FLOWS, AddsUpFrom, OverTime
from payments_hub.kernel.periods import Frequency, Period


@dataclass(frozen=True, slots=True)
class ChangeQuestion:
    """
    Which changes: known after the end of one day and until the end of another.

    Args:
        partner_id: Of one partner, or None for all.

    """

    after: date
    until: date
    partner_id: int | None = None


# As the domain's `ChangeReason`, the first that fits. A slice counts where it counts in one of the city's territories,
# which is the rollups' own rule; a replaced revision's totals are those that the view read before.
_CHANGES = """
WITH first_known AS (
    SELECT partner_id, flow, place_id, min(known_on) AS known_on
    FROM slice_revision WHERE verdict = 'ACCEPTED' GROUP BY partner_id, flow, place_id
), changed AS (
    SELECT revision.*, replaced.control_count AS count_before, replaced.control_amount AS amount_before,
           CASE
               WHEN first_known.known_on > :after THEN 'NEW_REPORTER'
               WHEN revision.replaces_id IS NULL AND duty.due_on < :after THEN 'LATE'
               WHEN revision.replaces_id IS NULL THEN 'NEW_PERIOD'
               WHEN revision.reason = 'CORRECTION' THEN 'CORRECTION'
               ELSE 'REVISION'
           END AS change_reason
    FROM slice_revision AS revision
    JOIN first_known USING (partner_id, flow, place_id)
    LEFT JOIN slice_revision AS replaced ON replaced.id = revision.replaces_id
    CROSS JOIN LATERAL (
        SELECT CASE revision.frequency
            WHEN 'D' THEN revision.start
            WHEN 'M' THEN (revision.start + INTERVAL '1 month')::date - 1
            WHEN 'Q' THEN (revision.start + INTERVAL '3 months')::date - 1
            ELSE (revision.start + INTERVAL '1 year')::date - 1 END AS last
    ) AS span
    CROSS JOIN LATERAL (
        SELECT span.last + coalesce(max(obligation.due_days), 0)::int AS due_on
        FROM obligation
        WHERE obligation.partner_id = revision.partner_id AND obligation.flow = revision.flow
            AND obligation.place_id = revision.place_id AND obligation.frequency = revision.frequency
    ) AS duty
    WHERE revision.verdict = 'ACCEPTED' AND revision.known_on > :after AND revision.known_on <= :until
        AND (CAST(:partner AS bigint) IS NULL OR revision.partner_id = :partner)
        AND EXISTS (
            SELECT FROM place_reach AS reach
            JOIN place AS root ON root.id = reach.reached_id AND root.parent_id IS NULL AND root.kind = 'AREA'
            JOIN place ON place.id = reach.place_id
            WHERE reach.place_id = revision.place_id AND root.code = ANY (:roots)
                AND revision.start BETWEEN reach.valid_from AND reach.valid_to
                AND (reach.reached_id = reach.place_id
                     OR (place.kind = 'AREA') = (revision.flow = ANY (:area_flows))))
)
"""
_SUMS: TextClause = text(f"""
{_CHANGES}
SELECT flow, rollup_currency AS currency, change_reason AS reason, count(*) AS slices,
       sum(coalesce(control_count, 0) - coalesce(count_before, 0)) AS count,
       sum(coalesce(control_amount, 0) - coalesce(amount_before, 0)) AS amount
FROM changed GROUP BY flow, rollup_currency, change_reason ORDER BY flow, rollup_currency, change_reason
""")  # noqa: S608 - put together from this module's own text
_LIST: TextClause = text(f"""
{_CHANGES}
SELECT partner.code AS partner, partner.simulated, changed.flow, place.code AS site,
       place.name_vi AS site_name_vi, place.name_en AS site_name_en, changed.frequency, changed.start,
       changed.revision, changed.action,
       change_reason AS reason, rollup_currency AS currency, count_before, control_count AS count_after,
       amount_before, control_amount AS amount_after, changed.known_at, receipt.id AS receipt_id
FROM changed
JOIN partner ON partner.id = changed.partner_id
JOIN place ON place.id = changed.place_id
JOIN receipt ON receipt.delivery_id = changed.delivery_id AND receipt.verdict = 'ACCEPTED'
WHERE CAST(:flow AS text) IS NULL OR changed.flow = :flow
ORDER BY change_reason IN ('NEW_PERIOD', 'NEW_REPORTER'),
         abs(coalesce(control_amount, control_count, 0) - coalesce(amount_before, count_before, 0)) DESC, changed.id
LIMIT :limit
""")  # noqa: S608 - as above


def change_sums(session: Session, question: ChangeQuestion, roots: list[str]) -> list[ReasonSum]:
    """
    Add up what became known, by flow and reason.

    Args:
        session: Of the reader.
        question: Which changes.
        roots: Codes of the city's territories.

    """
    rows = session.execute(_SUMS, _values(question, roots)).mappings()
    return [_reason_sum(row) for row in rows]


def changed_slices(
    session: Session, question: ChangeQuestion, roots: list[str], *, flow: str | None = None, limit: int
) -> list[SliceChange]:
    """List changed slices: what was changed afterwards first, the largest difference first."""
    values = {**_values(question, roots), "flow": flow, "limit": limit}
    return [_slice_change(row) for row in session.execute(_LIST, values).mappings()]


def _values(question: ChangeQuestion, roots: list[str]) -> dict[str, object]:
    return {
        "after": question.after,
        "until": question.until,
        "partner": question.partner_id,
        "roots": roots,
        "area_flows": [flow.code for flow in FLOWS.values() if flow.adds_up_from is AddsUpFrom.AREAS],
    }


def _reason_sum(row: RowMapping) -> ReasonSum:
    flow = FLOWS[row["flow"]]
    sums = flow.over_time is OverTime.SUM
    return ReasonSum(
        flow=flow.code,
        currency=row["currency"],
        reason=ChangeReason(row["reason"]),
        slices=row["slices"],
        count=int(row["count"]) if sums else None,
        amount=int(row["amount"]) if sums and flow.has_amount else None,
    )


def _slice_change(row: RowMapping) -> SliceChange:
    values = dict(row)
    period = Period(values.pop("start"), Frequency(values.pop("frequency")))
    return SliceChange(**{**values, "period": period, "reason": ChangeReason(row["reason"])})
