"""
A group's worker for tests, as the product's own, whose orders come as JSON in its one argument.

It may lack a codec, count as hung soon, not notice its supervisor's end, and go on with a Kafka consumer after an
exception out of its poll, which no product does: the consumer's next poll never returns.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any


def main(orders: dict[str, Any]) -> None:
    """Work by orders until the stop is asked for."""
    for module in orders.get("without", []):
        sys.modules[module] = None  # type: ignore[assignment]  # how Python marks a module that cannot be imported

    from consumers.broker import KafkaBroker, Polled  # noqa: PLC0415  after the modules above are gone
    from consumers.working import read_group  # noqa: PLC0415  as above
    from payments_hub.cli.environment import enter  # noqa: PLC0415  as above

    class StubbornBroker(KafkaBroker):
        """A connection that polls again after an exception."""

        def poll(self, timeout_seconds: float) -> Sequence[Polled]:
            try:
                return super().poll(timeout_seconds)
            except Exception:  # noqa: BLE001  what a codec raises depends on the library
                return super().poll(timeout_seconds)

    os.environ.update(orders.get("environment", {}))
    read_group(
        enter(),
        orders["group"],
        lifeline=sys.stdin.fileno() if orders.get("lifeline", True) else None,
        connect=StubbornBroker if orders.get("stubborn") else KafkaBroker,
        stall_seconds=orders.get("stall_seconds", 55),
    )


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
