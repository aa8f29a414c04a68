from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from payments_hub.services.security_events import Fold, Kind, SecurityEvent, note
from payments_hub.store.session import Database
from tests.builders import NOW

pytestmark = pytest.mark.database

EVENT = SecurityEvent(Kind.KEY_UNKNOWN, None, None, "203.0.113.9", "api_slices.receive", "01K")
SECOND = timedelta(seconds=1)


def kept(database: Database, *events: SecurityEvent, after: timedelta = timedelta()) -> list[bool]:
    with database.transaction() as session:
        return [note(session, event, NOW + after) for event in events]


def test_two_alike_in_one_second_leave_one_row(database: Database) -> None:
    kept(database, EVENT)

    assert kept(database, EVENT, after=SECOND / 2) == [False]


def test_the_next_second_gets_its_own_row_with_the_count_of_those_left_out(database: Database) -> None:
    kept(database, EVENT)

    kept(database, replace(EVENT, folded=7), after=SECOND)

    with database.transaction() as session:
        rows = session.execute(text("SELECT kind, folded FROM security_event ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [("key_unknown", 0), ("key_unknown", 7)]


def test_others_in_the_same_second_are_not_folded(database: Database) -> None:
    others = [replace(EVENT, address="203.0.113.10"), replace(EVENT, kind=Kind.ROLE), replace(EVENT, actor="key:hp1")]

    assert kept(database, EVENT, *others) == [True] * 4


def test_a_flood_is_counted_and_told_with_the_next_of_its_kind() -> None:
    fold = Fold()

    let_through = [fold.take(EVENT, NOW + SECOND * number / 1000) for number in range(1001)]

    assert [taken for taken in let_through if taken] == [(EVENT,), (replace(EVENT, folded=999),)]


def test_what_could_not_be_kept_is_told_with_the_next_of_its_kind() -> None:
    fold = Fold()
    [due] = fold.take(EVENT, NOW)
    fold.put_back(due, NOW)

    told = fold.take(EVENT, NOW + SECOND)

    assert told == (replace(EVENT, folded=1),)


def test_a_flood_that_ended_is_told_with_the_next_event_of_another_kind() -> None:
    fold, other = Fold(), replace(EVENT, kind=Kind.FORM)
    for _ in range(4):
        fold.take(EVENT, NOW)

    told = fold.take(other, NOW + timedelta(minutes=2))

    assert told == (other, replace(EVENT, folded=2))
