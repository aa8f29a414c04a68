"""The same figures from fifty threads, over HTTP alone, in batches and as from Kafka: they count once, never summed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BoundedSemaphore

import numpy as np
import orjson
import pytest

from payments_hub.contracts.batches import NDJSON
from payments_hub.domain.verdicts import Transport
from payments_hub.store.figures import stored_sums
from payments_hub.store.session import Database
from payments_hub.web.api.v1.limits import BATCHES_AT_ONCE
from payments_hub.web.app import create_app
from tests.builders import NOW, PARTNER
from tests.support.hub import arrival, report, small_hub
from tests.support.sender import Sender, new_key
from tests.support.web import SettableClock, make_hub

pytestmark = [pytest.mark.database, pytest.mark.timeout(180)]

THREADS = 50
REVISIONS = [report(1_000_000 + number, revision=number) for number in range(5)]


@pytest.mark.parametrize("seed", [1, 2])
def test_fifty_threads_with_the_same_figures_by_three_ways_leave_one_view(database: Database, seed: int) -> None:
    hub = small_hub(database)
    app, key = create_app(make_hub(database, SettableClock(NOW))), new_key(database, PARTNER)
    together, room = Barrier(THREADS), BoundedSemaphore(BATCHES_AT_ONCE)

    def machine() -> Sender:
        return Sender(app.test_client(), key)

    def by_http(body: bytes) -> str:
        posted = machine().post(body)
        return str((posted.json or {})["verdict"])

    def by_batch(body: bytes) -> str:
        with room:
            posted = machine().post(body + b"\n", NDJSON)
        return str(orjson.loads(posted.data)["verdict"])

    def by_kafka(body: bytes) -> str:
        [receipt] = hub.take(arrival(body, transport=Transport.KAFKA))
        return receipt.verdict.value

    ways: list[Callable[[bytes], str]] = [by_http, by_batch, by_kafka]
    work = [(ways[number % 3], REVISIONS[number % 5]) for number in range(THREADS)]
    work = [work[place] for place in np.random.default_rng(seed).permutation(THREADS)]

    def send(one: tuple[Callable[[bytes], str], bytes]) -> str:
        together.wait()
        return one[0](one[1])

    with ThreadPoolExecutor(max_workers=THREADS) as pool:
        verdicts = list(pool.map(send, work))

    assert set(verdicts) <= {"ACCEPTED", "DUPLICATE", "SUPERSEDED"}
    assert verdicts.count("DUPLICATE") == THREADS - len(REVISIONS)
    assert hub.number("SELECT count(*) FROM delivery") == THREADS
    with database.transaction() as session:
        assert stored_sums(session) == {"POS_SALES": (10, 1_000_000 + len(REVISIONS) - 1)}
