"""Replays: who judged which deliveries again, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_hub.store.tables.replays import ReplayRow

_REPLAYED = text("""
INSERT INTO replayed_delivery (replay_id, delivery_id, partner_id, verdict, receipt_id)
SELECT :replay, delivery.id, delivery.partner_id, made.verdict, made.receipt
FROM unnest(CAST(:deliveries AS bigint[]), CAST(:verdicts AS text[]), CAST(:receipts AS text[]))
    AS made (delivery_id, verdict, receipt)
JOIN delivery ON delivery.id = made.delivery_id
""")


@dataclass(frozen=True, slots=True)
class ReplayAct:
    """
    Somebody's act of judging deliveries again.

    Args:
        replay_id: Names the act; receipts point to it.
        by: Who did it.
        reason: What was mended.
        selection: By what the deliveries were chosen, in words that can be read years later.

    """

    replay_id: str
    by: str
    reason: str
    selection: str


@dataclass(frozen=True, slots=True)
class ReplayedDelivery:
    """What became of one delivery: its verdict, and its new receipt unless it is still rejected."""

    delivery_id: int
    verdict: str
    receipt_id: str | None


def note_replay(session: Session, act: ReplayAct, made: Sequence[ReplayedDelivery], *, now: datetime) -> None:
    """Write a replay and what it made of each delivery."""
    session.add(
        ReplayRow(id=act.replay_id, replayed_by=act.by, replayed_at=now, reason=act.reason, selection=act.selection)
    )
    session.flush()
    values = {
        "replay": act.replay_id,
        "deliveries": [one.delivery_id for one in made],
        "verdicts": [one.verdict for one in made],
        "receipts": [one.receipt_id for one in made],
    }
    session.execute(_REPLAYED, values)


@dataclass(frozen=True, slots=True)
class ReplayLine:
    """
    One replay in a list.

    Args:
        deliveries: How many were judged again; of them `settled` got a new receipt.

    """

    replay_id: str
    by: str
    at: datetime
    reason: str
    selection: str
    deliveries: int
    settled: int


@dataclass(frozen=True, slots=True)
class ReplayedLine:
    """What a replay made of one delivery."""

    delivery_id: int
    partner: str
    simulated: bool
    verdict: str
    receipt_id: str | None
    flow: str | None
    site: str | None
    period: str | None


_REPLAYS = text("""
SELECT replay.id AS replay_id, replayed_by AS by, replayed_at AS at, reason, selection,
       count(*) AS deliveries, count(receipt_id) AS settled
FROM replay JOIN replayed_delivery ON replay_id = replay.id
JOIN partner ON partner.id = replayed_delivery.partner_id
WHERE (CAST(:partner AS text) IS NULL OR partner.code = :partner)
    AND (CAST(:replay AS text) IS NULL OR replay.id = :replay)
GROUP BY replay.id ORDER BY replay.id DESC LIMIT :limit
""")
_LINES = text("""
SELECT replayed_delivery.delivery_id, partner.code AS partner, partner.simulated, replayed_delivery.verdict,
       replayed_delivery.receipt_id, receipt.flow, receipt.site, receipt.period
FROM replayed_delivery
JOIN partner ON partner.id = replayed_delivery.partner_id
JOIN receipt ON receipt.delivery_id = replayed_delivery.delivery_id AND receipt.previous_id IS NULL
WHERE replayed_delivery.replay_id = :replay AND (CAST(:partner AS text) IS NULL OR partner.code = :partner)
ORDER BY replayed_delivery.delivery_id LIMIT :limit
""")


def replays(session: Session, *, partner: str | None, replay_id: str | None = None, limit: int) -> list[ReplayLine]:
    """
    List replays, newest first, counting one partner's deliveries alone where one is named.

    Args:
        session: Of the reader.
        partner: Whose alone; None for all.
        replay_id: This one alone.
        limit: How many at most.

    """
    asked = {"partner": partner, "replay": replay_id, "limit": limit}
    return [ReplayLine(**row) for row in session.execute(_REPLAYS, asked).mappings()]


def replayed_deliveries(session: Session, replay_id: str, *, partner: str | None, limit: int) -> list[ReplayedLine]:
    """Read what a replay made of each delivery, in the order in which they came."""
    asked = {"partner": partner, "replay": replay_id, "limit": limit}
    return [ReplayedLine(**row) for row in session.execute(_LINES, asked).mappings()]
