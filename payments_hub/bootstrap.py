"""The composition root: from settings to everything an entry point needs."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.ingest.accept import accept, take_in
from payments_hub.ingest.arrivals import Arrival
from payments_hub.ingest.book import Outcome
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.kernel.clock import Clock, SystemClock
from payments_hub.kernel.errors import ConfigurationError
from payments_hub.kernel.settings import Settings
from payments_hub.store.embedded import database_url
from payments_hub.store.session import Database

_SHORTEST_KEY = 32


@dataclass(frozen=True, slots=True)
class Hub:
    """
    What every entry point works with; owned by the one that opened it, and shared between its threads.

    Args:
        secret_key: Signs sessions and keys the hashes of personal codes.
        reference: The code lists as the database has them now.

    """

    settings: Settings
    clock: Clock
    database: Database
    reference: ReferenceCache
    secret_key: str

    def accept(self, session: Session, arrivals: Sequence[Arrival]) -> list[ReceiptV1]:
        """Take messages in, in the caller's transaction; see `payments_hub.ingest.accept`."""
        return accept(session, arrivals, reference=self.reference.current(session), clock=self.clock)

    def take_in(self, session: Session, arrivals: Sequence[Arrival]) -> list[Outcome]:
        """Take messages in without writing out receipts that nobody waits for; see `payments_hub.ingest.accept`."""
        return take_in(session, arrivals, reference=self.reference.current(session), clock=self.clock)

    def close(self) -> None:
        """Close the connections."""
        self.database.dispose()


def open_hub(settings: Settings, *, application_name: str, clock: Clock | None = None, connections: int = 5) -> Hub:
    """
    Open the hub: its database, which is started if it is the embedded one, and its secret key.

    Raises:
        ConfigurationError: The secret key is too short.

    """
    database = Database(database_url(settings), application_name=application_name, connections=connections)
    return Hub(
        settings=settings,
        clock=clock or SystemClock(),
        database=database,
        reference=ReferenceCache(),
        secret_key=_secret_key(settings),
    )


def _secret_key(settings: Settings) -> str:
    key = settings.secret_key or _kept_key(settings.var_dir / "secret_key")
    if len(key) < _SHORTEST_KEY:
        raise ConfigurationError(f"PAYMENTS_HUB_SECRET_KEY is shorter than {_SHORTEST_KEY} characters.")
    return key


def _kept_key(path: Path) -> str:
    """Read the key, or make it once; of two processes that make it at once, the first wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        # A link appears whole or not at all, and never over one that is there.
        with contextlib.suppress(FileExistsError):
            Path(draft).chmod(0o600)
            path.hardlink_to(draft)
        Path(draft).unlink()
    return path.read_text(encoding="ascii").strip()
