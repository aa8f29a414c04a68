import json
import re
from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments_hub.contracts.decode import decode, decode_thoroughly
from payments_hub.contracts.quick_slices import read_quickly
from payments_hub.domain.flows import FLOWS, Dimension, Flow
from payments_hub.domain.instruments import Initiation, Instrument, Purpose
from payments_hub.kernel.money import LARGEST_WHOLE
from tests.builders import CARD_CELL, CASH_CELL, cell, slice_event

PERIODS = {"D": "2026-07-03", "M": "2026-06", "Q": "2026-Q2"}
CODES: dict[str, tuple[str, ...]] = {
    Dimension.INSTRUMENT: tuple(Instrument),
    Dimension.INITIATION: tuple(Initiation),
    Dimension.PURPOSE: tuple(Purpose),
}
OWNERS = {"n": 37, "top1_bp": 1_840, "top2_bp": 960}
ODD_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, 0, -0, 1, -1, 1.0, 0.0, 1.5, LARGEST_WHOLE, LARGEST_WHOLE + 1, 10_000, 10_001, 2**31),
        *("", "A", "E", "M", "x", "CARD", "QR", "G47", "VND", "INR", "REPLACE", "NIL", "DELETE", "FINAL", "CORRECTION"),
        *(
            "a:b",
            'a"b',
            'a": 1',
            "hai quầy",
            "a\u200bb",
            "a\u0085b",
            "a\nb",
            "\\",
            "é" * 200,
            "x" * 201,
            "gọi 0912345678",
        ),
        *("2026-07-03", "2026-07", "2026-02-30", "2026-Q3", "2026", "1999-01-01", "2026-07-03\n"),
        *("2026-07-04T02:11:09Z", "2026-07-04t02:11:09.123+07:00", "2026-07-04T25:00:00Z", "2026-07-04T02:11:09"),
        *("application/json", "application/json; charset=utf-8", "urn:hp:schema:slice:1.0.0", "text/plain"),
        *([], {}, [{}], OWNERS, {**OWNERS, "n": 1}, {"n": 2, "top1_bp": 6_000, "top2_bp": 4_000}),
        *({"n": 0, "top1_bp": 0, "top2_bp": 0}, {"reporting": 3, "total": 4}, {"reporting": 5, "total": 4}),
        *({"count": 1}, {"count": 27_241, "amount": 7_025_400_000}),
    ]
)
PLACES = st.sampled_from(
    [
        *((name,) for name in (*slice_event(), "subject", "partitionkey", "datacontenttype", "dataschema", "other")),
        *(("data", name) for name in (*slice_event()["data"], "note", "coverage", "contributors", "revision_reason")),
        *(
            ("data", "cells", which, name)
            for which in (0, 1)
            for name in (*CARD_CELL, "status", "initiation", "purpose")
        ),
        *(("data", "cells", 0, "contributors", name) for name in (*OWNERS, "other")),
        *(("data", "control", name) for name in ("count", "amount", "other")),
        *(("data", "other"), ("data", "cells", 0), ("data", "cells", 0, "other")),
    ]
)


def plain_event(flow: Flow, cells: int = 3, **more: Any) -> dict[str, Any]:
    """Write a slice that keeps every rule of its flow and deserves no remark."""
    lists = {name: flow.sector_codes if name == Dimension.SECTOR else CODES[name] for name in flow.dimensions}
    figures = {"count": 100, "amount": 20_000_000, "refund_count": 1, "refund_amount": 200_000}
    made = [
        {name: codes[number % len(codes)] if name == flow.dimensions[0] else codes[0] for name, codes in lists.items()}
        | {name: figures[name] for name in flow.measures}
        | {"contributors": OWNERS}
        for number in range(cells)
    ]
    without = [] if flow.has_amount else ["currency"]
    return slice_event(flow=flow.code, period=PERIODS[min(flow.frequencies)], cells=made, without=without, **more)


def same(text: bytes) -> bool:
    """Tell whether the quick way was taken; hold it against the thorough one where it was."""
    quick = read_quickly(text)
    if quick is not None:
        thorough = decode_thoroughly(text, text)
        assert thorough.findings == ()
        assert quick.event == thorough.event
        assert (*quick.hashes,) == (thorough.event_sha256, thorough.content_sha256, thorough.cells_sha256)
        assert decode(text) == thorough
    return quick is not None


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_a_plain_slice_of_every_flow_is_read_the_quick_way(flow: Flow) -> None:
    told: dict[str, Any] = {
        "note": "hai quầy",
        "revision": 1,
        "revision_reason": "LATE_DATA",
        "coverage": {"reporting": 3, "total": 4},
    }
    written = json.dumps(
        plain_event(flow, subject="a", dataschema=None, contributors=OWNERS, **told), ensure_ascii=False
    )

    assert same(json.dumps(plain_event(flow)).encode())
    assert same(written.encode())


def test_what_a_cell_leaves_out_is_filled_in_alike() -> None:
    cells = [cell(instrument="OTHER"), {**CASH_CELL, "status": "E"}, {**CARD_CELL, "status": "A"}]

    assert same(json.dumps(slice_event(cells=cells)).encode())


CARD, CASH = dict(CARD_CELL), dict(CASH_CELL)
SUMS = {"count": 27_241, "amount": 7_025_400_000}
NOT_PLAIN: Mapping[str, dict[str, Any]] = {
    "count is not the control's": {"control": SUMS | {"count": 27_242}},
    "amount is not the control's": {"control": SUMS | {"amount": 7_025_400_001}},
    "revision without a reason": {"revision": 1},
    "more report than there are": {"coverage": {"reporting": 5, "total": 4}},
    "another frequency": {"period": "2026-07"},
    "no day of the calendar": {"period": "2026-02-30"},
    "no hour of the day": {"time": "2026-07-04T25:11:09Z"},
    "no zone": {"time": "2026-07-04T02:11:09"},
    "a telephone number": {"note": "call 0912345678"},
    "a control character in a note": {"note": "a\u0085b"},
    "another content type": {"datacontenttype": "text/plain"},
    "a control character": {"subject": "a\u0085b"},
    "impossible shares of the slice": {"contributors": {"n": 5, "top1_bp": 1, "top2_bp": 1}},
    "impossible shares of a cell": {"cells": [CARD | {"contributors": {"n": 5, "top1_bp": 1, "top2_bp": 1}}, CASH]},
    "one owner with half": {"cells": [CARD | {"contributors": {"n": 1, "top1_bp": 5_000, "top2_bp": 0}}, CASH]},
    "more refunded than paid": {"cells": [CARD | {"refund_amount": 5_123_400_001}, CASH]},
    "more refunds than payments": {"cells": [CARD | {"refund_count": 18_231}, CASH]},
    "a cell twice": {"cells": [CARD, CARD]},
    "payments of nothing": {"cells": [CARD | {"amount": 0, "refund_amount": 0}, CASH]},
    "an unbelievable payment": {"cells": [CARD | {"amount": 18_230, "refund_amount": 0}, CASH]},
    "a missing figure": {"cells": [CARD | {"status": "M"}, CASH]},
    "a sector of another flow": {"cells": [CARD | {"sector": "X99"}, CASH]},
    "a dimension of another flow": {"cells": [CARD | {"initiation": "QR"}, CASH]},
    "no cell": {"cells": []},
    "an unknown field": {"total": 1},
    "a revision that no column holds": {"revision": 2**31, "revision_reason": "CORRECTION"},
}


@pytest.mark.parametrize("changes", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_what_breaks_a_rule_or_deserves_a_remark_is_left_to_the_thorough_way(changes: dict[str, Any]) -> None:
    text = json.dumps(slice_event(**changes), ensure_ascii=False).encode()

    assert read_quickly(text) is None
    assert decode(text) == decode_thoroughly(text, text)
    assert decode(text).findings


def changed(event: Any, place: tuple[str | int, ...], value: object) -> None:
    """Put a value at a place, unless an earlier change took the place away."""
    holder = event
    with suppress(KeyError, IndexError, TypeError):
        for step in place[:-1]:
            holder = holder[step]
        holder[place[-1]] = deepcopy(value)


@settings(max_examples=600)
@given(
    st.sampled_from([*FLOWS.values(), FLOWS["POS_SALES"]]),
    st.lists(st.tuples(PLACES, ODD_VALUES), max_size=2),
    st.sampled_from([None, 1]),
    st.booleans(),
)
def test_what_the_quick_way_accepts_is_what_the_thorough_one_makes_of_it(
    flow: Flow,
    changes: list[tuple[tuple[str | int, ...], object]],
    indent: int | None,
    ascii_only: bool,  # noqa: FBT001  drawn
) -> None:
    event = json.loads(json.dumps(plain_event(flow)))
    for place, value in changes:
        changed(event, place, value)

    same(json.dumps(event, indent=indent, ensure_ascii=ascii_only).encode())


@settings(max_examples=300)
@given(
    st.integers(0, 60),
    st.sampled_from(["", " ", "\n"]),
    st.sampled_from(["1", '"a"', "null", "{}", "[]", '"a:b"', r'"\u0022:"']),
    st.sampled_from(["a, b", "hai quầy"]),  # the second is written with escapes
)
def test_a_key_that_stands_twice_is_never_read_the_quick_way(which: int, space: str, value: str, note: str) -> None:
    text = json.dumps(slice_event(note=note, subject="c: d", contributors=OWNERS), separators=(",", ":"))
    keys = [*re.finditer(r'("[a-z_0-9]+"):', text)]
    key = keys[which % len(keys)]
    twice = f"{text[: key.start()]}{key[1]}{space}:{value},{text[key.start() :]}"

    assert read_quickly(text.encode()) is not None
    assert read_quickly(twice.encode()) is None
    assert "E1001" in {finding.code for finding in decode(twice.encode()).findings}


def test_colons_in_texts_hide_no_lost_key() -> None:
    text = json.dumps(slice_event(id="a:b:c", note="a:::"), ensure_ascii=False)

    assert same(text.encode())
    assert same(text.replace('"a:b:c"', r'"a\u003ab:c"').encode())
    assert read_quickly(text.replace('"id": "a:b:c"', r'"id": "x", "id": "a\u003ab:c"').encode()) is None
    assert read_quickly(text.replace('"a:b:c"', r'"a\u0022:b"').replace('"id"', '"id": 1, "id"').encode()) is None
    assert read_quickly(text.replace('"id"', '"id": "a", "id"').encode()) is None
