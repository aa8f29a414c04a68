"""How much memory a worker may take: a record that unpacks to more ends its own worker, and nothing else."""

from __future__ import annotations

import contextlib
import os
import resource
import threading
from pathlib import Path

import structlog

from consumers.health import EXIT_MEMORY, end_process

_MEBIBYTE = 1024 * 1024
_FIRST_TO_GO = "500"

log = structlog.get_logger()


def limit_memory(megabytes: int) -> None:
    """
    Limit this process's memory for data; the allocation that would pass it fails.

    Data and not address space: libraries, thread stacks and the allocator's arenas reserve hundreds of megabytes of
    addresses that they never fill. Should the whole machine run out first, the kernel takes this process before a
    database.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes * _MEBIBYTE, megabytes * _MEBIBYTE))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")
    threading.excepthook = _end_if_out_of_memory


def resident_bytes(process: int) -> int | None:
    """Tell how much memory a process holds; None if it is not there."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return None
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _end_if_out_of_memory(failure: threading.ExceptHookArgs) -> None:
    if issubclass(failure.exc_type, MemoryError):
        end_process(EXIT_MEMORY)
    threading.__excepthook__(failure)
