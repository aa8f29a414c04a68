"""Named and timed steps, so that whoever waits sees what for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(slots=True)
class Steps:
    """
    The steps of one run.

    Args:
        say: Shows a line to a person.
        seconds: How long each step took, in the order of the run.

    """

    say: Callable[[str], None]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str, what: str) -> Iterator[None]:
        """Say what begins, and how long it took once it is over."""
        self.say(f"• {what} …")
        began = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - began, 1)
        self.say(f"  {self.seconds[name]:.1f} s")
