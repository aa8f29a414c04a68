"""A partner whose feed from Kafka is not read on is told so on its own page, and what to do."""

import pytest

from payments_hub.domain.people import Role
from payments_hub.store.offsets import FeedState, FeedStatus, save_status
from payments_hub.store.session import Database
from payments_hub.store.suspensions import resume, suspend
from payments_hub.web.app import create_app
from tests.builders import NOW, PARTNER
from tests.support.hub import RIVAL, SmallHub, small_hub
from tests.support.web import SettableClock, add_person, make_hub, sign_in

pytestmark = pytest.mark.database

READING = "Luồng Kafka"


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def page_of(hub: SmallHub, *, language: str = "vi") -> str:
    """Read a partner's page as the partner itself."""
    add_person(hub.database, "hoa", Role.PARTNER, PARTNER)
    client = create_app(make_hub(hub.database, SettableClock(NOW))).test_client()
    sign_in(client, "hoa")
    client.get(f"/language/{language}")
    return client.get(f"/feeds/{PARTNER}").text


def status(hub: SmallHub, state: FeedState, detail: str | None, *, partner: str = PARTNER) -> None:
    with hub.database.transaction() as session:
        save_status(session, [FeedStatus(f"feeds.{partner}", 0, 17, 90, NOW, state, detail)])


@pytest.mark.parametrize(
    ("state", "detail", "said"),
    [
        (FeedState.BLOCKED, "cut", "Luồng Kafka đứng lại ở bản ghi 17"),
        (FeedState.READING, "a transaction of its sender stays open", "Luồng Kafka bị giữ ở bản ghi 17"),
    ],
    ids=["blocked", "held back"],
)
def test_a_partner_is_told_what_holds_its_feed_up(hub: SmallHub, state: FeedState, detail: str, said: str) -> None:
    status(hub, state, detail)

    page = page_of(hub)

    assert said in page
    assert detail not in page


def test_a_suspended_partner_is_told_since_when_why_and_what_to_do(hub: SmallHub) -> None:
    status(hub, FeedState.SUSPENDED, "too much")
    with hub.database.transaction() as session:
        suspend(session, PARTNER, rejected=5000, now=NOW)

    page = page_of(hub, language="en")

    assert "The feed from Kafka is not read since 5 Jul 2026" in page
    assert "5,000 messages were refused within a minute. Nothing is lost" in page
    assert "then tell the operator to read it again" in page


def test_a_partner_whose_feed_is_read_or_was_resumed_is_told_nothing_of_the_kind(hub: SmallHub) -> None:
    status(hub, FeedState.READING, "its worker was stopped")
    status(hub, FeedState.BLOCKED, "cut", partner=RIVAL)
    with hub.database.transaction() as session:
        suspend(session, PARTNER, rejected=5000, now=NOW)
        suspend(session, RIVAL, rejected=5000, now=NOW)
        resume(session, PARTNER, by="command:test", reason="mended", now=NOW)

    assert READING not in page_of(hub)
