"""
A real Kafka for a run of the tests, shared by the run's processes.

It lives in the run's folder, which tests.support.postgres names; its jars stay beside the project for the next run.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support.repository import ROOT

_BROKER = ROOT / "tools/kafka/broker"
_JARS = ROOT / "var/kafka/jars"


def missing() -> str | None:
    """Name what Kafka needs and this machine has not."""
    if shutil.which("java") is None:
        return "Java"
    return None if _JARS.is_dir() or shutil.which("mvn") else "Maven"


def is_left_out() -> bool:
    """Tell whether tests that need Kafka are left out; in CI they are not, and fail."""
    return missing() is not None and not os.environ.get("CI")


def left_out() -> str | None:
    """Say in one line that Kafka is not tested, if so."""
    return (
        f"left out: the tests on a real Kafka ({missing()} is missing; tools/kafka/broker)" if is_left_out() else None
    )


def start(folder: Path, environment: Mapping[str, str] | None = None) -> str:
    """Start a folder's Kafka unless it runs, at the ports it had before if it had any, and tell its address."""
    ports = {} if (home(folder) / "server.properties").exists() else _free_ports()
    return _broker("start", folder, {**ports, **(environment or {})})


def _free_ports() -> dict[str, str]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return {"PORT": str(one.getsockname()[1]), "CONTROLLER_PORT": str(other.getsockname()[1])}


def stop(folder: Path) -> None:
    """End a folder's Kafka if it runs."""
    if home(folder).is_dir():
        _broker("stop", folder, {})


def _broker(action: str, folder: Path, environment: dict[str, str]) -> str:
    ran = subprocess.run(  # noqa: S603  our own script
        [_BROKER, action, home(folder)],
        env={**os.environ, "KAFKA_JARS": str(_JARS), **environment},
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        check=True,
        timeout=110,
    )
    return ran.stdout.strip()


def home(folder: Path) -> Path:
    """Tell where a folder's Kafka keeps what it has."""
    return folder / "kafka"
