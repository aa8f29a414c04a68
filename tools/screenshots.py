"""
Photograph the pages of a running demonstration for the documents: both languages, wide and narrow.

    payments-hub demo &
    python tools/screenshots.py http://127.0.0.1:8000 [FOLDER [NAME ...]]

Names choose pages from the list below; the folder is docs/images where none is given.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from payments_hub.cli.demonstration_closing import PASSWORD
from payments_hub.domain.languages import Language

IMAGES = Path(__file__).parent.parent / "docs" / "images"
WIDTHS = (1280, 360)
_HEIGHT = 900
_DRAWING = 'img[src*="/charts/"]'
_OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


@dataclass(frozen=True)
class Shot:
    """
    One page to photograph.

    Args:
        follow: A link on the page at `path`, whose page is photographed in its place.

    """

    name: str
    account: str
    path: str
    follow: str = ""


SHOTS = (
    Shot("overview", "leader", "/"),
    Shot("changes", "leader", "/changes"),
    Shot("receipts", "leader", "/receipts"),
    Shot("receipt-rejected", "leader", "/receipts?verdict=REJECTED", 'td a[href^="/receipts/"]'),
    Shot("receipt-held", "leader", "/receipts?verdict=HELD", 'td a[href^="/receipts/"]'),
    Shot("feeds", "operator", "/feeds"),
    Shot("feed", "partner", "/feeds"),
    Shot("obligations", "officer", "/obligations"),
    Shot("warnings", "operator", "/warnings"),
    Shot("quarantine", "operator", "/quarantine/causes"),
    Shot("quarantined", "operator", "/quarantine", 'td a[href^="/quarantine/"]'),
    Shot("trial", "operator", "/quarantine/trial"),
    Shot("locks", "officer", "/locks"),
    Shot("operations", "operator", "/operations"),
    Shot("audit", "administrator", "/audit"),
    Shot("accounts", "administrator", "/accounts"),
    Shot("keys", "partner", "/keys"),
    Shot("signing-keys", "partner", "/keys/signing"),
    Shot("components", "leader", "/design"),
)


def main(address: str, folder: Path, names: list[str]) -> None:
    """Sign in with each account at each width, and photograph its pages in each language."""
    folder.mkdir(parents=True, exist_ok=True)
    shots = [shot for shot in SHOTS if not names or shot.name in names]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_OPTIONS)
        for width in WIDTHS:
            for account in dict.fromkeys(shot.account for shot in shots):
                page = browser.new_context(viewport={"width": width, "height": _HEIGHT}).new_page()
                sign_in(page, address, account)
                for shot in (shot for shot in shots if shot.account == account):
                    photograph(page, address, shot, folder, width)
        browser.close()


def sign_in(page: Page, address: str, account: str) -> None:
    """Sign in with one of the demonstration's accounts."""
    page.goto(f"{address}/sign-in")
    page.fill("input[name=username]", account)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{address}/")


def photograph(page: Page, address: str, shot: Shot, folder: Path, width: int) -> None:
    """Photograph a page in each language."""
    for language in Language:
        page.goto(f"{address}/language/{language}?next=/")
        page.goto(f"{address}{shot.path}")
        if shot.follow:
            page.locator(shot.follow).first.click()
        while shot.path == "/" and not page.locator(_DRAWING).count():
            page.wait_for_timeout(1000)
            page.goto(f"{address}/")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=folder / f"{shot.name}-{language}-{width}.png", full_page=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else IMAGES, sys.argv[3:])  # noqa: PLR2004  as in the usage
