"""A partner's account sees nothing of another partner, on any page and in any file; and the search would find it."""

import re
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from payments_hub.domain.overview import Overview
from payments_hub.domain.people import Role, Viewer
from payments_hub.services import monitoring
from payments_hub.store.session import Database
from payments_hub.web.app import OverviewReader, create_app
from tests.builders import NOW
from tests.support.every_page import drawn_overview, every_page, shown
from tests.support.two_partners import ANH_DAO, BACH_DANG, TOTALS, Fictitious, two_partners
from tests.support.web import SettableClock, make_hub, sign_in

pytestmark = [pytest.mark.database, pytest.mark.timeout(180)]

OF_THE_CITY = frozenset({"Mục tiêu của thành phố", "66,4 %"})
# A code stands on the page, not the long name; in receipts the site's name stands for its code.
NOT_SHOWN = {ANH_DAO.name, ANH_DAO.site, BACH_DANG.name, BACH_DANG.site}
FIGURES = {"analysis.overview", "analysis.figures_file", "analysis.chart"}


def overview_of_the_city(session: Session, _viewer: Viewer, now: datetime, _as_of: date | None = None) -> Overview:
    """Read the overview as one must not: for the whole city, whoever looks."""
    return monitoring.overview(session, Viewer(Role.ANALYST, None), now)


def client_of(database: Database, read_overview: OverviewReader = monitoring.overview) -> FlaskClient:
    two_partners(database)
    client = create_app(make_hub(database, SettableClock(NOW)), read_overview=read_overview).test_client()
    # People come from elsewhere; what a collector on this very machine is told is for none of them.
    client.environ_base["REMOTE_ADDR"] = "203.0.113.7"
    return client


def drawings_on(text: str) -> set[str]:
    return set(re.findall(r"/charts/([0-9a-f]{64})-", text))


@pytest.mark.parametrize(
    ("username", "own", "other"), [("anh", ANH_DAO, BACH_DANG), ("bach", BACH_DANG, ANH_DAO)], ids=["anh", "bach"]
)
def test_no_answer_holds_anything_of_the_other_partner_or_of_both(
    database: Database, username: str, own: Fictitious, other: Fictitious
) -> None:
    pages = every_page(client_of(database), database, username)

    assert shown(pages, other.marks | TOTALS | OF_THE_CITY) == set()
    assert {mark for _endpoint, mark in shown(pages, own.marks)} >= own.marks - NOT_SHOWN


def test_the_search_finds_what_a_reader_of_the_whole_city_sees(database: Database) -> None:
    pages = every_page(client_of(database), database, "lan")

    found = shown(pages, ANH_DAO.marks | BACH_DANG.marks | TOTALS | OF_THE_CITY)
    assert {endpoint for endpoint, _mark in found} >= FIGURES
    assert {mark for _endpoint, mark in found} >= TOTALS | OF_THE_CITY


def test_the_search_finds_the_leak_where_the_overview_forgets_who_looks_and_nothing_else_stands_in_the_way(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Database, "reading", lambda database, _scope: database.transaction())

    pages = every_page(client_of(database, overview_of_the_city), database, "anh")

    found = shown(pages, BACH_DANG.marks | TOTALS | OF_THE_CITY)
    assert {endpoint for endpoint, _mark in found} >= {"analysis.overview", "analysis.chart"}


def test_an_overview_that_forgets_who_looks_shows_nothing_behind_row_level_security(database: Database) -> None:
    two_partners(database)
    app = create_app(make_hub(database, SettableClock(NOW)), read_overview=overview_of_the_city)
    client = app.test_client()
    sign_in(client, "anh")

    answer = client.get("/")

    assert answer.status_code == 500
    assert shown({"overview": answer.text}, BACH_DANG.marks | TOTALS | OF_THE_CITY) == set()


def test_a_drawing_is_found_by_who_was_shown_its_address_and_looks_missing_to_all_others(database: Database) -> None:
    client = client_of(database)
    [citys] = drawings_on(drawn_overview(client, database, "lan"))
    client.delete_cookie("hub_session")
    nobody = client.get(f"/charts/{citys}-vi-wide.svg")
    partners = drawn_overview(client, database, "anh")

    guessed = client.get(f"/charts/{citys[::-1]}-vi-wide.svg")
    missing = client.get(f"/charts/{'0' * 64}-vi-wide.svg")
    told = client.get(f"/charts/{citys}-vi-wide.svg")

    assert citys not in partners
    assert (nobody.status_code, guessed.status_code, missing.status_code, told.status_code) == (303, 404, 404, 200)
