"""
How fast feeds come in from a real Kafka with everything on, beside a raw COPY and beside Kafka Connect.

    python -m benchmarks.over_kafka [--cells 200000] [--rounds 3] [--long [--minutes 10] [--millions 20]]

Everything is written to a database and a broker of the run's own, below a temporary folder, and stopped at the end.
The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import orjson

from benchmarks import connect
from benchmarks.connect import Connect, connected
from benchmarks.cost import Cost
from benchmarks.endurance import Goal, measure
from benchmarks.feeds import GROUPS, Feed, make_feed
from benchmarks.kafka import Pipe, broker_in, flowing
from benchmarks.locks import LockWatch
from benchmarks.stage import Stage, set_up, stop_on_signals

HEADLINE_SIZE = 50
OTHER_SIZES = (10, 500)
WORKERS = tuple(range(1, len(GROUPS) + 1))
"""How many workers are tried; a third would have no core of its own even if the database took none."""

_WARM_UP_SLICES = 200

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Contest:
    """Who takes part, all over one broker and one PostgreSQL."""

    stage: Stage
    pipe: Pipe
    sink: Connect
    locks: LockWatch
    rounds: int

    def warm_up(self) -> None:
        """Let everybody work a little, uncounted: no round is to pay for what is done once."""
        feed = make_feed(_WARM_UP_SLICES * HEADLINE_SIZE, HEADLINE_SIZE)
        self.pipe.send(self.stage.next_feeds(feed, len(GROUPS)))
        self.sink.offer("warm-up", feed)
        self.sink.take_in("warm-up", feed)

    def of_size(self, size: int, cell_count: int, workers: Sequence[int]) -> dict[int, Figures]:
        """Let all write slices of a size, by turns; of each figure the middle round counts, by number of workers."""
        feed, topic = make_feed(cell_count, size), f"cells-{size}"
        self.sink.offer(topic, feed)
        rounds = [self._round(feed, topic, workers) for _ in range(self.rounds)]
        return {
            number: {name: median(each[number][name] for each in rounds) for name in rounds[0][number]}
            for number in workers
        }

    def _round(self, feed: Feed, topic: str, workers: Sequence[int]) -> dict[int, Figures]:
        sink = self._by_connect(feed, topic)
        size = feed.cell_count // len(feed.bodies)
        found = {}
        for number in workers:
            feeds = self.stage.next_feeds(feed, number)
            self.stage.settle()
            with self.locks.looking():
                ours = self.pipe.send(feeds)
            # What Connect or the COPY before has left there must be the same as what the hub holds now.
            self.stage.peer.check_same_sums(feeds)
            found[number] = _figures(ours, self._by_copy(feeds), sink)
            self.stage.peer.check_same_sums(feeds)
            _say(f"slices of {size}", number, found[number])
        return found

    def _by_connect(self, feed: Feed, topic: str) -> Cost:
        self.stage.peer.clear()
        self.stage.settle()
        return self.sink.take_in(topic, feed)

    def _by_copy(self, feeds: Sequence[Feed]) -> Cost:
        self.stage.peer.clear()
        self.stage.settle()
        return self.stage.peer.copy(feeds)


def compare(folder: Path, arguments: argparse.Namespace) -> tuple[dict[str, object], int]:
    """Compare the hub with both peers; tell it as the last line does, and how many workers serve best."""
    with set_up(folder) as stage:
        stage.register(1 + arguments.rounds * (len(WORKERS) + len(OTHER_SIZES)))
        print("starting Kafka, the hub's workers and Kafka Connect", flush=True)
        with flowing(stage) as pipe, connected(stage, pipe.servers) as sink:
            contest = Contest(stage, pipe, sink, LockWatch(stage.url), arguments.rounds)
            contest.warm_up()
            tried = contest.of_size(HEADLINE_SIZE, arguments.cells, WORKERS)
            best = max(tried, key=lambda number: tried[number]["cells_per_second"])
            others = {size: contest.of_size(size, arguments.cells // 2, [best])[best] for size in OTHER_SIZES}
    one, most = tried[WORKERS[0]], tried[WORKERS[-1]]
    result = {
        **_rounded(tried[best]),
        "workers": best,
        **{str(size): _rounded(figures) for size, figures in others.items()},
        "by_workers": {str(number): _rounded(figures) for number, figures in tried.items()},
        "two_workers_cpu_ratio": round(most["cpu_microseconds_a_cell"] / one["cpu_microseconds_a_cell"], 3),
        "lock_waits": contest.locks.waits,
        "lock_looks": contest.locks.looks,
    }
    return result, best


def _figures(ours: Cost, copy: Cost, sink: Cost) -> Figures:
    """Tell the hub's figures, the peers' and the ratios: above 1 the hub is faster."""
    return {
        "copy_ratio": ours.per_second / copy.per_second,
        "copy_cpu_ratio": copy.cpu_microseconds / ours.cpu_microseconds,
        "connect_ratio": ours.per_second / sink.per_second,
        "connect_cpu_ratio": sink.cpu_microseconds / ours.cpu_microseconds,
        "cells_per_second": ours.per_second,
        "cpu_microseconds_a_cell": ours.cpu_microseconds,
        "copy_rows_per_second": copy.per_second,
        "copy_cpu_microseconds_a_row": copy.cpu_microseconds,
        "connect_rows_per_second": sink.per_second,
        "connect_cpu_microseconds_a_row": sink.cpu_microseconds,
    }


def _rounded(figures: Figures) -> dict[str, float]:
    return {
        name: round(figure) if name.endswith("_per_second") else round(figure, 3) for name, figure in figures.items()
    }


def _say(what: str, workers: int, found: Figures) -> None:
    print(
        f"{what:14s} {workers} worker(s): {found['cells_per_second']:8,.0f} cells/s, "
        f"{found['cpu_microseconds_a_cell']:5.1f} µs of CPU a cell | "
        f"COPY {found['copy_rows_per_second']:8,.0f}, {found['copy_cpu_microseconds_a_row']:4.1f} | "
        f"Connect {found['connect_rows_per_second']:7,.0f}, {found['connect_cpu_microseconds_a_row']:5.1f}",
        flush=True,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure feeds over Kafka beside a raw COPY and Kafka Connect.")
    parser.add_argument(
        "--cells", type=int, default=200_000, help="cells of a feed of slices of 50; half of it for other sizes"
    )
    parser.add_argument("--rounds", type=int, default=3, help="feeds of each kind; the middle one counts")
    parser.add_argument("--long", action="store_true", help="also run at full rate for minutes, into a growing store")
    parser.add_argument("--minutes", type=float, default=10, help="how long that is, at least")
    parser.add_argument("--millions", type=float, default=20, help="how many cells it stores, at least")
    return parser.parse_args()


def main() -> None:
    """Measure, and print one JSON object last."""
    arguments = _arguments()
    stop_on_signals()
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="payments-hub-bench-") as folder:
        missing = broker_in(Path(folder)).missing() or connect.missing()
        if missing is not None:
            packages = "openjdk-17-jre-headless and maven"
            sys.exit(f"The benchmark needs a real Kafka and Kafka Connect: {missing}. Install {packages}.")
        result, best = compare(Path(folder, "compared"), arguments)
        if arguments.long:
            goal = Goal(arguments.minutes * 60, round(arguments.millions * 1_000_000))
            result["long"] = measure(Path(folder, "long"), goal, workers=best)
    print(f"all            {time.perf_counter() - begin:.0f} s")
    print(orjson.dumps(result).decode())


if __name__ == "__main__":
    main()
