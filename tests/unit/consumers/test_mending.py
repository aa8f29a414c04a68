from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from consumers.broker import Bounds
from consumers.faults import concerns_every_feed
from consumers.mending import planned
from consumers.placing import obstacle
from consumers.topics import Feed
from payments_hub.kernel.errors import ConflictError, InvalidValueError
from payments_hub.store.errors import DatabaseAwayError, DatabaseBusyError, TransactionTooLongError
from payments_hub.store.offsets import FeedState, FeedStatus, Standing

FEED = Feed("feeds.BIDV", 0)
BLOCKED = FeedStatus(
    FEED.topic, 0, 5, 9, datetime(2026, 7, 4, tzinfo=UTC), FeedState.BLOCKED, "its records cannot be read: a codec"
)


@pytest.mark.parametrize(
    ("standing", "bounds", "topic_id", "says"),
    [
        (Standing(5, "a"), Bounds(5, 5), "a", None),
        (Standing(5, "a"), Bounds(0, 9), "a", None),
        (Standing(5, None), Bounds(0, 9), "a", None),
        (Standing(5, "a"), Bounds(0, 9), None, None),
        (Standing(5, "a"), Bounds(0, 9), "b", "made anew"),
        (Standing(5, "a"), Bounds(6, 9), "a", "1 records were deleted before they were read: offsets 5 to 5"),
        (Standing(5, "a"), Bounds(0, 4), "a", "the log ends at 4, before the stored position 5"),
    ],
)
def test_a_feed_is_read_on_only_where_the_log_is_of_the_same_topic_and_has_the_next_record(
    standing: Standing, bounds: Bounds, topic_id: str | None, says: str | None
) -> None:
    found = obstacle(standing, bounds, topic_id)

    assert (found is None) if says is None else (found is not None and says in found)


@pytest.mark.parametrize(
    ("standing", "bounds", "topic_id", "at", "goal", "consequence"),
    [
        (Standing(3, "a"), Bounds(10, 20), "a", None, 10, "offsets 3 to 9 are left out, which Kafka has no more"),
        (Standing(9, "a"), Bounds(0, 4), "a", None, 0, "what was read before from there on is read again"),
        (Standing(5, "a"), Bounds(0, 9), "b", None, 0, "the new topic's records are read"),
        (Standing(5, "a"), Bounds(0, 9), "a", None, 5, "nothing is left out, the same record is tried again"),
        (Standing(5, "a"), Bounds(0, 9), "a", 6, 6, "offsets 5 to 5 are left out, 1 of which Kafka still has"),
    ],
    ids=["gap", "cut", "made anew", "tried again", "stepped over"],
)
def test_what_going_on_leaves_out_is_said_before_it_is_done(
    standing: Standing, bounds: Bounds, topic_id: str, at: int | None, goal: int, consequence: str
) -> None:
    mend = planned(FEED, standing, bounds, topic_id, BLOCKED, at)

    assert mend.after == Standing(goal, topic_id)
    assert f"It would go on at offset {goal}: {consequence}" in mend.words()[2]


def test_a_feed_that_is_not_blocked_is_not_moved_by_anybody() -> None:
    with pytest.raises(ConflictError, match="it goes on by itself from offset 5"):
        planned(FEED, Standing(5, "a"), Bounds(0, 9), "a", None, 7)
    with pytest.raises(ConflictError, match="was never read"):
        planned(FEED, None, Bounds(0, 9), "a", BLOCKED, 7)


def test_a_feed_goes_on_within_its_log_only() -> None:
    with pytest.raises(InvalidValueError, match="Offset 10 is not in the log: it has 0 to 9"):
        planned(FEED, Standing(5, "a"), Bounds(0, 9), "a", BLOCKED, 10)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (DatabaseAwayError("away"), True),
        (psycopg.errors.DiskFull("full"), True),
        (psycopg.errors.TooManyConnections("full"), True),
        (psycopg.errors.ReadOnlySqlTransaction("a copy"), True),
        (OperationalError("INSERT", {}, psycopg.errors.DiskFull("full")), True),
        (DatabaseBusyError("locked"), False),
        (TransactionTooLongError("slow"), False),
        (psycopg.errors.NumericValueOutOfRange("a bug"), False),
        (RuntimeError("a bug"), False),
    ],
    ids=lambda it: type(it).__name__,
)
def test_a_fault_of_the_whole_database_is_told_from_one_of_a_feeds_own(error: Exception, expected: bool) -> None:  # noqa: FBT001  a table
    assert concerns_every_feed(error) is expected
