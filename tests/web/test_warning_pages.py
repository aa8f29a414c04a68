"""Pages of warnings: whose they list, what a partner may answer, and what the form says of what cannot be kept."""

import csv
import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.languages import Language
from payments_hub.domain.people import Role
from payments_hub.store.session import Database
from tests.builders import MALL, PARTNER, cell
from tests.support.hub import RIVAL, SIMULATED, SmallHub, report, small_hub
from tests.support.series import at_night
from tests.support.web import SettableClock, add_person, form_secret, make_app, sign_in

pytestmark = pytest.mark.database

PAYLOAD = "<img src=x onerror=alert(1)>"
SLIP = [cell(instrument="CARD", count=10, amount=9_000), cell(instrument="CASH", count=10, amount=8_000)]
"""Both cells' mean payments are too small to be believed."""


@pytest.fixture
def hub(database: Database) -> SmallHub:
    """Lend a hub with one warned receipt of each of two partners."""
    return small_hub(database)


@pytest.fixture
def slip(hub: SmallHub) -> ReceiptV1:
    (receipt,) = hub.send(report(0, cells=SLIP))
    return receipt


@pytest.fixture
def rivals(hub: SmallHub) -> ReceiptV1:
    (receipt,) = hub.send(report(9_000, partner=RIVAL), partner=RIVAL)
    return receipt


@pytest.fixture
def app(hub: SmallHub, slip: ReceiptV1, rivals: ReceiptV1) -> Flask:
    add_person(hub.database)
    add_person(hub.database, "an", Role.PARTNER, PARTNER)
    add_person(hub.database, "andy", Role.PARTNER, PARTNER, Language.EN)
    add_person(hub.database, "binh", Role.PARTNER, RIVAL)
    return make_app(hub.database, clock=SettableClock())


def signed_in(app: Flask, username: str = "an") -> FlaskClient:
    client = app.test_client()
    sign_in(client, username)
    return client


def form_of(receipt: ReceiptV1) -> str:
    return f"/receipts/{receipt.id}/answers?code=W5003"


def answer(client: FlaskClient, path: str, **fields: str) -> tuple[int, str]:
    answered = client.post(path, data={"csrf_token": form_secret(client, path), **fields})
    return answered.status_code, answered.headers.get("Location", "") or answered.text


def test_a_partner_sees_its_own_warnings_and_where_to_answer_them(
    app: Flask, slip: ReceiptV1, rivals: ReceiptV1
) -> None:
    text = signed_in(app).get("/warnings").text

    assert text.count("Giá trị bình quân ngoài khoảng thường gặp</strong>") == 2
    assert f"/receipts/{slip.id}/answers?code=W5003&amp;pointer=%2Fdata%2Fcells%2F1%2Famount" in text
    assert RIVAL not in text
    assert rivals.id not in text


@pytest.mark.parametrize(("username", "written"), [("an", "50.000.000"), ("andy", "50,000,000")], ids=["vi", "en"])
def test_long_numbers_are_written_as_people_write_them(app: Flask, username: str, written: str) -> None:
    text = signed_in(app, username).get("/warnings").text

    assert written in text
    assert "50000000" not in text


def test_staff_see_everybodys_and_are_offered_no_answer(app: Flask, slip: ReceiptV1, rivals: ReceiptV1) -> None:
    text = signed_in(app, "lan").get("/warnings").text

    assert slip.id in text
    assert rivals.id in text
    assert "/answers" not in text


def test_one_answer_may_be_given_to_all_cells_of_a_receipt(app: Flask, hub: SmallHub, slip: ReceiptV1) -> None:
    client = signed_in(app)

    status, location = answer(client, form_of(slip), kind="RIGHT_ONCE", note="Bán vé tượng trưng", next="/warnings")

    assert (status, location) == (303, "/warnings")
    assert hub.rows("SELECT pointer, answer, note, answered_by FROM warning_answer ORDER BY pointer") == [
        ("/data/cells/0/amount", "RIGHT_ONCE", "Bán vé tượng trưng", "an"),
        ("/data/cells/1/amount", "RIGHT_ONCE", "Bán vé tượng trưng", "an"),
    ]
    assert "Bán vé tượng trưng" in client.get("/warnings?state=answered").text
    assert "Không có cảnh báo nào ở đây" in client.get("/warnings").text


def test_one_cell_may_be_answered_by_itself(app: Flask, hub: SmallHub, slip: ReceiptV1) -> None:
    client = signed_in(app)

    answer(client, f"{form_of(slip)}&pointer=/data/cells/1/amount", kind="NORMAL")

    assert hub.rows("SELECT pointer, answer, instrument FROM warning_answer") == [
        ("/data/cells/1/amount", "NORMAL", "CASH")
    ]


def test_an_answer_with_a_fault_comes_back_as_it_was_typed(app: Flask, hub: SmallHub, slip: ReceiptV1) -> None:
    client = signed_in(app)

    status, text = answer(client, form_of(slip), kind="RIGHT_ONCE", note="gọi 0912345678")

    assert status == 422
    assert "Ghi chú có vẻ chứa số điện thoại" in text
    assert re.search(r'value="RIGHT_ONCE"\s+checked', text)
    assert "gọi 0912345678" in text
    assert 'href="#note"' in text
    assert hub.number("SELECT count(*) FROM warning_answer") == 0


def test_an_answer_without_a_kind_says_so_in_english_too(app: Flask, slip: ReceiptV1) -> None:
    status, text = answer(signed_in(app, "andy"), form_of(slip))

    assert status == 422
    assert "Choose an answer." in text


def test_a_second_answer_is_a_conflict(app: Flask, hub: SmallHub, slip: ReceiptV1) -> None:
    client = signed_in(app)
    secret = form_secret(client, form_of(slip))
    client.post(form_of(slip), data={"csrf_token": secret, "kind": "NORMAL"})

    again = client.post(form_of(slip), data={"csrf_token": secret, "kind": "WILL_CORRECT"})

    assert again.status_code == 409
    assert hub.rows("SELECT DISTINCT answer FROM warning_answer") == [("NORMAL",)]


def test_an_answered_warning_shows_its_answer_in_place_of_the_form(app: Flask, slip: ReceiptV1) -> None:
    client = signed_in(app)
    answer(client, form_of(slip), kind="WILL_CORRECT")

    text = client.get(form_of(slip)).text

    assert "Sai, sẽ gửi bản sửa (an," in text
    assert 'name="kind"' not in text


def test_another_partners_warning_is_as_one_that_never_was(app: Flask, rivals: ReceiptV1) -> None:
    client = signed_in(app)

    paths = [form_of(rivals), "/receipts/01NONE/answers?code=W5003", f"/receipts/{rivals.id}/answers"]
    found = [client.get(path).status_code for path in (*paths, "/warnings/99/answer")]

    assert found == [404] * 4


@pytest.mark.parametrize("path", ["/receipts/01NONE/answers?code=W5003", "/warnings/1/answer"])
def test_staff_may_not_open_the_form(app: Flask, path: str) -> None:
    assert signed_in(app, "lan").get(path).status_code == 403


@pytest.mark.parametrize("path", ["/warnings", "/warnings.csv", "/warnings/1/answer"])
def test_a_stranger_is_led_to_sign_in(app: Flask, path: str) -> None:
    assert app.test_client().get(path).status_code == 303


def test_a_silence_is_listed_and_answered(app: Flask, hub: SmallHub) -> None:
    with_silence(hub)
    client = signed_in(app)

    (path,) = re.findall(r'href="(/warnings/\d+/answer)"', client.get("/warnings").text)
    status, _location = answer(client, path, kind="WILL_CORRECT")

    assert status == 303
    assert "Chờ bản sửa" in client.get("/warnings").text


def with_silence(hub: SmallHub) -> None:
    """Let the mall stop on the day of the slip, after some steady weeks, and a week pass."""
    begin = hub.clock.now().date()
    days = [begin - timedelta(days=number) for number in range(60, 2, -1)]
    hub.send(*(report(2_000_000 + number * 1_000, period=str(day)) for number, day in enumerate(days)))
    hub.clock.instant += timedelta(days=7)
    at_night(hub)


def test_the_file_holds_every_warning_and_its_answer(app: Flask, slip: ReceiptV1) -> None:
    client = signed_in(app)
    answer(client, f"{form_of(slip)}&pointer=/data/cells/1/amount", kind="RIGHT_ONCE", note="=1+1")

    answered = client.get("/warnings.csv?state=all")
    head, *rows = csv.reader(io.StringIO(answered.text.removeprefix("\ufeff")))

    assert answered.mimetype == "text/csv"
    assert head[-1] == "simulated_data"
    by_pointer = {row[head.index("pointer")]: row for row in rows}
    assert set(by_pointer) == {"/data/cells/0/amount", "/data/cells/1/amount"}
    assert by_pointer["/data/cells/1/amount"][head.index("note")] == "'=1+1"
    assert {row[head.index("site")] for row in rows} == {MALL}


def test_a_list_is_narrowed_and_says_when_nothing_is_left(app: Flask) -> None:
    client = signed_in(app, "lan")

    text = client.get(f"/warnings?partner={RIVAL}&code=W5001&flow=POS_SALES&state=all").text

    assert "Hãy bỏ bớt điều kiện lọc." in text
    assert f'value="{RIVAL}" selected' in text


def test_a_partner_who_asks_for_anothers_sees_its_own(app: Flask, rivals: ReceiptV1) -> None:
    assert rivals.id not in signed_in(app).get(f"/warnings.csv?partner={RIVAL}&state=all").text


@pytest.mark.parametrize("asked", ["state=nonsense", "before=nothing", "code=%27%3B--", "flow=" + "x" * 300])
def test_filters_that_mean_nothing_find_nothing_or_all(app: Flask, asked: str) -> None:
    assert signed_in(app).get(f"/warnings?{asked}").status_code == 200


def test_a_simulated_partners_warnings_say_so(app: Flask, hub: SmallHub) -> None:
    hub.send(report(9_000, partner=SIMULATED), partner=SIMULATED)

    assert "Dữ liệu mô phỏng" in signed_in(app, "lan").get("/warnings").text
    assert "Dữ liệu mô phỏng" not in signed_in(app).get("/warnings").text


def test_nothing_that_was_sent_or_typed_acts_on_the_pages(app: Flask, slip: ReceiptV1) -> None:
    client = signed_in(app)
    answer(client, form_of(slip), kind="RIGHT_ONCE", note=PAYLOAD, next="//evil.example/")

    text = client.get("/warnings?state=all").text

    assert PAYLOAD not in text
    assert "&lt;img src=x" in text


def test_after_an_answer_nobody_is_led_elsewhere(app: Flask, slip: ReceiptV1) -> None:
    status, location = answer(signed_in(app), form_of(slip), kind="NORMAL", next="//evil.example/")

    assert (status, location) == (303, "/")
