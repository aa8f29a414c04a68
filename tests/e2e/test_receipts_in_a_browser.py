"""Receipts in a browser: hostile texts run nothing (T18), and the pages fit every width without a complaint."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page

from payments_hub.domain.people import Role
from payments_hub.domain.sites import Interval, Site, SiteArea
from payments_hub.store.places import save_site
from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.builders import CARD_CELL, MALL, NOW, PARTNER, cell
from tests.support.hub import SINCE, WEST, SmallHub, report, small_hub
from tests.support.web import PASSWORD, SettableClock, add_person, make_hub, served

pytestmark = [pytest.mark.database, pytest.mark.timeout(240)]

RUN = "<img src=x onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)>"
BREAK_OUT = "\"'></pre></option></select></textarea><script>alert(4)</script><a href=javascript:alert(5)>{{7*7}}"
HOSTILE = (RUN, BREAK_OUT)


@pytest.fixture
def hub(database: Database) -> SmallHub:
    """Make the small hub with the partner's person anh."""
    made = small_hub(database)
    add_person(database, "anh", Role.PARTNER, PARTNER)
    return made


@contextmanager
def reading(browser: Browser, hub: SmallHub, width: int = 1280) -> Iterator[tuple[Page, str, list[str]]]:
    """Sign in as anh; keep every dialog, fault and complaint about the policy."""
    complaints: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    with served(create_app(make_hub(hub.database, SettableClock(NOW)))) as address:
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        page.on("dialog", dismissed)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/sign-in")
        page.fill("#username", "anh")
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_selector("#live")
        complaints.clear()
        try:
            yield page, address, complaints
        finally:
            context.close()


def claims(text: str) -> list[bytes]:
    """Write messages with a text wherever a partner may write one; each is rejected, and one is mended."""
    mistyped: dict[str, Any] = {"cells": [cell(instrument="CRAD")], "note": text, "subject": text, "partitionkey": text}
    values: list[dict[str, Any]] = [
        {"flow": text},
        {"site": text},
        {"period": text},
        {"revision": text},
        {"id": text, "control": {"count": 0, "amount": 0}},
        {"cells": [cell(instrument=text)]},
        {"cells": [cell() | {text: text}]},
        {"note": text + "\x00"},
        {text: text},
        {"time": text},
        mistyped,
    ]
    return [report(1_000_000, **one) for one in values]


def test_no_text_of_a_partner_runs_or_loads_anything_on_a_receipt(browser: Browser, hub: SmallHub) -> None:
    receipts = [receipt for text in HOSTILE for receipt in hub.send(*claims(text))]
    rename(hub, RUN)
    accepted = hub.send(report(9_000_000_000, note=RUN))

    with reading(browser, hub) as (page, address, complaints):
        for path in ("/receipts", *(f"/receipts/{receipt.id}" for receipt in [*receipts, *accepted])):
            page.goto(f"{address}{path}")
        page.goto(f"{address}/receipts?site={RUN}&since={BREAK_OUT}&period={BREAK_OUT}")
        shown = page.input_value("#site")

    assert complaints == []
    assert shown == RUN


def test_a_hostile_answer_is_text_on_the_receipt(browser: Browser, hub: SmallHub) -> None:
    [receipt] = hub.send(report(9_000_000_000))

    with reading(browser, hub) as (page, address, complaints):
        page.goto(f"{address}/receipts/{receipt.id}")
        page.select_option("#warning-1-kind", "RIGHT_ONCE")
        page.fill("#warning-1-note", RUN)
        page.click("text=Gửi trả lời")
        page.wait_for_selector(".tag-good >> text=Đã trả lời")
        told = page.inner_text(".answer")

    assert RUN in told
    assert complaints == []


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_receipts_and_components_fit_every_width_without_a_complaint(
    browser: Browser, hub: SmallHub, width: int
) -> None:
    cells = [dict(CARD_CELL) | {"instrument": "CRAD"}, cell(count=-1)]
    [rejected, accepted] = hub.send(report(0, cells=cells), report(9_000_000_000))

    with reading(browser, hub, width) as (page, address, complaints):
        wide = {}
        for path in ("/receipts", f"/receipts/{rejected.id}", f"/receipts/{accepted.id}", "/design"):
            page.goto(f"{address}{path}")
            wide[path] = page.evaluate("document.documentElement.scrollWidth")

    assert {path: found for path, found in wide.items() if found > width} == {}
    assert complaints == []


def rename(hub: SmallHub, text: str) -> None:
    """Give the mall another name."""
    with hub.database.transaction() as session:
        save_site(session, Site(MALL, "MALL", text, text, (Interval(SINCE),), (SiteArea(Interval(SINCE), WEST),)))
