"""Signs of life: a status row for each feed, and an end to a worker that does not come round any more."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Self

import structlog

from consumers.settings import STALL_SECONDS, STOP_SECONDS
from consumers.shutdown import Shutdown

_LOOK_SECONDS = 0.5
_EXIT_STALLED = 70
_EXIT_FORCED = 71

log = structlog.get_logger()


def end_process(status: int) -> None:
    """End the process at once: nothing that waits for a lock or a socket is asked first."""
    os._exit(status)


class Watchdog:
    """
    Ends the process if its worker does not come round, because kafka-python may wait for ever inside a poll.

    Nothing is lost by it: what was not committed is read again. Owned by the entry point; `beat` is called by the
    worker's thread, everything else happens on the watchdog's own.
    """

    def __init__(
        self,
        stop: Shutdown,
        *,
        stall_seconds: float = STALL_SECONDS,
        stop_seconds: float = STOP_SECONDS,
        end: Callable[[int], None] = end_process,
    ) -> None:
        self._stop = stop
        self._stall_seconds = stall_seconds
        self._stop_seconds = stop_seconds
        self._end = end
        self._beaten_at = time.monotonic()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        """End watching."""
        self._done.set()
        self._thread.join()

    def beat(self) -> None:
        """Say that the worker came round."""
        self._beaten_at = time.monotonic()

    def _watch(self) -> None:
        while not self._done.wait(_LOOK_SECONDS):
            if self._stop.overdue(self._stop_seconds):
                log.error("stop_forced", seconds=self._stop_seconds)
                self._end(_EXIT_FORCED)
                return
            if time.monotonic() - self._beaten_at > self._stall_seconds:
                log.error("worker_stalled", seconds=self._stall_seconds)
                self._end(_EXIT_STALLED)
                return
