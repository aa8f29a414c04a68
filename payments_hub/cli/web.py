"""`payments-hub web`: serve pages and the programming interface."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

from payments_hub.cli.environment import enter
from payments_hub.kernel.settings import Settings
from payments_hub.web.capacity import THREADS

WORKER = "payments_hub.web.worker.DeadlineWorker"
METRICS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


@click.command()
def web() -> None:
    """
    Serve the pages and the programming interface until it is stopped.

    The server is gunicorn and takes this process's place, so that signals reach it. It speaks plain HTTP: on any
    address but this machine's own, let a proxy with a certificate stand before it.
    """
    settings = enter()
    environment = {**os.environ, METRICS_VARIABLE: str(_fresh_metrics(settings.var_dir))}
    os.execve(sys.executable, arguments(settings), environment)  # noqa: S606  our own program, with words of ours


def arguments(settings: Settings) -> list[str]:
    """
    Write gunicorn's command line.

    A worker that hangs is replaced after a minute; one told to stop has 20 s to answer what it began. How long a
    request may take to arrive is the worker's own matter.
    """
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    options = {
        "bind": f"{host}:{settings.port}",
        "workers": str(settings.web_workers),
        "threads": str(THREADS),
        "worker-class": WORKER,
        "timeout": "60",
        "graceful-timeout": "20",
        "log-level": "warning",
        "name": "payments-hub web",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return [sys.executable, "-m", "gunicorn", "--no-control-socket", *words, "payments_hub.web.wsgi:make_app()"]


def _fresh_metrics(var_dir: Path) -> Path:
    """Empty the folder in which the workers add up their numbers: an earlier server's are not this one's."""
    folder = var_dir.resolve() / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
