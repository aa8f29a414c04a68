"""Markup in what partners claim and in names of places is text on a page, whatever it looks like (B52)."""

import json
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from http import HTTPStatus
from typing import Any

import pytest
from flask.testing import FlaskClient

from payments_hub.domain.sites import Interval, Site, SiteArea
from payments_hub.store.partners import Partner, save_partner
from payments_hub.store.places import save_site
from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.builders import MALL, NOW, PARTNER
from tests.support.hub import SINCE, WEST, SmallHub, report, small_hub
from tests.support.web import SettableClock, add_person, make_hub, sign_in

pytestmark = pytest.mark.database

NASTY = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</td></tr></table><iframe src=//evil.example></iframe>",
    '" onmouseover="alert(1)" x="',
    "' onfocus='alert(1)' autofocus='",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;script&gt;alert(2)&lt;/script&gt;",
    "javascript:alert(1)",
)
NUMBERS = ("9" * 5_000, "٣", "\uff11\uff12", "-1", "1e400", "[]", '"', "")
ACTING = {"script", "iframe", "object", "embed", "style", "base"}


class Page(HTMLParser):
    """What a browser would make of a page: its elements with their attributes, and its text."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.pieces: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.pieces).split())

    def acting(self) -> set[str]:
        """Name what would run or load something: handlers, addresses that run, elements that are not the page's own."""
        named = {name for _tag, attributes in self.elements for name in attributes if name.startswith("on")}
        values = {value or "" for _tag, attributes in self.elements for value in attributes.values()}
        elements = {tag for tag, attributes in self.elements if tag in ACTING and not _is_ours(attributes)}
        images = {f"img {attributes.get('src')}" for tag, attributes in self.elements if tag == "img"}
        addresses = {value for value in values if value.strip().lower().startswith("javascript:")}
        return named | elements | addresses | {image for image in images if not image.startswith("img /static/")}


def _is_ours(attributes: dict[str, str | None]) -> bool:
    return (attributes.get("src") or "").startswith("/static/")


@pytest.fixture
def hub(database: Database) -> SmallHub:
    """Make the small hub, with an account that sees the city."""
    made = small_hub(database)
    add_person(database)
    return made


@pytest.fixture
def client(hub: SmallHub) -> Iterator[FlaskClient]:
    with create_app(make_hub(hub.database, SettableClock(NOW))).test_client() as made:
        sign_in(made)
        yield made


def claims(text: str) -> list[bytes]:
    """Write messages that claim a text wherever a receipt repeats one; all are rejected, or carry it as a note."""
    values: list[dict[str, Any]] = [
        {"flow": text},
        {"site": text},
        {"period": text},
        {"revision": text},
        {"id": text, "control": {"count": 0, "amount": 0}},
        {"note": text, "period": "2026-07-02"},
        {text: 1},
    ]
    return [report(1_000_000, **one) for one in values]


def pages_after(client: FlaskClient, act: Callable[[str], object], texts: Iterable[str]) -> dict[str, Page]:
    """Do something with each text, and read the overview after each."""
    pages = {}
    for text in texts:
        act(text)
        answer = client.get("/")
        pages[text] = Page(answer.text if answer.status_code == HTTPStatus.OK else f"<object>{answer.status}</object>")
    return pages


def test_what_a_message_claims_is_text_on_the_overview(hub: SmallHub, client: FlaskClient) -> None:
    pages = pages_after(client, lambda text: hub.send(*claims(text)), NASTY)

    assert {text: page.acting() for text, page in pages.items()} == dict.fromkeys(NASTY, frozenset())
    assert [text for text, page in pages.items() if f"{text}, {MALL}" not in page.text] == []
    assert [text for text, page in pages.items() if f"POS_SALES, {text}" not in page.text] == []


def test_a_name_of_a_site_or_a_partner_is_text_on_the_overview(hub: SmallHub, client: FlaskClient) -> None:
    hub.send(report(1_000_000))

    pages = pages_after(client, lambda text: rename(hub, text), NASTY)

    assert {text: page.acting() for text, page in pages.items()} == dict.fromkeys(NASTY, frozenset())
    assert [text for text, page in pages.items() if f"POS_SALES, {text}" not in page.text] == []


def test_a_claimed_number_that_is_none_is_shown_and_breaks_nothing(hub: SmallHub, client: FlaskClient) -> None:
    pages = pages_after(client, lambda number: hub.send(*claimed_revisions(number)), NUMBERS)

    assert [number for number, page in pages.items() if MALL not in page.text] == []


def test_the_search_finds_markup_that_acts() -> None:
    page = Page('<p onclick="x()">a</p><a href=" JavaScript:x()">b</a><script>c</script><img src="//evil.example">')

    assert page.acting() == {"onclick", " JavaScript:x()", "script", "img //evil.example"}


def rename(hub: SmallHub, text: str) -> None:
    """Give the mall and the partner another name."""
    with hub.database.transaction() as session:
        save_site(session, Site(MALL, "MALL", text, text, (Interval(SINCE),), (SiteArea(Interval(SINCE), WEST),)))
        save_partner(session, Partner(PARTNER, text, text, "VND", simulated=False), now=NOW)


def claimed_revisions(number: str) -> list[bytes]:
    """Write messages whose revision is something else, as text and as it is."""
    message = report(1_000_000)
    return [message.replace(b'"revision": 0', f'"revision": {one}'.encode()) for one in (json.dumps(number), number)]
