"""
Rollups: sums with the days between which they were what the hub knew.

A view changes by differences: each accepted revision adds its cells and takes away those it replaces, on the day it was
known. A key's versions are the running sums of its differences by day, so that a rebuild "from day D onward" is one
window function, and a late feeder or a slow drain cannot change a past wrongly.

How many slices are expected is known from the day on which somebody agreed to it: a change of an obligation, or of the
days on which a place is open, touches the slices it is about, and begins a version on its day. A rebuild keeps earlier
ones with what was expected then. A key that nothing ever came for has no versions.

Days and months are kept, and what is reported by quarter; a longer span is the sum of its months.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_hub.domain.flows import FLOWS, AddsUpFrom
from payments_hub.store.tables.rollups import ALL_PARTNERS

_DRAIN_LOCK = 0x726F6C6C
"""The advisory lock that lets one drain run at a time ('roll')."""

_TAKE = text("""
CREATE TEMPORARY TABLE touched ON COMMIT DROP AS
WITH taken AS (
    DELETE FROM touched_slice
    WHERE id IN (SELECT id FROM touched_slice ORDER BY id LIMIT :limit)
    RETURNING *
)
SELECT partner_id, flow, place_id, frequency, start, currency, min(known_on) AS from_day, count(*) AS slices,
       EXISTS (SELECT FROM slice_revision AS revision WHERE (revision.partner_id, revision.flow, revision.place_id,
           revision.frequency, revision.start) = (taken.partner_id, taken.flow, taken.place_id, taken.frequency,
           taken.start)) AS recorded
FROM taken GROUP BY partner_id, flow, place_id, frequency, start, currency
""")

# A slice counts in its own place and those that it reaches, its own period and its month, its partner and all of them.
_SPREAD = """
    JOIN place ON place.id = slice.place_id
    JOIN place_reach AS reach ON reach.place_id = slice.place_id
        AND slice.start BETWEEN reach.valid_from AND reach.valid_to
        AND (reach.reached_id = reach.place_id OR (place.kind = 'AREA') = (slice.flow = ANY (:area_flows)))
    CROSS JOIN LATERAL (
        SELECT slice.frequency, slice.start AS first
      UNION ALL
        SELECT 'M', date_trunc('month', slice.start)::date WHERE slice.frequency = 'D'
    ) AS span
    CROSS JOIN LATERAL (VALUES (slice.partner_id), (:all_partners)) AS who (partner_id)
"""

_TOUCHED_KEYS = text(f"""
CREATE TEMPORARY TABLE touched_key ON COMMIT DROP AS
SELECT reach.reached_id AS place_id, slice.flow, span.frequency, span.first, CASE span.frequency
        WHEN 'D' THEN span.first
        WHEN 'M' THEN (span.first + INTERVAL '1 month')::date - 1
        WHEN 'Q' THEN (span.first + INTERVAL '3 months')::date - 1
        ELSE (span.first + INTERVAL '1 year')::date - 1 END AS last,
    who.partner_id, slice.currency, min(from_day) AS from_day, bool_or(slice.recorded) AS recorded
FROM touched AS slice {_SPREAD}
GROUP BY reach.reached_id, slice.flow, span.frequency, span.first, who.partner_id, slice.currency
""")  # noqa: S608 - put together from this module's own text

_NUMBER_KEYS = text("""
INSERT INTO rollup_key (place_id, flow, frequency, partner_id, currency, start)
SELECT place_id, flow, frequency, partner_id, currency, first FROM touched_key WHERE recorded
ON CONFLICT DO NOTHING
""")
_KEYS = text("""
CREATE TEMPORARY TABLE key_to_build ON COMMIT DROP AS
SELECT rollup_key.id AS key_id, touched_key.*
FROM touched_key JOIN rollup_key USING (place_id, flow, frequency, partner_id, currency)
WHERE rollup_key.start = touched_key.first
""")

# Every accepted revision under those keys, whenever it was known: a running sum needs all that came before. A day's key
# never comes without its month's, so that the months and longer spans find them all.
_SLICES = text("""
CREATE TEMPORARY TABLE slice_to_sum ON COMMIT DROP AS
WITH span AS (SELECT DISTINCT flow, first, last FROM key_to_build WHERE frequency <> 'D')
SELECT revision.id, revision.partner_id, revision.flow, revision.place_id, revision.frequency, revision.start,
       revision.rollup_currency AS currency, revision.known_on, revision.replaces_id,
       (revision.action <> 'DELETE')::int - coalesce((replaced.action <> 'DELETE')::int, 0) AS received,
       (revision.action = 'NIL')::int - coalesce((replaced.action = 'NIL')::int, 0) AS nil
FROM slice_revision AS revision LEFT JOIN slice_revision AS replaced ON replaced.id = revision.replaces_id
WHERE revision.verdict = 'ACCEPTED' AND EXISTS (
    SELECT FROM span WHERE span.flow = revision.flow AND revision.start BETWEEN span.first AND span.last)
""")
_PARTS = text(f"""
CREATE TEMPORARY TABLE part ON COMMIT DROP AS
SELECT key_to_build.key_id, slice.known_on, slice.id AS added_id, slice.replaces_id AS removed_id, slice.received,
       slice.nil
FROM slice_to_sum AS slice {_SPREAD}
JOIN key_to_build ON key_to_build.place_id = reach.reached_id AND key_to_build.flow = slice.flow
    AND key_to_build.frequency = span.frequency AND key_to_build.first = span.first
    AND key_to_build.partner_id = who.partner_id AND key_to_build.currency = slice.currency
""")  # noqa: S608 - as above

# The cells of each revision are summed once, whatever number of keys they count in; a missing cell has no count.
_REVISION_SUMS = text("""
CREATE TEMPORARY TABLE revision_sum ON COMMIT DROP AS
SELECT revision_id,
    CASE WHEN grouping(instrument) = 0 THEN 'instrument' WHEN grouping(initiation) = 0 THEN 'initiation'
         WHEN grouping(sector) = 0 THEN 'sector' WHEN grouping(purpose) = 0 THEN 'purpose' ELSE '' END AS dimension,
    coalesce(instrument, initiation, sector, purpose, '') AS code,
    count(*) AS cells, count(count) AS counted, sum(count) AS count, sum(amount) AS amount,
    sum(refund_count) AS refund_count, sum(refund_amount) AS refund_amount
FROM slice_cell
WHERE revision_id IN (SELECT id FROM slice_to_sum UNION SELECT replaces_id FROM slice_to_sum)
GROUP BY GROUPING SETS
    ((revision_id), (revision_id, instrument), (revision_id, initiation), (revision_id, sector), (revision_id, purpose))
HAVING grouping(instrument, initiation, sector, purpose) = 15
    OR coalesce(instrument, initiation, sector, purpose) IS NOT NULL
""")

_OLD_VERSIONS = text("""
CREATE TEMPORARY TABLE old_version ON COMMIT DROP AS
SELECT key_id, known_from, known_to, expected
FROM rollup JOIN key_to_build USING (key_id) WHERE dimension = '' AND code = ''
""")

_FORGET = text("""
DELETE FROM rollup USING key_to_build
WHERE rollup.key_id = key_to_build.key_id AND rollup.known_to >= key_to_build.from_day
""")

# As the domain's `expected_slices`: an agreement that covers the slice's period, at a place open on one of its days.
# A bound that is NULL does not bind: least and greatest pass over it.
_EXPECTED = text("""
CREATE TEMPORARY TABLE expected_slices ON COMMIT DROP AS
WITH owed AS (
    SELECT key_id, obligation.id, obligation.frequency,
           obligation.valid_from <= first AND coalesce(obligation.valid_to >= last, true)
               AND first BETWEEN reach.valid_from AND reach.valid_to AS whole,
           least(last, reach.valid_to, obligation.valid_to, site_interval.closed_on, area_scheme.valid_to) - greatest(
               first, reach.valid_from, obligation.valid_from, site_interval.opened_on, area_scheme.valid_from
           ) + 1 AS days
    FROM key_to_build
    JOIN place_reach AS reach ON reach.reached_id = key_to_build.place_id
    JOIN place ON place.id = reach.place_id
    JOIN obligation ON obligation.place_id = reach.place_id AND obligation.flow = key_to_build.flow
        AND key_to_build.partner_id IN (obligation.partner_id, :all_partners)
        AND obligation.frequency IN (key_to_build.frequency, CASE key_to_build.frequency WHEN 'M' THEN 'D' END)
    LEFT JOIN site_interval ON site_interval.place_id = place.id
    LEFT JOIN area_scheme ON area_scheme.id = place.scheme_id
    WHERE (reach.reached_id = reach.place_id OR (place.kind = 'AREA') = (key_to_build.flow = ANY (:area_flows)))
        AND (site_interval.place_id IS NOT NULL OR area_scheme.id IS NOT NULL)
)
SELECT key_id,
    coalesce(sum(days) FILTER (WHERE frequency = 'D'), 0)::int
    + count(DISTINCT id) FILTER (WHERE frequency <> 'D' AND whole)::int AS expected
FROM owed WHERE days > 0
GROUP BY key_id
""")

# Versions are written anew from the one that ended on the first touched day, because it used to go on. A slice that
# came since the touched ones were taken may split an earlier one; its own drain goes back to it. The sums are unknown
# unless somebody counted: a cell with a count, or a report that there was nothing. The first touched day and the days
# on which old versions began stay limits even where no slice changed: then what was expected did.
_WRITE = text("""
WITH difference AS (
    SELECT key_id, known_on, '' AS dimension, '' AS code, sum(received)::int AS received, 0 AS cells,
           sum(nil) AS counted, 0 AS count, 0 AS amount, 0 AS refund_count, 0 AS refund_amount
    FROM part GROUP BY key_id, known_on
  UNION ALL
    SELECT key_id, day, '', '', 0, 0, 0, 0, 0, 0, 0
    FROM (SELECT key_id, known_from AS day FROM old_version UNION SELECT key_id, from_day FROM key_to_build) AS limits
    JOIN (SELECT key_id, min(known_on) AS first_day FROM part GROUP BY key_id) AS known USING (key_id)
    WHERE day >= first_day
  UNION ALL
    SELECT part.key_id, part.known_on, dimension, code, 0, sign * cells, sign * counted, sign * count,
           sign * amount, sign * refund_count, sign * refund_amount
    FROM part AS part
    CROSS JOIN LATERAL (VALUES (added_id, 1), (removed_id, -1)) AS side (revision_id, sign)
    JOIN revision_sum USING (revision_id)
), by_day AS (
    SELECT key_id, dimension, code, known_on, sum(received) AS received, sum(cells) AS cells,
           sum(counted) AS counted, sum(count) AS count, sum(amount) AS amount,
           sum(refund_count) AS refund_count, sum(refund_amount) AS refund_amount
    FROM difference GROUP BY key_id, dimension, code, known_on
), version AS (
    SELECT key_id, dimension, code, known_on AS known_from,
           lead(known_on, 1, DATE '9999-12-31') OVER days AS known_to,
           sum(received) OVER days AS received, sum(cells) OVER days AS cells, sum(counted) OVER days AS counted,
           sum(count) OVER days AS count, sum(amount) OVER days AS amount, sum(refund_count) OVER days AS refund_count,
           sum(refund_amount) OVER days AS refund_amount
    FROM by_day WINDOW days AS (PARTITION BY key_id, dimension, code ORDER BY known_on)
)
INSERT INTO rollup (key_id, dimension, code, known_from, known_to,
                    received, expected, count, amount, refund_count, refund_amount)
SELECT version.key_id, dimension, code, version.known_from, version.known_to,
       CASE dimension WHEN '' THEN received END,
       CASE dimension WHEN '' THEN coalesce(old_version.expected, expected_slices.expected, 0) END,
       CASE WHEN known THEN count END, CASE WHEN known AND currency <> '' THEN amount END,
       CASE WHEN known AND currency <> '' THEN coalesce(refund_count, 0) END,
       CASE WHEN known AND currency <> '' THEN coalesce(refund_amount, 0) END
FROM version
JOIN key_to_build USING (key_id)
LEFT JOIN expected_slices USING (key_id)
LEFT JOIN old_version ON old_version.key_id = version.key_id AND version.known_from < from_day
    AND version.known_from >= old_version.known_from AND version.known_from < old_version.known_to
CROSS JOIN LATERAL (SELECT counted > 0 AS known) AS state
WHERE version.known_to >= from_day AND (dimension = '' OR cells > 0)
""")


def drain(session: Session, *, limit: int) -> int:
    """
    Rebuild the rollups over touched slices, oldest first.

    Two drains never run at once: the second finds nothing to do.

    Args:
        session: In whose transaction; it holds the drain's lock until its end.
        limit: How many touched slices are taken at most.

    Returns:
        How many touched slices were dealt with; 0 when none waits or another drain is at work.

    """
    if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _DRAIN_LOCK}):
        return 0
    session.execute(_TAKE, {"limit": limit})
    taken = session.scalar(text("SELECT coalesce(sum(slices), 0)::int FROM touched")) or 0
    if taken:
        _rebuild(session)
    return taken


def _rebuild(session: Session) -> None:
    area_flows = [flow.code for flow in FLOWS.values() if flow.adds_up_from is AddsUpFrom.AREAS]
    values = {"area_flows": area_flows, "all_partners": ALL_PARTNERS}
    for step in _STEPS:
        session.execute(step, {name: value for name, value in values.items() if name in step.compile().params})
        # What was just made has no statistics, and a plan made without them may take hours.
        for table in _MADE.get(step, ()):
            session.execute(text(f"ANALYZE {table}"))


_STEPS = (
    _TOUCHED_KEYS,
    _NUMBER_KEYS,
    _KEYS,
    _SLICES,
    _PARTS,
    _REVISION_SUMS,
    _EXPECTED,
    _OLD_VERSIONS,
    _FORGET,
    _WRITE,
)
_MADE = {_KEYS: ("key_to_build",), _SLICES: ("slice_to_sum",), _PARTS: ("part",), _REVISION_SUMS: ("revision_sum",)}
_MADE[_OLD_VERSIONS] = ("old_version",)
