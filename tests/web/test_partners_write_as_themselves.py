"""Partner × claimed partner × each way in over HTTP: the key decides who sends, whatever a message says of itself."""

from collections.abc import Callable
from functools import partial

import orjson
import pytest
from flask.testing import FlaskClient

from payments_hub.store.session import Database
from tests.support.claims import CLAIMANTS, OWN_ALONE, claim_everything, foreign_rows, written
from tests.support.sender import Sender, new_key
from tests.support.small_hub import make_small_hub
from tests.support.web import make_app

pytestmark = pytest.mark.database


def structured(sender: Sender, message: bytes) -> None:
    sender.post(message)


def binary(sender: Sender, message: bytes) -> None:
    event = orjson.loads(message)
    stated = ("specversion", "id", "source", "type", "time", "dataschema")
    sender.post(orjson.dumps(event["data"]), "application/json", **{f"ce_{name}": str(event[name]) for name in stated})


def lines(sender: Sender, message: bytes) -> None:
    sender.post(message + b"\n", "application/x-ndjson")


def listed(sender: Sender, message: bytes) -> None:
    sender.post(b"[" + message + b"]", "application/cloudevents-batch+json")


def senders(client: FlaskClient, database: Database) -> dict[str, Sender]:
    make_small_hub(database, CLAIMANTS)
    return {code: Sender(client, new_key(database, code)) for code in CLAIMANTS}


@pytest.mark.parametrize("channel", [structured, binary, lines, listed])
def test_each_partner_writes_as_itself_and_as_nobody_else(
    database: Database, channel: Callable[[Sender, bytes], None]
) -> None:
    with make_app(database).test_client() as client:
        by_code = senders(client, database)

        claim_everything(lambda sender, message: channel(by_code[sender], message))

    assert written(database) == OWN_ALONE
    assert foreign_rows(database) == 0


def test_the_same_slice_of_another_stays_as_it_was(database: Database) -> None:
    with make_app(database).test_client() as client:
        by_code = senders(client, database)
        sent = partial(claim_everything, lambda sender, message: structured(by_code[sender], message))

        sent()
        sent()

    assert {code: one.accepted for code, one in written(database).items()} == dict.fromkeys(CLAIMANTS, 1)
    assert foreign_rows(database) == 0
