"""The operations page on Kafka: alerts in sentences with what to do, workers, feeds, deliveries against receipts."""

import csv
import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from payments_hub.domain import formatting
from payments_hub.domain.languages import Language
from payments_hub.domain.people import Role
from payments_hub.kernel.clock import local_day
from payments_hub.services.reconciliation import reconcile
from payments_hub.store.alerts import AlertKind, raise_alert, resolve_alert
from payments_hub.store.consumer_workers import ConsumerWorker, save_workers
from payments_hub.store.leases import take_lease
from payments_hub.store.offsets import FeedState, FeedStatus, save_status
from payments_hub.store.reconciliation import CountedDay, save_counted
from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.builders import NOW, PARTNER
from tests.support.hub import RIVAL, SmallHub, report, small_hub
from tests.support.web import SettableClock, add_person, make_hub, sign_in

pytestmark = pytest.mark.database

FEED = f"feeds.{PARTNER}"
EVERY_KIND: dict[AlertKind, tuple[str, dict[str, object], str]] = {
    AlertKind.FEED_BLOCKED: (
        f"{FEED}-0",
        {"reason": "cut", "position": 17},
        f"payments-consumers restart-feed {PARTNER} --reason",
    ),
    AlertKind.FEED_SUSPENDED: (PARTNER, {"rejected": 5000}, f"payments-consumers resume {PARTNER} --reason"),
    AlertKind.FEED_FAILING: (
        f"{FEED}-0",
        {"position": 1, "times": 10, "words": "DataError: no such day"},
        "đã thử 10 lần: DataError: no such day",
    ),
    AlertKind.FEED_HELD_BACK: (
        f"{FEED}-0",
        {"position": 1, "log_end": 9, "since": "2026-07-05T01:02:03+00:00"},
        "Từ 5/7/2026 08:02.",
    ),
    AlertKind.TOPIC_PARTITIONS: (FEED, {"partitions": 3}, "3 phân vùng"),
    AlertKind.WORKER_ENDED: (
        "hub1/main",
        {"status": "signal 9", "times": 2, "feeds": [f"{FEED}-0@17"]},
        f"payments-hub partner group {PARTNER}",
    ),
    AlertKind.BROKER_OPEN: (FEED, {"user": "GO-HP", "operation": "WRITE"}, "payments-consumers topics --check"),
    AlertKind.RECONCILIATION: (
        f"{PARTNER}/2026-07-05",
        {"faults": ["NO_RECEIPT 17"]},
        "Lần nhận 17 không có biên nhận.",
    ),
}


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def reader(hub: SmallHub, role: Role = Role.OPERATOR) -> FlaskClient:
    add_person(hub.database, "lan", role)
    client = create_app(make_hub(hub.database, SettableClock(NOW))).test_client()
    sign_in(client)
    return client


def worker(*, seen_seconds_ago: int = 0, group: str = "main") -> ConsumerWorker:
    hour_ago = NOW - timedelta(hours=3)
    seen = NOW - timedelta(seconds=seen_seconds_ago)
    return ConsumerWorker("hub1", group, 4711, hour_ago, seen, 2, 123_000_000, "signal 9 (killed)")


def save(hub: SmallHub, *workers: ConsumerWorker) -> None:
    with hub.database.transaction() as session:
        save_workers(session, workers)


def heard(hub: SmallHub, state: FeedState, *, seconds_ago: int = 0, detail: str | None = None) -> None:
    at = NOW - timedelta(seconds=seconds_ago)
    with hub.database.transaction() as session:
        save_status(session, [FeedStatus(FEED, 0, 7, 9, at, state, detail)])


def test_every_kind_of_alert_stands_on_top_with_what_to_do(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        for kind, (subject, detail, _said) in EVERY_KIND.items():
            raise_alert(session, kind, subject, detail, now=NOW - timedelta(hours=5))
    client = reader(hub)

    page, told = client.get("/operations").text, client.get("/operations.json").get_json()

    assert [said for _subject, _detail, said in EVERY_KIND.values() if said not in page] == []
    assert page.index("Cảnh báo đang mở") < page.index("Việc cần người")
    assert page.count("(5 giờ trước)") == len(AlertKind)
    assert {one["kind"] for one in told["alerts"]} == set(AlertKind)
    assert told["runs"] is False
    client.get("/language/en")
    english = client.get("/operations").text
    assert f"Deliveries and receipts of {PARTNER} on 5 Jul 2026 do not add up." in english
    assert "Delivery 17 has no receipt." in english
    assert "ended by itself, 2 times: signal 9." in english


def test_an_alert_that_was_written_by_other_code_is_still_told(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        for kind, (subject, _detail, _said) in EVERY_KIND.items():
            raise_alert(session, kind, subject, {"feeds": 3, "faults": "none", "unheard": "of"}, now=NOW)

    assert reader(hub).get("/operations").text.count("(0 giây trước)") == len(AlertKind)


def test_an_alert_that_is_over_is_shown_for_a_week(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        for partner, days in ((PARTNER, 1), (RIVAL, 8)):
            raise_alert(
                session, AlertKind.FEED_SUSPENDED, partner, {"rejected": 9}, now=NOW - timedelta(days=days, hours=2)
            )
            resolve_alert(session, AlertKind.FEED_SUSPENDED, partner, now=NOW - timedelta(days=days))
    client = reader(hub)

    page = client.get("/operations").text

    assert f"Đã ngừng đọc luồng của {PARTNER}" in page
    assert f"Đã ngừng đọc luồng của {RIVAL}" not in page
    assert "kéo dài 2 giờ." in page
    assert client.get("/operations.json").get_json()["alerts"] == []


def test_workers_are_shown_with_their_group_and_how_the_last_one_ended(hub: SmallHub) -> None:
    save(hub, worker(), worker(group="malls", seen_seconds_ago=31))
    client = reader(hub)

    page, told = client.get("/operations").text, client.get("/operations.json").get_json()

    assert "signal 9 (killed)" in page
    assert "123 MB" in page
    assert [(one["group"], one["gone"], one["restarts"]) for one in told["workers"]] == [
        ("main", False, 2),
        ("malls", True, 2),
    ]
    assert "Không thấy tiến trình đọc Kafka của nhóm malls (hub1)." in page


@pytest.mark.parametrize(("seconds_ago", "told"), [(19, False), (21, True)])
def test_a_kafka_that_is_not_heard_for_twenty_seconds_is_named(hub: SmallHub, seconds_ago: int, told: bool) -> None:  # noqa: FBT001  a table's column
    heard(hub, FeedState.READING, seconds_ago=seconds_ago)

    assert ("Không nghe thấy Kafka ở 1 phân vùng" in reader(hub).get("/operations").text) is told


def test_a_feed_that_stands_still_says_why_and_in_which_group_it_is(hub: SmallHub) -> None:
    heard(hub, FeedState.SUSPENDED, detail="too much was refused")
    hub.rows("UPDATE partner SET feed_group = 'malls' WHERE code = :code RETURNING 1", code=PARTNER)

    page = reader(hub).get("/operations").text

    assert "Tạm ngừng đọc" in page
    assert "too much was refused" in page
    assert '<td class="nowrap" data-l="Nhóm">malls</td>' in page
    assert f'href="/feeds/{PARTNER}"' in page


def test_why_a_feed_stands_still_is_said_in_the_readers_language_on_its_line_and_in_its_alert(hub: SmallHub) -> None:
    heard(hub, FeedState.BLOCKED, detail="5 records were deleted before they were read: offsets 3 to 7")
    reason = {"reason": "the topic was deleted and made anew: offsets mean nothing in it", "position": 3}
    with hub.database.transaction() as session:
        raise_alert(session, AlertKind.FEED_BLOCKED, f"{FEED}-0", reason, now=NOW)
    client = reader(hub)

    vietnamese = client.get("/operations").text
    client.get("/language/en")
    english = client.get("/operations").text

    assert "5 bản ghi bị xóa trước khi được đọc: vị trí 3 đến 7" in vietnamese
    assert "Kafka và bộ đọc nói: chủ đề đã bị xóa và tạo lại" in vietnamese
    assert "deleted" not in vietnamese
    assert "5 records were deleted before they were read" in english
    assert "1 Kafka partition is blocked." in english


def test_topics_of_receipts_stand_apart_from_what_is_read(hub: SmallHub) -> None:
    topics = [
        FeedStatus(f"receipts.{PARTNER}", 0, 7, 9, NOW, FeedState.READING, None),
        FeedStatus(f"receipts.{RIVAL}", 0, 0, 4, NOW, FeedState.WAITING, "Kafka has not answered"),
    ]
    with hub.database.transaction() as session:
        save_status(session, topics)
    client = reader(hub)

    page, told = client.get("/operations").text, client.get("/operations.json").get_json()

    assert "Không có bộ đọc Kafka nào" in page
    assert page.index("Gửi biên nhận ra Kafka") < page.index(f"receipts.{PARTNER}")
    assert "Đang gửi biên nhận" in page
    assert "Kafka chưa trả lời" in page
    assert "Đang đọc" not in page
    assert "Chưa gửi được biên nhận của 1 đối tác ra Kafka" in page
    assert (told["feeds"], [one["lag"] for one in told["publishing"]]) == ([], [2, 4])


def test_a_publisher_that_says_nothing_is_named_as_such(hub: SmallHub) -> None:
    then = NOW - timedelta(seconds=21)
    with hub.database.transaction() as session:
        save_status(session, [FeedStatus(f"receipts.{PARTNER}", 0, 7, 9, then, FeedState.READING, None)])

    codes = {one["code"] for one in reader(hub).get("/operations.json").get_json()["troubles"]}

    assert "PUBLISHER_SILENT" in codes
    assert "CONSUMER_SILENT" not in codes


def test_a_count_of_one_is_said_of_one(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        raise_alert(session, AlertKind.WORKER_ENDED, "hub1/main", {"status": "status 1", "times": 1}, now=NOW)
    client = reader(hub)
    client.get("/language/en")

    assert "ended by itself, once: status 1." in client.get("/operations").text


def test_deliveries_are_shown_as_they_were_counted_anew(hub: SmallHub) -> None:
    hub.send(report(1), report(2, revision=1), b"garbage")
    wrong = CountedDay(2, local_day(NOW), delivered=4, accepted=3, faults=("NO_RECEIPT 9",))
    with hub.database.transaction() as session:
        reconcile(session, local_day(NOW), local_day(NOW), now=NOW)
        save_counted(session, [wrong], now=NOW)
    client = reader(hub)

    page = client.get("/operations").text
    rows = list(csv.DictReader(io.StringIO(client.get("/operations/reconciliation.csv").text.removeprefix("\ufeff"))))

    assert "Lần nhận 9 không có biên nhận." in page
    assert page.count(f'data-l="Đếm lúc">{formatting.instant(NOW, Language.VI)}</td>') == len(rows)
    assert [(row["partner"], row["deliveries"], row["adds_up"], row["faults"]) for row in rows] == [
        (PARTNER, "3", "yes", ""),
        (RIVAL, "4", "no", "Delivery 9 has no receipt."),
    ]
    assert (rows[0]["accepted"], rows[0]["rejected"], rows[0]["simulated_data"]) == ("2", "1", "no")


def test_what_needs_somebody_leads_to_where_it_is_done_and_jobs_have_names(hub: SmallHub) -> None:
    hub.rows(
        "INSERT INTO job_run (job, slot, token, started_at, ended_at, outcome)"
        " VALUES ('reconciling', :now, 1, :now, :now, '6 days, 1 with faults') RETURNING 1",
        now=NOW,
    )
    hub.send(report(1))
    hub.rows("UPDATE touched_slice SET touched_at = :then RETURNING 1", then=NOW - timedelta(minutes=6))
    with hub.database.transaction() as session:
        take_lease(session, "scheduler", "hub-1-4711-140136711409680", now=NOW, seconds=60)
    page = reader(hub).get("/operations").text

    assert '<a href="#jobs">Xem việc định kỳ</a>' in page
    assert "Đối chiếu lần nhận với biên nhận" in page
    assert "đếm lại 6 ngày của đối tác, 1 không khớp" in page
    assert '<a href="/quarantine">' in page
    assert "máy hub-1, tiến trình 4711" in page


def test_empty_parts_say_what_fills_them(hub: SmallHub) -> None:
    page = reader(hub).get("/operations").text

    assert "Chưa đếm lại ngày nào trong 7 ngày qua" in page
    assert "Không có tiến trình nào" in page
    assert "Cảnh báo đang mở" not in page
