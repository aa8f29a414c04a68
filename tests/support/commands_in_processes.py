"""The hub's commands as processes of their own, for as long as a test needs them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

from tests.support.repository import ROOT
from tests.support.waiting import wait_until


def run_until(holds: Callable[[], bool], environment: dict[str, str], subcommand: str) -> int:
    """Run a command of the consumers until something holds, ask it to stop, and tell its exit status."""
    command = [sys.executable, "-W", "ignore", "-c", "from consumers.cli import main; main()", subcommand]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **environment}) as process:  # noqa: S603  our own words
        try:
            wait_until(holds, f"payments-consumers {subcommand} has done its work")
        finally:
            process.terminate()
        return process.wait(10)
