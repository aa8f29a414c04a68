from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from payments_hub.jobs.drawing import draw_missing
from payments_hub.store.session import Database
from tests.support import browser as chromium
from tests.support.overviews import NOW, series_chart
from tests.support.web import add_person, make_app, served

# Without a browser the whole folder is left out, and the run's header says so in one line; in CI it fails instead.
collect_ignore_glob = [] if chromium.wanted() else ["test_*.py"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Lend the run's browser."""
    with chromium.opened() as opened:
        yield opened


@pytest.fixture
def address(database: Database) -> Iterator[str]:
    """Serve an app with everything on its overview, its chart drawn and the analyst lan as its one account."""
    add_person(database)
    with database.transaction() as session:
        draw_missing(session, series_chart(), NOW)
    with served(make_app(database)) as url:
        yield url
