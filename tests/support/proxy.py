"""A door between a program and the server it speaks to, which can be shut, slammed or slow, and which counts."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

_CHUNK = 65_536
_LOOK_SECONDS = 0.1
_COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
"""How PostgreSQL's protocol says it: a simple query, its length, the word, a zero."""

_A_BATCH_BYTES = 4_096
"""More than this before a COMMIT, and it commits a batch of records, not a sign of life."""


class Mode(StrEnum):
    """What the door does with what comes."""

    PASS = "pass"
    BLACKHOLE = "blackhole"
    RESET = "reset"
    DELAY = "delay"
    CUT_AFTER_COMMIT = "cut-after-commit"


@dataclass(slots=True)
class _Pair:
    client: socket.socket
    server: socket.socket
    sent_bytes: int = 0
    deaf: bool = False

    def end(self) -> None:
        """End both connections with a reset, so that neither side takes it for an orderly good-bye."""
        for one in (self.client, self.server):
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                one.shutdown(socket.SHUT_RDWR)
            with contextlib.suppress(OSError):
                one.close()


@dataclass(slots=True)
class Proxy:
    """
    A listener on loopback that hands everything on to a port; owned by one test, its threads end with it.

    Args:
        target: The port of the server.
        port: Where it listens; any that is free unless said.
        delay_seconds: How long each of the client's messages waits in DELAY.
        cuts: How many batches lost the answer to their COMMIT.
        resets: How many connections were reset.

    """

    target: int
    port: int = 0
    delay_seconds: float = 0.2
    mode: Mode = Mode.PASS
    cuts: int = 0
    resets: int = 0
    _pairs: list[_Pair] = field(default_factory=list)
    _listener: socket.socket = field(default_factory=socket.socket)
    _closed: bool = False

    def __enter__(self) -> Self:
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._listener.listen(64)
        self._listener.settimeout(_LOOK_SECONDS)
        threading.Thread(target=self._listen, name="proxy", daemon=True).start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._closed = True
        self._listener.close()
        self._end_all()

    def turn(self, mode: Mode) -> None:
        """Change what the door does; what was swallowed in a blackhole is lost, so its connections end with it."""
        heals = self.mode is Mode.BLACKHOLE and mode is not Mode.BLACKHOLE
        self.mode = mode
        if heals or mode is Mode.RESET:
            self._end_all()

    def _listen(self) -> None:
        while not self._closed:
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                if self.mode is Mode.RESET:
                    self._end_all()
                continue
            except OSError:
                return
            self._welcome(client)

    def _welcome(self, client: socket.socket) -> None:
        client.settimeout(None)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server = socket.socket()
        pair = _Pair(client, server)
        try:
            server.connect(("127.0.0.1", self.target))
        except OSError:
            pair.end()
            return
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.mode is Mode.RESET:
            self.resets += 1
            pair.end()
            return
        self._pairs.append(pair)
        threading.Thread(target=self._upward, args=(pair,), name="proxy up", daemon=True).start()
        threading.Thread(target=self._downward, args=(pair,), name="proxy down", daemon=True).start()

    def _upward(self, pair: _Pair) -> None:
        with contextlib.suppress(OSError):
            while some := pair.client.recv(_CHUNK):
                if self.mode is Mode.BLACKHOLE:
                    continue
                if self.mode is Mode.DELAY:
                    time.sleep(self.delay_seconds)
                pair.sent_bytes += len(some)
                if _COMMIT in some:
                    pair.deaf = self.mode is Mode.CUT_AFTER_COMMIT and pair.sent_bytes > _A_BATCH_BYTES
                    pair.sent_bytes = 0
                pair.server.sendall(some)
        self._forget(pair)

    def _downward(self, pair: _Pair) -> None:
        with contextlib.suppress(OSError):
            while some := pair.server.recv(_CHUNK):
                if pair.deaf:
                    self.cuts += 1  # the server has answered, so it has committed; nobody will hear of it
                    break
                if self.mode is not Mode.BLACKHOLE:
                    pair.client.sendall(some)
        self._forget(pair)

    def _forget(self, pair: _Pair) -> None:
        pair.end()
        with contextlib.suppress(ValueError):
            self._pairs.remove(pair)

    def _end_all(self) -> None:
        for pair in list(self._pairs):
            self.resets += 1
            self._forget(pair)


def cpu_seconds(process: int) -> float:
    """Read how long a process has computed, in its own code and in the kernel's."""
    with open(f"/proc/{process}/stat", encoding="ascii") as file:  # noqa: PTH123  a file of the kernel, read at once
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
