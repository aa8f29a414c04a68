"""
The product's supervisor, with workers whose connection hangs once when it meets a certain record.

`python -m tests.chaos.supervised run` is `payments-consumers run` but for the command that it starts its
workers with; `work GROUP` is such a worker.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import consumers.supervising
from payments_hub.cli.environment import enter

SPIN = b"spin"
SPUN = "CHAOS_SPUN"
"""Names a file in the environment: where it is, no connection hangs any more."""


def command_of(group: str) -> tuple[str, ...]:
    """Write the command of a group's worker."""
    return (sys.executable, "-W", "ignore", "-m", "tests.chaos.supervised", "work", group)


def _work(group: str) -> None:
    from consumers.broker import KafkaBroker, Polled  # noqa: PLC0415  the supervisor loads no Kafka
    from consumers.working import read_group  # noqa: PLC0415  as above

    class SpinningBroker(KafkaBroker):
        """A connection whose poll never returns once it meets a certain record, as kafka-python's own may."""

        def poll(self, timeout_seconds: float) -> Sequence[Polled]:
            polls = KafkaBroker.poll(self, timeout_seconds)
            spun = Path(os.environ[SPUN])
            if not spun.exists() and any(record.value == SPIN for polled in polls for record in polled.records):
                spun.touch()
                while True:
                    pass
            return polls

    read_group(enter(), group, lifeline=sys.stdin.fileno(), connect=SpinningBroker)


if __name__ == "__main__":
    if sys.argv[1] == "work":
        _work(sys.argv[2])
    else:
        consumers.supervising.work_command = command_of
        consumers.supervising.run(sys.argv[2:])
