import json
from contextlib import suppress
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from payments_hub.contracts.decode import decode
from payments_hub.contracts.manifest_events import canonical_manifest
from payments_hub.contracts.manifest_v1 import ManifestEvent
from payments_hub.contracts.writing import manifest_bytes
from payments_hub.domain.flows import FLOWS
from payments_hub.kernel.ids import sha256
from tests.builders import manifest_event, manifest_message, slice_message

PERIODS = {"D": "2026-07-03", "M": "2026-06", "Q": "2026-Q2"}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PLACES = st.sampled_from(
    [
        *(("data", name) for name in (*manifest_event()["data"], "site", "revision_reason", "unknown")),
        *((name,) for name in (*manifest_event(), "subject", "partitionkey", "datacontenttype", "traceparent", "Bad")),
    ]
)


def manifest_of(body: bytes) -> ManifestEvent:
    manifest = decode(body).manifest
    assert manifest is not None
    return manifest


def of_flow(code: str) -> bytes:
    without = [] if FLOWS[code].has_amount else ["currency", "amount"]
    return manifest_message(flow=code, period=PERIODS[min(FLOWS[code].frequencies)], without=without)


@pytest.mark.parametrize("flow", sorted(FLOWS))
def test_a_manifest_of_any_flow_is_decoded_and_is_no_slice(flow: str) -> None:
    decoded = decode(of_flow(flow))

    assert decoded.findings == ()
    assert decoded.event is None
    assert decoded.manifest is not None
    assert (decoded.key.flow, decoded.key.site, decoded.key.revision) == (flow, None, "0")


def test_a_slice_is_no_manifest() -> None:
    assert decode(slice_message()).manifest is None


@pytest.mark.parametrize("flow", sorted(FLOWS))
def test_what_is_written_decodes_to_the_same_manifest(flow: str) -> None:
    manifest = manifest_of(of_flow(flow))

    again = decode(manifest_bytes(manifest))

    assert again.manifest == manifest
    assert again.event_sha256 == decode(of_flow(flow)).event_sha256


def test_the_canonical_manifest_is_rfc_8785() -> None:
    decoded = decode(manifest_message())

    assert decoded.event_sha256 == sha256(rfc8785.dumps(canonical_manifest(manifest_of(manifest_message()))))  # type: ignore[arg-type]  # the oracle's type for JSON is closed


def test_the_revision_is_no_content_and_anything_else_is() -> None:
    first, second = decode(manifest_message()), decode(manifest_message(revision=3))
    other = decode(manifest_message(slices=2))

    assert first.content_sha256 == second.content_sha256 != other.content_sha256
    assert first.event_sha256 != second.event_sha256


def test_white_space_the_order_of_fields_and_descriptions_do_not_change_the_hash() -> None:
    event = manifest_event(subject="x", partitionkey="y") | {"traceparent": "00-abc-def-01"}
    written = json.dumps({name: event[name] for name in reversed(list(event))}, indent=2).encode()

    assert decode(written).event_sha256 == decode(manifest_message()).event_sha256


def test_in_binary_mode_it_is_the_same_manifest() -> None:
    event = manifest_event()
    headers = [(f"ce_{name}", str(event[name]).encode()) for name in ("specversion", "id", "source", "type", "time")]

    decoded = decode(json.dumps(event["data"]).encode(), headers=headers, content_type="application/json")

    assert decoded.event_sha256 == decode(manifest_message()).event_sha256


def test_an_unknown_type_is_compared_with_both_that_the_hub_reads() -> None:
    (finding,) = decode(manifest_message(type="vn.haiphong.cashless.manifests.v1")).findings

    assert finding.suggestion == "vn.haiphong.cashless.manifest.v1"
    assert len(finding.allowed) == 2


def test_an_unknown_field_gets_the_nearest_of_a_manifests_own() -> None:
    (finding,) = decode(manifest_message(slice=1)).findings

    assert (finding.code, finding.pointer, finding.suggestion) == ("E2003", "/data/slice", "slices")


@settings(max_examples=300)
@given(st.lists(st.tuples(PLACES, JSON_VALUES), min_size=1, max_size=4))
def test_any_value_at_any_place_is_accepted_or_explained(changes: list[tuple[tuple[str, ...], Any]]) -> None:
    event = manifest_event()
    for place, value in changes:
        with suppress(KeyError, TypeError):
            holder = event if len(place) == 1 else event["data"]
            holder[place[-1]] = value

    decoded = decode(json.dumps(event).encode())

    assert (decoded.manifest is None) == any(finding.rejects for finding in decoded.findings)
