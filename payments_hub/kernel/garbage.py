"""
Garbage collection on purpose: between batches, and not in the midst of one.

A batch makes some hundred thousand small objects, none of them in a circle, and drops them all at its end. Python's
collector is started by how many were made and looks each time at all that live: a third of a batch's time for nothing.
"""

from __future__ import annotations

import gc
import time

SWEEP_SECONDS = 2.0
"""How long garbage may lie: every look goes through the lists of codes and places too, ten milliseconds a time."""


def collect_on_purpose() -> None:
    """Leave all that lives by now out of every later collection, and collect only when `sweep` is called."""
    gc.collect()
    gc.freeze()
    gc.disable()


def sweep() -> None:
    """Collect what has become garbage since the process asked to collect on purpose."""
    gc.collect()


class Sweeper:
    """Sweeps when it is called, but not more often than every so many seconds; owned by one thread."""

    def __init__(self, seconds: float = SWEEP_SECONDS) -> None:
        self._seconds = seconds
        self._due_at = 0.0

    def __call__(self) -> None:
        """Sweep if it is due."""
        if time.monotonic() >= self._due_at:
            sweep()
            self._due_at = time.monotonic() + self._seconds
