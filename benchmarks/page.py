"""The overview as a signed-in reader gets it from the real web server, on the simulated city's eighteen months."""

from __future__ import annotations

import sys
import time

from payments_hub.bootstrap import Hub
from payments_hub.cli.broker import free_port
from payments_hub.cli.client import HubClient
from payments_hub.cli.processes import Part, running
from payments_hub.demo.city import build_city
from payments_hub.demo.loading import load_messages, register_city
from payments_hub.demo.messages import messages
from payments_hub.domain.people import Role
from payments_hub.services.accounts import NewAccount, create_account
from payments_hub.store.rollups import drain

_USERNAME, _PASSWORD = "reader", "a reader of benchmarks"
_HEADLINE = "MERCHANT_RECEIPTS"
_WARM_UP = 20
_SLICES_A_DRAIN = 500
_START_SECONDS = 60


def load_city(hub: Hub) -> int:
    """Take the simulated city in, drain it into rollups, make a reader, and tell how many slices there were."""
    now = hub.clock.now()
    city = build_city(now)
    with hub.database.transaction() as session:
        register_city(session, city)
        create_account(session, NewAccount(_USERNAME, _PASSWORD, Role.ANALYST), now)
    verdicts = load_messages(hub.database, messages(city), clock=hub.clock)
    while True:
        with hub.database.transaction() as session:
            if not drain(session, limit=_SLICES_A_DRAIN):
                return verdicts.total()


def page_milliseconds(environment: dict[str, str], requests: int) -> list[float]:
    """Ask for the page again and again, one request after the other, and tell how long each took, in order of size."""
    port = free_port()
    surroundings = {**environment, "PAYMENTS_HUB_PORT": str(port)}
    with running([Part("web", (sys.executable, "-m", "payments_hub", "web"))], surroundings) as group:
        client = HubClient(port)
        deadline = time.monotonic() + _START_SECONDS
        while not client.is_ready():
            group.check()
            if time.monotonic() > deadline:
                raise TimeoutError(f"The web server was not ready after {_START_SECONDS} s.")
            time.sleep(0.1)
        client.sign_in(_USERNAME, _PASSWORD)
        for _ in range(_WARM_UP):
            client.headline(_HEADLINE)
        return sorted(_one(client) for _ in range(requests))


def _one(client: HubClient) -> float:
    begin = time.perf_counter()
    client.headline(_HEADLINE)
    return (time.perf_counter() - begin) * 1000
