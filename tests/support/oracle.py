"""What every rollup must say at the end of a day, worked out of the ledger by plain loops, without sums in SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from payments_hub.domain.coverage import expected_slices
from payments_hub.domain.flows import FLOWS, AddsUpFrom
from payments_hub.domain.places import Place
from payments_hub.ingest.reference import Reference
from payments_hub.kernel.periods import Frequency, Period
from tests.support.hub import SmallHub

Key = tuple[str, str, str, date, str, str]
"""Place, flow, frequency, first day, partner (or 'all'), currency."""

_REVISIONS = """
SELECT partner.code, flow, place.code, frequency, start, action, rollup_currency, content_revision_id, known_on
FROM slice_revision JOIN partner ON partner.id = partner_id JOIN place ON place.id = place_id
WHERE verdict <> 'SUPERSEDED' ORDER BY revision
"""
_CELLS = "SELECT revision_id, instrument, initiation, sector, purpose, count, amount FROM slice_cell"
_ROLLUPS = """
SELECT place.code, flow, frequency, start, coalesce(partner.code, 'all'), rollup_key.currency,
       dimension, rollup.code, received, expected, count, amount
FROM rollup JOIN rollup_key ON rollup_key.id = key_id JOIN place ON place.id = place_id
LEFT JOIN partner ON partner.id = partner_id
WHERE known_from <= :day AND known_to > :day
"""
_DIMENSIONS = ("instrument", "initiation", "sector", "purpose")


class _Head(NamedTuple):
    partner: str
    flow: str
    place: str
    frequency: str
    start: date
    action: str
    rollup_currency: str
    content_revision_id: int
    known_on: date


@dataclass(slots=True)
class Answer:
    """What one key says; sums by dimension and code, '' and '' for the whole."""

    received: int = 0
    expected: int = 0
    sums: dict[tuple[str, str], list[int | None]] = field(default_factory=dict)

    def add(self, name: tuple[str, str], count: int | None, amount: int | None) -> None:
        found = self.sums.setdefault(name, [None, None])
        for place, number in enumerate((count, amount)):
            if number is not None:
                found[place] = (found[place] or 0) + number


def stored_answers(hub: SmallHub, day: date) -> dict[Key, Answer]:
    """Read the rollups as known at the end of a day."""
    answers: dict[Key, Answer] = defaultdict(Answer)
    for *key, dimension, code, received, expected, count, amount in hub.rows(_ROLLUPS, day=day):
        answer = answers[tuple(key)]
        answer.sums[dimension, code] = [None if number is None else int(number) for number in (count, amount)]
        if not dimension:
            answer.received, answer.expected = received, expected
    return dict(answers)


def right_answers(hub: SmallHub, day: date) -> dict[Key, Answer]:
    """Work out what the rollups must say at the end of a day."""
    with hub.database.transaction() as session:
        reference = hub.references.current(session)
    cells: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for revision_id, *cell in hub.rows(_CELLS):
        cells[revision_id].append(tuple(cell))
    answers: dict[Key, Answer] = {}
    for head in _heads(hub, day).values():
        for key in _keys(head, reference.places):
            answer = answers.setdefault(key, Answer(expected=_expected(key, reference), sums={("", ""): [None, None]}))
            _count_in(answer, head, cells[head.content_revision_id])
    return answers


def _heads(hub: SmallHub, day: date) -> dict[tuple[Any, ...], _Head]:
    rows = (_Head(*row) for row in hub.rows(_REVISIONS))
    return {row[:5]: row for row in rows if row.known_on <= day}


def _keys(head: _Head, places: Mapping[str, Place]) -> Iterator[Key]:
    periods = {Period(head.start, Frequency(head.frequency))}
    if head.frequency == "D":
        periods.add(Period.containing(head.start, Frequency.MONTH))
    for place in _reached(head.place, head.flow, head.start, places):
        for period in periods:
            for partner in (head.partner, "all"):
                flow, currency = head.flow, head.rollup_currency
                yield place, flow, period.frequency.value, period.start, partner, currency


def _reached(code: str, flow: str, day: date, places: Mapping[str, Place]) -> list[str]:
    place, adds_areas = places[code], FLOWS[flow].adds_up_from is AddsUpFrom.AREAS
    if place.is_area != adds_areas or (place.is_area and place.level != "commune"):
        return [code]
    reached, above = [code], place.parent_code if place.is_area else place.area_on(day)
    while above is not None:
        reached.append(above)
        above = places[above].parent_code
    return reached


def _count_in(answer: Answer, head: _Head, cells: list[tuple[Any, ...]]) -> None:
    if head.action == "DELETE":
        return
    answer.received += 1
    if head.action == "NIL":
        answer.add(("", ""), 0, 0 if head.rollup_currency else None)
    for *codes, count, amount in cells:
        answer.add(("", ""), count, amount)
        for dimension, code in zip(_DIMENSIONS, codes, strict=True):
            if code is not None:
                answer.add((dimension, code), count, amount)


def _expected(key: Key, reference: Reference) -> int:
    place, flow, frequency, start, partner, _ = key
    period = Period(start, Frequency(frequency))
    duties = [
        duty
        for agreed in reference.obligations.values()
        for duty in agreed
        if duty.flow == flow and partner in {duty.partner, "all"}
    ]
    asked = [period] if period.frequency is Frequency.DAY else [period, *period.split(Frequency.DAY)]
    return sum(
        place in _reached(owed.place, flow, one.start, reference.places)
        for one in asked
        for owed in expected_slices(duties, reference.places, one)
    )
