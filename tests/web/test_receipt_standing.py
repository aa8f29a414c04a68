"""What a receipt page says of what became of its slice, and how it is proved."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.builders import CARD_CELL, CASH_CELL, NOW, cell
from tests.support.hub import (
    SmallHub,
    manifest,
    nothing,
    report,
    withdrawal,
)
from tests.support.receipt_readers import hub_with_readers, only, page
from tests.support.web import SettableClock, make_hub

pytestmark = pytest.mark.database


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return hub_with_readers(database)


@pytest.fixture
def client(hub: SmallHub) -> Iterator[FlaskClient]:
    with create_app(make_hub(hub.database, SettableClock(NOW))).test_client() as made:
        yield made


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("vi", ("nay đã được lần sửa 2 thay", "Xem biên nhận của lần sửa 2")),
        ("en", ("since replaced by revision 2", "See the receipt of revision 2")),
    ],
)
def test_an_accepted_receipt_that_was_replaced_leads_to_the_newest_revision(
    hub: SmallHub, client: FlaskClient, language: str, told: tuple[str, ...]
) -> None:
    first, _, newest = (only(hub.send(report(2_000_000 + number, revision=number))) for number in range(3))

    text = page(client, "anh", first, language)

    assert [words for words in (*told, f'href="/receipts/{newest.id}"') if words not in text] == []
    assert "Số liệu dùng lát này từ" not in text
    assert "The figures use this slice since" not in text


def test_the_receipt_of_the_newest_revision_says_that_the_figures_use_it(hub: SmallHub, client: FlaskClient) -> None:
    newest = [only(hub.send(report(2_000_000 + number, revision=number))) for number in range(2)][-1]

    text = page(client, "anh", newest)

    assert "Số liệu dùng lát này từ" in text
    assert "Xem biên nhận của lần sửa" not in text


def test_an_accepted_delete_says_that_the_slice_is_taken_back(hub: SmallHub, client: FlaskClient) -> None:
    hub.send(report(2_000_000))
    receipt = only(hub.send(withdrawal(revision=1)))

    text = page(client, "anh", receipt)

    assert "lát đã được rút lại" in text
    assert "nơi này tính là phải gửi mà chưa nhận được." in text


def test_an_accepted_nil_says_that_there_is_nothing_to_report(hub: SmallHub, client: FlaskClient) -> None:
    receipt = only(hub.send(nothing()))

    text = page(client, "anh", receipt)

    assert "nơi này tính là đã nhận, không có gì để báo." in text
    assert "Số liệu dùng lát này từ" not in text


@pytest.mark.parametrize(
    ("slices", "amount", "state"),
    [
        (1, 2_000_000, "Các lát đã nhận khớp bảng kê."),
        (2, 4_000_000, "Bảng kê đang chờ lát còn thiếu."),
        (1, 1_000_000, "Các lát đã nhận lệch bảng kê."),
    ],
)
def test_the_receipt_of_a_manifest_says_how_the_manifest_stands(
    hub: SmallHub, client: FlaskClient, slices: int, amount: int, state: str
) -> None:
    hub.send(report(2_000_000))
    receipt = only(hub.send(manifest(slices, amount)))

    text = page(client, "anh", receipt)

    assert [words for words in ("Đã nhận bảng kê", state) if words not in text] == []
    assert "Số liệu dùng lát này từ" not in text


def test_the_receipt_of_a_manifest_that_was_replaced_leads_to_the_newer_one(hub: SmallHub, client: FlaskClient) -> None:
    first, newer = (only(hub.send(manifest(1, 2_000_000 + number, revision=number))) for number in range(2))

    text = page(client, "anh", first)

    assert "Bảng kê này đã được lần sửa 1 thay" in text
    assert f'href="/receipts/{newer.id}"' in text


def test_the_form_preselects_no_answer_and_says_what_an_answer_takes(hub: SmallHub, client: FlaskClient) -> None:
    receipt = only(hub.send(report(9_000_000_000)))

    form = page(client, "anh", receipt).split('class="fields"', 1)[1].split("</form>", 1)[0]

    assert form.index('<option value="">') < form.index('<option value="RIGHT_ONCE">')
    assert "required" in form
    assert "Đúng, sự kiện một lần: Cần ghi chú" in form
    assert "gửi rồi thì không sửa được câu trả lời" in form
    assert "<details" not in form


@pytest.mark.parametrize(("username", "is_there"), [("anh", False), ("van", True)])
def test_a_partner_proves_bytes_with_a_common_tool_and_the_operator_with_the_hubs(
    hub: SmallHub, client: FlaskClient, username: str, *, is_there: bool
) -> None:
    receipt = only(hub.send(report(2_000_000)))

    text = page(client, username, receipt)

    assert "sha256sum slice.json" in text
    assert ("payments-hub receipt verify" in text) == is_there


def test_a_rejected_revision_that_another_message_took_meanwhile_is_not_called_free(
    hub: SmallHub, client: FlaskClient
) -> None:
    refused = only(hub.send(report(0, cells=[cell(instrument="GOLD")])))
    before = page(client, "anh", refused)
    hub.send(report(2_000_000))

    after = page(client, "anh", refused)

    assert "số lần sửa và mã sự kiện dùng lại được" in before
    assert "dùng lại được" not in after
    assert "Lần sửa này đã được ghi từ thông điệp khác" in after


@pytest.mark.parametrize(("language", "way"), [("vi", "qua giao diện lập trình"), ("en", "HTTP(S) API")])
def test_the_way_in_claims_no_encryption_that_the_hub_does_not_know_of(
    hub: SmallHub, client: FlaskClient, language: str, way: str
) -> None:
    receipt = only(hub.send(report(2_000_000)))

    assert f"{way} {receipt.delivery.position}" in page(client, "anh", receipt, language)


@pytest.mark.parametrize(("language", "written"), [("vi", "7.053.060.000"), ("en", "7,053,060,000")])
def test_long_numbers_of_findings_are_written_as_people_write_them(
    hub: SmallHub, client: FlaskClient, language: str, written: str
) -> None:
    receipt = only(
        hub.send(report(0, cells=[CARD_CELL, CASH_CELL], control={"count": 27_241, "amount": 7_053_060_000}))
    )

    faults = page(client, "anh", receipt, language).split('class="fault-body"', 1)[1].split("</section>", 1)[0]

    assert written in faults
    assert "7053060000" not in faults


def test_the_lines_of_the_mended_message_are_wrapped(client: FlaskClient) -> None:
    answer = client.get("/static/receipts.css")
    style = answer.text
    answer.close()

    assert ".diff span { white-space: pre-wrap; overflow-wrap: anywhere;" in style
