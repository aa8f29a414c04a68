import re

import pytest
from flask.testing import FlaskClient

from payments_hub.domain.people import Role, Viewer
from payments_hub.jobs.drawing import draw_missing, draw_requested
from payments_hub.store.session import Database
from tests.support.overviews import EMPTY, NOW, overview, series_chart
from tests.support.small_hub import make_small_hub
from tests.support.web import add_person, form_secret, make_app, remembering, sign_in

pytestmark = pytest.mark.database


def test_while_the_chart_is_not_drawn_the_table_shows_and_the_drawing_is_asked_for(
    client: FlaskClient, database: Database
) -> None:
    sign_in(client)

    text = client.get("/").text

    assert "Đang vẽ biểu đồ" in text
    assert "39,8\u00a0%" in text
    with database.transaction() as session:
        assert draw_requested(session, NOW, lambda *_asked: overview()) == "4 drawn"
        assert draw_requested(session, NOW, lambda *_asked: overview()) == "0 drawn"


def test_a_drawn_chart_is_shown_with_its_words_and_can_do_nothing_on_its_own(
    client: FlaskClient, database: Database
) -> None:
    with database.transaction() as session:
        draw_missing(session, series_chart(), NOW)
    sign_in(client)

    text = client.get("/").text
    [wide] = re.findall(r'src="(/charts/[^"]+)"', text)
    drawing = client.get(wide)

    assert "Đang vẽ biểu đồ" not in text
    assert "Địa bàn cũ: 39,8\u00a0% (5/2024)" in text
    assert drawing.mimetype == "image/svg+xml"
    assert "sandbox" in drawing.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["0" * 64 + "-vi-wide", "0" * 64 + "-fr-wide", "../-vi-wide", "0" * 64 + "-vi-huge"])
def test_a_chart_that_is_not_there_is_not_found(client: FlaskClient, name: str) -> None:
    sign_in(client)

    assert client.get(f"/charts/{name}.svg").status_code == 404


def test_a_chart_needs_signing_in(client: FlaskClient) -> None:
    assert client.get(f"/charts/{'0' * 64}-vi-wide.svg").status_code == 303


def test_an_empty_hub_says_so_and_asks_for_no_drawing(database: Database) -> None:
    add_person(database)
    client = make_app(database, shown=EMPTY).test_client()
    sign_in(client)

    text = client.get("/").text

    assert "Chưa có số liệu" in text
    assert "Dữ liệu mô phỏng" not in text
    with database.transaction() as session:
        assert draw_requested(session, NOW, lambda *_asked: overview()) == "0 drawn"


def test_a_page_that_will_not_change_soon_has_no_script(client: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        draw_missing(session, series_chart(), NOW)
    sign_in(client)

    assert "<script" not in client.get("/").text


def test_a_page_that_is_updating_says_so_and_fetches_itself_again(database: Database) -> None:
    add_person(database)
    client = make_app(database, shown=overview(updating=True)).test_client()
    sign_in(client)

    text = client.get("/").text

    assert "Đang cập nhật." in text
    assert 'hx-trigger="load delay:5s"' in text


def test_every_answer_forbids_foreign_content_framing_and_keeping(client: FlaskClient) -> None:
    headers = client.get("/sign-in").headers

    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_no_page_has_a_script_or_a_style_inside_it(client: FlaskClient) -> None:
    sign_in(client)

    text = client.get("/").text

    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?! src=)", text) == []


def test_a_page_that_is_not_there_is_told_in_the_readers_language(client: FlaskClient) -> None:
    vietnamese = client.get("/nowhere")
    client.set_cookie("hub_language", "en")
    english = client.get("/nowhere")

    assert vietnamese.status_code == english.status_code == 404
    assert "Không tìm thấy trang" in vietnamese.text
    assert "Page not found" in english.text
    assert vietnamese.headers["X-Request-Id"] in vietnamese.text


def test_a_fault_of_ours_shows_its_request_and_nothing_of_the_inside(database: Database) -> None:
    add_person(database)
    app = make_app(database)
    app.extensions["payments_hub_overview"] = lambda *_asked: 1 / 0
    client = app.test_client()
    sign_in(client)

    answer = client.get("/")

    assert answer.status_code == 500
    assert answer.headers["X-Request-Id"] in answer.text
    assert "ZeroDivision" not in answer.text


def test_the_readers_address_follows_a_change_of_language(client: FlaskClient) -> None:
    answer = client.get("/language/en?next=//evil.example/")

    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/language/fr").status_code == 404


def test_a_form_larger_than_any_form_is_refused(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"csrf_token": form_secret(client), "username": "x" * 70_000})

    assert answer.status_code == 413


def test_the_overview_is_read_for_the_partner_who_looks_and_its_drawing_asked_for_apart(database: Database) -> None:
    make_small_hub(database, ["AEON-HP"])
    add_person(database, "aeon", Role.PARTNER, "AEON-HP")
    asked: list[Viewer] = []
    own = overview(partner="AEON-HP")
    client = make_app(database, shown=own, seen=asked).test_client()
    sign_in(client, "aeon")

    text = client.get("/").text

    with database.transaction() as session:
        drawn = draw_requested(session, NOW, remembering(asked, own))
    assert "Chỉ có số liệu của" in text
    assert drawn == "4 drawn"
    assert asked == [Viewer(Role.PARTNER, "AEON-HP")] * 2
