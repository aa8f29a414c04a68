"""Requests of a partner that signs: the whole body as sent, near the time of signing, or nothing of it is stored."""

import re
from collections.abc import Callable
from datetime import timedelta

import orjson
import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from payments_hub.services.signing_keys import revoke_signing_key
from payments_hub.store.session import Database
from payments_hub.web.api.v1.routes import endpoints
from tests.support.claims import CLAIMANTS, foreign_rows
from tests.support.overviews import NOW
from tests.support.sender import CLOUDEVENTS, Sender, new_key
from tests.support.signing import Signer, ed25519_signer, hmac_signer
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.web import SettableClock, make_app

pytestmark = pytest.mark.database

PARTNER = CLAIMANTS[0]
BODY = nothing_to_report(PARTNER, 1)
NOW_SECONDS = int(NOW.timestamp())
LINES, LIST = "application/x-ndjson", "application/cloudevents-batch+json"


@pytest.fixture
def clock() -> SettableClock:
    """Lend the clock of the app."""
    return SettableClock()


@pytest.fixture
def app(database: Database, clock: SettableClock) -> Flask:
    """Lend an app with partners whose names begin alike."""
    make_small_hub(database, CLAIMANTS)
    return make_app(database, clock=clock)


@pytest.fixture
def sender(app: Flask, database: Database) -> Sender:
    """Lend a machine of the first partner."""
    return Sender(app.test_client(), new_key(database, PARTNER))


def post(sender: Sender, body: bytes, headers: dict[str, str], content_type: str = CLOUDEVENTS) -> TestResponse:
    return sender.post(body, content_type, **headers)


def signed(
    sender: Sender, signer: Signer, body: bytes = BODY, content_type: str = CLOUDEVENTS, at: int = NOW_SECONDS
) -> TestResponse:
    return post(sender, body, stamped(signer, body, at), content_type)


def stamped(signer: Signer, body: bytes = BODY, at: int = NOW_SECONDS) -> dict[str, str]:
    return signer.headers(body, at=at)


def answered(answer: TestResponse) -> tuple[int, str | None]:
    return answer.status_code, (answer.json or {}).get("code")


def number(database: Database, query: str) -> int:
    with database.transaction() as session:
        return int(session.execute(text(query)).scalar_one())


DELIVERIES = "SELECT count(*) FROM delivery"
EVENTS = "SELECT count(*) FROM security_event WHERE kind = 'signature' AND partner = 'HP-1' AND actor LIKE 'key:hp%'"


FORMS = {
    CLOUDEVENTS: BODY,
    "application/json": nothing_to_report(PARTNER, 2),
    LINES: nothing_to_report(PARTNER, 3) + b"\n" + nothing_to_report(PARTNER, 4),
    LIST: b"[" + nothing_to_report(PARTNER, 5) + b"]",
}


@pytest.mark.parametrize("make", [ed25519_signer, hmac_signer])
def test_a_signed_body_is_taken_in_whatever_its_form(
    database: Database, sender: Sender, make: Callable[[Database, str], Signer]
) -> None:
    signer = make(database, PARTNER)

    statuses = [signed(sender, signer, body, content_type).status_code for content_type, body in FORMS.items()]

    assert statuses == [201, 201, 200, 200]
    assert verdicts(database, PARTNER) == {"ACCEPTED": 5}


def test_without_a_signature_nothing_is_stored_but_a_security_event(database: Database, sender: Sender) -> None:
    ed25519_signer(database, PARTNER)

    answers = [post(sender, body, {}, content_type) for content_type, body in FORMS.items()]

    assert {answered(answer) for answer in answers} == {(401, "SIGNATURE_MISSING")}
    assert "WWW-Authenticate" in answers[0].headers
    assert (number(database, DELIVERIES), number(database, EVENTS)) == (0, 1)  # one for all of a second


def test_a_request_that_is_not_signed_or_wrongly_signed_is_told_what_to_do(database: Database, sender: Sender) -> None:
    headers = stamped(ed25519_signer(database, PARTNER))
    advice = {
        "en": ("Sign the request, or revoke the key.", "Sign id.timestamp.body"),
        "vi": ("Hãy ký yêu cầu, hoặc thu hồi khóa ký.", "Hãy ký id.thời-điểm.nội-dung"),
    }

    for language, (of_missing, of_wrong) in advice.items():
        spoken = {"Accept-Language": language}
        assert of_missing in (post(sender, BODY, spoken).json or {})["message"]
        assert of_wrong in (post(sender, BODY + b" ", headers | spoken).json or {})["message"]


def test_a_partner_without_a_key_need_not_sign_and_its_headers_are_not_looked_at(
    database: Database, sender: Sender
) -> None:
    ed25519_signer(database, CLAIMANTS[1])

    answer = post(sender, BODY, {"webhook-signature": "v1,garbage", "webhook-id": "a.b"})

    assert answer.status_code == 201


def test_a_body_that_was_changed_is_refused_whichever_byte_it_was(database: Database, sender: Sender) -> None:
    headers = stamped(hmac_signer(database, PARTNER))
    changed = [BODY[:place] + b"#" + BODY[place + 1 :] for place in range(0, len(BODY), 20)]

    found = {answered(post(sender, body, headers)) for body in changed}

    assert found == {(401, "SIGNATURE_WRONG")}
    assert number(database, DELIVERIES) == 0


def test_json_that_was_written_anew_is_another_body(database: Database, sender: Sender) -> None:
    headers = stamped(hmac_signer(database, PARTNER))

    answer = post(sender, orjson.dumps(orjson.loads(BODY), option=orjson.OPT_INDENT_2), headers)

    assert answered(answer) == (401, "SIGNATURE_WRONG")


def test_a_clock_that_is_off_is_told_by_how_much(database: Database, sender: Sender) -> None:
    signer = ed25519_signer(database, PARTNER)

    answers = [
        post(sender, BODY, stamped(signer, at=NOW_SECONDS + off) | {"Accept-Language": "en"})
        for off in (-301, 301, -86_400)
    ]

    assert {answered(answer) for answer in answers} == {(401, "SIGNATURE_TIME")}
    told = [re.findall("your clock is .* ours", str(answer.json)) for answer in answers]
    assert told == [[f"your clock is {words} ours"] for words in ("301 s behind", "301 s ahead of", "86400 s behind")]
    assert number(database, DELIVERIES) == 0


def test_a_clock_that_is_off_by_less_is_good_enough(database: Database, sender: Sender) -> None:
    signer = ed25519_signer(database, PARTNER)

    statuses = [signed(sender, signer, at=NOW_SECONDS + off).status_code for off in (-300, 300)]

    assert statuses == [201, 200]


def test_a_forger_is_not_told_what_time_it_is(database: Database, sender: Sender) -> None:
    headers = stamped(ed25519_signer(database, PARTNER), at=NOW_SECONDS - 9_000)

    answer = post(sender, BODY + b" ", headers)

    assert answered(answer) == (401, "SIGNATURE_WRONG")


def test_a_request_caught_on_its_way_and_sent_again_later_is_refused(
    database: Database, sender: Sender, clock: SettableClock
) -> None:
    headers = stamped(ed25519_signer(database, PARTNER))
    first = post(sender, BODY, headers)

    soon = post(sender, BODY, headers)
    clock.pass_time(timedelta(seconds=301))
    late = post(sender, BODY, headers)

    assert [answer.status_code for answer in (first, soon, late)] == [201, 200, 401]
    assert number(database, "SELECT count(*) FROM slice_revision") == 1


def test_headers_that_cannot_be_read_are_told_so(database: Database, sender: Sender) -> None:
    headers = stamped(ed25519_signer(database, PARTNER))
    spoiled = [
        {"webhook-id": "msg.1"},
        {"webhook-timestamp": "yesterday"},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,AAAA,v1,AAAA"},  # what becomes of two headers
    ]

    found = {answered(post(sender, BODY, headers | one)) for one in spoiled}

    assert found == {(401, "SIGNATURE_UNREADABLE")}


def test_attributes_in_headers_are_not_covered_and_refused(database: Database, sender: Sender) -> None:
    event = orjson.loads(BODY)
    data = orjson.dumps(event.pop("data"))
    attributes = {f"ce-{name}": value for name, value in event.items()}
    headers = stamped(ed25519_signer(database, PARTNER), data)

    answer = post(sender, data, headers | attributes, "application/json")

    assert answered(answer) == (401, "SIGNATURE_BINARY")
    assert number(database, DELIVERIES) == 0


def test_the_call_after_a_revocation_or_with_a_new_key_counts_at_once(database: Database, sender: Sender) -> None:
    before = post(sender, BODY, {})
    old, new = ed25519_signer(database, PARTNER), hmac_signer(database, PARTNER)
    by_old = signed(sender, old)

    with database.transaction() as session:
        revoke_signing_key(session, old.kid, NOW)

    statuses = [before, by_old, signed(sender, old), signed(sender, new), post(sender, BODY, {})]
    assert [answer.status_code for answer in statuses] == [201, 200, 401, 200, 401]


def test_both_signatures_at_once_are_taken_while_keys_change(database: Database, sender: Sender) -> None:
    old, new = ed25519_signer(database, PARTNER), hmac_signer(database, PARTNER)
    both = f"{new.sign(BODY, at=NOW_SECONDS)} {old.sign(BODY, at=NOW_SECONDS)}"
    with database.transaction() as session:
        revoke_signing_key(session, new.kid, NOW)

    assert post(sender, BODY, stamped(old) | {"webhook-signature": both}).status_code == 201


def test_an_answer_that_is_given_again_needs_a_signature_too(database: Database, sender: Sender) -> None:
    signer = ed25519_signer(database, PARTNER)
    named = {"Idempotency-Key": "once"}
    first = post(sender, BODY, stamped(signer) | named)

    unsigned, again = (post(sender, BODY, headers | named) for headers in ({}, stamped(signer)))

    assert [answer.status_code for answer in (first, unsigned, again)] == [201, 401, 201]


def test_the_key_of_one_partner_and_the_signature_of_another_do_not_go_together(app: Flask, database: Database) -> None:
    keys = {code: new_key(database, code) for code in CLAIMANTS}
    signers = {code: ed25519_signer(database, code) for code in CLAIMANTS}
    client = app.test_client()

    found = {
        (key, signer): signed(Sender(client, keys[key]), signers[signer], nothing_to_report(key, 7)).status_code
        for key in CLAIMANTS
        for signer in CLAIMANTS
    }

    assert found == {(key, signer): 201 if key == signer else 401 for key in CLAIMANTS for signer in CLAIMANTS}
    assert foreign_rows(database) == 0


def test_a_key_shows_its_last_use(database: Database, sender: Sender) -> None:
    signer = hmac_signer(database, PARTNER)

    signed(sender, signer)

    with database.transaction() as session:
        used = session.scalar(text("SELECT last_used_at FROM signing_key WHERE kid = :kid"), {"kid": signer.kid})
    assert used == NOW


def test_the_description_names_the_headers() -> None:
    named = {header.name for endpoint in endpoints() for header in endpoint.headers}

    assert {"webhook-id", "webhook-timestamp", "webhook-signature"} <= named
