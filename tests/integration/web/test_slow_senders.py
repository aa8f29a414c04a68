"""Senders that take their time hold every thread for a moment and no longer: the others are answered."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from payments_hub.store.session import Database
from payments_hub.web.capacity import THREADS
from tests.support.sender import new_key
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.web_process import answers, started

pytestmark = [pytest.mark.database, pytest.mark.timeout(180)]

PARTNER = "AEON-HP"
BODY = nothing_to_report(PARTNER, 1)
SLOW = THREADS + 2
IMPATIENT = "tests.support.impatient_worker.ImpatientWorker"


def head(key: str) -> bytes:
    return (
        f"POST /api/v1/slices HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
    ).encode()


@contextmanager
def dripping(port: int, first: bytes, rest: bytes) -> Iterator[socket.socket]:
    """Send a beginning at once, and the rest a byte each quarter of a second for as long as the block lasts."""
    stop = threading.Event()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(first)

        def drip() -> None:
            for number in range(len(rest)):
                if stop.wait(0.25):
                    return
                try:
                    line.sendall(rest[number : number + 1])
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            yield line
        finally:
            stop.set()
            thread.join()


@pytest.mark.parametrize("where", ["in the body", "in the headers"])
def test_slow_senders_are_cut_off_and_others_are_answered(database: Database, tmp_path: Path, where: str) -> None:
    make_small_hub(database, [PARTNER])
    whole = head(new_key(database, PARTNER)) + BODY
    cut = len(whole) - len(BODY) + 5 if where == "in the body" else 30

    with started(database, tmp_path, worker=IMPATIENT) as (_process, port), ExitStack() as stack:
        lines = [stack.enter_context(dripping(port, whole[:cut], whole[cut:])) for _ in range(SLOW)]
        other = answers(port, "/livez")
        told = [line.recv(12) for line in lines]

    assert other == 200
    assert set(told) == ({b"HTTP/1.1 400"} if where == "in the body" else {b""})
    assert verdicts(database, PARTNER) == {}


def test_a_connection_that_says_nothing_holds_no_thread_for_long(database: Database, tmp_path: Path) -> None:
    with started(database, tmp_path) as (_process, port), ExitStack() as stack:
        for _ in range(SLOW):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
        other = answers(port, "/livez")

    assert other == 200
