"""
How fast the hub takes figures in, as a part of what a raw COPY does with them, and how fast its first page is.

    python -m benchmarks.run [--cells 200000] [--rounds 3] [--requests 200]

Everything is written to a database of the run's own, below a temporary folder, and stopped at the end. The same over a
real Kafka, beside a second peer, is `benchmarks.over_kafka`. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import orjson

from benchmarks import page
from benchmarks.feeds import Feed, make_feed
from benchmarks.ingest import accept_feed
from benchmarks.stage import Stage, set_up, stop_on_signals
from payments_hub.kernel.garbage import collect_on_purpose, sweep

HEADLINE_SIZE = 50
OTHER_SIZES = (10, 500)


class Comparison(NamedTuple):
    """
    One feed written by the hub and by its peer.

    Args:
        ratio: The hub's cells per second, as a part of the peer's rows per second.

    """

    ratio: float
    cells_per_second: float
    rows_per_second: float


@dataclass(frozen=True, slots=True)
class Bench:
    """One run's hub and peer."""

    stage: Stage
    rounds: int

    def compare(self, feed: Feed) -> Comparison:
        """Let peer and hub write a feed by turns, make sure that both hold the same, and keep the middle round."""
        found = []
        for _ in range(self.rounds):
            (each,) = self.stage.next_feeds(feed, 1)
            self.stage.peer.clear()
            copied, hub_seconds = self.stage.peer.copy([each]), accept_feed(self.stage.hub, each)
            self.stage.peer.check_same_sums([each])
            found.append(Comparison(copied.seconds / hub_seconds, each.cell_count / hub_seconds, copied.per_second))
            sweep()
        return sorted(found)[len(found) // 2]


def measure(folder: Path, arguments: argparse.Namespace) -> dict[str, object]:
    """Measure everything, and tell it as the last line does."""
    with set_up(folder) as stage:
        bench = Bench(stage, arguments.rounds)
        print(f"simulated city   {page.load_city(stage.hub):,} slices")
        times = page.page_milliseconds(stage.environment, arguments.requests)
        p50, p99 = (round(float(np.percentile(times, percent)), 1) for percent in (50, 99))
        print(f"overview         p50 {p50} ms, p99 {p99} ms")
        stage.register(arguments.rounds * (1 + len(OTHER_SIZES)))
        by_size = _by_size(bench, arguments.cells)
        direct = by_size[HEADLINE_SIZE]
        return {
            "direct_copy_ratio": round(direct.ratio, 3),
            "direct_cells_per_second": round(direct.cells_per_second),
            "copy_rows_per_second": round(direct.rows_per_second),
            "page_p50_ms": p50,
            "page_p99_ms": p99,
            "by_size": {
                str(size): {"ratio": round(found.ratio, 3), "cells_per_second": round(found.cells_per_second)}
                for size, found in sorted(by_size.items())
            },
        }


def _by_size(bench: Bench, cell_count: int) -> dict[int, Comparison]:
    """Call the hub in this process, as a worker would, with slices of one size and half as many cells in others."""
    collect_on_purpose()
    found = {}
    for size, cells in {HEADLINE_SIZE: cell_count, **dict.fromkeys(OTHER_SIZES, cell_count // 2)}.items():
        found[size] = bench.compare(make_feed(cells, size))
        print(
            f"direct, {size:8d} {found[size].cells_per_second:9,.0f} cells/s of {found[size].rows_per_second:9,.0f} "
            f"rows/s by COPY: {found[size].ratio:.3f}"
        )
    return found


def main() -> None:
    """Measure, and print one JSON object last."""
    parser = argparse.ArgumentParser(description="Measure the hub against a raw COPY, and its first page.")
    parser.add_argument(
        "--cells", type=int, default=200_000, help="cells of a feed of slices of 50; half of it for other sizes"
    )
    parser.add_argument("--rounds", type=int, default=3, help="feeds of each kind; the middle one counts")
    parser.add_argument("--requests", type=int, default=200, help="requests of the page")
    arguments = parser.parse_args()
    stop_on_signals()
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="payments-hub-bench-") as folder:
        result = measure(Path(folder), arguments)
    print(f"all              {time.perf_counter() - begin:.0f} s")
    print(orjson.dumps(result).decode())


if __name__ == "__main__":
    main()
