"""The page of one receipt: what it tells, to whom, in which language, and the mended message."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from http import HTTPStatus

import orjson
import pytest
from flask.testing import FlaskClient

from payments_hub.contracts.decode import decode
from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.coverage import Obligation
from payments_hub.ingest.replays import replay
from payments_hub.kernel.ids import new_id
from payments_hub.kernel.periods import Frequency, Period
from payments_hub.services.locks import Decided, Lists, lock_period, refuse_held, release_held
from payments_hub.store.partners import save_obligations
from payments_hub.store.places import refresh_reach, save_site
from payments_hub.store.replays import ReplayAct
from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.builders import NOW, PARTNER, cell
from tests.support.hub import (
    SIMULATED,
    SINCE,
    WEST,
    SmallHub,
    report,
    site,
)
from tests.support.receipt_readers import CELLS, MISTYPED, SWAPPED, hub_with_readers, only, page
from tests.support.web import SettableClock, form_secret, make_hub, sign_in

pytestmark = pytest.mark.database


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return hub_with_readers(database)


@pytest.fixture
def client(hub: SmallHub) -> Iterator[FlaskClient]:
    with create_app(make_hub(hub.database, SettableClock(NOW))).test_client() as made:
        yield made


@pytest.mark.parametrize(
    ("language", "headline", "title", "advice"),
    [
        ("vi", "Từ chối, chưa ghi vào số liệu", "Mã không có trong danh mục", "instrument là MOBILEMONEY"),
        ("en", "Rejected, and not in the figures", "Code not in the list", "instrument is MOBILEMONEY"),
    ],
)
def test_a_rejected_receipt_says_what_came_what_may_stand_there_and_what_to_do(
    hub: SmallHub, client: FlaskClient, language: str, headline: str, title: str, advice: str
) -> None:
    receipt = only(hub.send(report(0, cells=CELLS, control=SWAPPED)))

    text = page(client, "anh", receipt, language)

    told = (headline, title, advice, "E2101", "/data/cells/2/instrument", "MOBILE_MONEY", "PREPAID", "REJECTED · 422")
    assert [words for words in told if words not in text] == []


def test_one_slip_in_many_cells_is_one_cause(hub: SmallHub, client: FlaskClient) -> None:
    cells = [cell(instrument=code, sector="Z99") for code in ("CARD", "CASH", "E_WALLET")]
    receipt = only(hub.send(report(0, cells=cells)))

    text = page(client, "anh", receipt)

    assert "1 lỗi ở 3 chỗ." in text
    assert text.count('class="fault fault-error"') == 1


def test_the_same_fault_in_other_messages_of_the_week_is_counted(hub: SmallHub, client: FlaskClient) -> None:
    for days in (20, 3, 2):
        hub.clock.instant = NOW - timedelta(days=days)
        hub.send(report(0, period="2026-06-10", cells=[MISTYPED]))
    hub.clock.instant = NOW
    receipt = only(hub.send(report(0, cells=[MISTYPED])))

    text = page(client, "anh", receipt)

    assert "Lỗi này có ở 2 thông điệp khác trong 7 ngày trước đó." in text


def test_an_accepted_receipt_tells_every_hash_and_time(hub: SmallHub, client: FlaskClient) -> None:
    receipt = only(hub.send(report(2_000_000)))
    [(event, content)] = hub.rows(
        "SELECT encode(event_sha256, 'hex'), encode(content_sha256, 'hex') FROM slice_revision"
    )

    text = page(client, "anh", receipt)

    assert [told for told in (receipt.delivery.bytes_sha256, event, content) if told not in text] == []
    assert [told for told in ("4/7/2026 09:11:09,000", "5/7/2026 10:00:00,000") if told not in text] == []
    assert receipt.rules_version in text


def test_a_duplicate_links_the_first_receipt(hub: SmallHub, client: FlaskClient) -> None:
    body = report(2_000_000)
    first, second = hub.send(body, body)

    text = page(client, "anh", second)

    assert f'href="/receipts/{first.id}"' in text


def test_simulated_data_wear_their_mark(hub: SmallHub, client: FlaskClient) -> None:
    receipt = only(hub.send(report(2_000_000, partner=SIMULATED), partner=SIMULATED))

    text = page(client, "lan", receipt)

    assert "Dữ liệu mô phỏng" in text


@pytest.mark.parametrize("path", ["", ".json", "/mended.json"])
def test_another_partners_receipt_is_as_one_that_never_was(hub: SmallHub, client: FlaskClient, path: str) -> None:
    receipt = only(hub.send(report(0, cells=CELLS, control=SWAPPED)))
    sign_in(client, "go")

    foreign, unknown = (client.get(f"/receipts/{name}{path}") for name in (receipt.id, "01KWR3FVW054FKEJSHPR5PEQCK"))

    assert foreign.status_code == unknown.status_code == HTTPStatus.NOT_FOUND
    assert _without_ids(foreign.text) == _without_ids(unknown.text)


def test_the_json_is_the_receipt_that_was_given_out(hub: SmallHub, client: FlaskClient) -> None:
    receipt = only(hub.send(report(0, cells=CELLS, control=SWAPPED)))
    sign_in(client, "anh")

    answer = client.get(f"/receipts/{receipt.id}.json")

    assert ReceiptV1.model_validate_json(answer.data) == receipt


def test_the_mended_message_has_the_sure_mends_and_is_without_fault(hub: SmallHub, client: FlaskClient) -> None:
    body = report(0, cells=CELLS, control=SWAPPED)
    receipt = only(hub.send(body))

    text = page(client, "anh", receipt)
    mended = client.get(f"/receipts/{receipt.id}/mended.json")

    assert (
        '<span class="add">+ &#34;control&#34;: {&#34;count&#34;: 27653, &#34;amount&#34;: 7035060000}</span>' in text
    )
    assert mended.data == body.replace(b"MOBILEMONEY", b"MOBILE_MONEY").replace(b"7053060000", b"7035060000")
    assert decode(mended.data).event is not None


def test_no_mend_is_offered_where_none_is_sure(hub: SmallHub, client: FlaskClient) -> None:
    receipt = only(hub.send(report(0, cells=[cell(instrument="GOLD")])))

    text = page(client, "anh", receipt)

    assert "mended.json" not in text
    assert client.get(f"/receipts/{receipt.id}/mended.json").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(("username", "status"), [("anh", 200), ("van", 200), ("lan", 404)])
def test_raw_bytes_are_for_their_owner_and_the_operators(
    hub: SmallHub, client: FlaskClient, username: str, status: int
) -> None:
    receipt = only(hub.send(report(0, cells=CELLS, control=SWAPPED, note="chỉ của đối tác")))

    text = page(client, username, receipt)
    answer = client.get(f"/receipts/{receipt.id}/mended.json")

    assert answer.status_code == status
    assert ('class="diff"' in text) == (status == HTTPStatus.OK)


def test_personal_data_are_masked_and_the_file_is_not_handed_out(hub: SmallHub, client: FlaskClient) -> None:
    receipt = only(hub.send(report(0, cells=CELLS, control=SWAPPED, note="gọi 0912 345 678")))

    text = page(client, "anh", receipt)
    answer = client.get(f"/receipts/{receipt.id}/mended.json")

    assert "09**********" in text
    assert "345 678" not in text
    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_once_the_bytes_are_gone_the_receipt_stays(hub: SmallHub, client: FlaskClient) -> None:
    receipt = only(hub.send(report(0, cells=CELLS, control=SWAPPED)))
    hub.rows("UPDATE quarantine SET body = NULL RETURNING 1")

    text = page(client, "anh", receipt)

    assert "Các byte gốc đã hết hạn giữ ngày 9/8/2027." in text
    assert "mended.json" not in text
    assert "instrument là MOBILEMONEY" in text


def test_whose_side_it_is_on_is_said_to_partners_as_you_and_to_others_by_name(
    hub: SmallHub, client: FlaskClient
) -> None:
    receipt = only(hub.send(report(0, cells=[cell(count=-1)], control={"count": 0, "amount": 2_000_000})))

    assert "Phía số liệu của bạn" in page(client, "anh", receipt)
    assert "Phía đối tác" in page(client, "lan", receipt)


def test_what_could_not_be_read_is_told_as_such(hub: SmallHub, client: FlaskClient) -> None:
    receipt = only(hub.send(b"garbage"))

    text = page(client, "anh", receipt)

    assert "Chưa đọc được nội dung" in text


@pytest.mark.parametrize(
    ("decide", "words"),
    [
        (release_held, "Cán bộ cho vào sổ: đã đối chiếu"),
        (refuse_held, "Cán bộ không nhận: đã đối chiếu"),
    ],
    ids=["released", "refused"],
)
def test_a_held_slice_and_what_an_officer_decided_lead_to_each_other(
    hub: SmallHub, client: FlaskClient, decide: Callable[..., Decided], words: str
) -> None:
    with hub.database.transaction() as session:
        lock_period(session, "POS_SALES", Period.parse("2026-07"), reason="khóa sổ", by="account:lan", now=NOW)
    held = only(hub.send(report(2_000_000)))
    with hub.database.transaction() as session:
        lists = Lists(hub.references.current(session), hub.clock)
        deliveries = [number for (number,) in hub.rows("SELECT delivery_id FROM held_slice")]
        [later] = decide(session, deliveries, reason="đã đối chiếu", by="account:lan", lists=lists).receipts

    before, after = page(client, "anh", held), page(client, "anh", later)

    assert [
        told for told in ("Tạm giữ", "Biên nhận này đã được thay.", f"/receipts/{later.id}") if told not in before
    ] == []
    assert [told for told in (words, f"/receipts/{held.id}") if told not in after] == []
    assert "Biên nhận này đã được thay." not in after


def test_a_held_receipt_tells_the_hashes_of_what_waits_and_until_when_its_bytes_are_kept(
    hub: SmallHub, client: FlaskClient
) -> None:
    with hub.database.transaction() as session:
        lock_period(session, "POS_SALES", Period.parse("2026-07"), reason="khóa sổ", by="account:lan", now=NOW)
    body = report(2_000_000)
    held, decoded = only(hub.send(body)), decode(body)
    assert decoded.event_sha256 is not None
    assert decoded.content_sha256 is not None

    text = page(client, "anh", held)

    hashes = (held.delivery.bytes_sha256, decoded.event_sha256.hex(), decoded.content_sha256.hex())
    assert [told for told in (*hashes, "tới 9/8/2027", "HELD · 202") if told not in text] == []


def test_a_replayed_delivery_says_why_and_links_the_replay(hub: SmallHub, client: FlaskClient) -> None:
    refused = only(hub.send(report(2_000_000, site="MALL-0099")))
    with hub.database.transaction() as session:
        save_site(session, site("MALL-0099", WEST))
        save_obligations(session, [Obligation(PARTNER, "POS_SALES", "MALL-0099", Frequency.DAY, 1, SINCE)])
        refresh_reach(session)
    act = ReplayAct(new_id(NOW), "account:van", "đã thêm địa điểm", "E2101")
    [(delivery,)] = hub.rows("SELECT delivery_id FROM receipt WHERE id = :id", id=refused.id)
    with hub.database.transaction() as session:
        [trial] = replay(session, [delivery], act, reference=hub.references.current(session), clock=hub.clock)
    assert trial.receipt is not None

    text = page(client, "anh", trial.receipt)

    assert "Chấp nhận, đã ghi vào số liệu" in text
    assert "đã thêm địa điểm" in text
    assert [
        told for told in (f"/receipts/{refused.id}", f"/replays/{act.replay_id}") if f'href="{told}"' not in text
    ] == []


def test_a_partner_answers_a_warning_on_the_receipt_and_sees_its_answer_there(
    hub: SmallHub, client: FlaskClient
) -> None:
    receipt = only(hub.send(report(9_000_000_000)))
    text = page(client, "anh", receipt)
    action = text.split('class="fields" method="post" action="', 1)[1].split('"', 1)[0].replace("&amp;", "&")
    secret = form_secret(client, f"/receipts/{receipt.id}")
    form = {"csrf_token": secret, "kind": "RIGHT_ONCE", "note": "hội chợ", "next": f"/receipts/{receipt.id}#warning-1"}

    answer = client.post(action, data=form)
    after = page(client, "anh", receipt)

    assert answer.headers["Location"] == f"/receipts/{receipt.id}#warning-1"
    assert "Đúng, sự kiện một lần. “hội chợ” (anh trả lời lúc" in after
    assert 'class="fields"' not in after


def test_who_is_not_its_partner_sees_how_a_warning_stands_and_no_form(hub: SmallHub, client: FlaskClient) -> None:
    receipt = only(hub.send(report(9_000_000_000)))

    text = page(client, "lan", receipt)

    assert "Chưa trả lời" in text
    assert 'class="fields"' not in text


def _without_ids(text: str) -> str:
    parsed = orjson.loads(text) if text.startswith("{") else None
    return str(sorted(parsed)) if parsed else "".join(text.partition("<main")[1:]).partition("<code>")[0]
