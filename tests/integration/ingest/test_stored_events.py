"""What is stored of an accepted slice is enough to write its canonical event again and to check its hashes."""

from typing import Any

import pytest

from payments_hub.contracts.hashing import content_sha256, event_sha256
from payments_hub.kernel.errors import NotFoundError
from payments_hub.store.events import stored_event
from payments_hub.store.session import Database
from tests.builders import CARD_CELL, CASH_CELL, cell
from tests.support.hub import EAST, SmallHub, nothing, report, small_hub, withdrawal

pytestmark = pytest.mark.database

CELLS = [dict(CASH_CELL), dict(CARD_CELL), cell(instrument="PREPAID", status="M", count=None, amount=None)]
TOTALS = {"count": 27_241, "amount": 7_025_400_000}
FULL: dict[str, Any] = {
    "cells": CELLS,
    "control": TOTALS,
    "contributors": {"n": 37, "top1_bp": 1_840, "top2_bp": 960},
    "coverage": {"reporting": 40, "total": 41},
    "note": "Sửa số liệu quầy 12",
    "time": "2026-07-04T09:11:09.123456+07:00",
    "subject": "POS_SALES/MALL-0021",
    "partitionkey": "MALL-0021",
}
RECEIPTS: dict[str, Any] = {"flow": "ACQ_P2M", "site": EAST, "period": "2026-06"}
RECORDED = "SELECT id, event_sha256, content_sha256 FROM slice_revision"


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


@pytest.mark.parametrize(
    "messages",
    [
        [report(0, **FULL)],
        [report(0, cells=[cell(initiation="QR")], **RECEIPTS)],
        [nothing()],
        [nothing(currency="VND")],
        [withdrawal(finality="FINAL")],
        [report(0, **FULL), report(0, revision=1, **FULL)],
        [report(2_000_000, revision=2), report(0, revision=1, **FULL)],
    ],
    ids=["full", "by area", "nil", "nil in dong", "delete", "no change", "superseded"],
)
def test_every_recorded_event_can_be_written_again_with_its_hashes(hub: SmallHub, messages: list[bytes]) -> None:
    hub.send(*messages)

    recorded = hub.rows(RECORDED)
    with hub.database.transaction() as session:
        rebuilt = {number: stored_event(session, number) for number, _, _ in recorded}
    assert len(recorded) == len(messages)
    assert recorded == [(number, event_sha256(event), content_sha256(event)) for number, event in rebuilt.items()]


def test_the_way_of_an_event_is_kept_beside_it(hub: SmallHub) -> None:
    hub.send(report(0, **FULL))

    with hub.database.transaction() as session:
        event = stored_event(session, hub.number("SELECT id FROM slice_revision"))
    assert (event.subject, event.partition_key, event.data_schema) == ("POS_SALES/MALL-0021", "MALL-0021", None)


def test_an_unknown_revision_is_not_found(hub: SmallHub) -> None:
    with pytest.raises(NotFoundError), hub.database.transaction() as session:
        stored_event(session, 1)
