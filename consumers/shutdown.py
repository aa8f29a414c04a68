"""A stop that is asked for by a signal and waited for by the loop."""

from __future__ import annotations

import os
import select
import signal
import time
from types import FrameType


class Shutdown:
    """
    Whether the process shall stop; made and installed by the entry point, read by any thread.

    The handler only sets a flag and writes a byte to a pipe: setting a `threading.Event` there would wait for ever on
    a lock that the interrupted thread itself may hold.
    """

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._requested_at: float | None = None

    def install(self) -> None:
        """Let SIGTERM and Ctrl-C ask for the stop."""
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, self._on_signal)

    def request(self) -> None:
        """Ask for the stop."""
        if self._requested_at is None:
            self._requested_at = time.monotonic()
            os.write(self._writer, b"x")

    @property
    def requested(self) -> bool:
        """Tell whether the stop was asked for."""
        return self._requested_at is not None

    def overdue(self, seconds: float) -> bool:
        """Tell whether the stop was asked for longer ago than that."""
        return self._requested_at is not None and time.monotonic() - self._requested_at > seconds

    def wait(self, seconds: float) -> None:
        """Wait so long, or until the stop is asked for."""
        select.select([self._reader], [], [], seconds)

    def close(self) -> None:
        """Give the pipe back."""
        os.close(self._reader)
        os.close(self._writer)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.request()
