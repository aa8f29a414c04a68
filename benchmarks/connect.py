"""The peer: Kafka Connect with the Debezium JDBC sink, one record a row, upsert into the peer's table."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import psycopg

from benchmarks.cost import Cost, Trees
from benchmarks.feeds import Feed
from benchmarks.kafka import make_topic, producing
from benchmarks.stage import ROOT, Stage
from payments_hub.cli.broker import free_port
from payments_hub.cli.processes import Part, Running, running

_RECIPE = ROOT / "tools/kafka/connect"
_JARS = ROOT / "var/kafka/connect-jars"
_HOST = "127.0.0.1"
_HEAP = "-Xmx2g"
_START_SECONDS = 240
_PATIENCE_SECONDS = 600
_LOOK_SECONDS = 0.05
_ASK_AFTER_SECONDS = 5.0
_FLUSH_AFTER = 20_000
_COLUMNS: Mapping[str, str] = {
    **dict.fromkeys(("partner", "flow", "site", "period", "instrument", "initiation", "sector"), "string"),
    "revision": "int32",
    **dict.fromkeys(("count", "amount", "refund_count", "refund_amount"), "int64"),
    **dict.fromkeys(("contributors_n", "top1_bp", "top2_bp"), "int32"),
}
_KEY = tuple(_COLUMNS)[:8]
_SCHEMA = orjson.dumps(
    {
        "type": "struct",
        "name": "cell",
        "optional": False,
        "fields": [{"field": name, "type": kind, "optional": False} for name, kind in _COLUMNS.items()],
    }
)
_ANY = "SELECT EXISTS (SELECT FROM peer_cells)"
_HAS = f"SELECT EXISTS (SELECT FROM peer_cells WHERE ({', '.join(_KEY)}) = ({', '.join(['%s'] * len(_KEY))}))"  # noqa: S608 - this module's own names


class NoConnectError(Exception):
    """Kafka Connect cannot be run, or its sink gave up."""


@dataclass(frozen=True, slots=True)
class Connect:
    """One running Kafka Connect; lent by `connected`."""

    stage: Stage
    port: int
    process: Running

    def take_in(self, name: str, topic: str, feed: Feed) -> Cost:
        """
        Let a new sink read a topic into the empty table, and tell what Connect and the database needed for it.

        Counted is from the first row that can be seen to the last. What was done for the rows of the first batch, some
        two thousand, is not, while they are: that is in the peer's favour.
        """
        counted = Trees([process.pid for process in self.process.processes.values()]).and_of(self.stage.server)
        with psycopg.connect(self.stage.url, autocommit=True) as connection:
            self._call("PUT", f"/connectors/{name}/config", self._config(topic))
            self._wait(name, connection, _ANY, ())
            work, begin = counted.cpu_seconds(), time.perf_counter()
            self._wait(name, connection, _HAS, list(_cells(feed.rows[-1]))[-1][: len(_KEY)])
            cost = Cost(feed.cell_count, time.perf_counter() - begin, counted.cpu_seconds() - work)
        self._call("DELETE", f"/connectors/{name}")
        return cost

    def wait_until_ready(self) -> None:
        """Wait until it takes requests."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            self.process.check()
            try:
                self._call("GET", "/connectors")
            except (OSError, HTTPException, NoConnectError) as error:  # first it refuses, then it knows no such page
                if time.monotonic() > deadline:
                    raise NoConnectError(f"Kafka Connect did not answer after {_START_SECONDS} s.") from error
                time.sleep(_ASK_AFTER_SECONDS / 10)
            else:
                return

    def _wait(self, name: str, connection: psycopg.Connection[Any], question: str, values: tuple[Any, ...]) -> None:
        begin = asked = time.monotonic()
        while connection.execute(question, values).fetchone() != (True,):
            self.process.check()
            now = time.monotonic()
            if now - begin > _PATIENCE_SECONDS:
                raise NoConnectError(f"The sink was not done after {_PATIENCE_SECONDS} s.")
            if now - asked > _ASK_AFTER_SECONDS:
                self._check(name)
                asked = now
            time.sleep(_LOOK_SECONDS)

    def _check(self, name: str) -> None:
        """Make sure that the sink works: Connect itself lives on when it gave up."""
        status = orjson.loads(self._call("GET", f"/connectors/{name}/status"))
        for part in (status["connector"], *status["tasks"]):
            if part["state"] == "FAILED":
                raise NoConnectError(f"The sink gave up: {part.get('trace', 'no word')[:2000]}")

    def _config(self, topic: str) -> bytes:
        address = urlsplit(self.stage.url)
        return orjson.dumps(
            {
                **_properties(_RECIPE / "sink.properties"),
                "topics": topic,
                "connection.url": f"jdbc:postgresql://{address.hostname}:{address.port}{address.path}"
                "?reWriteBatchedInserts=true&sslmode=disable",
                "connection.username": address.username,
                "connection.password": address.password,
            }
        )

    def _call(self, method: str, path: str, body: bytes | None = None) -> bytes:
        connection = HTTPConnection(_HOST, self.port, timeout=60)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise NoConnectError(f"{method} {path}: {answer.status} {said.decode(errors='replace')[:2000]}")
        return said


@contextmanager
def connected(stage: Stage, servers: str) -> Iterator[Connect]:
    """
    Start Kafka Connect, and stop it at the end.

    Raises:
        NoConnectError: Maven is missing or could not resolve it, or it does not start.

    """
    _resolve_jars()
    folder, port = stage.folder / "connect", free_port()
    folder.mkdir(exist_ok=True)
    worker = {
        **_properties(_RECIPE / "worker.properties"),
        "bootstrap.servers": servers,
        "listeners": f"http://{_HOST}:{port}",
        "offset.storage.file.filename": str(folder / "offsets"),
    }
    written = folder / "worker.properties"
    written.write_text("".join(f"{name}={value}\n" for name, value in worker.items()), encoding="utf-8")
    logging = f"-Dlog4j2.configurationFile={_RECIPE / 'log4j2.properties'}"
    program = "org.apache.kafka.connect.cli.ConnectStandalone"
    part = Part("Kafka Connect", ("java", _HEAP, logging, "-cp", f"{_JARS}/*", program, str(written)))
    with running([part], {}) as process:
        connect = Connect(stage, port, process)
        connect.wait_until_ready()
        yield connect


def missing() -> str | None:
    """Tell what is missing to run it, or None."""
    if shutil.which("java") is None:
        return "Java is not installed"
    if not _JARS.exists() and shutil.which("mvn") is None:
        return "Maven is not installed"
    return None


def offer(servers: str, topic: str, feed: Feed) -> None:
    """Send a feed to a topic of its own, one record a row, as the sink's users send them."""
    make_topic(servers, topic)
    with producing(servers) as producer:
        for number, record in enumerate(records(feed), 1):
            producer.send(topic, record)
            if number % _FLUSH_AFTER == 0:
                producer.flush(timeout=_PATIENCE_SECONDS)
        producer.flush(timeout=_PATIENCE_SECONDS)


def records(feed: Feed) -> Iterator[bytes]:
    """Write a feed's rows as records that say their own schema."""
    for rows in feed.rows:
        for cell in _cells(rows):
            values = (
                value if kind == "string" else int(value) for value, kind in zip(cell, _COLUMNS.values(), strict=True)
            )
            payload = orjson.dumps(dict(zip(_COLUMNS, values, strict=True)))
            yield b'{"schema":' + _SCHEMA + b',"payload":' + payload + b"}"


def _cells(rows: bytes) -> Iterator[tuple[str, ...]]:
    return (tuple(line.split("\t")) for line in rows.decode().splitlines())


def _properties(path: Path) -> dict[str, str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def _resolve_jars() -> None:
    """Let Maven fetch Connect's jars, once; of two runs that begin at once one waits, and half of them never count."""
    _JARS.parent.mkdir(parents=True, exist_ok=True)
    with _JARS.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _JARS.exists():
            return
        print("Kafka Connect: Maven fetches its jars, once (73 MB)", flush=True)
        part = _JARS.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        command = [
            "mvn",
            "-q",
            "-B",
            "-Dstyle.color=never",
            "-f",
            str(_RECIPE / "pom.xml"),
            "dependency:copy-dependencies",
            f"-DoutputDirectory={part}",
        ]
        if subprocess.run(command, check=False).returncode:
            raise NoConnectError("Maven could not resolve Kafka Connect; its words are above.")
        part.rename(_JARS)
