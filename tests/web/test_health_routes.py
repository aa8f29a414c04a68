from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from payments_hub.services.readiness import check
from payments_hub.store.alerts import AlertKind, raise_alert
from payments_hub.store.consumer_workers import ConsumerWorker, save_workers
from payments_hub.store.leases import take_lease
from payments_hub.store.offsets import FeedState, FeedStatus, save_status
from payments_hub.store.reconciliation import CountedDay, save_counted
from payments_hub.store.session import Database
from tests.support.hub import SmallHub, report, small_hub
from tests.support.overviews import NOW
from tests.support.web import SettableClock, make_app

pytestmark = pytest.mark.database

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


QUIET = {
    "slices_waiting": 0,
    "oldest_waiting_seconds": 0,
    "feeds": 0,
    "feeds_blocked": 0,
    "feeds_suspended": 0,
    "feeds_silent_seconds": None,
    "records_behind": 0,
    "receipts_waiting": 0,
    "workers": 0,
    "workers_gone": 0,
    "days_not_adding_up": 0,
    "alerts": 0,
}
SECOND = timedelta(seconds=1)


@pytest.fixture
def hub(database: Database) -> SmallHub:
    """Make a hub whose scheduler runs."""
    made = small_hub(database)
    with database.transaction() as session:
        take_lease(session, "scheduler", "here", now=NOW, seconds=60)
    return made


def ask(hub: SmallHub) -> dict[str, Any]:
    """Ask for readiness; whatever is said is said with 200."""
    answer = make_app(hub.database, clock=SettableClock()).test_client().get("/readyz")
    assert answer.status_code == 200
    return dict(answer.get_json())


def heard(hub: SmallHub, state: FeedState = FeedState.READING, *, seconds_ago: int = 0) -> None:
    with hub.database.transaction() as session:
        save_status(session, [FeedStatus("feeds.AEON-HP", 0, 7, 10, NOW - seconds_ago * SECOND, state, None)])


def worker(hub: SmallHub, *, seconds_ago: int) -> None:
    with hub.database.transaction() as session:
        save_workers(session, [ConsumerWorker("a", "main", 1, NOW, NOW - seconds_ago * SECOND, 0, 1, None)])


def alert(hub: SmallHub, kind: AlertKind) -> None:
    with hub.database.transaction() as session:
        raise_alert(session, kind, "AEON-HP", {}, now=NOW)


def does_not_add_up(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        save_counted(session, [CountedDay(1, NOW.date(), 1, faults=("NO_RECEIPT 1",))], now=NOW)


def scheduler_away(hub: SmallHub) -> None:
    hub.rows("DELETE FROM lease RETURNING 1")


def receipts_late(hub: SmallHub) -> None:
    heard(hub)
    hub.send(report(1))
    hub.drain()
    hub.rows("UPDATE receipt_outbox SET written_at = :then RETURNING 1", then=NOW - 11 * 60 * SECOND)


def drain_late(hub: SmallHub) -> None:
    hub.send(report(1))
    hub.rows("UPDATE touched_slice SET touched_at = :then RETURNING 1", then=NOW - 6 * 60 * SECOND)


TROUBLES: dict[str, tuple[Callable[[SmallHub], None], list[str]]] = {
    "all is well": (heard, []),
    "kafka heard 19 s ago": (lambda hub: heard(hub, seconds_ago=19), []),
    "kafka heard 21 s ago": (lambda hub: heard(hub, seconds_ago=21), ["KAFKA_SILENT"]),
    "a feed is blocked": (lambda hub: heard(hub, FeedState.BLOCKED), ["FEEDS_BLOCKED"]),
    "a feed is suspended": (lambda hub: heard(hub, FeedState.SUSPENDED), ["FEEDS_SUSPENDED"]),
    "a feed is tried again": (lambda hub: heard(hub, FeedState.WAITING), []),
    "a worker runs": (lambda hub: worker(hub, seconds_ago=29), []),
    "a worker is gone": (lambda hub: worker(hub, seconds_ago=31), ["WORKERS_GONE"]),
    "an alert is open": (lambda hub: alert(hub, AlertKind.BROKER_OPEN), ["ALERTS"]),
    "a day does not add up": (does_not_add_up, ["RECONCILIATION"]),
    "no scheduler": (scheduler_away, ["SCHEDULER_AWAY"]),
    "receipts wait": (receipts_late, ["RECEIPTS_LATE"]),
    "the drain is late": (drain_late, ["DRAIN_LATE"]),
}


@pytest.mark.parametrize(("trouble", "reasons"), TROUBLES.values(), ids=TROUBLES)
def test_what_stands_still_is_said_by_name_while_the_web_serves(
    hub: SmallHub, trouble: Callable[[SmallHub], None], reasons: list[str]
) -> None:
    trouble(hub)

    told = check(hub.database, NOW)

    assert (told.ready, told.degraded, list(told.reasons)) == (True, bool(reasons), reasons)


def test_a_hub_whose_database_answers_is_ready_and_tells_what_is_late(hub: SmallHub) -> None:
    heard(hub, FeedState.BLOCKED, seconds_ago=42)

    assert ask(hub) == {
        "ready": True,
        "degraded": True,
        "reasons": ["KAFKA_SILENT", "FEEDS_BLOCKED"],
        "database": True,
        "schema": True,
        "lateness": QUIET | {"feeds": 1, "feeds_blocked": 1, "feeds_silent_seconds": 42, "records_behind": 3},
    }


def test_pages_and_messages_are_served_while_kafka_is_away(hub: SmallHub) -> None:
    heard(hub, seconds_ago=3600)
    app = make_app(hub.database, clock=SettableClock())

    (receipt,) = hub.send(report(1))

    assert receipt.verdict.value == "ACCEPTED"
    assert app.test_client().get("/sign-in").status_code == 200
    assert "KAFKA_SILENT" in ask(hub)["reasons"]


def test_who_is_asked_for_readiness_names_no_partner(hub: SmallHub) -> None:
    heard(hub, FeedState.SUSPENDED, seconds_ago=99)
    alert(hub, AlertKind.FEED_SUSPENDED)
    does_not_add_up(hub)

    assert "AEON" not in str(ask(hub))


def test_a_hub_without_tables_is_not_ready(empty_database: Database) -> None:
    answer = make_app(empty_database).test_client().get("/readyz")

    assert answer.status_code == 503
    told = {"ready": False, "degraded": False, "database": True, "schema": False, "lateness": None}
    assert answer.json == told | {"reasons": ["SCHEMA"]}


def test_without_a_database_the_process_lives_but_is_not_ready() -> None:
    client = make_app(Database(NOWHERE)).test_client()

    assert client.get("/livez").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["reasons"]) == (503, ["DATABASE"])
    assert "hub_database_up 0.0" in client.get("/metrics").text


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


def test_the_numbers_tell_how_the_hub_stands(hub: SmallHub) -> None:
    heard(hub, FeedState.BLOCKED, seconds_ago=9)
    worker(hub, seconds_ago=1)
    alert(hub, AlertKind.FEED_BLOCKED)
    does_not_add_up(hub)
    hub.send(b"garbage", report(1))

    lines = make_app(hub.database, clock=SettableClock()).test_client().get("/metrics").text.splitlines()

    feed = 'partition="0"'
    assert {
        "hub_database_up 1.0",
        f'hub_feed_lag_records{{{feed},topic="feeds.AEON-HP"}} 3.0',
        f'hub_feed_silent_seconds{{{feed},topic="feeds.AEON-HP"}} 9.0',
        f'hub_feed_state{{{feed},state="BLOCKED",topic="feeds.AEON-HP"}} 1.0',
        f'hub_feed_state{{{feed},state="READING",topic="feeds.AEON-HP"}} 0.0',
        'hub_worker_up{group="main",machine="a"} 1.0',
        'hub_quarantined_messages{partner="AEON-HP"} 1.0',
        'hub_quarantined_messages{partner="GO-HP"} 0.0',
        'hub_receipts_waiting{partner="AEON-HP"} 2.0',
        "hub_slices_waiting 1.0",
        "hub_reconciliation_faults 1.0",
        'hub_alerts_open{kind="FEED_BLOCKED"} 1.0',
        'hub_alerts_open{kind="WORKER_ENDED"} 0.0',
    } <= set(lines)
