"""What moving cells costs: seconds of the wall clock, and of the processors by Linux's own books."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# Fields of /proc/PID/stat behind the name in brackets, which may hold anything: see proc_pid_stat(5).
_PARENT, _FIRST_TIME, _LAST_TIME, _RESIDENT = 1, 11, 14, 21


@dataclass(frozen=True, slots=True)
class Cost:
    """
    What so many cells took.

    Args:
        seconds: Of the wall clock.
        cpu_seconds: Of the processors, in every process that counts.

    """

    cells: int
    seconds: float
    cpu_seconds: float

    @property
    def per_second(self) -> float:
        """Tell how many cells a second of the wall clock moved."""
        return self.cells / self.seconds

    @property
    def cpu_microseconds(self) -> float:
        """Tell how long the processors worked for one cell."""
        return self.cpu_seconds / self.cells * 1e6


class _Process(NamedTuple):
    parent: int
    cpu_seconds: float
    resident_bytes: int


@dataclass(frozen=True, slots=True)
class Trees:
    """
    Processes with all their descendants.

    Args:
        roots: Their numbers.

    """

    roots: Sequence[int]

    def cpu_seconds(self) -> float:
        """Add up what they have worked, those of their children included that have ended and were waited for."""
        return sum(process.cpu_seconds for process in self._living())

    def resident_bytes(self) -> int:
        """Add up what they hold of the memory."""
        return sum(process.resident_bytes for process in self._living())

    def and_of(self, other: Trees) -> Self:
        """Count another's processes as well."""
        return type(self)((*self.roots, *other.roots))

    def _living(self) -> Iterator[_Process]:
        processes = dict(_processes())
        children: dict[int, list[int]] = defaultdict(list)
        for pid, process in processes.items():
            children[process.parent].append(pid)
        waiting = [pid for pid in self.roots if pid in processes]
        while waiting:
            pid = waiting.pop()
            yield processes[pid]
            waiting += children[pid]


def parent_of(pid: int) -> int:
    """Tell which process started one that lives."""
    return _read(Path(f"/proc/{pid}/stat")).parent


def _processes() -> Iterator[tuple[int, _Process]]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            yield int(stat.parent.name), _read(stat)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended since its folder was listed


def _read(stat: Path) -> _Process:
    fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    ticks = sum(map(int, fields[_FIRST_TIME : _LAST_TIME + 1]))
    return _Process(int(fields[_PARENT]), ticks / _TICKS_A_SECOND, int(fields[_RESIDENT]) * _PAGE_BYTES)
