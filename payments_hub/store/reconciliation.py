"""
Deliveries counted anew by partner and day, from the rows of what arrived and of what was answered, and from no sum.

It shares nothing with what takes messages in. Each delivery is held against the receipt that no later one takes the
place of, that receipt against what the hub kept for it, and each position in Kafka against those of all others and
against where its feed stands. What does not add up is named with the delivery that it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import TypeAlias

from sqlalchemy import Row, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from payments_hub.kernel.clock import CITY_ZONE, end_of_local_day, start_of_local_day
from payments_hub.store.tables.feeds import ReconciliationRow
from payments_hub.store.tables.partners import PartnerRow

FAULTS_NAMED = 20
"""So many faults of one partner's day are named; more of them say nothing new."""

DayKey: TypeAlias = tuple[int, date]
"""A partner's number and a day of the city."""

# Receipts are joined and counted: a delivery without one is to be seen, and so is one with two that hold.
# What is kept says which verdict there must be: a revision its own, a slice that waits HELD, raw bytes REJECTED; a
# rejected delivery that was judged again may be a copy of another.
_COUNT = text("""
WITH arrived AS (
    SELECT id, partner_id, (received_at AT TIME ZONE :zone)::date AS day
    FROM delivery
    WHERE received_at >= :begin AND received_at < :end
        AND (CAST(:partner_id AS integer) IS NULL OR partner_id = :partner_id)
), answered AS (
    SELECT arrived.id, arrived.partner_id, arrived.day, count(receipt.id) AS receipts,
        min(receipt.verdict) AS verdict,
        bool_or(receipt.partner_id <> arrived.partner_id) AS foreign_receipt,
        CASE
            WHEN count(slice.id) > 0 THEN min(slice.verdict)
            WHEN count(manifest.id) > 0 THEN min(manifest.verdict)
            WHEN count(held.delivery_id) > 0 THEN 'HELD'
            WHEN count(kept.delivery_id) > 0 AND min(receipt.verdict) <> 'DUPLICATE' THEN 'REJECTED'
            ELSE 'DUPLICATE'
        END AS expected
    FROM arrived
    LEFT JOIN receipt ON receipt.delivery_id = arrived.id
        AND NOT EXISTS (SELECT FROM receipt AS later WHERE later.previous_id = receipt.id)
    LEFT JOIN slice_revision AS slice ON slice.delivery_id = arrived.id
    LEFT JOIN manifest_revision AS manifest ON manifest.delivery_id = arrived.id
    LEFT JOIN held_slice AS held ON held.delivery_id = arrived.id AND held.decided_at IS NULL
    LEFT JOIN quarantine AS kept ON kept.delivery_id = arrived.id
    GROUP BY arrived.id, arrived.partner_id, arrived.day
), judged AS (
    SELECT *, CASE
        WHEN receipts = 0 THEN 'NO_RECEIPT ' || id
        WHEN receipts > 1 THEN 'RECEIPTS ' || id || ' ' || receipts
        WHEN foreign_receipt THEN 'FOREIGN_RECEIPT ' || id
        WHEN verdict <> expected THEN 'VERDICT ' || id || ' ' || verdict || ' ' || expected
    END AS fault
    FROM answered
)
SELECT partner_id, day, count(*) AS delivered,
    count(*) FILTER (WHERE receipts = 1 AND verdict = 'ACCEPTED') AS accepted,
    count(*) FILTER (WHERE receipts = 1 AND verdict = 'SUPERSEDED') AS superseded,
    count(*) FILTER (WHERE receipts = 1 AND verdict = 'NO_CHANGE') AS no_change,
    count(*) FILTER (WHERE receipts = 1 AND verdict = 'DUPLICATE') AS duplicate,
    count(*) FILTER (WHERE receipts = 1 AND verdict = 'HELD') AS held,
    count(*) FILTER (WHERE receipts = 1 AND verdict = 'REJECTED') AS rejected,
    (array_agg(fault ORDER BY id) FILTER (WHERE fault IS NOT NULL))[1 : CAST(:named AS integer)] AS faults
FROM judged
GROUP BY partner_id, day
""")

# The same record has the same bytes at the same place; in a topic that was made anew another one may stand there.
# A feed that a person let go on from an earlier place is read again from there: each such act begins another reading.
_TWICE = """
SELECT partner_id, (max(received_at) AT TIME ZONE :zone)::date AS day,
    'TWICE ' || position || ' ' || array_to_string(array_agg(id ORDER BY id), ' ') AS fault
FROM (
    SELECT id, partner_id, position, bytes_sha256, received_at, (
        SELECT count(*) FROM restarted
        WHERE feed = left(position, -length(split_part(position, '-', -1)) - 1) AND at <= received_at) AS reading
    FROM delivery
    WHERE received_at >= :begin AND received_at < :end AND transport = 'KAFKA'
        AND (CAST(:partner_id AS integer) IS NULL OR partner_id = :partner_id)
) AS read
GROUP BY partner_id, position, bytes_sha256, reading
HAVING count(*) > 1
"""
_RESTARTED = (
    "WITH restarted AS MATERIALIZED (SELECT subject AS feed, at FROM audit_entry WHERE action = 'feed_restarted')"
)

# Who moves a position by hand moves it after the last delivery: one that came later is beyond it by a fault.
_BEYOND = """
SELECT partner_id, (newest.received_at AT TIME ZONE :zone)::date AS day,
    'BEYOND ' || feed || '-' || last || ' ' || next_offset AS fault
FROM (
    SELECT partner_id, left(position, -length(split_part(position, '-', -1)) - 1) AS feed,
        max(split_part(position, '-', -1)::bigint) AS last, max(received_at) AS received_at
    FROM delivery
    WHERE received_at >= :begin AND received_at < :end AND transport = 'KAFKA' AND position ~ '-[0-9]{1,18}$'
        AND (CAST(:partner_id AS integer) IS NULL OR partner_id = :partner_id)
    GROUP BY 1, 2
) AS newest JOIN feed_offset ON feed = topic || '-' || partition
WHERE last >= next_offset AND newest.received_at > updated_at
"""

# A receipt whose delivery is gone stands on the day on which it was written.
_WITHOUT_DELIVERY = """
SELECT partner_id, (issued_at AT TIME ZONE :zone)::date AS day, 'NO_DELIVERY ' || id AS fault
FROM receipt
WHERE issued_at >= :begin AND issued_at < :end
    AND (CAST(:partner_id AS integer) IS NULL OR partner_id = :partner_id)
    AND NOT EXISTS (SELECT FROM delivery WHERE delivery.id = receipt.delivery_id)
"""
_OTHERS = tuple(text(f"{query} ORDER BY 3 LIMIT 1000") for query in (_RESTARTED + _TWICE, _BEYOND, _WITHOUT_DELIVERY))

# A decision or a replay changes the verdict of an earlier day; a day with faults is counted until it adds up.
_CHANGED = text("""
SELECT (delivery.received_at AT TIME ZONE :zone)::date AS day
FROM receipt JOIN delivery ON delivery.id = receipt.delivery_id
WHERE receipt.issued_at >= :since AND receipt.previous_id IS NOT NULL
UNION
SELECT day FROM reconciliation WHERE faults <> '{}'
ORDER BY day DESC
LIMIT :limit
""")
_FIRST_DAY = text("SELECT (min(received_at) AT TIME ZONE :zone)::date FROM delivery")


@dataclass(frozen=True, slots=True)
class CountedDay:
    """
    One partner's deliveries of one day of the city, by the verdict that holds.

    Args:
        faults: What does not add up, each a code and what it is about; none if all does.

    """

    partner_id: int
    day: date
    delivered: int = 0
    accepted: int = 0
    superseded: int = 0
    no_change: int = 0
    duplicate: int = 0
    held: int = 0
    rejected: int = 0
    faults: tuple[str, ...] = ()

    @property
    def key(self) -> DayKey:
        """Tell whose day it is."""
        return self.partner_id, self.day


@dataclass(frozen=True, slots=True)
class CheckedDay:
    """What was last counted of one partner's day, and when."""

    partner: str
    simulated: bool
    counted: CountedDay
    checked_at: datetime


def recount(session: Session, first: date, last: date, *, partner_id: int | None = None) -> dict[DayKey, CountedDay]:
    """Count the deliveries of some days anew, of one partner or of all, and name what does not add up."""
    values = {
        "begin": start_of_local_day(first),
        "end": end_of_local_day(last),
        "zone": str(CITY_ZONE),
        "partner_id": partner_id,
    }
    rows = session.execute(_COUNT, {**values, "named": FAULTS_NAMED})
    counted = {(row.partner_id, row.day): _counted(row) for row in rows}
    for key, fault in _other_faults(session, values):
        counted[key] = with_fault(counted.get(key, CountedDay(*key)), fault)
    return counted


def with_fault(counted: CountedDay, fault: str) -> CountedDay:
    """Name one more fault of a day, unless so many are named that nobody would read it."""
    return counted if len(counted.faults) >= FAULTS_NAMED else replace(counted, faults=(*counted.faults, fault))


def save_counted(session: Session, counted: Iterable[CountedDay], *, now: datetime) -> None:
    """Keep what was counted, in the place of what was counted of the same days before."""
    rows = [{**asdict(day), "faults": list(day.faults), "checked_at": now} for day in counted]
    if not rows:
        return
    saved = insert(ReconciliationRow)
    replaced = {name: saved.excluded[name] for name in rows[0] if name not in {"partner_id", "day"}}
    session.execute(saved.on_conflict_do_update(index_elements=["partner_id", "day"], set_=replaced), rows)


def checked_days(session: Session, first: date, last: date, *, partner_id: int | None = None) -> tuple[CheckedDay, ...]:
    """Read what was last counted of some days, newest first, by partner."""
    query = (
        select(ReconciliationRow, PartnerRow.code, PartnerRow.simulated)
        .join(PartnerRow, PartnerRow.id == ReconciliationRow.partner_id)
        .where(ReconciliationRow.day.between(first, last))
        .order_by(ReconciliationRow.day.desc(), PartnerRow.code)
        .execution_options(populate_existing=True)
    )
    if partner_id is not None:
        query = query.where(ReconciliationRow.partner_id == partner_id)
    return tuple(
        CheckedDay(code, simulated, _counted_before(row), row.checked_at)
        for row, code, simulated in session.execute(query)
    )


def days_to_count_again(session: Session, *, since: datetime, limit: int) -> tuple[date, ...]:
    """List the days, newest first, whose verdicts changed since an instant, and those that did not add up."""
    values = {"since": since, "zone": str(CITY_ZONE), "limit": limit}
    return tuple(session.scalars(_CHANGED, values))


def first_delivery_day(session: Session) -> date | None:
    """Tell the day of the first delivery; None before any came."""
    day: date | None = session.scalar(_FIRST_DAY, {"zone": str(CITY_ZONE)})
    return day


def count_faulty(session: Session) -> int:
    """Count the partners' days that did not add up when they were last counted."""
    return len(session.scalars(select(ReconciliationRow.day).where(ReconciliationRow.faults != [])).all())


def _other_faults(session: Session, values: Mapping[str, object]) -> Iterator[tuple[DayKey, str]]:
    for query in _OTHERS:
        for row in session.execute(query, values):
            yield (row.partner_id, row.day), row.fault


def _counted(row: Row[tuple[object, ...]]) -> CountedDay:
    counts = {name: value for name, value in row._mapping.items() if name != "faults"}  # noqa: SLF001  SQLAlchemy's own name
    return CountedDay(**counts, faults=tuple(row.faults or ()))


def _counted_before(row: ReconciliationRow) -> CountedDay:
    return CountedDay(
        partner_id=row.partner_id,
        day=row.day,
        delivered=row.delivered,
        accepted=row.accepted,
        superseded=row.superseded,
        no_change=row.no_change,
        duplicate=row.duplicate,
        held=row.held,
        rejected=row.rejected,
        faults=tuple(row.faults),
    )
