"""Locks between processes of one machine, kept by the kernel: a process that dies lets go."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

from payments_hub.store.errors import EmbeddedServerError

_POLL_SECONDS = 0.02


@contextmanager
def held(path: Path) -> Iterator[int | None]:
    """
    Try to lock a file.

    The lock belongs to the open file: a program that was started with it keeps the lock after this block, until its
    last process has ended.

    Returns:
        The open file's number, or None when somebody else has the lock.

    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield file
    finally:
        # Closed, not unlocked: unlocking would take the lock from the program that inherited it.
        os.close(file)


@contextmanager
def waiting_for(path: Path, timeout_seconds: float) -> Iterator[None]:
    """
    Lock a file, waiting for whoever has it.

    Raises:
        EmbeddedServerError: It was not let go of in time.

    """
    deadline = monotonic() + timeout_seconds
    while True:
        with held(path) as lock:
            if lock is not None:
                yield
                return
        if monotonic() > deadline:
            raise EmbeddedServerError(
                f"Another process has held {path} for {timeout_seconds:.0f} s. Look what it does."
            )
        sleep(_POLL_SECONDS)
