"""I1: workers are killed, frozen and lose their database at random; every record has one receipt all the same."""

from __future__ import annotations

import signal
import threading
import time
from dataclasses import dataclass, field

from numpy.random import Generator, default_rng

from tests.chaos.bench import Bench, Hub, Scenario, compare
from tests.chaos.numbered import numbered
from tests.chaos.outcome import Outcome
from tests.chaos.worker import Worker, with_a_batch_open
from tests.support.consuming import producing

_PARTNERS = 3
_WORKERS = 4
_LEAST_KILLS = 10
_FREEZE_SECONDS = 8
_RESTART_EVERY_SECONDS = (5.0, 9.0)
_FREEZE_EVERY_SECONDS = (9.0, 14.0)
_KILL_EVERY_SECONDS = (0.5, 1.5)
_PATIENCE_SECONDS = 1.0


@dataclass(slots=True)
class _Storm:
    """The faults of one run; owned by its thread."""

    bench: Bench
    hub: Hub
    outcome: Outcome
    rng: Generator
    workers: list[Worker] = field(default_factory=list)
    frozen: dict[Worker, float] = field(default_factory=dict)
    vain: int = 0

    def begin(self) -> None:
        """Start the workers; each feed is read by more than one."""
        for number in range(_WORKERS):
            self.workers.append(self._new(number))

    def rage(self, seconds: float) -> None:
        """Break things at random for a while."""
        end = time.monotonic() + seconds
        kill_at, restart_at, freeze_at = (self._next(bounds) for bounds in self._bounds())
        while (now := time.monotonic()) < end:
            self._thaw(now)
            if now >= kill_at:
                self._kill()
                kill_at = self._next(_KILL_EVERY_SECONDS)
            if now >= restart_at:
                self._restart_the_database()
                restart_at = self._next(_RESTART_EVERY_SECONDS)
            if now >= freeze_at:
                self._freeze()
                freeze_at = self._next(_FREEZE_EVERY_SECONDS)
            self._replace_the_dead()
            time.sleep(0.05)
        self._thaw(float("inf"))

    def end(self) -> None:
        """End the workers."""
        for worker in self.workers:
            worker.kill()

    def fenced(self) -> int:
        """Count how often a worker stood back because another had stored its batch."""
        return sum(len(worker.events("batch_fenced")) for worker in self.workers)

    def _bounds(self) -> tuple[tuple[float, float], ...]:
        return _KILL_EVERY_SECONDS, _RESTART_EVERY_SECONDS, _FREEZE_EVERY_SECONDS

    def _next(self, bounds: tuple[float, float]) -> float:
        return time.monotonic() + float(self.rng.uniform(*bounds))

    def _new(self, number: int) -> Worker:
        topics = self.hub.topics
        mine = [topics[number % len(topics)], topics[(number + 1) % len(topics)]]
        return self.bench.worker(self.hub, mine)

    def _kill(self) -> None:
        """Kill a worker in the middle of a batch; how long that may take to happen is bounded."""
        end = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < end:
            busy = with_a_batch_open(self.hub.database)
            candidates = [one for one in self.workers if one.name in busy and one.alive and one not in self.frozen]
            if candidates:
                victim = candidates[int(self.rng.integers(len(candidates)))]
                if victim.kill_with_a_batch_open(self.hub.database):
                    self.outcome.faults["worker killed with a batch open"] += 1
                    return
        self.vain += 1

    def _restart_the_database(self) -> None:
        self.bench.server.fall_over()
        self.bench.server.come_back()
        self.outcome.faults["database restarted at once"] += 1

    def _freeze(self) -> None:
        candidates = [worker for worker in self.workers if worker.alive and worker not in self.frozen]
        if len(candidates) > 1:
            victim = candidates[int(self.rng.integers(len(candidates)))]
            victim.send(signal.SIGSTOP)
            self.frozen[victim] = time.monotonic() + _FREEZE_SECONDS
            self.outcome.faults["worker frozen for 8 s"] += 1

    def _thaw(self, now: float) -> None:
        for worker in [worker for worker, until in self.frozen.items() if until <= now]:
            worker.send(signal.SIGCONT)
            del self.frozen[worker]

    def _replace_the_dead(self) -> None:
        for number, worker in enumerate(self.workers[-_WORKERS:]):
            if not worker.alive:
                position = len(self.workers) - _WORKERS + number
                self.workers[position], dead = self._new(position), worker
                self.workers.insert(0, dead)


def _send_slowly(bench: Bench, hub: Hub, numbers: range, seconds: float) -> None:
    """Send every partner's records over a while, so that the faults meet them under way."""
    with producing(bench.kafka.servers, linger_ms=5) as producer:
        begun = time.monotonic()
        for number in numbers:
            for partner, topic in zip(hub.partners, hub.topics, strict=True):
                producer.send(topic, numbered(partner, number))
            ahead = begun + seconds * number / len(numbers) - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)


def _storm(seed: int | None) -> Scenario:
    def run(bench: Bench, outcome: Outcome) -> None:
        chosen = int(bench.rng.integers(1_000_000)) if seed is None else seed
        outcome.figures["seed"] = chosen
        numbers = range(bench.size(5_000, 1_000))
        seconds = bench.size(112, 25)
        with bench.hub(_PARTNERS) as hub:
            storm = _Storm(bench, hub, outcome, default_rng(chosen))
            sender = threading.Thread(target=_send_slowly, args=(bench, hub, numbers, seconds * 0.95), daemon=True)
            sender.start()
            try:
                storm.begin()
                storm.rage(seconds)
                sender.join()
                hub.wait_for(len(numbers) * _PARTNERS, seconds=90)
            finally:
                storm.end()
            found = compare(outcome, hub, numbers)
            records = len(numbers) * _PARTNERS
            outcome.expect(found.next_offset == records, f"the feeds stand at {found.next_offset}, not at {records}")
            outcome.figures |= {"fenced": storm.fenced(), "kills that met no batch": storm.vain}
        kills = outcome.faults["worker killed with a batch open"]
        outcome.expect(bench.quick or kills >= _LEAST_KILLS, f"void: only {kills} kills met a batch")
        outcome.expect(outcome.faults["database restarted at once"], "void: the database was never restarted")

    name = "I1" if seed is None else f"I1.{seed}"
    words = f"kill -9, frozen workers, database restarts, at random ({'any seed' if seed is None else seed})"
    return Scenario(name, words, 300, run, least=15_000)


STORMS = (_storm(1), _storm(2), _storm(None))
