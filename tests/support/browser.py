"""Chromium for tests: where it is, how it is started, and what is said where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str | None:
    """Find the machine's Chromium."""
    return next((path for path in map(shutil.which, _NAMES) if path), None)


def wanted() -> bool:
    """Tell whether tests in a browser are run: where there is one, and in CI always, so that its absence fails."""
    return chromium() is not None or bool(os.environ.get("CI"))


def left_out() -> str | None:
    """Say in one line that the tests in a browser are left out, if they are."""
    return None if wanted() else "left out: tests in a browser (no Chromium found; apt-get install chromium)"


@contextmanager
def opened() -> Iterator[Browser]:
    """Start a browser that speaks to this machine alone."""
    # Chromium refuses its own sandbox as root, and so it runs without, on pages of ours alone.
    alone = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=[*_QUIET, *alone])
        try:
            yield browser
        finally:
            browser.close()
