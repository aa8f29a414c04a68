"""Slices and manifests of one period in any order, in any batches: they end in the same state."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from payments_hub.domain.manifests import ManifestState
from tests.support.hub import MARKET, SmallHub, arrival, manifest, nothing, report, small_hub
from tests.support.postgres import Server

pytestmark = pytest.mark.database

FIRST_DAY = date(2026, 1, 1)
ORDERS_AN_EXAMPLE = 12
HOLDING = {
    "outdated": (2, ManifestState.OUTDATED),
    "a newer one matches": (3, ManifestState.MATCHES),
}
STATES = "SELECT start, state, revision, received_slices, received_count, received_amount FROM manifest_state"


def messages(day: date, manifests: int) -> list[bytes]:
    """Write what one day is about: two slices, each revised once, and up to three manifests, made hour by hour."""
    times = [f"2026-07-04T0{hour}:00:00Z" for hour in range(8)]
    named: dict[str, Any] = {"period": day.isoformat()}
    return [
        report(10_000_000, time=times[0], **named),
        nothing(site=MARKET, time=times[1], **named),
        report(20_000_000, revision=1, site=MARKET, time=times[3], **named),
        report(11_000_000, revision=1, time=times[5], **named),
        *(
            manifest(2, 30_000_000, time=times[2], **named),
            manifest(2, 30_000_000, count=20, revision=1, time=times[4], **named),
            manifest(2, 31_000_000, revision=2, time=times[6], **named),
        )[:manifests],
    ]


@pytest.mark.parametrize(("manifests", "expected"), HOLDING.values(), ids=list(HOLDING))
@given(data=st.data())
@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.generate])  # to shrink would take minutes
def test_any_order_of_slices_and_manifests_ends_in_the_same_state(
    postgres_server: Server, manifests: int, expected: ManifestState, data: st.DataObject
) -> None:
    numbers = list(range(4 + manifests))
    orders = data.draw(st.lists(st.permutations(numbers), min_size=ORDERS_AN_EXAMPLE, max_size=ORDERS_AN_EXAMPLE))
    batch = data.draw(st.integers(1, 4))
    with postgres_server.migrated() as database:
        hub = small_hub(database)
        for index, order in enumerate(orders):
            send_in_order(hub, messages(FIRST_DAY + timedelta(days=index), manifests), order, batch)

        found = hub.rows(STATES)

    assert len(found) == ORDERS_AN_EXAMPLE
    assert {row[1:] for row in found} == {(expected.value, manifests - 1, 2, 20, 31_000_000)}


def send_in_order(hub: SmallHub, bodies: list[bytes], order: list[int], batch: int) -> None:
    for first in range(0, len(order), batch):
        hub.take(*(arrival(bodies[number]) for number in order[first : first + batch]))
