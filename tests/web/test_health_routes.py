from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from payments_hub.store.offsets import FeedState, FeedStatus, save_status
from payments_hub.store.session import Database
from tests.support.overviews import NOW
from tests.support.web import SettableClock, make_app

pytestmark = pytest.mark.database

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


def test_a_hub_whose_database_answers_is_ready_and_tells_what_is_late(client: FlaskClient, database: Database) -> None:
    heard = NOW - timedelta(seconds=42)
    blocked = FeedStatus("feeds.AEON-HP", 0, 7, 10, heard, FeedState.BLOCKED, "gone")
    with database.transaction() as session:
        save_status(session, [blocked])

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json == {
        "ready": True,
        "database": True,
        "schema": True,
        "lateness": {
            "slices_waiting": 0,
            "oldest_waiting_seconds": 0,
            "feeds": 1,
            "feeds_blocked": 1,
            "feeds_silent_seconds": 42,
            "records_behind": 3,
            "receipts_waiting": 0,
        },
    }


def test_who_is_asked_for_readiness_names_no_partner(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        save_status(session, [FeedStatus("feeds.AEON-HP", 0, 7, 10, NOW, FeedState.READING, None)])

    assert "AEON" not in client.get("/readyz").text


def test_a_hub_without_tables_is_not_ready(empty_database: Database) -> None:
    answer = make_app(empty_database).test_client().get("/readyz")

    assert answer.status_code == 503
    assert answer.json == {"ready": False, "database": True, "schema": False, "lateness": None}


def test_without_a_database_the_process_lives_but_is_not_ready() -> None:
    client = make_app(Database(NOWHERE)).test_client()

    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_without_a_database_a_page_says_that_it_is_our_side_and_to_come_again() -> None:
    client = make_app(Database(NOWHERE), clock=SettableClock()).test_client()
    client.set_cookie("hub_session", "some token")

    answer = client.get("/")

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "Hệ thống tạm thời chưa trả lời được" in answer.text


def test_the_numbers_are_for_this_machine_alone(client: FlaskClient) -> None:
    client.get("/livez")

    here = client.get("/metrics")
    far = client.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
    behind_a_proxy = client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})

    assert 'hub_http_requests_total{endpoint="health.livez",method="GET",status="200"} 1.0' in here.text
    assert (far.status_code, behind_a_proxy.status_code) == (403, 403)
