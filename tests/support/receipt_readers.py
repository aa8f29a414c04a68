"""A hub with people who read receipts, and how each of them sees the page of one."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask.testing import FlaskClient

from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.people import Role
from payments_hub.store.session import Database
from tests.builders import CARD_CELL, CASH_CELL, PARTNER
from tests.support.hub import RIVAL, SmallHub, small_hub
from tests.support.web import add_person, sign_in

MISTYPED: dict[str, Any] = {"instrument": "MOBILEMONEY", "sector": "G47", "count": 412, "amount": 9_660_000}
CELLS = [dict(CARD_CELL), dict(CASH_CELL), MISTYPED]
SWAPPED = {"count": 27_653, "amount": 7_053_060_000}


def hub_with_readers(database: Database) -> SmallHub:
    """Make the small hub, with one person of each kind that reads receipts."""
    made = small_hub(database)
    add_person(database, "lan", Role.ANALYST)
    add_person(database, "van", Role.OPERATOR)
    add_person(database, "anh", Role.PARTNER, PARTNER)
    add_person(database, "go", Role.PARTNER, RIVAL)
    return made


def only(receipts: list[ReceiptV1]) -> ReceiptV1:
    """Take the one receipt of a list of one."""
    [receipt] = receipts
    return receipt


def page(client: FlaskClient, username: str, receipt: ReceiptV1, language: str = "vi") -> str:
    """Sign a person in and read a receipt's page in a language, spaces folded."""
    client.delete_cookie("hub_session")
    sign_in(client, username)
    client.get(f"/language/{language}")
    answer = client.get(f"/receipts/{receipt.id}")
    assert answer.status_code == HTTPStatus.OK
    return " ".join(answer.text.split())
