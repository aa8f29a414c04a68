"""Every scenario, the most important first: what time does not allow is left out at the end."""

from __future__ import annotations

from tests.chaos.bench import Scenario
from tests.chaos.edges import EDGES
from tests.chaos.storms import STORMS

SCENARIOS: tuple[Scenario, ...] = (*STORMS, *EDGES)
