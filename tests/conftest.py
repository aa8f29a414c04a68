import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import structlog
from argon2 import Parameters
from argon2.profiles import CHEAPEST

from payments_hub.services import passwords
from payments_hub.store.session import Database
from tests.support import browser, kafka, postgres

_WORK = passwords.WORK
_RUN = pytest.StashKey[Path | None]()

# A gate answers the same to the same code; at a desk, each run tries other examples.
hypothesis.settings.register_profile("gate", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("gate")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RUN] = postgres.open_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    folder = config.stash.get(_RUN, None)
    if folder is not None:
        kafka.stop(folder)
        kafka.stop(folder / "secure")
        postgres.close_run(folder)


def pytest_report_header() -> list[str]:
    return [line for line in (postgres.left_out(), kafka.left_out(), browser.left_out()) if line]


@pytest.fixture(scope="session")
def work_of_a_password() -> Parameters:
    """Tell what the hub lets a hash cost where no test has made it cheap."""
    return _WORK


@pytest.fixture(autouse=True, scope="session")
def cheap_passwords() -> Iterator[None]:
    """Hash with the least work: a fifth of a second for each person and each sign-in was a fifth of the whole run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "WORK", CHEAPEST)
        yield


@pytest.fixture(autouse=True)
def plain_tracebacks() -> None:
    """Log errors without the local variables of every frame, which structlog's default takes seconds to write out."""
    renderer = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], renderer])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """Lend a server of fresh databases: `with postgres_server.migrated() as database`, in a hypothesis test too."""
    with postgres.server(postgres.default_kind()) as server:
        yield server


@pytest.fixture
def database(postgres_server: postgres.Server) -> Iterator[Database]:
    """Lend a database of this test alone, with every table and no row."""
    with postgres_server.migrated() as database:
        yield database


@pytest.fixture
def empty_database(postgres_server: postgres.Server) -> Iterator[Database]:
    """Lend a database of this test alone, without tables."""
    with postgres_server.empty() as database:
        yield database
