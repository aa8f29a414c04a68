"""A supervisor process with its workers, for tests on a real Kafka."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from payments_hub.kernel.clock import SystemClock
from payments_hub.services.partner_register import move_partner_to_group
from payments_hub.store.alerts import Alert, AlertKind, recent_alerts
from payments_hub.store.consumer_workers import ConsumerWorker, read_workers
from payments_hub.store.session import Database
from tests.support.repository import ROOT


class SupervisorProcess:
    """
    A supervisor in a process of its own; owned by one test, which ends every process of it.

    It is tests.support.supervisor, whose orders by group say how its workers differ from the product's.
    """

    def __init__(
        self, database: Database, servers: str, folder: Path, orders: Mapping[str, object] | None = None
    ) -> None:
        self.database = database
        self._seen: set[int] = set()
        self.log = folder / "supervisor.log"
        everything = {"well_seconds": 60, **(orders or {})}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603  our own program
                [sys.executable, "-W", "ignore", "-m", "tests.support.supervisor", json.dumps(everything)],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stderr=log,
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    "PAYMENTS_HUB_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
                    "PAYMENTS_HUB_VAR_DIR": str(folder / "var"),
                    "PAYMENTS_HUB_KAFKA_SERVERS": servers,
                },
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_failure: object) -> None:
        if self.process.poll() is None:
            self.children()
            self.process.kill()
        self.process.wait()
        for process in self.left_over():
            os.kill(process, signal.SIGKILL)

    def workers(self) -> Mapping[str, ConsumerWorker]:
        """Read the rows of the workers, by group."""
        with self.database.transaction() as session:
            return {worker.feed_group: worker for worker in read_workers(session)}

    def children(self) -> Sequence[int]:
        """List the processes that the supervisor has."""
        pid = self.process.pid
        found = [int(process) for process in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        self._seen.update(found)
        return found

    def left_over(self) -> Sequence[int]:
        """List the children seen so far that still run."""
        return [process for process in sorted(self._seen) if _runs(process)]

    def runs(self, *groups: str) -> bool:
        """Tell whether exactly these groups have a worker that runs."""
        return {group for group, worker in self.workers().items() if worker.memory_bytes is not None} == set(groups)

    def alerts(self) -> Sequence[Alert]:
        """Read what was said of workers that ended, newest first."""
        with self.database.transaction() as session:
            found = recent_alerts(session, at_most=100)
        return [alert for alert in found if alert.kind is AlertKind.WORKER_ENDED]


def move(database: Database, groups: Mapping[str, str]) -> None:
    """Let partners' feeds be read with those of groups."""
    with database.transaction() as session:
        for partner, group in groups.items():
            move_partner_to_group(session, partner, group, actor="command:test", now=SystemClock().now())


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][:1]
    except FileNotFoundError:
        return False
    # Who takes over orphans here may never ask how they ended.
    return state != "Z"
