"""`payments-hub reconcile`: every day counted anew, and a status by which a machine knows that one does not add up."""

from datetime import timedelta
from pathlib import Path

import pytest

from payments_hub.kernel.clock import local_day
from payments_hub.store.alerts import open_alerts
from payments_hub.store.session import Database
from tests.builders import NOW, PARTNER
from tests.support.commands import run_command
from tests.support.hub import RIVAL, SmallHub, nothing, report, small_hub
from tests.support.meddling import meddle

pytestmark = pytest.mark.database


@pytest.fixture
def hub(database: Database) -> SmallHub:
    """Make a hub that deliveries came to on days that lie more than a month apart."""
    made = small_hub(database)
    made.send(report(1), report(2, revision=1), b"garbage")
    made.clock.instant = NOW + timedelta(days=40)
    made.send(nothing(period="2026-07-20", partner=RIVAL), partner=RIVAL)
    return made


def test_every_day_since_the_first_delivery_is_counted(hub: SmallHub, tmp_path: Path) -> None:
    told = run_command(hub.database, tmp_path, "reconcile")

    lines = [line.split() for line in told.output.splitlines()]
    assert told.exit_code == 0, told.output
    assert lines[1][:4] == [PARTNER, str(local_day(NOW)), "3", "2"]
    assert told.output.endswith("2 partners' days counted, 0 that do not add up.\n")


def test_a_day_that_does_not_add_up_is_named_and_ends_it_with_one(hub: SmallHub, tmp_path: Path) -> None:
    meddle(hub.database, "UPDATE receipt SET verdict = 'SUPERSEDED' WHERE revision = '1'")

    told = run_command(hub.database, tmp_path, "reconcile", "--from", "2026-07-01", "--to", "2026-07-31")

    delivery = hub.number("SELECT delivery_id FROM receipt WHERE revision = '1'")
    assert told.exit_code == 1
    assert f"The receipt of delivery {delivery} says SUPERSEDED, but what the hub keeps says ACCEPTED." in told.output
    with hub.database.transaction() as session:
        assert [alert.subject for alert in open_alerts(session)] == [f"{PARTNER}/{local_day(NOW)}"]


@pytest.mark.parametrize(("partner", "status"), [(RIVAL, 0), ("NOBODY", 2)])
def test_one_partner_is_counted_alone(hub: SmallHub, tmp_path: Path, partner: str, status: int) -> None:
    told = run_command(hub.database, tmp_path, "reconcile", "--partner", partner)

    assert told.exit_code == status
    assert PARTNER not in told.output
