"""Signs of life: a status row for each feed, and an end to a worker that does not come round any more."""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections.abc import Callable
from typing import Self

import structlog

from consumers.settings import STALL_SECONDS, STOP_SECONDS
from consumers.shutdown import Shutdown

EXIT_HUNG = 70
EXIT_FORCED = 71
EXIT_MEMORY = 72
EXIT_REFUSED = 73

_WORDS = {
    EXIT_HUNG: "hung: it did not come round any more",
    EXIT_FORCED: "did not stop in time",
    EXIT_MEMORY: "out of memory",
    EXIT_REFUSED: "refused Kafka: it does not keep partners apart",
}
_LOOK_SECONDS = 0.5

log = structlog.get_logger()


def end_process(status: int) -> None:
    """End the process at once: nothing that waits for a lock or a socket is asked first."""
    os._exit(status)


def words_of_end(status: int) -> str:
    """
    Say how a process ended, by its exit status as `subprocess` gives it.

    >>> words_of_end(-9), words_of_end(72), words_of_end(1)
    ('killed by SIGKILL', 'out of memory (status 72)', 'status 1')
    """
    if status < 0:
        known = {number.value: number.name for number in signal.Signals}
        return f"killed by {known.get(-status, f'signal {-status}')}"
    return f"{_WORDS[status]} (status {status})" if status in _WORDS else f"status {status}"


class Watchdog:
    """
    Ends the process if its worker does not come round, because kafka-python may wait for ever inside a poll.

    It also asks for the stop when a lifeline is cut: the reading end of a pipe whose other end the supervisor holds,
    and which the kernel closes however the supervisor ends. Nothing is lost by any of it: what was not committed is
    read again. Owned by the entry point; `beat` is called by the worker's thread, everything else happens on the
    watchdog's own.
    """

    def __init__(
        self,
        stop: Shutdown,
        *,
        stall_seconds: float = STALL_SECONDS,
        stop_seconds: float = STOP_SECONDS,
        end: Callable[[int], None] = end_process,
        lifeline: int | None = None,
    ) -> None:
        self._stop = stop
        self._lifeline = lifeline
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
            if self._is_orphan() and not self._stop.requested:
                log.warning("supervisor_gone")
                self._stop.request()
            if self._stop.overdue(self._stop_seconds):
                log.error("stop_forced", seconds=self._stop_seconds)
                self._end(EXIT_FORCED)
                return
            if time.monotonic() - self._beaten_at > self._stall_seconds:
                log.error("worker_stalled", seconds=self._stall_seconds)
                self._end(EXIT_HUNG)
                return

    def _is_orphan(self) -> bool:
        # Nobody ever writes: what there is to be read is the end.
        return self._lifeline is not None and bool(select.select([self._lifeline], [], [], 0)[0])
