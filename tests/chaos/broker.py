"""
A real Kafka with two doors: one that is always open, and one whose address leads through a proxy.

Kafka tells each client the address of the listener that it came in by, so a client of the second door stays behind the
proxy for good.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient

from consumers.topics import TOPIC_SETTINGS
from tests.support import kafka
from tests.support.ports import free_port
from tests.support.proxy import Proxy
from tests.support.repository import ROOT
from tests.support.waiting import wait_until

_JARS = ROOT / "var/kafka/jars"
_START_SECONDS = 90


@dataclass(slots=True)
class Kafka:
    """
    One node of Kafka; owned by the bench.

    Args:
        home: Holds its data and log.
        door: The proxy in front of the second listener.

    """

    home: Path
    port: int = field(default_factory=free_port)
    controller_port: int = field(default_factory=free_port)
    guarded_port: int = field(default_factory=free_port)
    door: Proxy = field(init=False)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.door = Proxy(self.guarded_port)

    @property
    def servers(self) -> str:
        """Tell the address that is always open."""
        return f"127.0.0.1:{self.port}"

    @property
    def behind_the_door(self) -> str:
        """Tell the address that leads through the proxy."""
        return f"127.0.0.1:{self.door.port}"

    @property
    def data(self) -> Path:
        """Tell where its logs are."""
        return self.home / "data"

    def prepare(self) -> None:
        """Fetch the jars if they are not there, and make the data directory."""
        self.home.mkdir(parents=True, exist_ok=True)
        if not _JARS.is_dir():
            kafka.start(self.home / "first")
            kafka.stop(self.home / "first")
        self.door.__enter__()
        lines = [f"{name}={value}" for name, value in self._properties().items()]
        (self.home / "server.properties").write_text("\n".join(lines), encoding="utf-8")
        properties = str(self.home / "server.properties")
        with (self.home / "kafka.log").open("ab") as log:
            subprocess.run(  # noqa: S603  our own words
                [*_java(), "kafka.tools.StorageTool", "format", "-t", "chaosAAAAAAAAAAAAAAAAA", "-c", properties],
                stdout=log,
                stderr=log,
                check=True,
                timeout=_START_SECONDS,
            )

    def start(self) -> None:
        """Start it, and wait until it serves."""
        with (self.home / "kafka.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  our own words
                [*_java(), "kafka.Kafka", str(self.home / "server.properties")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._serves, "Kafka serves", seconds=_START_SECONDS)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it by a signal, and wait until it is gone."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait(60)

    def close(self) -> None:
        """End it at once, and the proxy with it."""
        self.stop(signal.SIGKILL)
        self.door.__exit__()

    def make_topics(self, topics: Sequence[str], **settings: str) -> None:
        """Make topics of one partition as the product makes them."""
        configs = {**TOPIC_SETTINGS, **settings}
        with self.admin() as admin:
            admin.create_topics(
                {topic: {"num_partitions": 1, "configs": configs} for topic in topics}, wait_for_metadata=True
            )

    def admin(self) -> Admin:
        """Lend a client that administers."""
        return Admin(self.servers)

    def _serves(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise RuntimeError(f"Kafka ended at once; see {self.home / 'kafka.log'}")
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
            with self.admin() as admin:
                admin.list_topics()
        except Exception:  # noqa: BLE001  whatever the client says of a broker that is still starting
            return False
        return True

    def _properties(self) -> Mapping[str, object]:
        inside = f"CLIENT://127.0.0.1:{self.port}"
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller_port}",
            "listeners": f"{inside},DOOR://127.0.0.1:{self.guarded_port},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"{inside},DOOR://127.0.0.1:{self.door.port}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "CLIENT",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,CLIENT:PLAINTEXT,DOOR:PLAINTEXT",
            "log.dirs": self.data,
            "auto.create.topics.enable": "false",
            "broker.session.timeout.ms": 6000,
            "broker.heartbeat.interval.ms": 1000,
            "group.initial.rebalance.delay.ms": 0,
            "offsets.topic.num.partitions": 4,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.num.partitions": 4,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "log.cleaner.dedupe.buffer.size": 4_194_304,
        }


@dataclass(slots=True)
class Admin:
    """kafka-python's administrator, closed at the end of a block."""

    servers: str
    client: Any = None

    def __enter__(self) -> Any:
        self.client = KafkaAdminClient(bootstrap_servers=self.servers, bootstrap_timeout_ms=4000)
        return self.client

    def __exit__(self, *_failure: object) -> None:
        self.client.close()


def _java() -> list[str]:
    # Where it can be said, the kernel ends it if the bench is killed.
    follow = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") and os.name == "posix" else []
    return [*follow, "java", "-Xmx512m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-cp", f"{_JARS}/*"]
