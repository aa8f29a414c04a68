"""
The web server's worker: a request that does not arrive in time loses its thread.

A thread of gunicorn's own worker waits for the rest of a request for as long as its sender likes, so that a few senders
of a byte a second would hold every thread there is. Here the whole of a request must have arrived within a time, and an
answer must be taken away.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from gunicorn.http.errors import NoMoreData  # type: ignore[import-untyped]  # gunicorn has no types
from gunicorn.http.unreader import SocketUnreader  # type: ignore[import-untyped]  # as above
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]  # as above

REQUEST_SECONDS: Final = 20
"""From the moment a thread begins to read a request: 8 MiB in it are 420 kB/s, less than any office has."""

FIRST_BYTE_SECONDS: Final = 0.5
"""So long a thread waits on a new connection; after it, the connection waits without one, and is closed in seconds."""

ANSWER_SECONDS: Final = 20
"""So long a reader may take nothing of its answer."""


class DeadlineUnreader(SocketUnreader):  # type: ignore[misc]  # the base is untyped, as above
    """Reads one connection, each of its requests until a deadline; owned by the thread that reads it."""

    deadline: float = 0.0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """
        Read the next piece.

        Raises:
            NoMoreData: The time of the request is up; to the server and to the hub it ended before its time.

        """
        remaining = self.deadline - time.monotonic()
        if remaining <= 0:
            raise NoMoreData
        self.sock.settimeout(remaining)
        try:
            piece: bytes = super().chunk(size_hint)
        except TimeoutError:
            raise NoMoreData from None
        finally:
            self.sock.settimeout(None)
        return piece


class DeadlineWorker(ThreadWorker):  # type: ignore[misc]  # the base is untyped, as above
    """gunicorn's worker with threads, each of which reads a request until a deadline."""

    request_seconds: float = REQUEST_SECONDS

    def handle(self, conn: Any) -> Any:
        """Read a request on a connection and answer it."""
        if conn.initialized:
            conn.parser.unreader.deadline = time.monotonic() + self.request_seconds
        else:
            wait = conn.wait_for_data
            conn.wait_for_data = lambda _seconds: wait(FIRST_BYTE_SECONDS)
            conn.init = partial(_begin, conn, conn.init, self.request_seconds)
        return super().handle(conn)


def _begin(conn: Any, begin: Callable[[], None], request_seconds: float) -> None:
    """Begin a connection as the base does, with a reader that knows a deadline."""
    begin()
    if isinstance(conn.parser.unreader, DeadlineUnreader):
        return
    conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", ANSWER_SECONDS, 0))
    conn.parser.unreader = DeadlineUnreader(conn.sock)
    conn.parser.unreader.deadline = time.monotonic() + request_seconds
