"""Waiting for what another thread or process brings about."""

from __future__ import annotations

import time
from collections.abc import Callable

_LOOK_SECONDS = 0.02


def wait_until(holds: Callable[[], bool], what: str, *, seconds: float = 60.0) -> None:
    """
    Return as soon as a condition holds.

    Raises:
        TimeoutError: It did not hold in time.

    """
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"not after {seconds:.0f} s: {what}")
        time.sleep(_LOOK_SECONDS)
