"""What a supervisor reads from the database and leaves there: groups, signs of life, alerts of workers that ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from consumers.backoff import delay_seconds
from consumers.errors import words_of
from consumers.settings import GROUPS_SECONDS
from consumers.topics import topic_of, topics_of
from payments_hub.kernel.clock import Clock
from payments_hub.store.alerts import AlertKind, open_alerts, raise_alert, resolve_alert
from payments_hub.store.consumer_workers import (
    ConsumerWorker,
    feed_groups,
    forget_workers,
    read_workers,
    save_workers,
    unread_points,
)
from payments_hub.store.session import Database

_YOUNG = timedelta(seconds=30)
"""So long after its start a worker may still be at its first look, and so lately a living one was seen."""

_FORGOTTEN_AFTER = timedelta(days=1)
_LAST_WORD_SECONDS = 1.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WorkerSight:
    """
    What a supervisor sees of one group's worker.

    Args:
        ends: How often it ended without being asked since it last ran well.
        is_well: It has been running long enough to be trusted.

    """

    group: str
    process: int
    started_at: datetime
    restarts: int
    memory_bytes: int | None
    last_end: str | None
    ends: int
    is_well: bool

    def of(self, machine: str, now: datetime) -> ConsumerWorker:
        """Write it as the row that operators read."""
        return ConsumerWorker(
            machine=machine,
            feed_group=self.group,
            process=self.process,
            started_at=self.started_at,
            seen_at=now,
            restarts=self.restarts,
            memory_bytes=self.memory_bytes,
            last_end=self.last_end,
        )


def groups_to_run(groups: Mapping[str, str], named: Collection[str]) -> frozenset[str]:
    """
    Tell of which groups workers shall run.

    Args:
        groups: The group of each partner.
        named: The only groups that this machine shall work on; none named is all.

    >>> sorted(groups_to_run({"BIDV": "main", "AEON": "malls", "GO": "malls"}, named=()))
    ['main', 'malls']
    >>> sorted(groups_to_run({"BIDV": "main", "AEON": "malls"}, named=("malls", "tills")))
    ['malls']

    """
    present = frozenset(groups.values())
    return present & frozenset(named) if named else present


def is_taken_over(session: Session, topics: Collection[str], now: datetime) -> bool:
    """
    Tell whether the worker of these topics is the first of a new group, and those of older groups go on.

    Then a sign of life of its feeds is that of the worker that they were taken from, and nobody has died.
    """
    groups = {group for partner, group in feed_groups(session).items() if topic_of(partner) in topics}
    workers = read_workers(session)
    own = [worker for worker in workers if worker.feed_group in groups]
    others = [worker for worker in workers if worker not in own and now - worker.seen_at < _YOUNG]
    return all(_is_young(worker, now) for worker in own) and any(not _is_young(worker, now) for worker in others)


def _is_young(worker: ConsumerWorker, now: datetime) -> bool:
    return worker.restarts == 0 and worker.last_end is None and now - worker.started_at < _YOUNG


class Reporter:
    """
    A thread beside the supervisor's, so that a database that does not answer holds up neither restart nor stop.

    Owned by the supervisor. `groups` is read and `wake` called by the supervisor's thread; the rest happens here.

    Args:
        named: The only groups to work on; none is all.
        look: Tells what the supervisor sees at this moment.
        seconds: Between two rounds.

    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        machine: str,
        named: Collection[str],
        look: Callable[[], Sequence[WorkerSight]],
        *,
        seconds: float = GROUPS_SECONDS,
    ) -> None:
        self.groups: frozenset[str] = frozenset()
        self._database, self._clock, self._machine = database, clock, machine
        self._named, self._look, self._seconds = named, look, seconds
        self._failures = 0
        self._left: frozenset[str] = frozenset()
        self._settled: set[str] = set()
        self._troubles: dict[str, _Trouble] = {}
        self._woken = threading.Event()
        self._done = threading.Event()
        # A daemon: at the stop a database that hangs is not waited for.
        self._thread = threading.Thread(target=self._run, name="reporter", daemon=True)

    def start(self) -> None:
        """Begin with the rounds."""
        self._thread.start()

    def wake(self) -> None:
        """Ask for a round at once."""
        self._woken.set()

    def close(self) -> None:
        """End the rounds; this machine's workers are forgotten, if the database answers soon."""
        self._done.set()
        self._woken.set()
        self._thread.join(_LAST_WORD_SECONDS)

    def _run(self) -> None:
        while not self._done.is_set():
            self._try(self._round)
            self._woken.wait(delay_seconds(self._failures) if self._failures else self._seconds)
            self._woken.clear()
        self._try(self._sign_off)

    def _try(self, step: Callable[[Session], None]) -> None:
        try:
            with self._database.transaction() as session:
                step(session)
            self._failures = 0
        except Exception as error:  # noqa: BLE001  whatever it is, the workers go on, and it is tried again
            self._failures += 1
            log.warning("supervisor_cannot_report", error=words_of(error), times=self._failures)

    def _round(self, session: Session) -> None:
        now = self._clock.now()
        partners = feed_groups(session)
        groups = groups_to_run(partners, self._named)
        seen = [sight for sight in self._look() if sight.group in groups]
        save_workers(session, [sight.of(self._machine, now) for sight in seen])
        kept = {worker.feed_group for worker in read_workers(session) if worker.machine == self._machine}
        # A second supervisor on this machine may look after others of the groups that are there.
        gone = (self._left - groups) | (kept - set(partners.values()))
        forget_workers(session, self._machine, gone, silent_since=now - _FORGOTTEN_AFTER)
        for sight in seen:
            topics = topics_of(partner for partner, group in partners.items() if group == sight.group)
            self._alert(session, sight, topics, now)
        _resolve_forgotten(session, now)
        self._left = groups
        self.groups = groups

    def _alert(self, session: Session, sight: WorkerSight, topics: Collection[str], now: datetime) -> None:
        subject = f"{self._machine}/{sight.group}"
        if sight.ends:
            self._settled.discard(sight.group)
            trouble = self._troubles.setdefault(sight.group, _Trouble())
            trouble.note(sight.ends, [str(point) for point in unread_points(session, topics)])
            detail = {"status": sight.last_end, "times": sight.ends, "feeds": trouble.feeds}
            if raise_alert(session, AlertKind.WORKER_ENDED, subject, detail, now=now):
                log.error("alert_raised", kind=AlertKind.WORKER_ENDED.value, subject=subject, **detail)
        elif sight.is_well and sight.group not in self._settled:
            self._troubles.pop(sight.group, None)
            resolve_alert(session, AlertKind.WORKER_ENDED, subject, now=now)
            self._settled.add(sight.group)

    def _sign_off(self, session: Session) -> None:
        now = self._clock.now()
        forget_workers(session, self._machine, self._left, silent_since=now - _FORGOTTEN_AFTER)
        _resolve_forgotten(session, now)


@dataclass(slots=True)
class _Trouble:
    """The feeds at which a worker ended last: as they were seen at its end, or as soon as any was known."""

    ends: int = 0
    feeds: Sequence[str] = ()

    def note(self, ends: int, feeds: Sequence[str]) -> None:
        if ends != self.ends or not self.feeds:
            self.ends, self.feeds = ends, feeds or self.feeds


def _resolve_forgotten(session: Session, now: datetime) -> None:
    """Let the end of a worker be over once nobody is to run it any more."""
    there = {f"{worker.machine}/{worker.feed_group}" for worker in read_workers(session)}
    for alert in open_alerts(session):
        if alert.kind is AlertKind.WORKER_ENDED and alert.subject not in there:
            resolve_alert(session, alert.kind, alert.subject, now=now)
