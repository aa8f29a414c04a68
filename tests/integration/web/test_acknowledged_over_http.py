"""
What is acknowledged is stored, once, whenever the web process dies; a request under a key is answered once.

The control without a key shows what the key is for: the same bytes are judged again, as a duplicate.
"""

import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any

import orjson
import pytest

from payments_hub.store.session import Database
from payments_hub.web.api.v1.edges import Edge
from tests.support.failing_web import DONE, EDGE
from tests.support.sender import SLICES, new_key
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.waiting import wait_until
from tests.support.web_process import started

pytestmark = [pytest.mark.database, pytest.mark.timeout(180)]

PARTNER = "AEON-HP"
BODY = nothing_to_report(PARTNER, 1)
RETRIES = 50


@dataclass(frozen=True)
class Machine:
    """A partner's machine with its key, at a server of its own."""

    port: int
    key: str

    def send(self, body: bytes = BODY, name: str | None = "the-request") -> tuple[int, bytes, str | None]:
        """Send once: the status, the answer, and whether it was given before."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/cloudevents+json"}
        try:
            connection.request("POST", SLICES, body, headers | ({"Idempotency-Key": name} if name else {}))
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.getheader("Idempotency-Replayed")
        finally:
            connection.close()

    def send_until_judged(self, body: bytes = BODY, name: str | None = "the-request") -> tuple[int, bytes, str | None]:
        """Send again for as long as nobody answers, or the first try is still at work."""
        found: list[tuple[int, bytes, str | None]] = []

        def judged() -> bool:
            try:
                found.append(self.send(body, name))
            except (http.client.HTTPException, OSError):
                return False
            return found[-1][0] not in {409, 503}

        wait_until(judged, "the request to be judged")
        return found[-1]


@pytest.fixture
def key(database: Database) -> str:
    make_small_hub(database, [PARTNER])
    return new_key(database, PARTNER)


@pytest.fixture(params=list(Edge))
def edge(request: pytest.FixtureRequest) -> Edge:
    return Edge(request.param)


@pytest.fixture
def dying(
    edge: Edge, key: str, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Machine]:
    """Lend a machine whose first request kills the worker at the edge."""
    monkeypatch.setenv(EDGE, edge)
    monkeypatch.setenv(DONE, str(tmp_path / "killed"))
    with started(database, tmp_path, app="tests.support.failing_web:make_app()") as (_process, port):
        yield Machine(port, key)


def test_a_request_that_died_is_sent_again_and_stored_once(
    dying: Machine, edge: Edge, database: Database, tmp_path: Path
) -> None:
    with pytest.raises((http.client.HTTPException, OSError)):
        dying.send()
    stored = verdicts(database, PARTNER)

    status, answer, again = dying.send_until_judged()

    assert (tmp_path / "killed").exists()
    assert stored == ({} if edge is Edge.BEFORE_COMMIT else {"ACCEPTED": 1})
    assert (status, orjson.loads(answer)["verdict"]) == (201, "ACCEPTED")
    assert again == (None if edge is Edge.BEFORE_COMMIT else "true")
    assert verdicts(database, PARTNER) == {"ACCEPTED": 1}


def test_without_a_key_the_same_bytes_are_a_duplicate_of_what_was_stored(
    dying: Machine, edge: Edge, database: Database
) -> None:
    with pytest.raises((http.client.HTTPException, OSError)):
        dying.send(name=None)

    status, answer, _again = dying.send_until_judged(name=None)

    died_before = edge is Edge.BEFORE_COMMIT
    assert (status, orjson.loads(answer)["verdict"]) == ((201, "ACCEPTED") if died_before else (200, "DUPLICATE"))
    assert verdicts(database, PARTNER) == ({"ACCEPTED": 1} if died_before else {"ACCEPTED": 1, "DUPLICATE": 1})


def test_fifty_retries_at_once_are_one_delivery_and_one_answer(key: str, database: Database, tmp_path: Path) -> None:
    with started(database, tmp_path) as (_process, port):
        machine, together = Machine(port, key), Barrier(RETRIES)

        def retry(_number: int) -> Any:
            together.wait()
            return machine.send()

        with ThreadPoolExecutor(max_workers=RETRIES) as pool:
            answers = list(pool.map(retry, range(RETRIES)))
        after = machine.send()

    good = {answer for status, answer, _again in answers if status == 201}
    assert {status for status, _answer, _again in answers} <= {201, 409}
    assert good == {after[1]}
    assert (after[0], after[2]) == (201, "true")
    assert verdicts(database, PARTNER) == {"ACCEPTED": 1}


def test_a_sender_that_hangs_up_after_the_last_byte_is_stored_once(
    key: str, database: Database, tmp_path: Path
) -> None:
    with started(database, tmp_path) as (_process, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/cloudevents+json"}
        connection.request("POST", SLICES, BODY, headers)
        connection.close()
        wait_until(lambda: verdicts(database, PARTNER) != {}, "the slice to be stored")
        again = Machine(port, key).send(name=None)

    assert (again[0], orjson.loads(again[1])["verdict"]) == (200, "DUPLICATE")
    assert verdicts(database, PARTNER) == {"ACCEPTED": 1, "DUPLICATE": 1}
