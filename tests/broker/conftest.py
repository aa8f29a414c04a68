import os
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
import structlog

from consumers.admin import create_topics
from consumers.settings import ConsumerSettings
from consumers.topics import TOPIC_SETTINGS, topic_of
from payments_hub.store.session import Database
from tests.support import kafka
from tests.support.ledger import make_ledger
from tests.support.postgres import RUN_FOLDER
from tests.support.secure_kafka import SecureKafka, secure_kafka

collect_ignore_glob = ["test_*.py"] if kafka.is_left_out() else []

_numbers = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The first of them also waits for Maven, once, and for the broker.
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(180))


@pytest.fixture(scope="session")
def broker() -> str:
    """Tell the address of the run's Kafka."""
    return kafka.start(Path(os.environ[RUN_FOLDER]))


@pytest.fixture
def secure(tmp_path: Path) -> SecureKafka:
    """Lend the run's Kafka that has TLS, users and access rules; users' passwords stay with the test that made them."""
    return secure_kafka(Path(os.environ[RUN_FOLDER]) / "secure", tmp_path)


@pytest.fixture
def new_partner(broker: str) -> Callable[..., str]:
    """Make a partner that no other test has, with its topic."""

    def make(**settings: str) -> str:
        partner = f"BANK{os.getpid()}N{next(_numbers)}"
        create_topics(ConsumerSettings((broker,)), [topic_of(partner)], {**TOPIC_SETTINGS, **settings})
        return partner

    return make


@pytest.fixture
def ledger_database(database: Database) -> Database:
    """Lend a database that has the ledger as well."""
    make_ledger(database)
    return database


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """Undo what a command has set up: it logs to a stream that click closes when the command ends."""
    yield
    structlog.reset_defaults()
