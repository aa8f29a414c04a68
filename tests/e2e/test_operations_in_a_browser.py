from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from payments_hub.domain.people import Role
from payments_hub.store.alerts import AlertKind, raise_alert
from payments_hub.store.offsets import FeedState, FeedStatus, save_status
from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.builders import NOW, PARTNER
from tests.support.hub import RIVAL, small_hub
from tests.support.web import PASSWORD, SettableClock, add_person, make_hub, served

pytestmark = [pytest.mark.database, pytest.mark.timeout(120)]

CUT = "130411 records were deleted before they were read: offsets 9007199254740 to 9007199385150"
UNREADABLE = f"its records cannot be read: UnsupportedCodecError: {'libraries.for.zstd.' * 12}"
REFUSED = "too much of what its partner sent was refused; its records wait"


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    """Serve an app in which a feed is blocked, one is suspended and receipts wait, with lan as its operator."""
    hub = small_hub(database)
    add_person(database, "lan", Role.OPERATOR)
    statuses = [
        FeedStatus(f"feeds.{PARTNER}", 0, 7, 9, NOW, FeedState.BLOCKED, CUT),
        FeedStatus(f"feeds.{PARTNER}", 1, 7, 9, NOW, FeedState.BLOCKED, UNREADABLE),
        FeedStatus(
            f"feeds.{RIVAL}", 0, 7, 9, NOW, FeedState.SUSPENDED, "too much of what its partner sent was refused"
        ),
        FeedStatus(f"receipts.{RIVAL}", 0, 7, 9, NOW, FeedState.WAITING, UNREADABLE),
    ]
    with database.transaction() as session:
        save_status(session, statuses)
        detail = {"reason": UNREADABLE, "position": 7}
        raise_alert(session, AlertKind.FEED_BLOCKED, f"feeds.{PARTNER}-1", detail, now=NOW)
    with served(create_app(make_hub(hub.database, SettableClock(NOW)))) as url:
        yield url


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_why_feeds_stand_still_fits_every_width(browser: Browser, address: str, width: int, language: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/")
    page.fill("#username", "lan")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector("h1")

    page.goto(f"{address}/language/{language}?next=/operations")

    assert page.locator("#kafka").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
