"""A partner that names another's source is refused, and that is kept; the other's figures are as they were."""

import pytest

from payments_hub.domain.verdicts import Transport, Verdict
from payments_hub.store.session import Database
from tests.builders import PARTNER
from tests.support.hub import RIVAL, arrival, report, small_hub

pytestmark = pytest.mark.database

EVENTS = "SELECT kind, actor, partner, endpoint, folded FROM security_event"


@pytest.mark.parametrize("transport", [Transport.HTTP, Transport.KAFKA])
def test_a_foreign_source_is_one_event_however_many_messages_name_it(database: Database, transport: Transport) -> None:
    hub = small_hub(database)
    foreign = [report(number, partner=RIVAL) for number in range(3)]

    receipts = hub.take(*(arrival(body, partner=PARTNER, transport=transport) for body in foreign))

    assert {receipt.verdict for receipt in receipts} == {Verdict.REJECTED}
    assert hub.rows(EVENTS) == [("foreign_source", f"partner:{PARTNER}", PARTNER, transport.value, 2)]
    assert hub.number("SELECT count(*) FROM slice_head") == 0


def test_ones_own_source_is_no_event(database: Database) -> None:
    hub = small_hub(database)

    hub.send(report(1))

    assert hub.rows(EVENTS) == []
