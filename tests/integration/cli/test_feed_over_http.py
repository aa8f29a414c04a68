"""The demonstration's feed over HTTP: in batches, in each partner's order, waiting where it is told to."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from payments_hub.cli.client import batches_of, send_feed
from payments_hub.contracts.batches import MAX_BATCH_BYTES, split_lines
from payments_hub.demo.messages import Message
from payments_hub.demo.slices import SliceKey
from payments_hub.demo.stories import Step
from payments_hub.kernel.periods import Period
from payments_hub.store.session import Database
from tests.builders import MALL, NOW, PARTNER
from tests.support.hub import RIVAL, report, small_hub
from tests.support.sender import new_key
from tests.support.web_process import started

pytestmark = [pytest.mark.database, pytest.mark.timeout(180)]


def message(partner: str, day: str) -> Message:
    body = report(1_000_000, partner=partner, period=day)
    return Message(
        partner, "POS_SALES", SliceKey(partner, "POS_SALES", MALL, Period.parse(day)), Step.FIRST, "", 0, NOW, body
    )


def test_every_message_is_sent_and_judged(database: Database, tmp_path: Path) -> None:
    hub = small_hub(database)
    days = [f"{date(2024, 1, 1) + timedelta(days=number)}" for number in range(600)]
    sent = [message(partner, day) for partner in (PARTNER, RIVAL) for day in days]
    keys = {partner: new_key(database, partner) for partner in (PARTNER, RIVAL)}

    with started(database, tmp_path) as (_process, port):
        send_feed(port, keys, sent)

    assert hub.rows("SELECT verdict, count(*) FROM receipt GROUP BY verdict") == [("ACCEPTED", len(sent))]
    assert hub.number("SELECT count(DISTINCT split_part(position, ':', 1)) FROM delivery") == 4


def test_a_batch_stays_within_its_bytes() -> None:
    bodies = [b"x" * 262_000] * 100

    batches = list(batches_of(bodies))

    assert max(map(len, batches)) <= MAX_BATCH_BYTES
    assert sum(len(parts) for parts in map(split_lines, batches) if isinstance(parts, list)) == len(bodies)
