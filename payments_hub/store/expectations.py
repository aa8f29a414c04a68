"""
Slices that are to be counted again because what is expected changed, not what came.

Only where something was ever received is there a sum to mend: the keys that exist tell the periods.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_hub.domain.flows import FLOWS
from payments_hub.domain.obligations import Owing
from payments_hub.kernel.clock import local_day

_TOUCH = text("""
WITH met AS (
    SELECT key.frequency, key.start, reach.valid_from, reach.valid_to, partner.id AS partner_id,
           place.id AS place_id, key.currency
    FROM partner
    JOIN place ON place.code = :place
    JOIN place_reach AS reach ON reach.place_id = place.id
    JOIN rollup_key AS key ON key.place_id = reach.reached_id AND key.flow = :flow
        AND key.partner_id IN (partner.id, 0)
        AND key.currency = CASE WHEN :has_amount THEN partner.currency ELSE '' END
        AND key.start <= :last
        AND CASE key.frequency
                WHEN 'D' THEN key.start
                WHEN 'M' THEN (key.start + INTERVAL '1 month')::date - 1
                WHEN 'Q' THEN (key.start + INTERVAL '3 months')::date - 1
                ELSE (key.start + INTERVAL '1 year')::date - 1 END >= :first
    WHERE partner.code = :partner
), slice AS (
    SELECT partner_id, place_id, currency, start FROM met WHERE frequency = :frequency
  UNION
    SELECT partner_id, place_id, currency, greatest(start, :first, valid_from) FROM met
    WHERE :frequency = 'D' AND frequency = 'M'
)
INSERT INTO touched_slice (partner_id, flow, place_id, frequency, start, currency, known_on, touched_at)
SELECT partner_id, :flow, place_id, :frequency, start, currency, :known_on, :now FROM slice
""")


def touch_expected(session: Session, owings: Iterable[Owing], *, now: datetime) -> int:
    """
    Have the drain count anew what is expected over some stretches, as known from today on; tell how many slices.

    Args:
        session: In whose transaction what is expected changes.
        owings: The stretches over which it changes.
        now: The present instant.

    """
    touched = 0
    for owing in owings:
        values = {
            "partner": owing.partner,
            "flow": owing.flow,
            "place": owing.place,
            "frequency": owing.frequency,
            "first": owing.first,
            "last": owing.last,
            "has_amount": FLOWS[owing.flow].has_amount,
            "known_on": local_day(now),
            "now": now,
        }
        touched += session.execute(_TOUCH, values).rowcount  # type: ignore[attr-defined]  # an INSERT's result counts
    return touched
