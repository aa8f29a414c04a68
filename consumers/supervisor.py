"""
One worker process for each group of partners, so that whatever a partner sends ends or stalls its own group at most.

The supervisor starts the workers, starts them anew when they end, takes up new groups and leaves those that are gone.
It reads no feed and no Kafka itself. Two supervisors may run the same group: the database fences their workers.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from consumers.backoff import delay_seconds
from consumers.health import EXIT_REFUSED, words_of_end
from consumers.memory import resident_bytes
from consumers.reporting import Reporter, WorkerSight
from consumers.settings import RESTART_SECONDS, STOP_WORKERS_SECONDS, WELL_SECONDS
from consumers.shutdown import Shutdown
from payments_hub.kernel.clock import Clock

_LOOK_SECONDS = 0.2

log = structlog.get_logger()


@dataclass(slots=True)
class _Ward:
    """
    One group's worker; owned by the supervisor's thread.

    Args:
        process: The one that runs; None while the next start is waited for.
        last_process: Its number, or that of the one before.
        started: On the monotonic clock.
        ends: Without being asked, since it last ran well.
        is_leaving: It was asked to stop, because its group is not to be run here any more.

    """

    group: str
    process: subprocess.Popen[bytes] | None = None
    last_process: int = 0
    started_at: datetime | None = None
    started: float = 0.0
    restarts: int = 0
    ends: int = 0
    last_end: str | None = None
    retry_at: float = 0.0
    is_leaving: bool = False
    leave_by: float = 0.0

    def sight(self, well_seconds: float) -> WorkerSight | None:
        """Say what there is to be seen; None of one that was never started."""
        process, started_at = self.process, self.started_at
        if started_at is None:
            return None
        return WorkerSight(
            group=self.group,
            process=self.last_process,
            started_at=started_at,
            restarts=self.restarts,
            memory_bytes=None if process is None else resident_bytes(process.pid),
            last_end=self.last_end,
            ends=self.ends,
            is_well=process is not None and time.monotonic() - self.started >= well_seconds,
        )


@dataclass(slots=True)
class Supervisor:
    """
    The loop that keeps the workers running; owned by one thread, and its reporter reads what it sees.

    Args:
        command: Makes the command of a group's worker. Its standard input is the lifeline: it ends with the supervisor.
        reporter: Tells which groups are to run, and others what became of their workers.
        is_refused: Whether it ended because a worker refused Kafka.

    """

    command: Callable[[str], Sequence[str]]
    clock: Clock
    stop: Shutdown
    well_seconds: float = WELL_SECONDS
    restart_seconds: float = RESTART_SECONDS
    stop_seconds: float = STOP_WORKERS_SECONDS
    is_refused: bool = False
    _wards: dict[str, _Ward] = field(default_factory=dict)

    def run(self, reporter: Reporter) -> None:
        """Keep the workers running until the stop is asked for, and then end them all in time."""
        reporter.start()
        try:
            while not self.stop.requested:
                self._follow(reporter.groups)
                news = [self._look_after(ward) for ward in list(self._wards.values())]
                if any(news):
                    reporter.wake()
                self.stop.wait(_LOOK_SECONDS)
        finally:
            self._end_all()
            reporter.close()

    def look(self) -> Sequence[WorkerSight]:
        """Tell what is seen of every worker; called by the reporter's thread."""
        sights = [ward.sight(self.well_seconds) for ward in list(self._wards.values())]
        return [sight for sight in sights if sight is not None]

    def _follow(self, groups: frozenset[str]) -> None:
        """Take up groups that are new, and ask the workers of those that are gone to stop."""
        for group in sorted(groups - self._wards.keys()):
            self._wards[group] = _Ward(group)
        for group, ward in list(self._wards.items()):
            if group in groups or ward.is_leaving:
                continue
            if ward.process is None:
                del self._wards[group]
                continue
            log.info("worker_not_needed", group=group, process=ward.process.pid)
            ward.process.terminate()
            ward.is_leaving, ward.leave_by = True, time.monotonic() + self.stop_seconds

    def _look_after(self, ward: _Ward) -> bool:
        """Start one worker or note that it has ended, as it is; tell whether others should hear of it at once."""
        now = time.monotonic()
        if ward.process is None:
            return now >= ward.retry_at and self._start(ward)
        status = ward.process.poll()
        if status is not None:
            self._close(ward)
            if status == EXIT_REFUSED:
                # Every other worker would find the same; begun anew, it would only be refused again.
                self.is_refused = True
                self.stop.request()
            return self._forget(ward) if ward.is_leaving else self._note_end(ward, words_of_end(status))
        if ward.is_leaving and now > ward.leave_by:
            ward.process.kill()
        if ward.ends and now - ward.started >= self.well_seconds:
            log.info("worker_well_again", group=ward.group)
            ward.ends = 0
            return True
        return False

    def _start(self, ward: _Ward) -> bool:
        ward.started_at, ward.started = self.clock.now(), time.monotonic()
        ward.restarts += ward.last_process != 0
        try:
            # A session of its own, so that Ctrl-C reaches the supervisor alone, which stops the workers in order.
            ward.process = subprocess.Popen(  # noqa: S603  our own program, with words of ours
                self.command(ward.group), stdin=subprocess.PIPE, start_new_session=True
            )
        except OSError as error:
            return self._note_end(ward, f"could not be started: {error.strerror}")
        ward.last_process = ward.process.pid
        log.info("worker_started", group=ward.group, process=ward.process.pid)
        return True

    def _note_end(self, ward: _Ward, words: str) -> bool:
        ward.ends += 1
        ward.last_end = words
        delay = delay_seconds(ward.ends, longest_seconds=self.restart_seconds)
        ward.retry_at = time.monotonic() + delay
        log.warning("worker_ended", group=ward.group, status=words, times=ward.ends, again_in_seconds=delay)
        return True

    def _forget(self, ward: _Ward) -> bool:
        """Forget a worker that was asked to leave; if its group is back, the next look takes it up anew."""
        del self._wards[ward.group]
        return True

    def _close(self, ward: _Ward) -> None:
        if ward.process is not None and ward.process.stdin is not None:
            ward.process.stdin.close()
        ward.process = None

    def _end_all(self) -> None:
        """Ask all workers to stop, and kill what has not in time: what was not committed is read again."""
        running = [ward.process for ward in self._wards.values() if ward.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + self.stop_seconds
        for process in running:
            try:
                process.wait(max(deadline - time.monotonic(), 0.0))
            except subprocess.TimeoutExpired:
                log.warning("worker_killed_at_stop", process=process.pid)
                process.kill()
                process.wait()
        for ward in self._wards.values():
            self._close(ward)
