"""The Kafka of a demonstration, by the project's own script; it needs Java, and Maven until its jars are there."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import payments_hub
from payments_hub.kernel.errors import UnavailableError

_SCRIPT = Path(payments_hub.__file__).parent.parent / "tools" / "kafka" / "broker"


class Broker:
    """
    One broker on this machine.

    Args:
        folder: Where its data are.
        shared: The var directory, which keeps the jars from one run to the next.

    """

    def __init__(self, folder: Path, shared: Path) -> None:
        self._folder = folder.resolve()
        self._jars = shared.resolve() / "kafka" / "jars"

    def missing(self) -> str | None:
        """Tell what is missing to run it, or None."""
        if not _SCRIPT.exists():
            return "its script is not installed"
        if shutil.which("java") is None:
            return "Java is not installed"
        if not self._jars.exists() and shutil.which("mvn") is None:
            return "Maven is not installed"
        return None

    def start(self) -> str:
        """
        Start it and tell its address.

        Raises:
            UnavailableError: It did not start; the message holds what it said last.

        """
        ports = {"PORT": str(free_port()), "CONTROLLER_PORT": str(free_port())}
        done = self._run("start", ports)
        if done.returncode:
            raise UnavailableError(f"Kafka did not start: {done.stderr.decode(errors='replace')[-500:]}")
        return done.stdout.decode().split()[-1]

    def stop(self) -> None:
        """Stop it, if it runs."""
        if _SCRIPT.exists() and self._folder.exists():
            self._run("stop", {})

    def make_topics(self, environment: Mapping[str, str]) -> None:
        """Make each registered partner's topic."""
        _consumers("topics", environment=environment)

    def push(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Send files of messages, each named after its partner."""
        _consumers("push", str(folder), environment=environment)

    def _run(self, action: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603 - our own script
            [str(_SCRIPT), action, str(self._folder)],
            env={**os.environ, "KAFKA_JARS": str(self._jars), **environment},
            capture_output=True,
            check=False,
        )


def _consumers(*words: str, environment: Mapping[str, str]) -> None:
    """Run one of the consumers' commands: the hub itself speaks no Kafka."""
    command = [sys.executable, "-m", "consumers", *words]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        said = done.stderr.decode(errors="replace")[-500:]
        raise UnavailableError(f"payments-consumers {words[0]} ended with status {done.returncode}: {said}")


def free_port() -> int:
    """Find a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
