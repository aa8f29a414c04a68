from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from payments_hub.store.session import Database
from tests.support.web import SettableClock, add_person, make_app


@pytest.fixture
def clock() -> SettableClock:
    """Lend the clock of the app."""
    return SettableClock()


@pytest.fixture
def app(database: Database, clock: SettableClock) -> Flask:
    """Lend an app whose overview has everything on it, with the analyst lan as its one account."""
    add_person(database)
    return make_app(database, clock=clock)


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    """Lend a browser without cookies."""
    with app.test_client() as made:
        yield made
