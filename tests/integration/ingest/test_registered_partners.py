from datetime import UTC, datetime

import pytest

from payments_hub.kernel.errors import ConflictError
from payments_hub.store.partners import Partner, save_partner
from payments_hub.store.session import Database
from tests.builders import PARTNER
from tests.support.hub import report, small_hub

pytestmark = pytest.mark.database

NOW = datetime(2026, 7, 1, tzinfo=UTC)


def test_a_partner_that_has_sent_slices_keeps_its_currency_and_its_mark(database: Database) -> None:
    hub = small_hub(database)
    hub.send(report(1_000_000))

    with database.transaction() as session, pytest.raises(ConflictError, match="has sent slices"):
        save_partner(session, Partner(PARTNER, "A", "A", "INR", simulated=False), now=NOW)
    with database.transaction() as session, pytest.raises(ConflictError, match="has sent slices"):
        save_partner(session, Partner(PARTNER, "A", "A", "VND", simulated=True), now=NOW)


def test_a_partner_that_has_sent_nothing_may_still_be_put_right(database: Database) -> None:
    small_hub(database)

    with database.transaction() as session:
        assert save_partner(session, Partner(PARTNER, "A", "A", "INR", simulated=False), now=NOW)
