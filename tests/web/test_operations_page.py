"""The operations page: a plain sentence first, what needs somebody, and the same for machines."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from payments_hub.domain.people import Role
from payments_hub.store.leases import claim_slot, end_slot, take_lease
from payments_hub.store.offsets import FeedState, FeedStatus, save_status
from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.builders import MALL, NOW, PARTNER
from tests.support.hub import RIVAL, SIMULATED, SmallHub, report, small_hub
from tests.support.web import SettableClock, add_person, make_hub, sign_in

pytestmark = pytest.mark.database

MINUTE = timedelta(minutes=1)


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def reader(hub: SmallHub, role: Role = Role.OPERATOR) -> FlaskClient:
    add_person(hub.database, "lan", role)
    client = create_app(make_hub(hub.database, SettableClock(NOW))).test_client()
    sign_in(client)
    return client


def run_a_job(hub: SmallHub, *, minutes_ago: int = 0) -> None:
    """Let a scheduler hold the lease that runs a job each minute and ran it last some minutes ago."""
    with hub.database.transaction() as session:
        lease = take_lease(session, "scheduler", "here", now=NOW, seconds=60)
        assert lease is not None
        for minutes in (minutes_ago + 1, minutes_ago):
            slot = NOW - minutes * MINUTE
            claim_slot(session, "drain", slot, lease, now=slot)
            end_slot(session, "drain", slot, now=slot + timedelta(seconds=2), outcome="3 slices")


def consume(hub: SmallHub, state: FeedState = FeedState.READING, *, minutes_ago: int = 0) -> None:
    heard = NOW - minutes_ago * MINUTE
    with hub.database.transaction() as session:
        save_status(session, [FeedStatus(f"feeds.{PARTNER}", 0, 7, 9, heard, state, None)])


def codes(client: FlaskClient) -> set[str]:
    told = client.get("/operations.json").get_json()
    return {trouble["code"] for trouble in told["troubles"]}


def test_the_page_says_that_everything_runs(hub: SmallHub) -> None:
    run_a_job(hub)
    consume(hub)
    with hub.database.transaction() as session:
        session.connection().exec_driver_sql("DELETE FROM obligation")
        session.connection().exec_driver_sql("UPDATE reference_state SET version = version + 1")

    client = reader(hub)

    assert "Mọi phần đang chạy, không có việc gì chờ người." in client.get("/operations").text
    assert client.get("/operations.json").get_json()["runs"] is True


def test_what_stands_still_is_named(hub: SmallHub) -> None:
    consume(hub, FeedState.BLOCKED, minutes_ago=5)
    hub.send(report(1_000_000))
    client = reader(hub)

    text = client.get("/operations").text
    told = client.get("/operations.json").get_json()

    assert "3 việc cần người xử lý ngay." in text
    assert {"FEEDS_BLOCKED", "CONSUMER_SILENT", "SCHEDULER_AWAY"} <= {one["code"] for one in told["troubles"]}
    assert (told["runs"], told["slices_waiting"], told["receipts_waiting"]) == (False, 1, 1)
    assert told["feeds"][0]["lag"] == 2
    assert told["database_bytes"] > 1_000_000


@pytest.mark.parametrize(("minutes_ago", "late"), [(5, False), (15, True)])
def test_a_job_that_missed_several_slots_is_late(hub: SmallHub, minutes_ago: int, late: bool) -> None:  # noqa: FBT001  a table's column
    run_a_job(hub, minutes_ago=minutes_ago)

    assert ("JOBS_LATE" in codes(reader(hub))) is late


def test_a_place_is_silent_by_what_was_expected_of_it(hub: SmallHub) -> None:
    days = [f"2026-07-{day:02}" for day in (1, 2, 3)]
    for partner in (PARTNER, RIVAL, SIMULATED):
        hub.send(*(report(1_000_000, period=day, partner=partner) for day in days), partner=partner)
    hub.send(report(1_000_000, period="2026-06-15", site="MARKET-0001"))

    told = reader(hub).get("/operations.json").get_json()["silent"]

    daily = [one for one in told if one["flow"] == "POS_SALES"]
    assert not [one for one in daily if one["place"] == MALL]
    assert [(one["partner"], one["since"], one["missing"]) for one in daily if one["partner"] == PARTNER] == [
        (PARTNER, "2026-06-16", 18)
    ]
    assert told[0]["flow"] == "ACQ_P2M"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ANALYST, Role.APPROVER])
def test_only_who_keeps_the_hub_sees_it(hub: SmallHub, role: Role) -> None:
    client = reader(hub, role)

    assert [client.get(path).status_code for path in ("/operations", "/operations.json")] == [403, 403]
    assert 'href="/operations"' not in client.get("/feeds").text
