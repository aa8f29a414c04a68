"""Whether bytes are those that were received, at a terminal; and one receipt shown there."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.store.session import Database
from tests.builders import PARTNER, cell
from tests.support.commands import run_command
from tests.support.hub import SmallHub, arrival, report, small_hub
from tests.support.meddling import meddle

pytestmark = pytest.mark.database

Verify = Callable[..., Result]


@pytest.fixture
def hub(database: Database) -> SmallHub:
    """Make the small hub."""
    return small_hub(database)


@pytest.fixture
def verify(hub: SmallHub, tmp_path: Path) -> Verify:
    """Lend `receipt verify` over bytes."""

    def run(content: bytes, *options: str) -> Result:
        (tmp_path / "file").write_bytes(content)
        return run_command(hub.database, tmp_path, "receipt", "verify", str(tmp_path / "file"), *options)

    return run


def test_the_bytes_that_were_received_are_proved_with_their_stored_slice(hub: SmallHub, verify: Verify) -> None:
    body = report(2_000_000)
    [receipt] = hub.send(body)
    [(event,)] = hub.rows("SELECT encode(event_sha256, 'hex') FROM slice_revision")

    told = verify(body, "--receipt", receipt.id)

    assert told.exit_code == 0
    assert "These are the bytes that were received." in told.output
    assert f"receipt {receipt.id} ACCEPTED, {PARTNER}" in told.output
    assert f"has the hashes recorded when it came:\n    event {event}" in told.output


def test_rejected_bytes_are_proved_too(hub: SmallHub, verify: Verify) -> None:
    hub.send(b"garbage")

    told = verify(b"garbage")

    assert told.exit_code == 0
    assert "REJECTED" in told.output


def test_every_delivery_of_the_same_bytes_is_named(hub: SmallHub, verify: Verify) -> None:
    body = report(2_000_000)
    first, second = hub.send(body, body)

    told = verify(body)

    assert told.exit_code == 0
    assert (first.id in told.output, second.id in told.output) == (True, True)


def test_a_receipt_of_other_bytes_is_not_proved(hub: SmallHub, verify: Verify) -> None:
    body = report(2_000_000)
    _first, other = hub.send(body, report(3_000_000, period="2026-06-10"))

    told = verify(body, "--receipt", other.id)

    assert told.exit_code == 1
    assert f"The receipt {other.id} is of other bytes: sha-256 {other.delivery.bytes_sha256}." in told.output


def test_the_same_event_in_other_bytes_is_told_apart_from_the_bytes(hub: SmallHub, verify: Verify) -> None:
    body = report(2_000_000)
    [receipt] = hub.send(body)

    told = verify(json.dumps(json.loads(body), indent=2).encode())

    assert told.exit_code == 1
    assert "but the same event" in told.output
    assert receipt.id in told.output


def test_an_event_sent_in_binary_mode_is_known_by_its_structured_form(hub: SmallHub, verify: Verify) -> None:
    event = json.loads(report(2_000_000))
    data = json.dumps(event["data"]).encode()
    headers = tuple((f"ce_{name}", str(value).encode()) for name, value in event.items() if name != "data")
    [receipt] = hub.take(arrival(data, headers=headers, content_type="application/json"))

    told = verify(json.dumps(event).encode())

    assert receipt.verdict == "ACCEPTED"
    assert "but the same event" in told.output


def test_an_id_that_was_used_for_something_else_is_told(hub: SmallHub, verify: Verify) -> None:
    body = report(2_000_000)
    hub.send(body)

    told = verify(body.replace(b"2000000", b"2000001"))

    assert told.exit_code == 1
    assert "the event's id was received for other content" in told.output


def test_the_same_content_in_another_event_is_told(hub: SmallHub, verify: Verify) -> None:
    [receipt] = hub.send(report(2_000_000))

    told = verify(report(2_000_000))

    assert told.exit_code == 1
    assert "another event brought the same content" in told.output
    assert receipt.id in told.output


@pytest.mark.parametrize("content", [b"", b"nothing like it", b"[]"], ids=["empty", "text", "empty-list"])
def test_what_never_came_is_unknown(verify: Verify, content: bytes) -> None:
    told = verify(content)

    assert told.exit_code == 1
    assert "Nothing is known of these bytes." in told.output


def test_a_file_of_lines_is_proved_line_by_line(hub: SmallHub, verify: Verify) -> None:
    bodies = [report(2_000_000, period=f"2026-06-0{day}") for day in (1, 2)]
    receipts = hub.send(*bodies)

    all_known = verify(b"\n".join(bodies) + b"\n")
    one_new = verify(b"\n".join([*bodies, report(2_000_000)]))

    assert all_known.exit_code == 0
    assert [f"message {number}: receipt {one.id}" in all_known.output for number, one in enumerate(receipts, 1)] == [
        True,
        True,
    ]
    assert one_new.exit_code == 1
    assert "message 3: not received" in one_new.output


def test_a_stored_slice_that_was_changed_is_found_out(hub: SmallHub, verify: Verify) -> None:
    body = report(2_000_000)
    hub.send(body)
    meddle(hub.database, "UPDATE slice_cell SET amount = amount + 1")

    told = verify(body)

    assert told.exit_code == 1
    assert "DOES NOT HAVE the hashes recorded when it came" in told.output


def test_a_receipt_is_shown_with_its_findings(hub: SmallHub, tmp_path: Path) -> None:
    [receipt] = hub.send(report(0, cells=[cell(instrument="CRAD")]))

    told = run_command(hub.database, tmp_path, "receipt", "show", receipt.id)
    as_json = run_command(hub.database, tmp_path, "receipt", "show", receipt.id, "--json")

    assert "E2101 error /data/cells/0/instrument: instrument is CRAD" in told.output
    assert "nearest: CARD" in told.output
    assert ReceiptV1.model_validate_json(as_json.output) == receipt


def test_a_receipt_that_is_not_there_is_said(hub: SmallHub, tmp_path: Path) -> None:
    told = run_command(hub.database, tmp_path, "receipt", "show", "01KWR3FVW054FKEJSHPR5PEQCK")

    assert told.exit_code == 2
    assert "There is no receipt 01KWR3FVW054FKEJSHPR5PEQCK." in told.output
