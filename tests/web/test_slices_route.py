import gzip
from collections.abc import Iterator

import orjson
import pytest
from sqlalchemy import text

from payments_hub.store.session import Database
from payments_hub.web.api.v1.slices import LARGEST_MESSAGE
from tests.support.sender import CLOUDEVENTS, Sender, new_key
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.web import make_app

pytestmark = pytest.mark.database

PARTNER = "AEON-HP"


@pytest.fixture
def sender(database: Database) -> Iterator[Sender]:
    """Lend a partner's machine with a good key, and a hub that expects it."""
    make_small_hub(database, [PARTNER])
    with make_app(database).test_client() as client:
        yield Sender(client, new_key(database, PARTNER))


def deliveries(database: Database) -> int:
    with database.transaction() as session:
        return int(session.execute(text("SELECT count(*) FROM delivery")).scalar_one())


def test_a_slice_is_accepted_with_its_receipt_and_again_it_is_a_duplicate(sender: Sender, database: Database) -> None:
    first = sender.send(nothing_to_report(PARTNER, 1))
    again = sender.send(nothing_to_report(PARTNER, 1))

    assert (first[0], first[1]["verdict"]) == (201, "ACCEPTED")
    assert (again[0], again[1]["verdict"], again[1]["first_receipt"]) == (200, "DUPLICATE", first[1]["id"])
    assert verdicts(database, PARTNER) == {"ACCEPTED": 1, "DUPLICATE": 1}


def test_plain_json_is_taken_as_well(sender: Sender) -> None:
    status, _receipt = sender.send(nothing_to_report(PARTNER, 2), "application/json; charset=utf-8")

    assert status == 201


def test_a_partners_fault_is_422_with_every_finding_in_the_receipt(sender: Sender) -> None:
    message = orjson.loads(nothing_to_report(PARTNER, 3))
    message["data"]["site"] = "MALL-9999"

    status, receipt = sender.send(orjson.dumps(message))

    assert (status, receipt["verdict"]) == (422, "REJECTED")
    assert "E2101" in str(receipt["findings"])


@pytest.mark.parametrize(
    "content_type",
    ["text/csv", "text/plain", "", "application/json; charset=utf-16", "application/cloudevents+json; charset=cp1258"],
)
def test_another_content_type_is_refused_before_decoding(sender: Sender, database: Database, content_type: str) -> None:
    status, problem = sender.send(nothing_to_report(PARTNER, 8), content_type)

    assert (status, problem["code"]) == (415, "UNKNOWN_CONTENT_TYPE")
    assert deliveries(database) == 0


def test_a_packed_message_is_refused_and_never_unpacked(sender: Sender, database: Database) -> None:
    bomb = gzip.compress(bytes(10_000_000))

    answer = sender.post(bomb, Content_Encoding="gzip")

    assert answer.status_code == 415
    assert deliveries(database) == 0


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
def test_a_message_over_256_kib_is_refused_without_a_receipt(sender: Sender, database: Database, chunked: bool) -> None:  # noqa: FBT001  the parameter's name says it
    body = b"x" * (LARGEST_MESSAGE + 1)
    environ = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""} if chunked else {}

    answer = sender.client.post(
        "/api/v1/slices",
        data=body,
        content_type=CLOUDEVENTS,
        headers={"Authorization": f"Bearer {sender.key}"},
        environ_overrides=environ,
    )

    assert answer.status_code == 413
    assert deliveries(database) == 0


def test_a_message_of_exactly_the_limit_is_read(sender: Sender) -> None:
    status, receipt = sender.send(nothing_to_report(PARTNER, 6).ljust(LARGEST_MESSAGE))

    assert (status, receipt["verdict"]) == (201, "ACCEPTED")


def test_a_fault_of_ours_is_503_and_never_a_verdict(sender: Sender, database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("ALTER TABLE receipt RENAME TO receipt_away"))

    answer = sender.client.post(
        "/api/v1/slices",
        data=nothing_to_report(PARTNER, 7),
        content_type=CLOUDEVENTS,
        headers={"Authorization": f"Bearer {sender.key}"},
    )

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert deliveries(database) == 0


def test_a_list_of_ours_that_cannot_be_read_is_no_refusal_of_the_message(sender: Sender, database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE obligation SET valid_to = valid_from - 1"))
        session.execute(text("UPDATE reference_state SET version = version + 1"))

    answer = sender.client.post(
        "/api/v1/slices",
        data=nothing_to_report(PARTNER, 8),
        content_type=CLOUDEVENTS,
        headers={"Authorization": f"Bearer {sender.key}"},
    )

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert deliveries(database) == 0


def test_the_keys_secret_is_kept_nowhere(sender: Sender, database: Database) -> None:
    secret = sender.key.partition(".")[2]

    with database.transaction() as session:
        kept = session.execute(text("SELECT row_to_json(api_key)::text FROM api_key")).scalar_one()

    assert secret not in kept


def test_a_problem_is_told_in_the_language_that_the_machine_asks_for(sender: Sender) -> None:
    answer = sender.client.post("/api/v1/slices", headers={"Accept-Language": "en"})

    assert answer.json is not None
    assert answer.json["message"].startswith("A valid key is needed")
