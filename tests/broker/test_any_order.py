"""
Any order of any revisions, sent over HTTP and Kafka at once, ends in the same view.

An example is one slice: some of its six possible revisions, each sent one to three times, in any order, each sending
by HTTP alone, in an HTTP batch or over Kafka. Many examples run through one broker, one worker and one web application
together, so that the ways race.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from consumers.topics import topic_of
from payments_hub.kernel.clock import SystemClock
from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.builders import CARD_CELL, empty_slice_message, slice_message
from tests.support.consuming import WorkerProcess, producing, stored_position
from tests.support.sender import new_key
from tests.support.small_hub import make_small_hub
from tests.support.waiting import wait_until
from tests.support.web import SettableClock, make_hub

pytestmark = [pytest.mark.broker, pytest.mark.database]

EXAMPLES = 250
REVISIONS = 6
FIRST_DAY = date(2024, 1, 1)
VIEW = text("""
SELECT head.start, head.revision, revision.action, head.total_amount
FROM slice_head AS head JOIN slice_revision AS revision ON revision.id = head.content_revision_id
""")
COUNTS = text("""
SELECT count(*), count(*) FILTER (WHERE verdict = 'DUPLICATE'), count(*) FILTER (WHERE verdict = 'REJECTED')
FROM receipt
""")


@dataclass(frozen=True)
class Sending:
    """One message on its way: which revision of which day, and how it goes."""

    day: date
    revision: int
    way: str


def amount_of(revision: int) -> int | None:
    """Tell what a revision says: a NIL and a DELETE are among them, and two equal ones."""
    return {0: 1_000_000, 1: 2_000_000, 2: None, 3: 3_000_000, 4: None, 5: 3_000_000}[revision]


def message(partner: str, sending: Sending) -> bytes:
    reason = {"revision_reason": "CORRECTION"} if sending.revision else {}
    named: dict[str, Any] = {
        "id": f"{sending.day}-{sending.revision}",
        "source": f"urn:hp:partner:{partner}",
        "period": f"{sending.day}",
        "revision": sending.revision,
        **reason,
    }
    amount = amount_of(sending.revision)
    if amount is None:
        return empty_slice_message("DELETE" if sending.revision == 2 else "NIL", **named)
    return slice_message(cells=[{**CARD_CELL, "amount": amount, "refund_amount": 0, "refund_count": 0}], **named)


def sendings(seed: int) -> list[Sending]:
    """Draw every example's sendings, and shuffle them all together."""
    rng = np.random.default_rng(seed)
    drawn: list[Sending] = []
    for number in range(EXAMPLES):
        chosen = rng.choice(REVISIONS, size=rng.integers(1, REVISIONS + 1), replace=False)
        for revision in np.repeat(chosen, rng.integers(1, 4, size=len(chosen))):
            way = str(rng.choice(["http", "batch", "kafka"], p=[0.1, 0.4, 0.5]))
            drawn.append(Sending(FIRST_DAY + timedelta(days=number), int(revision), way))
    return [drawn[place] for place in rng.permutation(len(drawn))]


def by_http(client: FlaskClient, key: str, bodies: Sequence[bytes], *, batch: bool) -> None:
    headers = {"Authorization": f"Bearer {key}"}
    kind = "application/x-ndjson" if batch else "application/cloudevents+json"
    answer = client.post("/api/v1/slices", data=b"\n".join(bodies), content_type=kind, headers=headers)
    assert answer.status_code in {200, 201}


def in_parts(bodies: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    return (bodies[start : start + size] for start in range(0, len(bodies), size))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_order_over_http_and_kafka_ends_in_the_same_view(
    seed: int, broker: str, new_partner: Callable[..., str], database: Database, tmp_path: Path
) -> None:
    partner = new_partner()
    make_small_hub(database, [partner])
    client = create_app(make_hub(database, SettableClock(SystemClock().now()))).test_client()
    key, sent = new_key(database, partner), sendings(seed)
    ways = {way: [message(partner, one) for one in sent if one.way == way] for way in ("http", "batch", "kafka")}

    with WorkerProcess(database, broker, [topic_of(partner)], tmp_path / "worker.log", {"into_ledger": False}):
        with producing(broker, linger_ms=1) as producer, ThreadPoolExecutor(2) as pool:
            singly = pool.map(lambda body: by_http(client, key, [body], batch=False), ways["http"])
            together = pool.map(lambda part: by_http(client, key, part, batch=True), in_parts(ways["batch"], 7))
            for body in ways["kafka"]:
                producer.send(topic_of(partner), body)
            assert len([*singly, *together]) >= len(ways["http"])
        wait_until(lambda: stored_position(database, topic_of(partner)) == len(ways["kafka"]), "all of Kafka is read")

    highest = {one.day: max(other.revision for other in sent if other.day == one.day) for one in sent}
    with database.transaction() as session:
        shown = {row[0]: row[1] for row in session.execute(VIEW)}
        amounts = {row[0]: row[3] for row in session.execute(VIEW)}
        deliveries, repeats, rejected = session.execute(COUNTS).one()
    assert shown == highest
    assert amounts == {day: amount_of(revision) for day, revision in highest.items()}
    assert (deliveries, rejected) == (len(sent), 0)
    assert repeats == len(sent) - len({(one.day, one.revision) for one in sent})
    told = ", ".join(f"{len(bodies)} by {way}" for way, bodies in ways.items())
    sys.stdout.write(f"seed {seed}: {EXAMPLES} slices, {len(sent)} messages: {told}\n")
