"""Signing keys by page: a partner keeps its own alone, a secret is shown once, and a private key is not shown again."""

import re
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from payments_hub.domain.people import Role
from payments_hub.store.session import Database
from tests.support.signing import ed25519_signer, pem_of
from tests.support.small_hub import make_small_hub
from tests.support.web import add_person, form_secret, make_app, sign_in

pytestmark = pytest.mark.database

PARTNER, RIVAL = "AEON-HP", "GO-HP"
SECRET = re.compile(r"whsec_[\w+/]{43}=")
NASTY = "<img src=x onerror=alert(1)>"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def app(database: Database) -> Flask:
    """Lend an app with two partners, an account of the first, and an operator."""
    make_small_hub(database, [PARTNER, RIVAL])
    add_person(database, "aeon", Role.PARTNER, PARTNER)
    add_person(database, "minh", Role.OPERATOR)
    return make_app(database)


def browser(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    sign_in(client, username)
    return client


def post(client: FlaskClient, path: str = "/keys/signing", **form: Any) -> TestResponse:
    return client.post(path, data={"csrf_token": form_secret(client, "/account"), **form})


def keys(database: Database) -> list[tuple[Any, ...]]:
    query = (
        "SELECT partner.code, algorithm, label, revoked_at IS NOT NULL FROM signing_key"
        " JOIN partner ON partner.id = partner_id ORDER BY signing_key.created_at, kid"
    )
    with database.transaction() as session:
        return [tuple(row) for row in session.execute(text(query))]


def test_a_partner_hands_its_public_key_over(app: Flask, database: Database) -> None:
    client = browser(app, "aeon")
    before = client.get("/keys/signing").text

    answer = post(client, algorithm="ed25519", public_key=pem_of(PRIVATE), label=NASTY, partner=PARTNER)

    assert (answer.status_code, answer.location) == (303, f"/keys/signing?partner={PARTNER}&done=added")
    assert keys(database) == [(PARTNER, "ed25519", NASTY, False)]
    page = client.get(answer.location).text
    assert "Chưa có khóa ký nào" in before
    assert "1 khóa ký đang dùng" in page
    assert NASTY not in page


def test_a_shared_secret_is_shown_once(app: Flask, database: Database) -> None:
    client = browser(app, "aeon")

    answer = post(client, algorithm="hmac-sha256", public_key="", label="Máy ký", partner=PARTNER)
    shown, again = (SECRET.findall(client.get(answer.location).text) for _look in range(2))

    assert (len(shown), again) == (1, [])
    assert keys(database) == [(PARTNER, "hmac-sha256", "Máy ký", False)]


def test_a_private_key_that_is_pasted_is_refused_and_not_shown_again(app: Flask, database: Database) -> None:
    client = browser(app, "aeon")
    pem = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    answer = post(client, algorithm="ed25519", public_key=pem, label="", partner=PARTNER)

    assert (answer.status_code, "Đây là khóa riêng" in answer.text) == (422, True)
    assert pem.splitlines()[1] not in answer.text
    assert keys(database) == []


def test_what_is_wrong_is_said_at_its_field_and_a_third_key_with_advice(app: Flask, database: Database) -> None:
    client = browser(app, "aeon")

    no_key = post(client, algorithm="ed25519", public_key="abc", label="", partner=PARTNER)
    no_label = post(client, algorithm="hmac-sha256", label="x" * 61, partner=PARTNER)
    for _key in range(2):
        ed25519_signer(database, PARTNER)
    third = post(client, algorithm="hmac-sha256", label="", partner=PARTNER)

    assert [answer.status_code for answer in (no_key, no_label, third)] == [422, 422, 409]
    assert 'id="public_key-wrong"' in no_key.text
    assert 'id="label-wrong"' in no_label.text
    assert "thu hồi khóa không còn dùng" in third.text
    assert len(keys(database)) == 2


def test_another_partners_keys_look_like_ones_that_are_not_there(app: Flask, database: Database) -> None:
    signer = ed25519_signer(database, RIVAL)
    client = browser(app, "aeon")

    answers = [
        client.get("/keys/signing", query_string={"partner": RIVAL}),
        post(client, algorithm="hmac-sha256", partner=RIVAL),
        post(client, f"/keys/signing/{signer.kid}/revoke"),
        post(client, "/keys/signing/sk000000000000/revoke"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert signer.kid not in client.get("/keys/signing").text
    assert keys(database) == [(RIVAL, "ed25519", None, False)]


def test_an_operator_revokes_any_partners_key(app: Flask, database: Database) -> None:
    signer = ed25519_signer(database, RIVAL)
    client = browser(app, "minh")
    unchosen = client.get("/keys/signing").text

    answer = post(client, f"/keys/signing/{signer.kid}/revoke")

    assert answer.location == f"/keys/signing?partner={RIVAL}&done=revoked"
    assert keys(database) == [(RIVAL, "ed25519", None, True)]
    assert "Đã thu hồi khóa ký" in client.get(answer.location).text
    assert "Chưa chọn đối tác" in unchosen


def test_an_officer_keeps_no_signing_keys(app: Flask, database: Database) -> None:
    add_person(database, "lan", Role.OFFICER)

    assert browser(app, "lan").get("/keys/signing").status_code == 403
