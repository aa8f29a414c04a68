"""One transaction of one command: the hub is opened for it and closed after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from payments_hub.bootstrap import open_hub
from payments_hub.cli.environment import enter


@contextmanager
def hub_transaction(command: str) -> Iterator[tuple[Session, datetime]]:
    """Open the hub and a transaction in it; hand out the session and the present instant."""
    hub = open_hub(enter(), application_name=f"payments-hub {command}", connections=1)
    try:
        with hub.database.transaction() as session:
            yield session, hub.clock.now()
    finally:
        hub.close()
