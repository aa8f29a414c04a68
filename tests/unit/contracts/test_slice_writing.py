from dataclasses import replace

import pytest

from payments_hub.contracts.decode import decode
from payments_hub.contracts.slice_v1 import SLICE_SCHEMA, SliceEvent
from payments_hub.contracts.writing import structured_bytes, structured_event
from tests.builders import slice_message

NO_FIGURES = ("cells", "control", "contributors", "coverage", "currency")


def event_of(body: bytes) -> SliceEvent:
    event = decode(body).event
    assert event is not None
    return event


@pytest.mark.parametrize(
    "body",
    [
        slice_message(),
        slice_message(action="NIL", without=NO_FIGURES),
        slice_message(action="DELETE", revision=1, revision_reason="CORRECTION", without=NO_FIGURES),
        slice_message(revision=2, revision_reason="LATE_DATA", note="Hai quầy gửi muộn"),
    ],
    ids=["replace", "nil", "delete", "revision"],
)
def test_what_is_written_decodes_to_the_same_event(body: bytes) -> None:
    event = replace(event_of(body), data_schema=SLICE_SCHEMA)

    again = decode(structured_bytes(event))

    assert again.event == event
    assert again.event_sha256 == decode(body).event_sha256


def test_absent_descriptions_are_left_out_rather_than_null() -> None:
    event = replace(event_of(slice_message()), subject=None, partition_key=None)

    assert None not in structured_event(event).values()
    assert {"subject", "partitionkey"}.isdisjoint(structured_event(event))
