"""The simulated city in a real database: what was sent is stored, and each message gets the verdict it is for."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from payments_hub.demo.city import City, build_city
from payments_hub.demo.loading import load_messages, register_city
from payments_hub.demo.messages import write
from payments_hub.demo.plan import Sending, sendings
from payments_hub.demo.stories import VERDICTS, Story, planted_stories
from payments_hub.demo.truth import expected_view, sums_by_flow
from payments_hub.store.session import Database

pytestmark = pytest.mark.database

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
STORY_TELLERS = {"MALL-0001", "MALL-0002", "MARKET-0001", "MARKET-0002", "TOUR-0003"}
HEADS = text(
    "SELECT head.flow, count(DISTINCT head.content_revision_id) FILTER (WHERE revision.action <> 'DELETE'),"
    " count(cell.ordinal), coalesce(sum(cell.count), 0), coalesce(sum(cell.amount), 0)"
    " FROM slice_head AS head JOIN slice_revision AS revision ON revision.id = head.content_revision_id"
    " LEFT JOIN slice_cell AS cell ON cell.revision_id = head.content_revision_id GROUP BY head.flow"
)


class StandingClock:
    """A clock that stands at the city's instant."""

    def now(self) -> datetime:
        return NOW


def sent_for(city: City, places: set[str]) -> list[Sending]:
    """Pick the autumn of 2025 and before at a few sites, and one month of the bank."""
    return [
        sending
        for sending in sendings(city)
        if (sending.key.place in places and sending.key.period.start < datetime(2025, 10, 1, tzinfo=UTC).date())
        or (sending.key.flow == "ACQ_P2M" and str(sending.key.period) == "2025-08")
    ]


def test_every_story_gets_its_verdict_and_what_was_sent_is_what_is_stored(database: Database) -> None:
    city = build_city(NOW)
    chosen = sent_for(city, STORY_TELLERS)
    with database.transaction() as session:
        register_city(session, city)

    verdicts = load_messages(database, (write(city, sending) for sending in chosen), clock=StandingClock())

    keys = {sending.key for sending in chosen}
    expected = sums_by_flow({key: figures for key, figures in expected_view(city).items() if key in keys})
    with database.transaction() as session:
        stored = {row[0]: tuple(row[1:]) for row in session.execute(HEADS)}
    assert verdicts == Counter(VERDICTS[sending.step] for sending in chosen)
    assert len(verdicts) == 5
    assert stored == {
        flow: (totals.slices, totals.cells, totals.count, totals.amount) for flow, totals in expected.items()
    }


def test_the_slip_of_a_thousand_is_warned_of_and_its_correction_is_what_is_stored(database: Database) -> None:
    city = build_city(NOW)
    slip = next(key for key, story in planted_stories(city).items() if story is Story.THOUSANDFOLD)
    chosen = [sending for sending in sendings(city) if sending.key == slip]
    with database.transaction() as session:
        register_city(session, city)

    load_messages(database, (write(city, sending) for sending in chosen), clock=StandingClock())

    with database.transaction() as session:
        told = session.execute(text("SELECT revision, jsonb_path_query_array(findings, '$[*].code') FROM receipt"))
        codes = {row[0]: row[1] for row in told}
        stored = session.execute(HEADS).one()
    assert codes == {"0": ["W5003"] * 3, "1": ["W5006"]}
    assert stored[4] == expected_view(city)[slip].amount


def test_registering_the_city_twice_changes_nothing(database: Database) -> None:
    city = build_city(NOW)
    counts = text(
        "SELECT (SELECT count(*) FROM place), (SELECT count(*) FROM partner), (SELECT count(*) FROM obligation)"
    )
    with database.transaction() as session:
        register_city(session, city)
        once = session.execute(counts).one()

    with database.transaction() as session:
        register_city(session, city)

    with database.transaction() as session:
        assert session.execute(counts).one() == once == (530, 9, 988)
