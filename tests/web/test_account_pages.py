"""Accounts by page: nobody sees or sets another person's password, and every form takes its own fields alone."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from payments_hub.domain.people import Role
from payments_hub.store.session import Database
from payments_hub.store.tables.accounts import AccountRow, PasswordResetRow, WebSessionRow
from payments_hub.store.tables.partners import ApiKeyRow
from tests.support.small_hub import make_small_hub
from tests.support.web import PASSWORD, add_person, form_secret, make_app, sign_in

pytestmark = pytest.mark.database

NEW = "một câu khác hẳn câu trước"
LINK = re.compile(r"http://localhost(/reset/[\w-]{43})")
PARTNER = "AEON-HP"
NASTY = "<script>alert(1)</script>\" onfocus=alert(1) autofocus='"
COLUMNS = {
    column.name for row in (AccountRow, WebSessionRow, PasswordResetRow, ApiKeyRow) for column in row.__table__.columns
}


@pytest.fixture
def app(database: Database) -> Flask:
    """Lend an app with one partner, the administrator mai and the officer lan."""
    make_small_hub(database, [PARTNER])
    add_person(database, "mai", Role.ADMINISTRATOR)
    add_person(database, "lan", Role.OFFICER)
    return make_app(database)


@pytest.fixture
def keeper(app: Flask) -> FlaskClient:
    """Lend the browser in which mai is signed in."""
    client = app.test_client()
    sign_in(client, "mai")
    return client


def post(client: FlaskClient, path: str, **form: Any) -> TestResponse:
    return client.post(path, data={"csrf_token": form_secret(client, "/account"), **form})


def created(client: FlaskClient, **changes: str) -> TestResponse:
    form = {"username": "hoa", "role": "analyst", "partner": "", "language": "vi"}
    return post(client, "/accounts", **(form | changes))


def accounts(database: Database) -> dict[str, tuple[Any, ...]]:
    query = "SELECT username, role, partner_id, language, disabled_at IS NOT NULL FROM account ORDER BY username"
    with database.transaction() as session:
        return {row[0]: tuple(row[1:]) for row in session.execute(text(query))}


def hashes(database: Database) -> dict[str, str]:
    with database.transaction() as session:
        return {row[0]: row[1] for row in session.execute(text("SELECT username, password_hash FROM account"))}


def shown_link(answer: TestResponse, client: FlaskClient) -> str:
    found = LINK.search(client.get(answer.location).text)
    return "" if found is None else found[1]


def test_a_new_account_comes_with_a_link_that_is_shown_once(keeper: FlaskClient, app: Flask) -> None:
    answer = created(keeper)
    link = shown_link(answer, keeper)
    again = keeper.get(answer.location).text

    person = app.test_client()
    form = {"csrf_token": form_secret(person, link), "new_password": NEW, "new_password_again": NEW}
    done = person.post(link, data=form)

    assert (answer.status_code, LINK.search(again)) == (303, None)
    assert (done.status_code, done.location) == (303, "/sign-in?done=password")
    assert sign_in(person, "hoa", NEW).status_code == 303


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"username": "Lan Anh"}, "Tên có 2 đến 64 ký tự"),
        ({"username": ""}, "Tên có 2 đến 64 ký tự"),
        ({"username": "lan"}, "Tên này đã có người dùng"),
        ({"role": ""}, "Hãy chọn vai trò"),
        ({"role": "root"}, "Hãy chọn vai trò"),
        ({"role": "partner"}, "Hãy chọn đối tác"),
        ({"role": "partner", "partner": "NOBODY-HP"}, "Hãy chọn đối tác"),
        ({"partner": PARTNER}, "Chỉ tài khoản đối tác mới gắn với một đối tác"),
        ({"language": "fr"}, "Hãy chọn ngôn ngữ"),
    ],
)
def test_what_is_wrong_with_a_new_account_is_said_at_its_field(
    keeper: FlaskClient, database: Database, changes: dict[str, str], words: str
) -> None:
    answer = created(keeper, **changes)

    assert answer.status_code in {409, 422}
    assert words in answer.text
    assert accounts(database).keys() == {"lan", "mai"}


def test_a_link_goes_into_the_outbox_where_there_is_one_and_on_no_page(database: Database, tmp_path: Path) -> None:
    add_person(database, "mai", Role.ADMINISTRATOR)
    app = make_app(database, outbox_dir=str(tmp_path / "out"), public_address="https://hub.example.vn")
    client = app.test_client()
    sign_in(client, "mai")

    answer = created(client)
    page = client.get(answer.location).text

    [letter] = (tmp_path / "out").iterdir()
    assert letter.stat().st_mode & 0o777 == 0o600
    assert re.search(r"^https://hub\.example\.vn/reset/[\w-]{43}$", letter.read_text("utf-8"), re.MULTILINE)
    assert letter.read_text("utf-8").startswith("To: hoa\n")
    assert ("/reset/" in page, "hộp thư đi" in page) == (False, True)


def test_the_list_shows_who_there_is_and_how_each_stands(keeper: FlaskClient) -> None:
    post(keeper, "/accounts/lan/reset")

    page = keeper.get("/accounts").text

    assert re.findall(r'<a href="/accounts/(\w+)">', page) == ["lan", "mai"]
    assert "Chờ đặt mật khẩu" in page


def test_roles_languages_and_states_are_changed_by_page(keeper: FlaskClient, database: Database) -> None:
    answers = [
        post(keeper, "/accounts/lan/role", role="partner", partner=PARTNER),
        post(keeper, "/accounts/lan/language", language="en"),
        post(keeper, "/accounts/lan/disable"),
    ]

    assert [answer.location for answer in answers] == [
        "/accounts/lan?done=role",
        "/accounts/lan?done=language",
        "/accounts/lan?done=disabled",
    ]
    assert accounts(database)["lan"] == ("partner", 1, "en", True)
    assert post(keeper, "/accounts/lan/enable").status_code == 303
    assert accounts(database)["lan"][3] is False


def test_the_only_administrator_is_told_why_the_account_stays(keeper: FlaskClient, database: Database) -> None:
    answers = [post(keeper, "/accounts/mai/disable"), post(keeper, "/accounts/mai/role", role="officer")]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert all("người quản trị duy nhất" in answer.text for answer in answers)
    assert accounts(database)["mai"] == ("administrator", None, "vi", False)


def test_a_disabled_account_gets_no_link(keeper: FlaskClient) -> None:
    post(keeper, "/accounts/lan/disable")

    answer = post(keeper, "/accounts/lan/reset")

    assert (answer.status_code, "đang khóa nên không cấp liên kết" in answer.text) == (409, True)


@pytest.mark.parametrize("username", ["nobody", "la%00n", "%F0%9F%90%9F", "..%2Fmai", NASTY])
def test_an_account_that_is_not_there_is_not_found(keeper: FlaskClient, username: str) -> None:
    answers = [keeper.get(f"/accounts/{username}"), post(keeper, f"/accounts/{username}/disable")]

    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize("path", ["/accounts", "/accounts/mai", "/new-account", "/roles"])
def test_others_than_administrators_see_no_accounts(app: Flask, path: str) -> None:
    client = app.test_client()
    sign_in(client)

    assert client.get(path).status_code == 403


def everything(database: Database) -> dict[str, Any]:
    """Read all that a form might change of accounts, keys, links and sessions."""
    queries = {
        "account": "SELECT a::text FROM account AS a ORDER BY id",
        "key": "SELECT k::text FROM api_key AS k ORDER BY id",
        "session": "SELECT token_sha256::text, account_id, created_at, ended_at FROM web_session ORDER BY token_sha256",
    }
    with database.transaction() as session:
        return {name: [tuple(row) for row in session.execute(text(query))] for name, query in queries.items()}


@pytest.mark.parametrize(
    ("path", "form", "changed"),
    [
        ("/account/language", {"language": "vi"}, set()),
        ("/account/password", {"old_password": "wrong", "new_password": NEW, "new_password_again": NEW}, set()),
        ("/account/sessions", {"session": "00"}, set()),
        ("/account/other-sessions", {}, set()),
        ("/accounts/lan/language", {"language": "vi"}, set()),
        ("/accounts/lan/role", {"role": "officer", "partner": ""}, set()),
        ("/accounts/lan/enable", {}, set()),
        ("/accounts/lan/reset", {}, set()),
        ("/accounts", {"username": "x", "role": "officer", "partner": ""}, set()),
        ("/keys/hp000000000000/revoke", {}, set()),
        ("/sign-out", {}, {"session"}),
    ],
)
def test_a_form_takes_its_own_fields_and_no_column_beside_them(
    keeper: FlaskClient, database: Database, path: str, form: dict[str, str], changed: set[str]
) -> None:
    before = everything(database)
    poison = {name: POISON.get(name, "1") for name in COLUMNS - form.keys() - {"language", "role", "partner"}}

    answer = post(keeper, path, **(poison | form))

    after = everything(database)
    assert answer.status_code in {303, 404, 422}
    assert {name for name in before if before[name] != after[name]} == changed


POISON = {
    "username": "mai",
    "password_hash": "x",
    "partner_id": "1",
    "disabled_at": "2020-01-01",
    "ended_at": "",
    "expires_at": "2099-01-01",
    "revoked_at": "",
    "secret_sha256": "00",
    "scopes": "send",
    "label": "mine",
    "created_at": "2020-01-01",
    "id": "1",
    "account_id": "1",
}
"""What is sent in columns of our rows, where the form has no such field."""


def test_what_creates_an_account_sets_its_four_fields_alone(keeper: FlaskClient, database: Database) -> None:
    poison = {name: POISON.get(name, "1") for name in COLUMNS}

    created(keeper, **(poison | {"username": "hoa", "role": "analyst", "partner": "", "language": "vi"}))

    assert accounts(database)["hoa"] == ("analyst", None, "vi", False)
    assert hashes(database)["hoa"].startswith("$argon2id$")


def test_markup_in_a_form_comes_back_as_text(keeper: FlaskClient) -> None:
    answer = created(keeper, username=NASTY, partner=NASTY)

    assert answer.status_code == 422
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert " onfocus=" not in answer.text.replace("&#34; onfocus=", "")


def test_a_password_is_on_no_page_and_in_no_form_that_comes_back(keeper: FlaskClient) -> None:
    form = {"old_password": PASSWORD, "new_password": "short one", "new_password_again": "short one"}

    answer = post(keeper, "/account/password", **form)

    assert answer.status_code == 422
    assert PASSWORD not in answer.text
    assert "short one" not in answer.text
