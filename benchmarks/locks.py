"""Whether anybody waits for a lock of the database, looked at several times a second."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

_LOOK_SECONDS = 0.2
_WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND wait_event_type = 'Lock'
"""


@dataclass(slots=True)
class LockWatch:
    """
    What a thread has seen while blocks of `looking` lasted.

    Args:
        looks: How often it looked.
        waits: How many waited, of all looks together.

    """

    url: str
    looks: int = 0
    waits: int = 0

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Look for the length of a block."""
        over = threading.Event()
        thread = threading.Thread(target=self._look, args=(over,), name="locks", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _look(self, over: threading.Event) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not over.wait(_LOOK_SECONDS):
                row = connection.execute(_WAITING).fetchone()
                self.looks += 1
                self.waits += row[0] if row else 0
