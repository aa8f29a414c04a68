"""
The product's supervisor, with workers whose connection hangs twice when it meets a certain record.

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
"""Names a file in the environment: it has a byte for each connection that has hung, and after two none hangs."""

_HANGS = 2
_SHORT_STALL_SECONDS = 10.0
"""How long the second worker may hang: that the product's own time is kept was shown by the first."""


def command_of(group: str) -> tuple[str, ...]:
    """Write the command of a group's worker."""
    return (sys.executable, "-W", "ignore", "-m", "tests.chaos.supervised", "work", group)


def _work(group: str) -> None:
    from consumers.broker import KafkaBroker, Polled  # noqa: PLC0415  the supervisor loads no Kafka
    from consumers.settings import STALL_SECONDS  # noqa: PLC0415  as above
    from consumers.working import read_group  # noqa: PLC0415  as above

    spun = Path(os.environ[SPUN])
    hung = spun.stat().st_size if spun.exists() else 0

    class SpinningBroker(KafkaBroker):
        """A connection whose poll never returns once it meets a certain record, as kafka-python's own may."""

        def poll(self, timeout_seconds: float) -> Sequence[Polled]:
            polls = KafkaBroker.poll(self, timeout_seconds)
            if hung < _HANGS and any(record.value == SPIN for polled in polls for record in polled.records):
                spun.write_bytes(b"." * (hung + 1))
                while True:
                    pass
            return polls

    stall_seconds = _SHORT_STALL_SECONDS if hung else STALL_SECONDS
    read_group(enter(), group, lifeline=sys.stdin.fileno(), connect=SpinningBroker, stall_seconds=stall_seconds)


if __name__ == "__main__":
    if sys.argv[1] == "work":
        _work(sys.argv[2])
    else:
        consumers.supervising.work_command = command_of
        consumers.supervising.run(sys.argv[2:])
