from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import pytest
from playwright.sync_api import Browser, Page

from payments_hub.domain.people import PERMISSIONS, Role
from payments_hub.jobs.drawing import draw_requested
from payments_hub.store.session import Database
from payments_hub.web.frame import SECTIONS
from tests.support.overviews import NOW, overview
from tests.support.web import PASSWORD, add_person, make_app, served

pytestmark = [pytest.mark.database, pytest.mark.timeout(120)]

WIDTHS = (320, 360, 768, 1280)
MOST_PRESSES = 120


@contextmanager
def reading(browser: Browser, address: str, width: int = 1280, **options: bool) -> Iterator[tuple[Page, list[str]]]:
    """Open a page, and keep every complaint of the browser: faults, violations of the policy, files not found."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)  # type: ignore[arg-type]  # a builder takes any option
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 400 else None)
    page.goto(f"{address}/")
    try:
        yield page, complaints
    finally:
        context.close()


def sign_in(page: Page) -> None:
    page.fill("#username", "lan")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("#live")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_overview_fits_every_width_without_a_complaint(
    browser: Browser, address: str, width: int, language: str
) -> None:
    with reading(browser, address, width) as (page, complaints):
        sign_in(page)
        page.goto(f"{address}/language/{language}?next=/")

        page.wait_for_load_state("networkidle")

        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.querySelector('img.drawing').naturalWidth") > 0
        assert complaints == []


def test_signing_in_reading_and_signing_out_work_without_scripts(browser: Browser, address: str) -> None:
    with reading(browser, address, java_script_enabled=False) as (page, complaints):
        sign_in(page)
        lede = page.inner_text(".lede")
        page.click("text=Đăng xuất")
        page.wait_for_selector("#username")

    assert "gần 62 đồng không dùng tiền mặt" in lede
    assert complaints == []


def test_a_refused_sign_in_says_what_to_do(browser: Browser, address: str) -> None:
    with reading(browser, address) as (page, _complaints):
        page.fill("#username", "lan")
        page.fill("#password", "not the password")
        page.press("#password", "Enter")

        told = page.inner_text("[role=alert]")

    assert "Tên hoặc mật khẩu chưa đúng." in told


def test_the_keyboard_reaches_everything_and_its_place_is_seen(browser: Browser, address: str) -> None:
    with reading(browser, address) as (page, _complaints):
        sign_in(page)
        page.goto(f"{address}/")

        reached = list(islice(iter(lambda: tab(page), ("", "")), MOST_PRESSES))

    names = [name for name, _outline in reached]
    menu = [section.title.vi for section in SECTIONS if section.action in PERMISSIONS[Role.ANALYST]]
    in_order = ["Bỏ qua, tới nội dung chính", "Tiếng Việt", "Đăng xuất", *menu, "Tải mọi tháng, đủ chữ số (CSV)"]
    assert [name for name in names if name in in_order] == in_order
    assert {"Địa bàn mới", "Mọi biên nhận"} <= set(names)
    assert {outline for _name, outline in reached} == {"3px"}
    assert len(reached) < MOST_PRESSES


def tab(page: Page) -> tuple[str, str]:
    page.keyboard.press("Tab")
    found: list[str] = page.evaluate(
        "() => { const at = document.activeElement; if (at === document.body) return ['', ''];"
        " return [at.innerText.trim().split('\\n')[0], getComputedStyle(at).outlineWidth]; }"
    )
    return found[0], found[1]


def test_the_skip_link_leads_past_the_header(browser: Browser, address: str) -> None:
    with reading(browser, address) as (page, _complaints):
        sign_in(page)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

        assert page.evaluate("document.activeElement.id") == "main"


def test_the_chart_comes_by_itself_once_it_is_drawn(browser: Browser, database: Database) -> None:
    add_person(database)
    with served(make_app(database)) as url, reading(browser, url) as (page, complaints):
        sign_in(page)
        assert "Đang vẽ biểu đồ" in page.inner_text("#live")

        with database.transaction() as session:
            draw_requested(session, NOW, lambda *_asked: overview())
        page.wait_for_selector("img.drawing")

        assert complaints == []


def test_the_picture_wears_the_pages_faces_and_figures(browser: Browser, address: str) -> None:
    with reading(browser, address) as (page, _complaints):
        sign_in(page)
        page.wait_for_load_state("networkidle")

        faces = page.evaluate("[...document.fonts].filter(face => face.status === 'loaded').map(face => face.family)")

    assert {face.strip('"') for face in faces} == {"Hub Figures", "Be Vietnam Pro"}


def test_a_page_weighs_less_than_a_phone_minds(browser: Browser, address: str) -> None:
    sizes: list[int] = []
    with reading(browser, address) as (page, _complaints):
        page.on("response", lambda answer: sizes.append(len(answer.body())))
        sign_in(page)
        page.wait_for_load_state("networkidle")

    assert sum(sizes) < 300_000
