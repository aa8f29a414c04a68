"""One partner may ask for so much and no more; the others notice nothing."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from payments_hub.contracts.batches import JSON_BATCH, NDJSON
from payments_hub.kernel.settings import load_settings
from payments_hub.store.session import Database
from payments_hub.web.api.v1.limits import BATCHES_AT_ONCE, PartnerLimits
from payments_hub.web.refusals import RefusalError
from tests.support.overviews import NOW
from tests.support.sender import Sender, new_key
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.web import SettableClock, make_app

pytestmark = pytest.mark.database

PARTNER, RIVAL = "AEON-HP", "GO-HP"
PROBLEM = {"code", "message", "fields", "request_id"}


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock(NOW)


@pytest.fixture
def client(database: Database, clock: SettableClock) -> Iterator[FlaskClient]:
    """Lend a client of a hub that takes three requests and a thousand messages a minute, and 1,500 a day."""
    make_small_hub(database, [PARTNER, RIVAL])
    app = make_app(
        database, clock=clock, api_requests_a_minute="3", api_messages_a_minute="1000", api_messages_a_day="1500"
    )
    with app.test_client() as made:
        yield made


@pytest.fixture
def sender(client: FlaskClient, database: Database) -> Sender:
    return Sender(client, new_key(database, PARTNER))


def lines(first: int, count: int) -> bytes:
    return b"".join(nothing_to_report(PARTNER, number) + b"\n" for number in range(first, first + count))


def test_over_the_limit_is_429_with_a_time_to_come_again(sender: Sender, database: Database) -> None:
    answers = [sender.post(nothing_to_report(PARTNER, number)) for number in range(5)]

    refused = answers[3]
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429, 429]
    assert (refused.headers["Retry-After"], (refused.json or {})["code"]) == ("20", "TOO_MANY_REQUESTS")
    assert set(refused.json or {}) == PROBLEM
    assert verdicts(database, PARTNER) == {"ACCEPTED": 3}


def test_every_answer_tells_what_is_left(sender: Sender) -> None:
    answers = [sender.post(nothing_to_report(PARTNER, number)) for number in range(4)]

    told = [[answer.headers[f"RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset")] for answer in answers]
    assert told == [["3", "2", "20"], ["3", "1", "40"], ["3", "0", "60"], ["3", "0", "60"]]


def test_after_the_time_that_was_told_there_is_room_again(sender: Sender, clock: SettableClock) -> None:
    answers = [sender.post(nothing_to_report(PARTNER, number)) for number in range(4)]

    clock.pass_time(timedelta(seconds=int(answers[-1].headers["Retry-After"])))

    assert sender.post(nothing_to_report(PARTNER, 9)).status_code == 201


def test_another_partner_is_not_affected(sender: Sender, database: Database) -> None:
    rival = Sender(sender.client, new_key(database, RIVAL))
    for number in range(5):
        sender.post(nothing_to_report(PARTNER, number))

    assert [rival.post(nothing_to_report(RIVAL, number)).status_code for number in range(3)] == [201] * 3


def test_a_second_key_of_the_same_partner_brings_no_more(sender: Sender, database: Database) -> None:
    other = Sender(sender.client, new_key(database, PARTNER))
    for number in range(3):
        sender.post(nothing_to_report(PARTNER, number))

    assert other.post(nothing_to_report(PARTNER, 4)).status_code == 429


def test_a_claimed_address_brings_no_more(sender: Sender) -> None:
    answers = [
        sender.post(nothing_to_report(PARTNER, number), X_Forwarded_For=f"203.0.113.{number}") for number in range(5)
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 429, 429]


def test_a_batch_counts_its_messages_and_is_refused_whole(
    sender: Sender, database: Database, clock: SettableClock
) -> None:
    first, second = sender.post(lines(0, 990), NDJSON), sender.post(lines(1_000, 11), NDJSON)

    assert (first.status_code, second.status_code) == (200, 429)
    assert (second.json or {})["code"] == "TOO_MANY_MESSAGES"
    assert (second.headers["RateLimit-Limit"], second.headers["RateLimit-Remaining"]) == ("1000", "10")
    assert verdicts(database, PARTNER) == {"ACCEPTED": 990}


def test_a_days_messages_end_and_begin_anew_with_the_citys_day(sender: Sender, clock: SettableClock) -> None:
    sender.post(lines(0, 900), NDJSON)
    clock.pass_time(timedelta(minutes=2))
    over = sender.post(lines(1_000, 601), NDJSON)

    clock.pass_time(timedelta(seconds=int(over.headers["Retry-After"])))
    after = sender.post(lines(1_000, 601), NDJSON)

    assert (over.status_code, (over.json or {})["code"]) == (429, "TOO_MANY_MESSAGES_TODAY")
    assert after.status_code == 200


def test_a_batch_that_cannot_be_taken_apart_is_not_free(sender: Sender) -> None:
    garbage = b"{" * 8_000_000

    answers = [sender.post(garbage, JSON_BATCH).status_code for _ in range(2)]

    assert answers == [400, 429]


def test_without_a_good_key_nothing_is_counted(sender: Sender, client: FlaskClient) -> None:
    nobody = Sender(client, "hp000000000000.guess")
    for number in range(10):
        nobody.post(nothing_to_report(PARTNER, number))

    assert sender.post(nothing_to_report(PARTNER, 1)).status_code == 201


def test_a_partner_holds_no_more_than_half_of_the_threads_with_batches() -> None:
    limits = PartnerLimits(load_settings({}))
    held = [limits.batch(PARTNER, NOW) for _ in range(BATCHES_AT_ONCE)]
    for one in held:
        one.__enter__()

    with pytest.raises(RefusalError) as refused, limits.batch(PARTNER, NOW):
        pass
    with limits.batch(RIVAL, NOW):
        held[0].__exit__(None, None, None)
    with limits.batch(PARTNER, NOW):
        pass

    assert (refused.value.status, refused.value.refusal_code) == (429, "TOO_MANY_BATCHES")
