"""Every scenario, the most important first: what time does not allow is left out at the end."""

from __future__ import annotations

from tests.chaos.backups import BACKUPS
from tests.chaos.bench import Scenario
from tests.chaos.clocks import CLOCKS
from tests.chaos.comings import COMINGS
from tests.chaos.disk import DISK
from tests.chaos.edges import EDGES, SLOW_BATCH
from tests.chaos.gaps import GAPS, GROWTH
from tests.chaos.network import NETWORK
from tests.chaos.outages import AWAY, SLOW
from tests.chaos.processes import PROCESSES
from tests.chaos.storms import STORMS

SCENARIOS: tuple[Scenario, ...] = (
    *STORMS,
    *EDGES,
    *GAPS,
    *AWAY,
    *NETWORK,
    *DISK,
    *GROWTH,
    *SLOW_BATCH,
    *COMINGS,
    *PROCESSES,
    *SLOW,
    *BACKUPS,
    *CLOCKS,
)
