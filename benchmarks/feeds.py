"""The feed that is measured: one bank's daily receipts of merchants in the communes, alike for hub and peer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice, product

import numpy as np
import orjson
from numpy.random import Generator
from sqlalchemy.orm import Session

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.geography import SINCE_MERGER, AreaLevel, load_schemes
from payments_hub.domain.instruments import Initiation, Instrument
from payments_hub.ingest.arrivals import Arrival, Transport
from payments_hub.ingest.batches import STRUCTURED
from payments_hub.kernel.periods import Frequency
from payments_hub.store.consumer_workers import move_to_group
from payments_hub.store.partners import Partner, save_obligations, save_partner
from payments_hub.store.places import refresh_reach, save_scheme

FLOW = "ACQ_P2M"
GROUPS = ("main", "second")
"""The groups of feeds, each with a worker of its own."""

_SEED = 20_260_701
_FIRST_DAY = date(2025, 7, 1)
_WRITTEN_FOR = "BENCH-000"
_NO_CASH = tuple(instrument for instrument in Instrument if instrument is not Instrument.CASH)
_COMBINATIONS = tuple(product(_NO_CASH, Initiation, FLOWS[FLOW].sector_codes))

Cell = tuple[str, str, str, int, int, int, int, int, int, int]
"""Instrument, initiation, sector; count, amount, refunds of both; contributors and the two largest shares."""


@dataclass(frozen=True, slots=True)
class Feed:
    """
    One partner's slices, as messages and as rows.

    Args:
        rows: One entry a slice: its cells as lines of COPY's text form, for the peers.
        cell_count: Of all slices together.

    """

    partner: str
    bodies: Sequence[bytes]
    rows: Sequence[bytes]
    cell_count: int

    def of(self, partner: str) -> Feed:
        """Let another partner report the same figures; codes are of one length, so that not a byte more is sent."""
        old, new = self.partner.encode(), partner.encode()
        bodies, rows = ([each.replace(old, new) for each in every] for every in (self.bodies, self.rows))
        return Feed(partner, bodies, rows, self.cell_count)

    def first(self, slice_count: int) -> Feed:
        """Take the first slices alone."""
        return self._part(0, slice_count)

    def shared_by(self, partners: Sequence[str]) -> list[Feed]:
        """Let several partners report a part each, one after the other's slices, as alike in size as can be."""
        edges = [len(self.bodies) * number // len(partners) for number in range(len(partners) + 1)]
        return [
            self._part(begin, end).of(partner)
            for partner, begin, end in zip(partners, edges[:-1], edges[1:], strict=True)
        ]

    def arrivals(self, received_at: datetime) -> list[Arrival]:
        """Hand the messages over as a transport does."""
        return [
            Arrival(
                self.partner, Transport.KAFKA, f"feeds.{self.partner}-0-{offset}", body, (), STRUCTURED, received_at
            )
            for offset, body in enumerate(self.bodies)
        ]

    def _part(self, begin: int, end: int) -> Feed:
        rows = self.rows[begin:end]
        return Feed(self.partner, self.bodies[begin:end], rows, sum(each.count(b"\n") for each in rows))


def partner_code(number: int) -> str:
    """Name a partner of the benchmark."""
    return f"BENCH-{number:03d}"


def group_of(number: int) -> str:
    """Name the group that reads a partner's feed: neighbours are in different ones."""
    return GROUPS[number % len(GROUPS)]


def register(session: Session, numbers: Sequence[int], *, now: datetime) -> None:
    """Save the communes, and partners that owe each commune's day."""
    for data in load_schemes():
        save_scheme(session, data)
    codes = [partner_code(number) for number in numbers]
    for code, number in zip(codes, numbers, strict=True):
        save_partner(session, Partner(code, code, code, "VND", simulated=False), now=now)
        move_to_group(session, code, group_of(number))
    places = _communes()
    save_obligations(
        session, [Obligation(code, FLOW, place, Frequency.DAY, 2, _FIRST_DAY) for code in codes for place in places]
    )
    refresh_reach(session)


def make_feed(cell_count: int, slice_size: int) -> Feed:
    """Write slices of one size, day by day and commune by commune; the same ones each time."""
    rng = np.random.default_rng(_SEED)
    bodies, rows = [], []
    for place, day in islice(_slices(), cell_count // slice_size):
        cells = _cells(slice_size, rng)
        bodies.append(_message(place, day, cells))
        rows.append("".join(_line(place, day, cell) for cell in cells).encode())
    return Feed(_WRITTEN_FOR, bodies, rows, len(bodies) * slice_size)


def _slices() -> Iterator[tuple[str, date]]:
    days = (_FIRST_DAY + timedelta(days=number) for number in range(400))
    return ((place, day) for day in days for place in _communes())


def _communes() -> list[str]:
    scheme = next(data for data in load_schemes() if data.scheme == SINCE_MERGER)
    return sorted(unit.place_code for unit in scheme.units if unit.level is AreaLevel.COMMUNE)


def _cells(number: int, rng: Generator) -> list[Cell]:
    """Draw figures as a bank would see them: a few large merchants, many small ones, in contributors' exact bounds."""
    chosen = np.sort(rng.choice(len(_COMBINATIONS), number, replace=False))
    counts = rng.lognormal(6, 1.5, number).astype(int) + 10
    tickets = rng.integers(40_000, 900_000, number)
    owners = rng.integers(8, 400, number)
    largest = rng.integers(2_000, 5_000, number)
    return [
        (*_COMBINATIONS[which], count, count * ticket, count // 100, count // 100 * ticket, n, top, top * 8 // 10)
        for which, count, ticket, n, top in zip(
            *(drawn.tolist() for drawn in (chosen, counts, tickets, owners, largest)), strict=True
        )
    ]


def _message(place: str, day: date, cells: Sequence[Cell]) -> bytes:
    made_at = datetime(day.year, day.month, day.day, 20, tzinfo=UTC) + timedelta(days=1)
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": f"{_WRITTEN_FOR}:{place}:{day}:0",
            "source": f"urn:hp:partner:{_WRITTEN_FOR}",
            "type": "vn.haiphong.cashless.slice.v1",
            "time": made_at.isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "dataschema": "urn:hp:schema:slice:1.0.0",
            "data": {
                "flow": FLOW,
                "site": place,
                "period": day.isoformat(),
                "action": "REPLACE",
                "revision": 0,
                "finality": "FINAL",
                "currency": "VND",
                "cells": [_wire(cell) for cell in cells],
                "control": {"count": sum(cell[3] for cell in cells), "amount": sum(cell[4] for cell in cells)},
            },
        }
    )


def _wire(cell: Cell) -> dict[str, object]:
    instrument, initiation, sector, count, amount, refund_count, refund_amount, owners, top1, top2 = cell
    return {
        "instrument": instrument,
        "initiation": initiation,
        "sector": sector,
        "count": count,
        "amount": amount,
        "refund_count": refund_count,
        "refund_amount": refund_amount,
        "contributors": {"n": owners, "top1_bp": top1, "top2_bp": top2},
    }


def _line(place: str, day: date, cell: Cell) -> str:
    """Write a cell as PostgreSQL's text form takes it; none of the values holds a character that it would escape."""
    values = (_WRITTEN_FOR, FLOW, place, day, *cell[:3], 0, *cell[3:])
    return "\t".join(map(str, values)) + "\n"
