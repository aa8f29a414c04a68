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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from typing import NamedTuple

import orjson

from benchmarks import connect
from benchmarks.connect import connected, offer
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


class Sinks(NamedTuple):
    """What Kafka Connect needed for the same rows when it had just been started, and when it had run for a while."""

    fresh: Cost
    warm: Cost


@dataclass(frozen=True, slots=True)
class Contest:
    """Who takes part, all over one broker and one PostgreSQL."""

    stage: Stage
    pipe: Pipe
    locks: LockWatch
    rounds: int
    _sinks: Iterator[int] = field(default_factory=count)

    def warm_up(self) -> None:
        """Let the workers store a little, uncounted: no round is to pay for what is done once."""
        feed = make_feed(_WARM_UP_SLICES * HEADLINE_SIZE, HEADLINE_SIZE)
        self.pipe.send(self.stage.next_feeds(feed, len(GROUPS)))

    def of_size(self, size: int, cell_count: int, workers: Sequence[int], *, connect_rounds: int) -> dict[int, Figures]:
        """
        Let all write slices of a size, by turns; of each figure the middle round counts, by number of workers.

        Kafka Connect takes its turn in the first `connect_rounds` rounds; later ones are compared with its last.
        """
        feed, topic = make_feed(cell_count, size), f"cells-{size}"
        offer(self.pipe.servers, topic, feed)
        rounds, sinks = [], None
        for number in range(self.rounds):
            if sinks is None or number < connect_rounds:
                sinks = self._by_connect(feed, topic)
            rounds.append(self._round(feed, size, workers, sinks))
        return {
            number: {name: median(each[number][name] for each in rounds) for name in rounds[0][number]}
            for number in workers
        }

    def _round(self, feed: Feed, size: int, workers: Sequence[int], sinks: Sinks) -> dict[int, Figures]:
        found = {}
        for number in workers:
            feeds = self.stage.next_feeds(feed, number)
            self.stage.settle()
            with self.locks.looking():
                ours = self.pipe.send(feeds)
            # What Connect or the COPY before has left there must be the same as what the hub holds now.
            self.stage.peer.check_same_sums(feeds)
            found[number] = _figures(ours, self._by_copy(feeds), sinks)
            self.stage.peer.check_same_sums(feeds)
            _say(f"slices of {size}", number, found[number])
        return found

    def _by_connect(self, feed: Feed, topic: str) -> Sinks:
        """Start Kafka Connect and let it take the rows in, and then once more."""
        costs = []
        with connected(self.stage, self.pipe.servers) as connect:
            for _ in range(2):
                self.stage.peer.clear()
                self.stage.settle()
                costs.append(connect.take_in(f"sink-{next(self._sinks)}", topic, feed))
        return Sinks(*costs)

    def _by_copy(self, feeds: Sequence[Feed]) -> Cost:
        self.stage.peer.clear()
        self.stage.settle()
        return self.stage.peer.copy(feeds)


def compare(folder: Path, arguments: argparse.Namespace) -> tuple[dict[str, object], int]:
    """Compare the hub with both peers; tell it as the last line does, and how many workers serve best."""
    with set_up(folder) as stage:
        stage.register(1 + arguments.rounds * (len(WORKERS) + len(OTHER_SIZES)))
        print("starting Kafka and the hub's workers", flush=True)
        with flowing(stage) as pipe:
            contest = Contest(stage, pipe, LockWatch(stage.url), arguments.rounds)
            contest.warm_up()
            print("comparing with raw COPY and Kafka Connect, which is started anew for its turns", flush=True)
            tried = contest.of_size(HEADLINE_SIZE, arguments.cells, WORKERS, connect_rounds=arguments.rounds)
            best = max(tried, key=lambda number: tried[number]["cells_per_second"])
            others = {
                size: contest.of_size(size, arguments.cells, [best], connect_rounds=1)[best] for size in OTHER_SIZES
            }
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


def _figures(ours: Cost, copy: Cost, sinks: Sinks) -> Figures:
    """Tell the hub's figures, then of each peer the ratios, above 1 if the hub is faster, and its own figures."""
    figures = {"cells_per_second": ours.per_second, "cpu_microseconds_a_cell": ours.cpu_microseconds}
    for name, peer in {"copy": copy, "connect": sinks.fresh, "connect_warm": sinks.warm}.items():
        figures[f"{name}_ratio"] = ours.per_second / peer.per_second
        figures[f"{name}_cpu_ratio"] = peer.cpu_microseconds / ours.cpu_microseconds
        figures[f"{name}_rows_per_second"] = peer.per_second
        figures[f"{name}_cpu_microseconds_a_row"] = peer.cpu_microseconds
    return figures


def _rounded(figures: Figures) -> dict[str, float]:
    return {
        name: round(figure) if name.endswith("_per_second") else round(figure, 3) for name, figure in figures.items()
    }


def _say(what: str, workers: int, found: Figures) -> None:
    print(
        f"{what:14s} {workers} worker(s): {found['cells_per_second']:8,.0f} cells/s, "
        f"{found['cpu_microseconds_a_cell']:5.1f} µs of CPU a cell | "
        f"COPY {found['copy_rows_per_second']:8,.0f}, {found['copy_cpu_microseconds_a_row']:4.1f} | "
        f"Connect {found['connect_rows_per_second']:7,.0f}, {found['connect_cpu_microseconds_a_row']:5.1f}, "
        f"warm {found['connect_warm_rows_per_second']:7,.0f}, {found['connect_warm_cpu_microseconds_a_row']:5.1f}",
        flush=True,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure feeds over Kafka beside a raw COPY and Kafka Connect.")
    parser.add_argument("--cells", type=int, default=200_000, help="cells of a feed")
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
