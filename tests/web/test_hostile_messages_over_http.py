"""Every hostile message over HTTP: the contract's status, the verdict with its codes, and the bytes in quarantine."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

import pytest
from flask.testing import FlaskClient

from payments_hub.domain.verdicts import Verdict
from payments_hub.services.partners import create_key
from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.builders import NOW, PARTNER
from tests.support.hostile import HOSTILE, Hostile
from tests.support.hostile_hub import differences, kept_of, make_hostile_hub, must_be_kept, told_apart
from tests.support.hostile_manifests import MANIFESTS
from tests.support.web import SettableClock, add_person, make_hub, sign_in

pytestmark = pytest.mark.database

PATH = "/api/v1/slices"
# What cannot be ambiguous over HTTP: a server hands on one content type, and the hub reads no signature there.
KAFKA_ALONE = frozenset({"A5-header-twice-in-other-case", "A5-signature-twice"})
TOO_LARGE = frozenset({"A15-over-256-KiB"})
RECEIPTS_ON_A_PAGE = 8


@dataclass(frozen=True)
class Answer:
    """What a partner's machine was told."""

    status: int
    verdict: str | None
    codes: tuple[str, ...]


@pytest.fixture
def client(database: Database) -> Iterator[FlaskClient]:
    """Lend a client of the whole hub, with its own overview, at the moment that the messages are judged by."""
    make_hostile_hub(database)
    add_person(database)
    with create_app(make_hub(database, SettableClock(NOW))).test_client() as made:
        yield made


def over_http(message: Hostile) -> Hostile:
    received = replace(message, body=message.body or b"")
    return replace(received, verdict=Verdict.ACCEPTED, codes=()) if message.id in KAFKA_ALONE else received


def must_be_answered(message: Hostile) -> Answer:
    if message.id in TOO_LARGE:
        return Answer(413, None, ())
    status = HTTPStatus.CREATED if message.verdict is Verdict.ACCEPTED else HTTPStatus.UNPROCESSABLE_ENTITY
    return Answer(status, message.verdict.value, tuple(sorted(message.codes)))


def send(client: FlaskClient, key: str, message: Hostile) -> Answer:
    headers = [(name.replace("_", "-"), (value or b"").decode("latin-1")) for name, value in message.headers]
    answer = client.post(
        PATH,
        data=message.body,
        content_type=message.content_type,
        headers=[*headers, ("Authorization", f"Bearer {key}")],
    )
    told = answer.json or {}
    codes = sorted({finding["code"] for finding in told.get("findings", ())})
    return Answer(answer.status_code, told.get("verdict"), tuple(codes))


def send_all(client: FlaskClient, key: str, messages: Sequence[Hostile]) -> tuple[dict[str, Answer], set[int]]:
    """Send every message, and have every receipt shown on the overview by the way."""
    answers, pages = {}, set()
    for number, message in enumerate(messages, start=1):
        answers[message.id] = send(client, key, message)
        if number % RECEIPTS_ON_A_PAGE == 0 or number == len(messages):
            pages.add(client.get("/").status_code)
    return answers, pages


def new_key(database: Database) -> str:
    with database.transaction() as session:
        return create_key(session, PARTNER, NOW)


def test_every_hostile_message_gets_its_answer_and_its_bytes_are_kept(client: FlaskClient, database: Database) -> None:
    messages = [over_http(message) for message in told_apart([*HOSTILE, *MANIFESTS])]
    judged = [message for message in messages if message.id not in TOO_LARGE]
    sign_in(client)

    answers, pages = send_all(client, new_key(database), messages)

    assert differences({message.id: must_be_answered(message) for message in messages}, answers) == {}
    assert differences({one.id: must_be_kept(one) for one in judged}, kept_of(database, judged)) == {}
    assert pages == {200}
