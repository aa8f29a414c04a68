"""`Idempotency-Key`: the first answer again, 422 for another request, 409 while the first is at work."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from payments_hub.contracts.batches import NDJSON
from payments_hub.jobs.catalogue import jobs
from payments_hub.services.submissions import ANSWERS_KEPT
from payments_hub.store.idempotent_answers import lock_key
from payments_hub.store.session import Database
from tests.support.overviews import NOW
from tests.support.sender import Sender, new_key
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.web import SettableClock, make_app, make_hub

pytestmark = pytest.mark.database

PARTNER, RIVAL = "AEON-HP", "GO-HP"
FIRST, SECOND = nothing_to_report(PARTNER, 1), nothing_to_report(PARTNER, 2)
STRUCTURED = "application/cloudevents+json"


@pytest.fixture
def sender(database: Database) -> Iterator[Sender]:
    """Lend a partner's machine with a good key, at a hub that expects this partner and a rival."""
    make_small_hub(database, [PARTNER, RIVAL])
    with make_app(database).test_client() as client:
        yield Sender(client, new_key(database, PARTNER))


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [(FIRST, STRUCTURED, 201), (b"garbage", STRUCTURED, 422), (FIRST + b"\ngarbage\n", NDJSON, 200)],
    ids=["accepted", "rejected", "batch"],
)
def test_the_first_answer_is_given_again_whole_and_nothing_is_judged(
    sender: Sender, database: Database, body: bytes, content_type: str, status: int
) -> None:
    first = sender.post(body, content_type, Idempotency_Key="one")
    stored = verdicts(database, PARTNER)

    again = sender.post(body, content_type, Idempotency_Key="one")

    assert (first.status_code, again.status_code) == (status, status)
    assert (again.data, again.content_type) == (first.data, first.content_type)
    assert ("Idempotency-Replayed" in first.headers, again.headers["Idempotency-Replayed"]) == (False, "true")
    assert verdicts(database, PARTNER) == stored


@pytest.mark.parametrize(
    ("body", "content_type", "headers"),
    [
        (SECOND, STRUCTURED, {}),
        (FIRST + b" ", STRUCTURED, {}),
        (FIRST, NDJSON, {}),
        (FIRST, STRUCTURED, {"ce_id": "another"}),
    ],
    ids=["another message", "one more byte", "another form", "another attribute"],
)
def test_the_same_key_with_another_request_is_refused(
    sender: Sender, database: Database, body: bytes, content_type: str, headers: dict[str, str]
) -> None:
    sender.post(FIRST, Idempotency_Key="one")

    other = sender.post(body, content_type, Idempotency_Key="one", **headers)

    assert (other.status_code, (other.json or {})["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert verdicts(database, PARTNER) == {"ACCEPTED": 1}


def test_while_the_first_is_at_work_the_second_is_told_to_come_again(sender: Sender, database: Database) -> None:
    with database.transaction() as session:
        lock_key(session, PARTNER, "one")

        during = sender.post(FIRST, Idempotency_Key="one")
        with_another_key = sender.post(SECOND, Idempotency_Key="two")

    after = sender.post(FIRST, Idempotency_Key="one")
    assert (during.status_code, (during.json or {})["code"], during.headers["Retry-After"]) == (
        409,
        "REQUEST_IN_FLIGHT",
        "1",
    )
    assert (with_another_key.status_code, after.status_code) == (201, 201)


def test_keys_of_two_partners_have_nothing_to_do_with_each_other(sender: Sender, database: Database) -> None:
    rival = Sender(sender.client, new_key(database, RIVAL))
    sender.post(FIRST, Idempotency_Key="one")

    theirs = rival.post(nothing_to_report(RIVAL, 1), Idempotency_Key="one")

    assert (theirs.status_code, (theirs.json or {})["partner"]) == (201, RIVAL)


def test_without_a_key_the_event_itself_says_that_it_was_seen(sender: Sender, database: Database) -> None:
    first, again = sender.send(FIRST), sender.send(FIRST)

    assert (first[0], again[0], again[1]["verdict"]) == (201, 200, "DUPLICATE")
    assert verdicts(database, PARTNER) == {"ACCEPTED": 1, "DUPLICATE": 1}


@pytest.mark.parametrize("key", ["", "x" * 201, "khóa", "a\tb"], ids=["empty", "too long", "not ASCII", "a tab"])
def test_a_key_that_is_none_is_refused_by_its_name(sender: Sender, database: Database, key: str) -> None:
    answer = sender.post(FIRST, Idempotency_Key=key.encode().decode("latin-1"))

    problem = answer.json or {}
    assert (answer.status_code, problem["code"]) == (400, "BAD_IDEMPOTENCY_KEY")
    assert [fault["field"] for fault in problem["fields"]] == ["Idempotency-Key"]
    assert verdicts(database, PARTNER) == {}


def test_a_request_that_was_not_judged_leaves_its_key_free(sender: Sender) -> None:
    refused = sender.post(FIRST, "text/plain", Idempotency_Key="one")

    assert (refused.status_code, sender.post(FIRST, Idempotency_Key="one").status_code) == (415, 201)


def test_answers_are_forgotten_after_their_time(sender: Sender, database: Database) -> None:
    sender.post(FIRST, Idempotency_Key="one")
    [forgetting] = [job for job in jobs(make_hub(database, SettableClock(NOW))) if job.name == "forgetting"]
    kept = "SELECT count(*) FROM idempotent_answer"

    with database.transaction() as session:
        forgetting.run(session, NOW + ANSWERS_KEPT)
        before = session.execute(text(kept)).scalar_one()
        forgetting.run(session, NOW + ANSWERS_KEPT + timedelta(seconds=1))
        after = session.execute(text(kept)).scalar_one()

    assert (before, after) == (1, 0)
