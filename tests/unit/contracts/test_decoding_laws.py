import json
from contextlib import suppress
from typing import Any

import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from payments_hub.contracts.decode import decode
from payments_hub.contracts.hashing import canonical_event, content_sha256, event_sha256
from payments_hub.domain.cells import Contributors
from payments_hub.domain.flows import FLOWS, Dimension
from payments_hub.domain.instruments import Initiation, Instrument, Purpose
from payments_hub.kernel.ids import sha256
from payments_hub.kernel.money import LARGEST_WHOLE
from tests.builders import CARD_CELL, CASH_CELL, cell, control_of, slice_event, slice_message

WHOLE = st.integers(1, LARGEST_WHOLE // 1_000)
CODES = {
    Dimension.INSTRUMENT: st.sampled_from([code.value for code in Instrument]),
    Dimension.INITIATION: st.sampled_from([code.value for code in Initiation]),
    Dimension.PURPOSE: st.sampled_from([code.value for code in Purpose]),
}
PERIODS = {"D": "2026-07-03", "M": "2026-06", "Q": "2026-Q2"}
NOTES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Nd")), max_size=200).filter(lambda note: "@" not in note)


def hashes_of(body: bytes) -> tuple[bytes, bytes]:
    decoded = decode(body)
    assert decoded.event_sha256 is not None
    assert decoded.content_sha256 is not None
    return decoded.event_sha256, decoded.content_sha256


@st.composite
def valid_events(draw: st.DrawFn) -> dict[str, Any]:
    flow = FLOWS[draw(st.sampled_from(sorted(FLOWS)))]
    fields: dict[str, st.SearchStrategy[Any]] = {
        name: st.sampled_from(flow.sector_codes) if name is Dimension.SECTOR else CODES[name]
        for name in flow.dimensions
    }
    fields |= {name: WHOLE for name in flow.measures if not name.startswith("refund")}
    optional = {name: WHOLE for name in flow.measures if name.startswith("refund")}
    cells = draw(
        st.lists(
            st.fixed_dictionaries(fields, optional=optional | {"status": st.sampled_from("AEB")}),
            min_size=1,
            max_size=6,
            unique_by=lambda one: tuple(one[name] for name in flow.dimensions),
        )
    )
    without = [] if flow.has_amount else ["currency"]
    period = PERIODS[min(flow.frequencies)]
    return slice_event(flow=flow.code, period=period, cells=cells, note=draw(NOTES), without=without)


@given(valid_events())
def test_every_valid_slice_decodes_without_an_error(event: dict[str, Any]) -> None:
    decoded = decode(json.dumps(event).encode())

    assert [finding.code for finding in decoded.findings if finding.rejects] == []


@given(valid_events())
def test_the_canonical_event_is_rfc_8785_and_can_be_rebuilt_from_what_was_decoded(event: dict[str, Any]) -> None:
    decoded = decode(json.dumps(event).encode())

    assert decoded.event is not None
    assert decoded.event_sha256 == sha256(rfc8785.dumps(canonical_event(decoded.event)))  # type: ignore[arg-type]  # the oracle's type for JSON is closed
    assert decoded.event_sha256 == event_sha256(decoded.event)
    assert decoded.content_sha256 == content_sha256(decoded.event)


@given(valid_events(), st.data())
def test_the_order_of_fields_and_cells_white_space_and_escapes_do_not_change_the_hashes(
    event: dict[str, Any], data: st.DataObject
) -> None:
    cells = data.draw(st.permutations(event["data"]["cells"]))
    fields = dict(data.draw(st.permutations([*(event["data"] | {"cells": cells}).items()])))
    written = json.dumps(
        event | {"data": fields}, ensure_ascii=data.draw(st.booleans()), indent=data.draw(st.sampled_from([None, 2]))
    )

    assert hashes_of(json.dumps(event).encode()) == hashes_of(written.encode())


@given(st.binary(max_size=300))
def test_no_bytes_whatever_are_a_fault_of_ours(body: bytes) -> None:
    decoded = decode(body)

    assert decoded.event is None
    assert all(finding.text_vi and finding.text_en for finding in decoded.findings)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PLACES_IN_A_SLICE = st.sampled_from(
    [
        *(("data", name) for name in slice_event()["data"]),
        *(("data", "cells", 0, name) for name in CARD_CELL),
        *(("data", "cells", 0, "contributors", name) for name in ("n", "top1_bp", "top2_bp", "x")),
        *(("data", name) for name in ("note", "coverage", "contributors", "revision_reason", "unknown")),
        ("data", "cells", 0),
        ("data", "control", "count"),
        *((name,) for name in (*slice_event(), "subject", "partitionkey", "datacontenttype", "traceparent", "Bad")),
    ]
)


@settings(max_examples=300)
@given(st.lists(st.tuples(PLACES_IN_A_SLICE, JSON_VALUES), min_size=1, max_size=4))
def test_any_value_at_any_place_is_accepted_or_explained(
    changes: list[tuple[tuple[str | int, ...], Any]],
) -> None:
    event = slice_event()
    for place, value in changes:
        put(event, place, value)

    decoded = decode(json.dumps(event).encode())

    assert (decoded.event is None) == any(finding.rejects for finding in decoded.findings)


def put(event: Any, place: tuple[str | int, ...], value: Any) -> None:
    """Put a value at a place, unless an earlier change took the place away."""
    holder = event
    with suppress(KeyError, IndexError, TypeError):
        for step in place[:-1]:
            holder = holder[step]
        holder[place[-1]] = value


@given(st.lists(st.integers(1, 10**12), min_size=1, max_size=30))
def test_shares_of_real_owners_are_always_possible(amounts: list[int]) -> None:
    largest = sorted(amounts, reverse=True)
    top1 = round(largest[0] * 10_000 / sum(amounts))
    top2 = 10_000 - top1 if len(amounts) == 2 else round((*largest, 0)[1] * 10_000 / sum(amounts))

    assert Contributors(len(amounts), top1, min(top2, 10_000 - top1)).are_possible()


def test_revision_reason_and_note_are_no_content() -> None:
    first = hashes_of(slice_message())
    second = hashes_of(slice_message(revision=3, revision_reason="CORRECTION", note="nhập lại"))

    assert first[1] == second[1]
    assert first[0] != second[0]


def test_becoming_final_is_a_change_of_content() -> None:
    assert hashes_of(slice_message())[1] != hashes_of(slice_message(finality="FINAL"))[1]


def test_a_default_written_out_is_the_same_event() -> None:
    written_out = {**CASH_CELL, "status": "A", "refund_count": 0, "refund_amount": 0}

    assert hashes_of(slice_message(cells=[CASH_CELL])) == hashes_of(slice_message(cells=[written_out]))


def test_fields_for_people_brokers_and_tracing_are_not_part_of_the_event() -> None:
    described = slice_event(
        subject="POS_SALES", partitionkey="AEON-HP|x", datacontenttype="application/json", dataschema=None
    )
    traced = described | {"traceparent": "00-abc-def-01"}

    assert hashes_of(slice_message()) == hashes_of(json.dumps(traced).encode())


def test_a_note_is_kept_without_invisible_characters_in_composed_form() -> None:
    decoded = decode(slice_message(note="hai qua\u0302\u0300y\u200b"))

    assert decoded.event is not None
    assert decoded.event.note == "hai quầy"


def test_cells_come_out_in_the_order_of_their_dimensions() -> None:
    cells = [cell(instrument="OTHER"), cell(instrument="CARD", sector="I56"), cell(instrument="CARD", sector="G47")]

    decoded = decode(slice_message(cells=cells, control=control_of(cells)))

    assert decoded.event is not None
    assert [one.dimensions[0:3:2] for one in decoded.event.cells] == [
        ("CARD", "G47"),
        ("CARD", "I56"),
        ("OTHER", "G47"),
    ]
