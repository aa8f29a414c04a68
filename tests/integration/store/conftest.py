from collections.abc import Iterator

import pytest

from tests.support import postgres


@pytest.fixture(scope="session", params=postgres.store_kinds())
def postgres_server(request: pytest.FixtureRequest) -> Iterator[postgres.Server]:
    """Lend each kind of server in turn."""
    with postgres.server(request.param) as server:
        yield server
