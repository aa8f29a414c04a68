"""
A supervisor for tests, as the product's own but impatient: its orders come as JSON in its one argument.

A group's workers take the orders under its name.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from consumers.reporting import Reporter
from consumers.shutdown import Shutdown
from consumers.supervisor import Supervisor
from payments_hub.cli.environment import enter
from payments_hub.kernel.clock import SystemClock
from payments_hub.store.embedded import database_url
from payments_hub.store.session import Database


def main(orders: dict[str, Any]) -> None:
    """Run the groups' workers until SIGTERM."""
    database = Database(database_url(enter()), connections=1)
    stop, clock = Shutdown(), SystemClock()
    stop.install()

    def command(group: str) -> list[str]:
        own = {"group": group, **orders.get(group, {})}
        return [sys.executable, "-W", "ignore", "-m", "tests.support.supervised_worker", json.dumps(own)]

    supervisor = Supervisor(command, clock, stop, well_seconds=orders["well_seconds"], restart_seconds=1)
    supervisor.run(Reporter(database, clock, "test", (), supervisor.look, seconds=0.3))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
