"""Hostile messages and requests through a real gunicorn: refused before us or by us, and never a fault of ours."""

import http.client
import socket
from pathlib import Path

import pytest

from payments_hub.store.session import Database
from tests.support.hostile import HOSTILE, Hostile
from tests.support.sender import SLICES, new_key
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.web_process import started

pytestmark = [pytest.mark.database, pytest.mark.timeout(180)]

PARTNER = "AEON-HP"
STATUSES = {
    "A2-empty": 422,
    "A6-header-not-utf8": 422,
    "A15-over-256-KiB": 413,
    "B24-utf-16": 422,
    "B31-nested-100000-deep": 422,
}
BODY = nothing_to_report(PARTNER, 1)
HEADERS = b"Host: hub\r\nAuthorization: Bearer %s\r\nContent-Type: application/cloudevents+json\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
CHUNKED = b"Transfer-Encoding: chunked\r\n"
REQUESTS = {
    "two lengths": LENGTH + b"Content-Length: 5\r\n",
    "length and chunks": LENGTH + CHUNKED,
    "a transfer coding unknown": b"Transfer-Encoding: gzip, chunked\r\n",
    "no chunks where chunks are due": CHUNKED,
    "a line that is cut": b"Content-Length: %d\r\n" % (len(BODY) + 1),
    "a length that is none": b"Content-Length: +5\r\n",
    "a NUL in a header": LENGTH + b"X-Nul: a\x00b\r\n",
    "a thousand headers": LENGTH + b"".join(b"X-%d: 1\r\n" % number for number in range(1_000)),
    "ten thousand headers": LENGTH + b"".join(b"X-%d: 1\r\n" % number for number in range(10_000)),
    "a header of 64 KiB": LENGTH + b"X-Long: " + b"x" * 65_536 + b"\r\n",
}
TOO_LONG = {"a thousand headers", "ten thousand headers", "a header of 64 KiB"}


def send(port: int, key: str, message: Hostile) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {name.replace("_", "-"): value or b"" for name, value in message.headers}
    stated = {"Authorization": f"Bearer {key}", "Content-Type": message.content_type or ""}
    try:
        connection.request("POST", SLICES, body=message.body, headers={**headers, **stated})
        return connection.getresponse().status
    finally:
        connection.close()


def send_raw(port: int, key: str, more: bytes) -> bytes:
    """Send a request by hand, and read the first line of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(b"POST /api/v1/slices HTTP/1.1\r\n" + HEADERS % key.encode() + more + b"\r\n" + BODY)
        line.shutdown(socket.SHUT_WR)
        return line.makefile("rb").readline()


def test_hostile_requests_are_refused_by_the_server_or_judged_by_the_hub(database: Database, tmp_path: Path) -> None:
    make_small_hub(database, [PARTNER])
    key = new_key(database, PARTNER)
    rows = [message for message in HOSTILE if message.id in STATUSES]

    with started(database, tmp_path) as (_process, port):
        judged = {message.id: send(port, key, message) for message in rows}
        refused = {name: send_raw(port, key, more)[:12] for name, more in REQUESTS.items()}
        after = send_raw(port, key, LENGTH)[:12]

    assert judged == STATUSES
    assert refused == {name: b"HTTP/1.1 431" if name in TOO_LONG else b"HTTP/1.1 400" for name in REQUESTS}
    assert after == b"HTTP/1.1 201"
    assert verdicts(database, PARTNER) == {"REJECTED": 4, "ACCEPTED": 1}
