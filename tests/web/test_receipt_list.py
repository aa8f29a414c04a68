"""The list of receipts: filters, pages, the file."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from payments_hub.domain.people import Role
from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from payments_hub.web.receipts import listing
from tests.builders import NOW, PARTNER, cell
from tests.support.hub import MARKET, RIVAL, SIMULATED, SmallHub, report, small_hub
from tests.support.web import SettableClock, add_person, make_hub, sign_in

pytestmark = pytest.mark.database

_LINK = re.compile(r'<a href="/receipts/([0-9A-Z]{26})">')
_NEXT = re.compile(r'<a href="([^"]+)" rel="next">')


@pytest.fixture
def hub(database: Database) -> SmallHub:
    """Make the small hub, with an analyst and a partner's person."""
    made = small_hub(database)
    add_person(database, "lan", Role.ANALYST)
    add_person(database, "anh", Role.PARTNER, PARTNER)
    return made


@pytest.fixture
def client(hub: SmallHub) -> Iterator[FlaskClient]:
    with create_app(make_hub(hub.database, SettableClock(NOW))).test_client() as made:
        yield made


def listed(client: FlaskClient, address: str) -> list[str]:
    return _LINK.findall(client.get(address).text)


def file_of(client: FlaskClient, address: str = "/receipts.csv") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).text.removeprefix("\ufeff"))))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("verdict=REJECTED", {"mistyped"}),
        ("code=E2101", {"mistyped"}),
        ("code=E3004", set()),
        (f"site={MARKET}", {"market"}),
        ("period=2026-06-10", {"old"}),
        ("period=10/6/2026", {"old"}),
        ("flow=ACQ_P2M", set()),
        ("since=5/7/2026", {"mistyped", "market"}),
        ("since=2026-07-05", {"mistyped", "market"}),
        ("partner=GO-HP", set()),
        ("verdict=REJECTED&since=5/7/2026&code=E2101", {"mistyped"}),
        ("", {"mistyped", "market", "old"}),
    ],
)
def test_the_list_is_narrowed(hub: SmallHub, client: FlaskClient, asked: str, found: set[str]) -> None:
    hub.clock.instant = NOW - timedelta(days=9)
    [old] = hub.send(report(2_000_000, period="2026-06-10", time="2026-06-11T02:00:00Z"))
    hub.clock.instant = NOW
    mistyped, market = hub.send(report(0, cells=[cell(instrument="GOLD")]), report(2_000_000, site=MARKET))
    named = {old.id: "old", mistyped.id: "mistyped", market.id: "market"}
    sign_in(client, "lan")

    ids = listed(client, f"/receipts?{asked}")

    assert {named[one] for one in ids} == found


@pytest.mark.parametrize("typed", ["hôm qua", "31/2/2026", "1/1/0001", "31/12/9999", "٣/٣/2026"])
def test_a_day_that_cannot_be_read_is_said_at_its_field(hub: SmallHub, client: FlaskClient, typed: str) -> None:
    hub.send(report(2_000_000))
    sign_in(client, "lan")

    text = client.get("/receipts", query_string={"since": typed}).text

    assert f"“{typed}” chưa đọc được." in text
    assert f'value="{typed}"' in text


def test_a_partner_lists_its_own_alone_whatever_it_asks_for(hub: SmallHub, client: FlaskClient) -> None:
    [own] = hub.send(report(2_000_000))
    hub.send(report(2_000_000, partner=RIVAL), partner=RIVAL)
    sign_in(client, "anh")

    assert listed(client, "/receipts") == listed(client, f"/receipts?partner={RIVAL}") == [own.id]
    assert [row["partner"] for row in file_of(client, f"/receipts.csv?partner={RIVAL}")] == [PARTNER]


def test_pages_follow_each_other_without_gap_or_repeat(
    hub: SmallHub, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "LINES_A_PAGE", 3)
    sent = hub.send(*(report(2_000_000, period=f"2026-06-0{day}") for day in range(1, 9)))
    sign_in(client, "lan")

    pages, address = [], "/receipts"
    while address:
        text = client.get(address).text
        pages.append(_LINK.findall(text))
        address = next((found.replace("&amp;", "&") for found in _NEXT.findall(text)), "")

    assert [len(page) for page in pages] == [3, 3, 2]
    assert [one for page in pages for one in page] == [receipt.id for receipt in reversed(sent)]


def test_the_file_has_every_line_and_says_what_is_simulated(
    hub: SmallHub, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "LINES_A_PAGE", 2)
    hub.send(*(report(2_000_000, period=f"2026-06-0{day}") for day in range(1, 6)))
    hub.send(report(2_000_000, partner=SIMULATED), partner=SIMULATED)
    sign_in(client, "lan")

    rows = file_of(client)

    assert [row["simulated_data"] for row in rows] == ["simulated data", "", "", "", "", ""]
    assert {row["verdict"] for row in rows} == {"ACCEPTED"}


def test_a_claim_that_a_spreadsheet_would_compute_stays_a_text(hub: SmallHub, client: FlaskClient) -> None:
    hub.send(report(0, site="=HYPERLINK(1)"))
    sign_in(client, "lan")

    [row] = file_of(client)

    assert row["site"] == "'=HYPERLINK(1)"


def test_an_empty_list_says_what_will_be_there(hub: SmallHub, client: FlaskClient) -> None:
    sign_in(client, "anh")

    text = client.get("/receipts").text

    assert "Chưa có biên nhận nào" in text


def test_the_overview_links_each_receipt(hub: SmallHub, client: FlaskClient) -> None:
    [receipt] = hub.send(report(2_000_000))
    sign_in(client, "anh")

    assert f'href="/receipts/{receipt.id}"' in client.get("/").text
