from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """Undo what a command has set up: it logs to a stream that click closes when the command ends."""
    yield
    structlog.reset_defaults()
