"""Numbered records with an amount each, and the count of what the hub made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.flows import PlaceKind
from payments_hub.domain.geography import AreaLevel, AreaScheme, AreaSchemeData, AreaUnit
from payments_hub.domain.sites import Interval, Site, SiteArea
from payments_hub.kernel.errors import UnavailableError
from payments_hub.kernel.periods import Frequency
from payments_hub.store.partners import Partner, save_obligations, save_partner
from payments_hub.store.places import refresh_reach, save_scheme, save_site
from payments_hub.store.session import Database
from tests.builders import slice_message

_OPENED = date(2015, 1, 1)
_OPEN = Interval(_OPENED, None)
_SCHEME = AreaScheme("CHAOS-2015-01-01", _OPENED, None, "Thử", "Test")
_COMMUNE = AreaUnit(_SCHEME.code, "1", AreaLevel.COMMUNE, None, "Phường", "Ward", "phường")
_MALLS = tuple(f"MALL-{number:04d}" for number in range(1, 11))
_LEAST = 1_000_000
_SECONDS_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def make_city(database: Database, partners: Sequence[str]) -> None:
    """Save ten malls and the partners, each of which reports every mall daily."""
    with database.transaction() as session:
        save_scheme(session, AreaSchemeData(_SCHEME, (_COMMUNE,)))
        for mall in _MALLS:
            area = (SiteArea(_OPEN, _COMMUNE.place_code),)
            save_site(session, Site(mall, PlaceKind.MALL, mall, mall, (_OPEN,), area))
        for code in partners:
            save_partner(session, Partner(code, code, code, "VND", simulated=False), now=_SECONDS_AGO)
        duties = [(code, mall) for code in partners for mall in _MALLS]
        save_obligations(
            session,
            [Obligation(code, "POS_SALES", mall, Frequency.DAY, 2, _OPENED, None) for code, mall in duties],
        )
        refresh_reach(session)


def numbered(partner: str, number: int, *, time: str = "2026-07-04T02:11:09Z") -> bytes:
    """Write a slice that no other number writes, with an amount that no other number has."""
    return slice_message(
        id=f"{partner}-{number}",
        source=f"urn:hp:partner:{partner}",
        time=time,
        site=_MALLS[number % len(_MALLS)],
        period=(_OPENED + timedelta(days=number // len(_MALLS))).isoformat(),
        cells=[{"instrument": "CARD", "sector": "G47", "count": 100, "amount": _LEAST + number}],
    )


def amount_of(numbers: Iterable[int]) -> int:
    """Add up the amounts of some numbers."""
    return sum(_LEAST + number for number in numbers)


@dataclass(frozen=True, slots=True)
class Stored:
    """
    What the hub has of some partners.

    Args:
        deliveries: Arrivals by Kafka; one a record if none was doubled.
        positions: Different records among them.
        receipts: Answers.
        accepted: Answers that accept.
        amount: Of all slices as they hold now.
        next_offset: Where the feeds stand, added up.
        quarantined: Records set aside.

    """

    deliveries: int
    positions: int
    receipts: int
    accepted: int
    amount: int
    next_offset: int
    quarantined: int


_COUNT = text(
    "WITH mine AS (SELECT id FROM partner WHERE code = ANY (:partners)),"
    " arrived AS (SELECT delivery.id, position FROM delivery JOIN mine ON mine.id = partner_id"
    "  WHERE transport = 'KAFKA'),"
    " answered AS (SELECT verdict FROM receipt JOIN arrived ON arrived.id = delivery_id)"
    " SELECT (SELECT count(*) FROM arrived), (SELECT count(DISTINCT position) FROM arrived),"
    " (SELECT count(*) FROM answered), (SELECT count(*) FROM answered WHERE verdict = 'ACCEPTED'),"
    " (SELECT coalesce(sum(total_amount), 0) FROM slice_head JOIN mine ON mine.id = partner_id),"
    " (SELECT coalesce(sum(next_offset), 0) FROM feed_offset WHERE topic = ANY (:topics)),"
    " (SELECT count(*) FROM quarantine JOIN arrived ON arrived.id = delivery_id)"
)


def stored(database: Database, partners: Sequence[str]) -> Stored:
    """Count what the hub has of some partners."""
    topics = [f"feeds.{partner}" for partner in partners]
    with database.transaction() as session:
        row = session.execute(_COUNT, {"partners": list(partners), "topics": topics}).one()
    return Stored(*(int(value) for value in row))


def next_offset(database: Database, partners: Sequence[str]) -> int | None:
    """Add up where the feeds stand; None while the database does not answer."""
    topics = [f"feeds.{partner}" for partner in partners]
    query = text("SELECT coalesce(sum(next_offset), 0) FROM feed_offset WHERE topic = ANY (:topics)")
    try:
        with database.transaction() as session:
            return int(session.execute(query, {"topics": topics}).scalar_one())
    except (UnavailableError, SQLAlchemyError):
        return None
