"""Feeds at full rate for minutes, into a store that grows: what a cell costs then, and what the workers hold."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path

import numpy as np

from benchmarks.cost import Cost
from benchmarks.feeds import Feed, make_feed
from benchmarks.kafka import HEADERS, Pipe, flowing, producing
from benchmarks.locks import LockWatch
from benchmarks.stage import set_up
from consumers.topics import topic_of

_SLICE_SIZE = 50
_CELLS_A_TURN = 2_000_000
_MOST_CELLS_A_SECOND = 130_000
"""For so many partners are registered; faster workers would come to the end of what is sent before the time."""

_FEWEST_CELLS_A_SECOND = 30_000
_LONGEST = 2
"""How many times as long as it should take it may, on a slow machine, before it stops with what it has."""

_EARLY = 1 / 20
_WINDOW = {"early": (0.5, 1.5), "late": (0.95, 1.05)}
_AHEAD = 8_000
_MESSAGES_A_FLUSH = 250
_LOOK_SECONDS = 1.0
_SAY_SECONDS = 30.0
_WARM_UP_SECONDS = 60.0
_STORED = "SELECT coalesce(sum(next_offset), 0)::bigint FROM feed_offset"
_CELLS = "SELECT count(*) FROM slice_cell"


class EnduranceError(Exception):
    """The long run did not do what it measures."""


@dataclass(frozen=True, slots=True)
class Goal:
    """
    How long the run lasts: until both are reached, and never longer than `_LONGEST` times what they should take.

    Args:
        cells: To be stored.

    """

    seconds: float
    cells: int

    @property
    def seconds_at_most(self) -> float:
        """Tell when it ends in any case."""
        return _LONGEST * max(self.seconds, self.cells / _FEWEST_CELLS_A_SECOND)

    @property
    def turns(self) -> int:
        """Count the feeds that may be needed."""
        return ceil(max(self.seconds * _MOST_CELLS_A_SECOND, self.cells * _WINDOW["late"][1]) / _CELLS_A_TURN)


@dataclass(frozen=True, slots=True)
class Look:
    """
    How things stood at a moment.

    Args:
        seconds: Since the beginning.
        cells: Stored by then.
        cpu_seconds: Of the workers and the database.
        resident_bytes: Of the supervisor and the workers together.
        waiting: Messages that had been sent and were not stored.

    """

    seconds: float
    cells: int
    cpu_seconds: float
    resident_bytes: int
    waiting: int


@dataclass(slots=True)
class Sender:
    """
    A thread that keeps some messages waiting for the workers, so that these never wait for it.

    Args:
        turns: Feeds that are sent together, one a worker; when they are through, the next.
        sent: How many messages it has sent.
        stored: How many the hub holds; the one who looks writes it.
        failure: What ended it, if anything did.

    """

    servers: str
    turns: Iterable[Sequence[Feed]]
    sent: int = 0
    stored: int = 0
    failure: Exception | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Send until the end is asked for, or there is no more."""
        try:
            with producing(self.servers) as producer:
                for feeds in self.turns:
                    topics = [topic_of(feed.partner) for feed in feeds]
                    for bodies in zip(*(feed.bodies for feed in feeds), strict=True):
                        for topic, body in zip(topics, bodies, strict=True):
                            producer.send(topic, body, headers=HEADERS)
                        self.sent += len(bodies)
                        if self.sent % _MESSAGES_A_FLUSH == 0:
                            producer.flush()
                            if self._waits():
                                return
        except Exception as error:  # noqa: BLE001 - a thread's one broad catch: the one who looks raises it
            self.failure = error

    def _waits(self) -> bool:
        """Wait until the workers have caught up; tell whether the end was asked for meanwhile."""
        while self.sent - self.stored > _AHEAD and not self.over.is_set():
            self.over.wait(0.05)
        return self.over.is_set()


def measure(folder: Path, goal: Goal, workers: int) -> dict[str, float]:
    """Run until the goal is reached, and tell the figures."""
    with set_up(folder) as stage:
        print(f"full rate      registering partners for {goal.turns} feeds, {_CELLS_A_TURN:,} cells each", flush=True)
        stage.register(goal.turns)
        whole = make_feed(min(_CELLS_A_TURN, goal.cells), _SLICE_SIZE)
        feed = Feed(whole.partner, whole.bodies, [b""] * len(whole.bodies), whole.cell_count)
        locks = LockWatch(stage.url)
        with flowing(stage) as pipe, locks.looking():
            sender = Sender(pipe.servers, (stage.next_feeds(feed, workers) for _ in range(goal.turns)))
            looks = _watch(pipe, sender, goal)
            cells = pipe.connection.execute(_CELLS).fetchone()
        if cells is None or cells[0] < looks[-1].cells:
            raise EnduranceError(f"The hub said that it holds {looks[-1].cells} cells; it holds {cells}.")
    return {**_figures(looks, goal), "lock_waits": locks.waits, "lock_looks": locks.looks, "workers": workers}


def _watch(pipe: Pipe, sender: Sender, goal: Goal) -> list[Look]:
    """Let the sender run, and look again and again until the end."""
    thread = threading.Thread(target=sender.run, name="sender", daemon=True)
    begin, looks = time.perf_counter(), [_look(pipe, sender, 0.0)]
    thread.start()
    try:
        while not _is_over(looks[-1], goal):
            time.sleep(_LOOK_SECONDS)
            pipe.supervisor.check()
            if sender.failure is not None:
                raise EnduranceError("The sender has ended.") from sender.failure
            looks.append(_look(pipe, sender, time.perf_counter() - begin))
            if not thread.is_alive() and not looks[-1].waiting:
                break
            if looks[-1].seconds // _SAY_SECONDS > looks[-2].seconds // _SAY_SECONDS:
                _say(looks[-1])
    finally:
        sender.over.set()
        thread.join()
    return looks


def _is_over(look: Look, goal: Goal) -> bool:
    is_reached = look.seconds >= goal.seconds and look.cells >= goal.cells * _WINDOW["late"][1]
    return is_reached or look.seconds >= goal.seconds_at_most


def _look(pipe: Pipe, sender: Sender, seconds: float) -> Look:
    row = pipe.connection.execute(_STORED).fetchone()
    sender.stored = row[0] if row else 0
    return Look(
        seconds,
        sender.stored * _SLICE_SIZE,
        pipe.workers.and_of(pipe.stage.server).cpu_seconds(),
        pipe.workers.resident_bytes(),
        sender.sent - sender.stored,
    )


def _figures(looks: Sequence[Look], goal: Goal) -> dict[str, float]:
    reached = min(goal.cells, round(looks[-1].cells / _WINDOW["late"][1]))
    early, late = _cost(looks, goal.cells * _EARLY, "early"), _cost(looks, reached, "late")
    steady = [look for look in looks if look.seconds >= min(_WARM_UP_SECONDS, looks[-1].seconds / 4)]
    megabytes = [look.resident_bytes / 2**20 for look in steady]
    slope = np.polyfit([look.seconds / 60 for look in steady], megabytes, 1)[0]
    return {
        "seconds": round(looks[-1].seconds),
        "cells": looks[-1].cells,
        "cells_per_second": round(looks[-1].cells / looks[-1].seconds),
        "share_of_looks_with_messages_waiting": round(float(np.mean([look.waiting > 0 for look in steady])), 3),
        "early_cells": round(goal.cells * _EARLY),
        "early_cpu_microseconds_a_cell": round(early.cpu_microseconds, 2),
        "early_cells_per_second": round(early.per_second),
        "late_cells": reached,
        "late_cpu_microseconds_a_cell": round(late.cpu_microseconds, 2),
        "late_cells_per_second": round(late.per_second),
        "late_to_early_cost": round(late.cpu_microseconds / early.cpu_microseconds, 3),
        "memory_megabytes_first": round(megabytes[0], 1),
        "memory_megabytes_last": round(megabytes[-1], 1),
        "memory_megabytes_most": round(max(megabytes), 1),
        "memory_megabytes_a_minute": round(float(slope), 3),
    }


def _cost(looks: Sequence[Look], cells: float, window: str) -> Cost:
    """Tell what cells cost while about so many were stored."""
    least, most = (cells * edge for edge in _WINDOW[window])
    first = [look for look in looks if look.cells <= least][-1]
    last = next((look for look in looks if look.cells >= most), looks[-1])
    if first.cells == last.cells:
        raise EnduranceError(f"Nothing was stored from {least:,.0f} to {most:,.0f} cells.")
    return Cost(last.cells - first.cells, last.seconds - first.seconds, last.cpu_seconds - first.cpu_seconds)


def _say(look: Look) -> None:
    print(
        f"full rate      {look.seconds:5.0f} s: {look.cells:12,} cells, {look.resident_bytes / 2**20:6.0f} MB, "
        f"{look.waiting:,} messages waiting",
        flush=True,
    )
