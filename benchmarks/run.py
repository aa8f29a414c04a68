"""
How fast the hub takes figures in, as a part of what a raw COPY does with them, and how fast its first page is.

    python -m benchmarks.run [--cells 200000] [--rounds 3] [--requests 200]

Everything is written to a database and a broker of the run's own, below a temporary folder, and stopped at the end.
The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np
import orjson

from benchmarks import page
from benchmarks.feeds import Feed, make_feed, partner_code, register
from benchmarks.ingest import Peer, accept_feed
from benchmarks.kafka import flowing
from payments_hub.bootstrap import Hub, open_hub
from payments_hub.cli.broker import Broker
from payments_hub.cli.processes import prepare_own_database
from payments_hub.kernel.garbage import collect_on_purpose, sweep
from payments_hub.kernel.settings import load_settings
from payments_hub.store import embedded

HEADLINE_SIZE = 50
OTHER_SIZES = (10, 500)
WARM_UP_SLICES = 20
_ROOT = Path(__file__).parent.parent
_SEED = 20_260_701


class Comparison(NamedTuple):
    """
    One feed written by the hub and by its peer.

    Args:
        ratio: The hub's cells per second, as a part of the peer's rows per second.

    """

    ratio: float
    cells_per_second: float
    rows_per_second: float


@dataclass(slots=True)
class Bench:
    """
    One run's hub and peer; each feed is another partner's, so that nothing is a repetition.

    Args:
        url: Of the database that hub and peer share.
        environment: What the hub's processes are to find in theirs.

    """

    hub: Hub
    url: str
    environment: dict[str, str]
    rounds: int
    _numbers: Iterator[int] = field(default_factory=count)

    def compare(self, feed: Feed, take_in: Callable[[Feed], float]) -> Comparison:
        """Let peer and hub write a feed by turns, make sure that both hold the same, and keep the middle round."""
        peer = Peer(self.url)
        found = []
        for _ in range(self.rounds):
            each = self.next_partner(feed)
            copy_seconds, hub_seconds = peer.copy(each), take_in(each)
            peer.check_same_sums(each)
            found.append(
                Comparison(copy_seconds / hub_seconds, each.cell_count / hub_seconds, each.cell_count / copy_seconds)
            )
            sweep()
        return sorted(found)[len(found) // 2]

    def next_partner(self, feed: Feed) -> Feed:
        """Let a partner report a feed that has not reported yet."""
        return feed.of(partner_code(next(self._numbers)))

    def over_kafka(self, feed: Feed, folder: Path) -> Comparison | None:
        """Send a feed over a real Kafka to a real worker; None where there is none."""
        broker = Broker(folder / "kafka", _ROOT / "var")
        missing = broker.missing()
        if missing is not None:
            print(f"over Kafka       left out: {missing}")
            return None
        with flowing(broker, self.hub.database, self.environment) as pipe:
            pipe.send(self.next_partner(feed).first(WARM_UP_SLICES))
            return self.compare(feed, pipe.send)


@contextmanager
def _opened(folder: Path, rounds: int) -> Iterator[Bench]:
    """Start a database with everything registered, and stop it at the end."""
    settings = replace(load_settings({}), var_dir=folder)
    try:
        url = prepare_own_database(settings)
        environment = {
            "PAYMENTS_HUB_DATABASE_URL": url,
            "PAYMENTS_HUB_VAR_DIR": str(folder),
            "PAYMENTS_HUB_LOG_LEVEL": "warning",
        }
        hub = open_hub(replace(settings, database_url=url), application_name="benchmark", connections=2)
        try:
            Peer(url).make_table()
            yield Bench(hub, url, environment, rounds)
        finally:
            hub.close()
    finally:
        embedded.stop(folder)


def measure(folder: Path, arguments: argparse.Namespace) -> dict[str, object]:
    """Measure everything, and tell it as the last line does."""
    with _opened(folder, arguments.rounds) as bench:
        print(f"simulated city   {page.load_city(bench.hub):,} slices")
        times = page.page_milliseconds(bench.environment, arguments.requests)
        p50, p99 = (round(float(np.percentile(times, percent)), 1) for percent in (50, 99))
        print(f"overview         p50 {p50} ms, p99 {p99} ms")
        rounds = arguments.rounds * (2 + len(OTHER_SIZES)) + 1
        with bench.hub.database.transaction() as session:
            register(session, range(rounds), now=bench.hub.clock.now())
        feed = _feed(arguments.cells, HEADLINE_SIZE)
        by_size = _by_size(bench, feed)
        over_kafka = bench.over_kafka(feed, folder)
        _say(f"over Kafka, {HEADLINE_SIZE}", over_kafka)
        direct = by_size[HEADLINE_SIZE]
        return {
            "direct_copy_ratio": round(direct.ratio, 3),
            "kafka_copy_ratio": over_kafka and round(over_kafka.ratio, 3),
            "direct_cells_per_second": round(direct.cells_per_second),
            "kafka_cells_per_second": over_kafka and round(over_kafka.cells_per_second),
            "copy_rows_per_second": round(direct.rows_per_second),
            "page_p50_ms": p50,
            "page_p99_ms": p99,
            "by_size": {
                str(size): {"ratio": round(found.ratio, 3), "cells_per_second": round(found.cells_per_second)}
                for size, found in sorted(by_size.items())
            },
        }


def _by_size(bench: Bench, feed: Feed) -> dict[int, Comparison]:
    """Call the hub in this process, as a worker would, with the feed and with half as many cells in other slices."""
    collect_on_purpose()
    feeds = {HEADLINE_SIZE: feed, **{size: _feed(feed.cell_count // 2, size) for size in OTHER_SIZES}}
    found = {}
    for size, each in feeds.items():
        found[size] = bench.compare(each, lambda arriving: accept_feed(bench.hub, arriving))
        _say(f"direct, {size}", found[size])
    return found


def _feed(cell_count: int, size: int) -> Feed:
    return make_feed(cell_count, size, np.random.default_rng(_SEED))


def _say(what: str, found: Comparison | None) -> None:
    if found is not None:
        print(
            f"{what:16s} {found.cells_per_second:9,.0f} cells/s of {found.rows_per_second:9,.0f} rows/s by COPY: "
            f"{found.ratio:.3f}"
        )


def main() -> None:
    """Measure, and print one JSON object last."""
    parser = argparse.ArgumentParser(description="Measure the hub against a raw COPY, and its first page.")
    parser.add_argument(
        "--cells", type=int, default=200_000, help="cells of a feed of slices of 50; half of it for other sizes"
    )
    parser.add_argument("--rounds", type=int, default=3, help="feeds of each kind; the middle one counts")
    parser.add_argument("--requests", type=int, default=200, help="requests of the page")
    arguments = parser.parse_args()
    # So that a supervisor's stop, too, ends what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="payments-hub-bench-") as folder:
        result = measure(Path(folder), arguments)
    print(f"all              {time.perf_counter() - begin:.0f} s")
    print(orjson.dumps(result).decode())


if __name__ == "__main__":
    main()
