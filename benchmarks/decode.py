"""
How long decoding takes: cells per second and microseconds a cell, the quick way and the thorough one.

    python -m benchmarks.decode
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable
from itertools import islice, product

from payments_hub.contracts.decode import decode, decode_thoroughly
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.instruments import Initiation, Instrument

CELL_COUNTS = (1, 10, 50, 500)
CELLS_A_ROUND = 20_000
ROUNDS = 5
LIMIT_MICROSECONDS = 15.0


def message(cell_count: int) -> bytes:
    """Write a slice of so many different cells, every field filled in."""
    sectors = FLOWS["ACQ_P2M"].sector_codes
    cells = [
        {
            "instrument": instrument,
            "initiation": initiation,
            "sector": sector,
            "count": 18_230 + number,
            "amount": 5_123_400_000 + number,
            "refund_count": 112,
            "refund_amount": 31_200_000,
            "contributors": {"n": 37, "top1_bp": 1_840, "top2_bp": 960},
        }
        for number, (sector, instrument, initiation) in enumerate(
            islice(product(sectors, Instrument, Initiation), cell_count)
        )
    ]
    event = {
        "specversion": "1.0",
        "id": "01J8ZK3W7Q0000000000000000",
        "source": "urn:hp:partner:BANK-A",
        "type": "vn.haiphong.cashless.slice.v1",
        "time": "2026-07-04T02:11:09Z",
        "datacontenttype": "application/json",
        "data": {
            "flow": "ACQ_P2M",
            "site": "VN-COMMUNE-2025-07-01:11311",
            "period": "2026-07-03",
            "action": "REPLACE",
            "revision": 0,
            "finality": "FINAL",
            "currency": "VND",
            "cells": cells,
            "control": {name: sum(int(str(cell[name])) for cell in cells) for name in ("count", "amount")},
        },
    }
    return json.dumps(event, separators=(",", ":")).encode()


def microseconds(call: Callable[[bytes], object], body: bytes, cell_count: int) -> float:
    """Take the best of some rounds, in processor time a cell, so that other programs disturb it little."""
    repeats = max(1, CELLS_A_ROUND // cell_count // ROUNDS)
    best = float("inf")
    for _ in range(ROUNDS):
        begin = time.process_time()
        for _ in range(repeats):
            call(body)
        best = min(best, time.process_time() - begin)
    return best / repeats / cell_count * 1e6


def main() -> None:
    """Print one line a slice size, with the ratio to the limit."""
    gc.collect()
    gc.freeze()
    gc.disable()
    print("cells  µs/cell  the thorough way  cells/s  share of the limit (15 µs)")
    for cell_count in CELL_COUNTS:
        body = message(cell_count)
        whole = microseconds(decode, body, cell_count)
        thoroughly = microseconds(lambda each: decode_thoroughly(each, each), body, cell_count)
        ratio = whole / LIMIT_MICROSECONDS
        print(f"{cell_count:5d}  {whole:7.2f}  {thoroughly:16.2f}  {1e6 / whole:7,.0f}  {ratio:.2f}")


if __name__ == "__main__":
    main()
