"""I19: workers and partners whose clocks are a day off: the order is that of the records, never that of a clock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import text

from tests.builders import slice_message
from tests.chaos.bench import Bench, Hub, Scenario
from tests.chaos.outcome import Outcome
from tests.support.consuming import WorkerProcess, produce

_FIRST = date(2016, 1, 1)
_LIBRARIES = ("libfaketime.so.1", "libfaketimeMT.so.1")
_OFFSETS = ("+1d", "-1d", "+0d")
_TIMES = ("2026-07-06T02:11:09Z", "2026-07-04T02:11:09Z", "2026-07-05T02:11:09Z")
"""What the partner's clock said at each revision: it goes back and forth too."""

_HEADS = text(
    "SELECT count(*) FILTER (WHERE slice_head.revision = :revision AND total_amount = :amount), count(*)"
    " FROM slice_head JOIN partner ON partner.id = partner_id WHERE code = :partner"
)


def wrong_clocks(bench: Bench, outcome: Outcome) -> None:
    """Each revision of the same slices is read by a worker whose clock is another day's; the last one holds."""
    library = _library()
    if library is None:
        outcome.skipped = "faketime is not installed"
        return
    records = bench.size(400, 100)
    with bench.hub() as hub:
        for revision, offset in enumerate(_OFFSETS):
            produce(bench.kafka.servers, hub.topics[0], [_revised(hub, day, revision) for day in range(records)])
            with _clock(library, offset):
                log = bench.folder / f"clock{revision}.log"
                worker = WorkerProcess(hub.database, bench.kafka.servers, hub.topics, log, {"into_ledger": False})
            with worker:
                hub.wait_for(records * (revision + 1))
            outcome.faults["worker and partner with a clock a day off"] += offset != "+0d"
        last = len(_OFFSETS) - 1
        with hub.database.transaction() as session:
            values = {"revision": last, "amount": _amount(last), "partner": hub.partners[0]}
            right, heads = session.execute(_HEADS, values).one()
        found = hub.stored()
        outcome.sent += records * len(_OFFSETS)
        outcome.stored += found.positions
        outcome.doubled += found.deliveries - found.positions
        outcome.lost += records * len(_OFFSETS) - found.positions
        outcome.figures["slices whose last revision holds"] = f"{right} of {records}"
        outcome.expect((right, heads) == (records, records), f"{right} of {heads} slices hold their last revision")
        outcome.expect(found.accepted == records * len(_OFFSETS), f"only {found.accepted} were accepted")


def _library() -> Path | None:
    found = (path for name in _LIBRARIES for path in Path("/usr/lib").glob(f"*/faketime/{name}"))
    return next(found, None)


@contextmanager
def _clock(library: Path, offset: str) -> Iterator[None]:
    """Let processes that are started now have another clock; how long things take stays as it is."""
    added = {"LD_PRELOAD": str(library), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


def _amount(revision: int) -> int:
    return 2_000_000 + revision


def _revised(hub: Hub, number: int, revision: int) -> bytes:
    partner = hub.partners[0]
    reason = {"revision_reason": "CORRECTION"} if revision else {}
    return slice_message(
        id=f"{partner}-{number}-{revision}",
        source=f"urn:hp:partner:{partner}",
        time=_TIMES[revision],
        site=f"MALL-{number % 10 + 1:04d}",
        period=(_FIRST + timedelta(days=number // 10)).isoformat(),
        revision=revision,
        cells=[{"instrument": "CARD", "sector": "G47", "count": 100, "amount": _amount(revision)}],
        **reason,
    )


CLOCKS = (Scenario("I19", "clocks that are a day off", 120, wrong_clocks, least=1_200),)
