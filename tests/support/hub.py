"""
A hub with two partners and a simulated one, a mall and a market in two communes, and short ways to send and to read.

The mall lies in the western commune, the market in the eastern one; each commune has its own district, and both
districts make the city. Every partner owes the daily sales of both sites, and the monthly receipts of both communes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import text

from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.coverage import Obligation
from payments_hub.domain.geography import AreaLevel, AreaScheme, AreaSchemeData, AreaUnit
from payments_hub.domain.sites import Interval, Site, SiteArea
from payments_hub.ingest.accept import accept
from payments_hub.ingest.arrivals import Arrival, Transport
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.store import rollups
from payments_hub.store.figures import FigureKey, PeriodFigures, period_figures
from payments_hub.store.partners import Partner, save_obligations, save_partner
from payments_hub.store.places import refresh_reach, save_scheme, save_site
from payments_hub.store.session import Database
from tests.builders import MALL, NOW, PARTNER, cell, empty_slice_message, manifest_message, slice_message

RIVAL = "GO-HP"
SIMULATED = "SIM-HP"
MARKET = "MARKET-0001"
STRUCTURED = "application/cloudevents+json"
SINCE = date(2020, 1, 1)
SCHEME = AreaScheme("TEST-COMMUNE-2020-01-01", SINCE, None, "Thử", "Test")
CITY, WEST_DISTRICT, EAST_DISTRICT, WEST, EAST = (f"{SCHEME.code}:{code}" for code in ("31", "301", "302", "1", "2"))
_UNITS = (
    AreaUnit(SCHEME.code, "31", AreaLevel.PROVINCE, None, "Thành phố", "City", "thành phố"),
    AreaUnit(SCHEME.code, "301", AreaLevel.DISTRICT, "31", "Quận Tây", "West District", "quận"),
    AreaUnit(SCHEME.code, "302", AreaLevel.DISTRICT, "31", "Quận Đông", "East District", "quận"),
    AreaUnit(SCHEME.code, "1", AreaLevel.COMMUNE, "301", "Phường Tây", "West Ward", "phường"),
    AreaUnit(SCHEME.code, "2", AreaLevel.COMMUNE, "302", "Phường Đông", "East Ward", "phường"),
)
_numbers = count(1)


@dataclass(slots=True)
class HandClock:
    """A clock that a test sets."""

    instant: datetime = NOW

    def now(self) -> datetime:
        return self.instant

    def go_to(self, day: date) -> None:
        """Make it noon of a day in the city."""
        self.instant = datetime(day.year, day.month, day.day, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SmallHub:
    """The hub of one test."""

    database: Database
    clock: HandClock = field(default_factory=HandClock)
    references: ReferenceCache = field(default_factory=ReferenceCache)

    def send(self, *bodies: bytes, partner: str = PARTNER) -> list[ReceiptV1]:
        """Send messages of one partner in one transaction."""
        return self.take(*(arrival(body, partner=partner, received_at=self.clock.now()) for body in bodies))

    def take(self, *arrivals: Arrival) -> list[ReceiptV1]:
        """Take arrivals in, in one transaction."""
        with self.database.transaction() as session:
            return accept(session, arrivals, reference=self.references.current(session), clock=self.clock)

    def drain(self, limit: int = 1000) -> int:
        """Drain once."""
        with self.database.transaction() as session:
            return rollups.drain(session, limit=limit)

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Ask the database itself."""
        with self.database.transaction() as session:
            return [tuple(row) for row in session.execute(text(query), values)]

    def number(self, query: str, **values: object) -> int:
        """Ask the database itself for one number."""
        return int(self.rows(query, **values)[0][0])

    def figures(self, place: str, period: str, *, as_of: date | None = None, **asked: Any) -> PeriodFigures:
        """
        Read one period as pages do; an empty one where there is no rollup.

        Args:
            asked: `partner`, `flow`, `currency`, `dimensions` where they are not all, POS_SALES, VND and none.

        """
        looked_for = Period.parse(period)
        with self.database.transaction() as session:
            partners = self.references.current(session).partners
            number = partners[asked["partner"]].number if "partner" in asked else None
            flow, currency = asked.get("flow", "POS_SALES"), asked.get("currency", "VND")
            key = FigureKey(flow, place, looked_for.frequency, currency, number)
            found = period_figures(session, key, as_of=as_of, dimensions=asked.get("dimensions", ()))
        return {one.period: one for one in found}.get(looked_for, PeriodFigures(looked_for))


def small_hub(database: Database) -> SmallHub:
    """Save the places, the partners and what they owe."""
    with database.transaction() as session:
        save_scheme(session, AreaSchemeData(SCHEME, _UNITS))
        save_site(session, site(MALL, WEST))
        save_site(session, site(MARKET, EAST, kind="MARKET"))
        for code in (PARTNER, RIVAL, SIMULATED):
            save_partner(session, Partner(code, code, code, "VND", simulated=code == SIMULATED), now=NOW)
        save_obligations(
            session,
            [
                Obligation(partner, flow, place, frequency, 1, SINCE)
                for partner in (PARTNER, RIVAL, SIMULATED)
                for flow, place, frequency in (
                    ("POS_SALES", MALL, Frequency.DAY),
                    ("POS_SALES", MARKET, Frequency.DAY),
                    ("ACQ_P2M", WEST, Frequency.MONTH),
                    ("ACQ_P2M", EAST, Frequency.MONTH),
                )
            ],
        )
        refresh_reach(session)
    return SmallHub(database)


def site(code: str, *areas: str | SiteArea, kind: str = "MALL", open_intervals: Sequence[Interval] = ()) -> Site:
    """Build a site, open since 2020 unless said otherwise; an area given as a code holds since then too."""
    lain = tuple(area if isinstance(area, SiteArea) else SiteArea(Interval(SINCE), area) for area in areas)
    return Site(code, kind, code, code, tuple(open_intervals) or (Interval(SINCE),), lain)


def arrival(body: bytes | None, *, partner: str = PARTNER, received_at: datetime = NOW, **changes: Any) -> Arrival:
    """Build what a transport hands over."""
    values: dict[str, Any] = {"headers": (), "content_type": STRUCTURED, "transport": Transport.HTTP} | changes
    return Arrival(partner=partner, position=f"request-{next(_numbers)}", body=body, received_at=received_at, **values)


def report(amount: int, *, revision: int = 0, partner: str = PARTNER, **changes: Any) -> bytes:
    """Write a REPLACE with one card cell of ten payments, or with the cells given; each message has its own id."""
    values: dict[str, Any] = {"cells": [cell(amount=amount)]} | _named(revision, partner) | changes
    return slice_message(revision=revision, **values)


def nothing(*, revision: int = 0, partner: str = PARTNER, **changes: Any) -> bytes:
    """Write a NIL."""
    return empty_slice_message("NIL", revision=revision, **(_named(revision, partner) | changes))


def withdrawal(*, revision: int = 0, partner: str = PARTNER, **changes: Any) -> bytes:
    """Write a DELETE."""
    return empty_slice_message("DELETE", revision=revision, **(_named(revision, partner) | changes))


def manifest(slices: int, amount: int, *, revision: int = 0, partner: str = PARTNER, **changes: Any) -> bytes:
    """Write a manifest of the day that `report` is about, with ten payments a slice; each message has its own id."""
    values: dict[str, Any] = {"slices": slices, "count": 10 * slices, "amount": amount, "id": f"event-{next(_numbers)}"}
    return manifest_message(revision=revision, **(values | {"source": f"urn:hp:partner:{partner}"} | changes))


def _named(revision: int, partner: str) -> dict[str, Any]:
    reason = {"revision_reason": "CORRECTION"} if revision else {}
    return {"id": f"event-{next(_numbers)}", "source": f"urn:hp:partner:{partner}", **reason}


def noon(day: date) -> datetime:
    """Tell noon of a day in the city."""
    return datetime(day.year, day.month, day.day, 5, tzinfo=UTC)


def days_after(day: date, number: int) -> date:
    """Count days forward."""
    return day + timedelta(days=number)
