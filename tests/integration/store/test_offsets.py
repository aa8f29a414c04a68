from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from payments_hub.store.offsets import (
    FeedState,
    FeedStatus,
    Standing,
    advance,
    read_position,
    read_statuses,
    save_status,
    start,
)
from payments_hub.store.session import Database

pytestmark = pytest.mark.database

TOPIC = "feeds.BIDV"
NOW = datetime(2026, 7, 4, 2, 0, tzinfo=UTC)


def started(database: Database, *, offset: int) -> None:
    with database.transaction() as session:
        start(session, TOPIC, 0, offset=offset)


def position(database: Database) -> int | None:
    with database.transaction() as session:
        return read_position(session, TOPIC, 0)


def test_a_feed_that_was_never_read_has_no_position(database: Database) -> None:
    assert position(database) is None


def test_starting_a_feed_again_leaves_it_where_it_is_and_tells_where(database: Database) -> None:
    started(database, offset=5)

    with database.transaction() as session:
        told = start(session, TOPIC, 0, offset=0)

    assert (told, position(database)) == (Standing(5, None), 5)


def test_a_position_moves_only_from_where_it_is(database: Database) -> None:
    started(database, offset=5)

    with database.transaction() as session:
        moved = [
            advance(session, TOPIC, 0, from_offset=5, to_offset=9),
            advance(session, TOPIC, 0, from_offset=5, to_offset=7),
            advance(session, TOPIC, 1, from_offset=9, to_offset=10),
        ]

    assert (moved, position(database)) == ([True, False, False], 9)


def test_of_two_workers_that_continued_from_one_position_one_is_fenced(database: Database) -> None:
    started(database, offset=0)

    with ThreadPoolExecutor(1) as other_worker:
        with database.transaction() as session:
            first = advance(session, TOPIC, 0, from_offset=0, to_offset=500)
            second = other_worker.submit(advance_alone, database, to_offset=300)
        fenced = not second.result(timeout=20)

    assert (first, fenced, position(database)) == (True, True, 500)


def test_a_position_that_was_not_committed_has_not_moved(database: Database) -> None:
    started(database, offset=0)

    with pytest.raises(RuntimeError):
        advance_and_fail(database)

    assert position(database) == 0


def test_the_last_status_of_a_feed_holds(database: Database) -> None:
    first = FeedStatus(TOPIC, 0, 3, None, NOW, FeedState.WAITING, "a fault")
    last = FeedStatus(TOPIC, 0, 7, 9, NOW + timedelta(seconds=5), FeedState.READING, None)
    other = FeedStatus("feeds.ABC", 0, 0, 0, NOW, FeedState.BLOCKED, "a gap")

    with database.transaction() as session:
        save_status(session, [first])
        save_status(session, [])
        save_status(session, [last, other])
        read = read_statuses(session)

    assert read == (other, last)
    assert [status.lag for status in (first, *read)] == [None, 0, 2]


def advance_alone(database: Database, *, to_offset: int) -> bool:
    with database.transaction() as session:
        return advance(session, TOPIC, 0, from_offset=0, to_offset=to_offset)


def advance_and_fail(database: Database) -> None:
    with database.transaction() as session:
        advance(session, TOPIC, 0, from_offset=0, to_offset=500)
        raise RuntimeError
