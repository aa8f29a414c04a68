from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from payments_hub.domain.languages import Language
from payments_hub.domain.people import Role
from payments_hub.services.accounts import disable_account
from payments_hub.store.session import Database
from payments_hub.web.context import caller_address
from tests.support.overviews import NOW
from tests.support.small_hub import make_small_hub
from tests.support.web import PASSWORD, SettableClock, add_person, form_secret, make_app, sign_in

pytestmark = pytest.mark.database


def session_cookie(client: FlaskClient) -> str | None:
    cookie = client.get_cookie("hub_session")
    return None if cookie is None else cookie.value


def test_who_is_not_signed_in_is_sent_to_the_form_and_back_again(client: FlaskClient) -> None:
    sent = client.get("/")

    assert (sent.status_code, sent.location) == (303, "/sign-in?next=/")
    answer = sign_in(client)
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/").status_code == 200


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(client: FlaskClient) -> None:
    wrong = sign_in(client, password="not the password")
    unknown = sign_in(client, username="lan2", password="not the password")

    assert wrong.status_code == unknown.status_code == 422
    assert masked(wrong.text, "lan") == masked(unknown.text, "lan2")


def masked(text: str, name: str) -> str:
    lines = text.replace(f'value="{name}"', 'value="NAME"').splitlines()
    return "\n".join(line for line in lines if "csrf_token" not in line and 'value="I' not in line)


def test_a_form_without_its_secret_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"username": "lan", "password": PASSWORD})

    assert answer.status_code == 400
    assert session_cookie(client) is None


def test_signing_in_makes_a_new_token_so_that_a_planted_one_is_worth_nothing(client: FlaskClient) -> None:
    client.set_cookie("hub_session", "planted")

    sign_in(client)

    assert session_cookie(client) not in {None, "planted"}


def test_the_sessions_cookie_is_out_of_reach_of_scripts_and_other_sites(client: FlaskClient) -> None:
    answer = sign_in(client)

    [cookie] = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("hub_session=")]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_the_cookie_is_secure_where_the_request_came_over_tls(client: FlaskClient) -> None:
    secure = "https://localhost"
    form = {"csrf_token": secret_over_tls(client), "username": "lan", "password": PASSWORD}

    answer = client.post("/sign-in", data=form, base_url=secure, headers={"Referer": f"{secure}/sign-in"})

    [cookie] = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith("__Host-hub_session=")]
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def secret_over_tls(client: FlaskClient) -> str:
    text = client.get("/sign-in", base_url="https://localhost").text
    return text.split('name="csrf_token"', 1)[1].split('value="', 1)[1].split('"', 1)[0]


def test_the_cookie_is_secure_where_the_server_listens_to_others(database: Database) -> None:
    add_person(database)
    client = make_app(database, host="0.0.0.0").test_client()  # noqa: S104  nothing listens in this test
    form = {"csrf_token": secret_over_tls(client), "username": "lan", "password": PASSWORD}

    answer = client.post(
        "/sign-in", data=form, base_url="https://localhost", headers={"Referer": "https://localhost/sign-in"}
    )

    assert all("Secure" in line for line in answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(("idle", "status"), [(timedelta(minutes=59), 200), (timedelta(minutes=61), 303)])
def test_a_session_ends_after_an_hour_without_use(
    client: FlaskClient, clock: SettableClock, idle: timedelta, status: int
) -> None:
    sign_in(client)

    clock.pass_time(idle)

    assert client.get("/").status_code == status


def test_a_session_in_use_ends_after_twelve_hours(client: FlaskClient, clock: SettableClock) -> None:
    sign_in(client)

    statuses = [status_after(timedelta(minutes=40), client, clock) for _use in range(19)]

    assert statuses == [200] * 18 + [303]


def status_after(passed: timedelta, client: FlaskClient, clock: SettableClock) -> int:
    clock.pass_time(passed)
    return client.get("/").status_code


def test_signing_out_ends_the_session_on_the_server_too(client: FlaskClient, app: Flask) -> None:
    sign_in(client)
    token = session_cookie(client)
    client.post("/sign-out", data={"csrf_token": form_secret(client, "/")})

    other = app.test_client()
    other.set_cookie("hub_session", str(token))

    assert session_cookie(client) is None
    assert other.get("/").status_code == 303


def test_disabling_an_account_ends_its_sessions_at_once(client: FlaskClient, database: Database) -> None:
    sign_in(client)

    with database.transaction() as session:
        disable_account(session, "lan", NOW)

    assert client.get("/").status_code == 303
    assert sign_in(client).status_code == 422


def test_guessing_one_accounts_password_is_slowed_down_and_others_can_still_sign_in(
    client: FlaskClient, database: Database
) -> None:
    add_person(database, "mai")

    statuses = [sign_in(client, password="guess").status_code for _attempt in range(11)]

    assert statuses == [422] * 10 + [429]
    assert sign_in(client).status_code == 429
    assert sign_in(client, username="mai").status_code == 303


def test_signing_in_rightly_is_not_counted_against_an_account(client: FlaskClient, app: Flask) -> None:
    statuses = [sign_in(app.test_client()).status_code for _time in range(12)]

    assert statuses == [303] * 12


def test_the_page_is_in_the_accounts_language_until_the_reader_chooses_another(
    client: FlaskClient, database: Database
) -> None:
    add_person(database, "john", language=Language.EN)
    sign_in(client, "john")

    assert '<html lang="en">' in client.get("/").text
    assert client.get("/language/vi?next=/").status_code == 303
    assert '<html lang="vi">' in client.get("/").text


def test_a_partners_account_shows_who_it_is(client: FlaskClient, database: Database) -> None:
    make_small_hub(database, ["AEON-HP"])
    add_person(database, "aeon", Role.PARTNER, "AEON-HP")

    sign_in(client, "aeon")

    assert "Đối tác · aeon" in client.get("/").text


def test_what_a_caller_from_elsewhere_says_of_its_address_is_hearsay(app: Flask) -> None:
    with app.test_request_context(
        headers={"X-Forwarded-For": "203.0.113.9"}, environ_base={"REMOTE_ADDR": "198.51.100.7"}
    ):
        assert caller_address() == "198.51.100.7"
