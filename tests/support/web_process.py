"""The web server as it is started in earnest: gunicorn with its worker, in processes of their own."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from payments_hub.cli.web import WORKER, arguments
from payments_hub.kernel.settings import load_settings
from payments_hub.store.session import Database
from tests.support.commands import address_of
from tests.support.ports import free_port
from tests.support.repository import ROOT
from tests.support.waiting import wait_until


@contextmanager
def started(
    database: Database, var: Path, *, app: str | None = None, worker: str = WORKER
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """
    Run `payments-hub web` on a database until the block ends, and tell its port.

    Args:
        database: What it works on.
        var: Its var directory.
        app: Another application for the same server to run, as gunicorn names it.
        worker: Another worker to run it by.

    """
    port = free_port()
    environment = {
        **os.environ,
        "PAYMENTS_HUB_DATABASE_URL": address_of(database),
        "PAYMENTS_HUB_VAR_DIR": str(var),
        "PAYMENTS_HUB_PORT": str(port),
        "PAYMENTS_HUB_WEB_WORKERS": "1",
    }
    process = subprocess.Popen(_command(environment, app, worker), cwd=ROOT, env=environment)  # noqa: S603  our own words
    try:
        wait_until(lambda: process.poll() is not None or answers(port, "/livez") == 200, "the web process to answer")
        yield process, port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _command(environment: dict[str, str], app: str | None, worker: str) -> list[str]:
    if app is None and worker == WORKER:
        return [sys.executable, "-m", "payments_hub", "web"]
    ours = {name: value for name, value in environment.items() if name.startswith("PAYMENTS_HUB_")}
    *words, named = arguments(load_settings(ours))
    return [*(worker if word == WORKER else word for word in words), app or named]


def answers(port: int, path: str) -> int | None:
    """Ask for a page, and tell the status; None while nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()
