"""A partner that sends too much garbage is left alone until a person resumes it: what it makes us write is bounded."""

import pytest
from sqlalchemy import text

from consumers.loop import Worker
from consumers.topics import Feed
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.kernel.clock import SystemClock
from payments_hub.kernel.errors import ConflictError, InvalidValueError, NotFoundError
from payments_hub.services.feed_mending import resume_feed
from payments_hub.store.alerts import AlertKind
from payments_hub.store.offsets import FeedState
from payments_hub.store.session import Database
from tests.support.consuming import accepting, reported_state, running, stored_position
from tests.support.fake_broker import FakeKafka
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.standing import alerts_of, quick_worker
from tests.support.waiting import wait_until

pytestmark = pytest.mark.database

LOUD, QUIET = Feed("feeds.LOUD", 0), Feed("feeds.QUIET", 0)
AT_MOST, SENT, PIECE = 20, 400, 10


def judging_worker(database: Database, kafka: FakeKafka, *, at_most: int = AT_MOST) -> Worker:
    accept = accepting(ReferenceCache(), SystemClock())
    return quick_worker(database, kafka, accept, rejected_a_minute=at_most)


def garbage() -> FakeKafka:
    kafka = FakeKafka({LOUD: [b"garbage %d" % number for number in range(SENT)], QUIET: []}, most_records=PIECE)
    kafka.logs[LOUD].append(nothing_to_report("LOUD", 1))
    return kafka


def resume(database: Database, partner: str, reason: str = "they have mended it") -> int:
    with database.transaction() as session:
        return resume_feed(session, partner, actor="command:test", reason=reason, now=SystemClock().now())


def test_a_partner_that_sends_too_much_garbage_is_suspended_alone_and_every_record_read_has_its_receipt(
    database: Database,
) -> None:
    make_small_hub(database, ["LOUD", "QUIET"])
    kafka = garbage()

    with running(judging_worker(database, kafka)):
        wait_until(lambda: reported_state(database, LOUD.topic) is FeedState.SUSPENDED, "it is suspended")
        kafka.logs[QUIET].append(nothing_to_report("QUIET", 1))
        wait_until(lambda: stored_position(database, QUIET.topic) == 1, "the other partner is read on")

    read = stored_position(database, LOUD.topic)
    assert read == AT_MOST + PIECE
    assert verdicts(database, "LOUD") == {"REJECTED": read}
    assert alerts_of(database, AlertKind.FEED_SUSPENDED) == {"LOUD": {"rejected": read}}


def test_without_a_bound_garbage_would_be_written_down_to_its_last_record(database: Database) -> None:
    make_small_hub(database, ["LOUD", "QUIET"])

    with running(judging_worker(database, garbage(), at_most=SENT)):
        wait_until(lambda: stored_position(database, LOUD.topic) == SENT + 1, "all of it is read")

    assert verdicts(database, "LOUD") == {"REJECTED": SENT, "ACCEPTED": 1}


def test_a_suspended_feed_stays_so_over_a_restart_and_goes_on_where_it_was_left(database: Database) -> None:
    make_small_hub(database, ["LOUD", "QUIET"])
    kafka = garbage()
    with running(judging_worker(database, kafka)):
        wait_until(lambda: reported_state(database, LOUD.topic) is FeedState.SUSPENDED, "it is suspended")
    read = stored_position(database, LOUD.topic)

    with running(judging_worker(database, kafka, at_most=SENT)):
        kafka.logs[QUIET].append(nothing_to_report("QUIET", 1))
        wait_until(lambda: stored_position(database, QUIET.topic) == 1, "the other partner is read on")
        before = stored_position(database, LOUD.topic)
        told = resume(database, "LOUD")
        wait_until(lambda: stored_position(database, LOUD.topic) == SENT + 1, "it is read to its end")
        wait_until(lambda: reported_state(database, LOUD.topic) is FeedState.READING, "it is reported")

    assert (before, told) == (read, AT_MOST + PIECE)
    assert verdicts(database, "LOUD") == {"REJECTED": SENT, "ACCEPTED": 1}
    assert alerts_of(database, AlertKind.FEED_SUSPENDED) == {}


def test_resuming_is_recorded_with_who_and_why_and_needs_a_suspension_and_a_reason(database: Database) -> None:
    make_small_hub(database, ["LOUD", "QUIET"])
    with running(judging_worker(database, garbage())):
        wait_until(lambda: reported_state(database, LOUD.topic) is FeedState.SUSPENDED, "it is suspended")

    with pytest.raises(InvalidValueError, match="Say why"):
        resume(database, "LOUD", "  ")
    with pytest.raises(NotFoundError, match="no partner NOBODY"):
        resume(database, "NOBODY")
    with pytest.raises(ConflictError, match="is not suspended"):
        resume(database, "QUIET")
    resume(database, "LOUD")

    query = text("SELECT actor, action, subject, details->>'reason' FROM audit_entry WHERE action = 'feed_resumed'")
    with database.transaction() as session:
        recorded = [tuple(row) for row in session.execute(query)]
    assert recorded == [("command:test", "feed_resumed", "LOUD", "they have mended it")]
