"""The page of locks: what is seen before a decision, what a decision does, and what is told when it cannot be."""

import re

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from payments_hub.domain.languages import Language
from payments_hub.domain.people import Role
from payments_hub.kernel.periods import Period
from payments_hub.services.locks import lock_period, unlock_period
from payments_hub.store.session import Database
from tests.builders import PARTNER
from tests.support.hub import SIMULATED, SmallHub, nothing, report, small_hub, withdrawal
from tests.support.web import add_person, form_secret, make_app, sign_in

pytestmark = pytest.mark.database

PAYLOAD = "<script>alert(1)</script>"
LOCKERS = {Role.OFFICER, Role.APPROVER}


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


@pytest.fixture
def client(hub: SmallHub) -> FlaskClient:
    return client_of(hub)


def client_of(
    hub: SmallHub, username: str = "lan", role: Role = Role.OFFICER, language: Language = Language.VI
) -> FlaskClient:
    add_person(hub.database, username, role, PARTNER if role is Role.PARTNER else None, language)
    client = make_app(hub.database).test_client()
    sign_in(client, username)
    return client


def lock_july(hub: SmallHub) -> int:
    with hub.database.transaction() as session:
        made = lock_period(
            session, "POS_SALES", Period.parse("2026-07"), reason="Đã chốt sổ", by="account:mai", now=hub.clock.now()
        )
    return made.number


def post(client: FlaskClient, path: str, **sent: object) -> TestResponse:
    return client.post(path, data={"csrf_token": form_secret(client, "/locks"), **sent})


def waiting(hub: SmallHub) -> list[int]:
    return [row[0] for row in hub.rows("SELECT delivery_id FROM held_slice WHERE decided_at IS NULL ORDER BY 1")]


def told(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ")


def test_an_empty_page_says_that_nothing_is_locked(client: FlaskClient) -> None:
    text = told(client.get("/locks").text)

    assert "Không có kỳ nào đang khóa và không có lát nào chờ quyết định." in text
    assert "Số liệu đến cho mọi kỳ đều được xét ngay." in text


@pytest.mark.parametrize("typed", ["2026-07", "7/2026"])
def test_a_period_is_locked_by_a_form_and_stands_on_the_page(hub: SmallHub, client: FlaskClient, typed: str) -> None:
    answer = post(client, "/locks", flow="POS_SALES", period=typed, reason="Đã chốt sổ")

    text = told(client.get(answer.location).text)

    assert (answer.status_code, answer.location) == (303, "/locks?did=locked")
    assert "Lát nào đến cho kỳ này từ bây giờ sẽ được tạm giữ." in text
    assert "POS_SALES Tháng 7/2026" in text
    assert "Tài khoản lan Đã chốt sổ" in text
    assert hub.rows("SELECT actor, action FROM audit_entry WHERE action LIKE 'period%'") == [
        ("account:lan", "period_locked")
    ]


@pytest.mark.parametrize(
    ("sent", "said", "kept"),
    [
        ({"flow": "POS"}, "Hãy chọn một luồng.", ["2026-Q3", "Đã chốt sổ"]),
        ({"period": "tháng 7"}, "Kỳ này chưa đọc được.", ["tháng 7", "Đã chốt sổ"]),
        ({"reason": " "}, "Hãy ghi lý do", ["2026-Q3", "selected>POS_SALES"]),
    ],
    ids=["flow", "period", "reason"],
)
def test_what_is_wrong_is_told_at_its_field_and_all_is_kept(
    hub: SmallHub, client: FlaskClient, sent: dict[str, str], said: str, kept: list[str]
) -> None:
    answer = post(client, "/locks", **({"flow": "POS_SALES", "period": "2026-Q3", "reason": "Đã chốt sổ"} | sent))

    assert (answer.status_code, answer.text.count(said)) == (422, 2)
    assert [value for value in kept if value not in answer.text] == []
    assert hub.number("SELECT count(*) FROM period_lock") == 0


def test_a_period_that_is_locked_already_is_told(hub: SmallHub, client: FlaskClient) -> None:
    lock_july(hub)

    answer = post(client, "/locks", flow="POS_SALES", period="2026-07", reason="Lại")

    assert (answer.status_code, "đang khóa rồi" in answer.text) == (409, True)


def test_unlocking_says_that_it_releases_nothing(hub: SmallHub, client: FlaskClient) -> None:
    number = lock_july(hub)
    hub.send(report(1_000_000))

    answer = post(client, f"/locks/{number}/unlock", reason="Mở lại để sửa")

    text = told(client.get(answer.location).text)
    assert answer.status_code == 303
    assert "Mở khóa không tự cho nhận lát nào: 1 lát vẫn chờ quyết định." in text
    assert "Tài khoản lan: Mở lại để sửa" in text
    assert len(waiting(hub)) == 1


def test_unlocking_wants_a_reason(hub: SmallHub, client: FlaskClient) -> None:
    number = lock_july(hub)

    answer = post(client, f"/locks/{number}/unlock", reason="")

    assert (answer.status_code, hub.number("SELECT count(*) FROM period_lock WHERE unlocked_at IS NULL")) == (422, 1)


def test_who_unlocks_second_is_told(hub: SmallHub, client: FlaskClient) -> None:
    number = lock_july(hub)
    with hub.database.transaction() as session:
        unlock_period(session, number, reason="trước", by="account:mai", now=hub.clock.now())

    answer = post(client, f"/locks/{number}/unlock", reason="sau")

    assert (answer.status_code, "Người khác vừa mở khóa" in answer.text) == (409, True)


@pytest.mark.parametrize("path", ["/locks/77/unlock", "/locks/99999999999999999999/unlock"])
def test_a_lock_that_there_is_not_is_not_found(client: FlaskClient, path: str) -> None:
    assert post(client, path, reason="x").status_code == 404


@pytest.mark.parametrize(
    ("head", "held", "said"),
    [
        (None, report(5_000_000), "chưa có số 5 triệu đồng Thành số đầu tiên của kỳ"),
        (report(4_000_000), report(9_000_000, revision=1), "4 triệu đồng 9 triệu đồng +5 triệu đồng"),
        (report(9_000_000), report(4_000_000, revision=1), "9 triệu đồng 4 triệu đồng −5 triệu đồng"),
        (report(4_000_000), report(4_000_000, revision=1), "4 triệu đồng 4 triệu đồng Không đổi: giống số đang có"),
        (report(4_000_000, revision=3), report(5_000_000), "4 triệu đồng 5 triệu đồng Không đổi: đã có lần sửa 3"),
        (report(4_000_000), nothing(revision=1), "4 triệu đồng không phát sinh (0) −4 triệu đồng"),
        (report(4_000_000), withdrawal(revision=1), "4 triệu đồng rút lại, thành thiếu số Kỳ này thành thiếu số"),
    ],
    ids=["first", "more", "less", "equal", "lower revision", "nil", "delete"],
)
def test_the_page_says_what_a_release_would_change(
    hub: SmallHub, client: FlaskClient, head: bytes | None, held: bytes, said: str
) -> None:
    hub.send(*([] if head is None else [head]))
    lock_july(hub)
    hub.send(held)

    assert said in told(client.get("/locks").text)


def test_what_was_decided_on_says_its_revision_and_its_amount(hub: SmallHub, client: FlaskClient) -> None:
    lock_july(hub)
    hub.send(report(1_234_000, revision=3))

    post(client, "/locks/held", held=waiting(hub), why="Đã hỏi lại", decision="refuse")

    decided = client.get("/locks").text.split('id="decided"')[1]
    assert '<td class="r" data-l="Lần sửa">3</td>' in decided
    assert " 3 1,23 triệu đồng Từ chối " in told(decided).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("decision", "told_of", "verdict"),
    [("release", "Đã cho nhận 2 lát", "ACCEPTED"), ("refuse", "Đã từ chối 2 lát", "REJECTED")],
)
def test_slices_that_were_ticked_are_decided_on(
    hub: SmallHub, client: FlaskClient, decision: str, told_of: str, verdict: str
) -> None:
    lock_july(hub)
    hub.send(*(report(1, period=f"2026-07-0{day}") for day in (1, 2, 3)))
    *ticked, left = waiting(hub)

    answer = post(client, "/locks/held", held=ticked, why="Đã hỏi lại", decision=decision)

    text = told(client.get(answer.location).text)
    assert (answer.status_code, waiting(hub)) == (303, [left])
    assert told_of in text
    assert text.count("Tài khoản lan Đã hỏi lại") == 2
    assert hub.number("SELECT count(*) FROM receipt WHERE verdict = :verdict", verdict=verdict) == 2


@pytest.mark.parametrize(
    ("sent", "said"),
    [({"held": []}, "Hãy đánh dấu từ 1 đến 200 lát."), ({"why": " "}, "Hãy ghi lý do")],
    ids=["nothing ticked", "no reason"],
)
def test_a_decision_that_says_too_little_keeps_what_was_ticked_and_typed(
    hub: SmallHub, client: FlaskClient, sent: dict[str, object], said: str
) -> None:
    lock_july(hub)
    hub.send(report(1))
    [delivery] = waiting(hub)

    answer = post(client, "/locks/held", **({"held": [delivery], "why": "Vì thế", "decision": "release"} | sent))

    assert (answer.status_code, said in answer.text, waiting(hub)) == (422, True, [delivery])
    assert ("checked" in answer.text) == ("held" not in sent)
    assert ("Vì thế" in answer.text) == ("why" not in sent)


def test_who_decides_second_is_told(hub: SmallHub, client: FlaskClient) -> None:
    lock_july(hub)
    hub.send(report(1))
    sent = {"held": waiting(hub), "why": "Đúng", "decision": "release"}
    post(client, "/locks/held", **sent)

    answer = post(client_of(hub, "mai"), "/locks/held", **sent)

    assert (answer.status_code, "Người khác vừa quyết định các lát này trước" in answer.text) == (409, True)


def test_a_decision_that_there_is_not_is_not_found(hub: SmallHub, client: FlaskClient) -> None:
    assert post(client, "/locks/held", held=[1], why="x", decision="burn").status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_officers_and_approvers_lock_others_see_and_partners_do_neither(hub: SmallHub, role: Role) -> None:
    lock_july(hub)
    client = client_of(hub, "ai", role)

    page = client.get("/locks")

    assert page.status_code == (403 if role is Role.PARTNER else 200)
    assert ("Khóa kỳ này" in page.text, "Mở khóa kỳ này" in page.text) == ((role in LOCKERS,) * 2)


def test_a_list_that_is_long_goes_on_behind_its_last_line(hub: SmallHub, client: FlaskClient) -> None:
    lock_july(hub)
    days = [f"2026-07-{day:02}" for day in range(1, 4)]
    for amount in range(17):
        hub.send(*(report(amount + 1, revision=amount, period=day) for day in days))

    first = client.get("/locks").text
    [onward] = re.findall(r'href="(/locks\?behind=\d+)" rel="next"', first)

    assert (first.count('name="held"'), client.get(onward).text.count('name="held"')) == (50, 1)


def test_what_people_typed_is_text(hub: SmallHub, client: FlaskClient) -> None:
    answer = post(client, "/locks", flow="POS_SALES", period="2026-07", reason=PAYLOAD)

    assert PAYLOAD not in client.get(answer.location).text
    assert PAYLOAD not in post(client, "/locks", flow=PAYLOAD, period=PAYLOAD, reason=PAYLOAD).text


def test_a_simulated_slice_says_so(hub: SmallHub, client: FlaskClient) -> None:
    lock_july(hub)
    hub.send(report(1, partner=SIMULATED), partner=SIMULATED)

    assert "Dữ liệu mô phỏng" in client.get("/locks").text


@pytest.mark.parametrize(
    "made", ["did=locked", "did=unlocked&n=x", "did=other", "n=1", "did=released&n=99999999999&late=-1"]
)
def test_a_forged_address_tells_nothing_that_is_not_so(client: FlaskClient, made: str) -> None:
    assert client.get(f"/locks?{made}").status_code == 200


def test_the_page_is_in_english_for_who_reads_it(hub: SmallHub) -> None:
    lock_july(hub)
    client = client_of(hub, "vera", language=Language.EN)

    text = told(client.get("/locks").text)

    assert "Locked periods" in text
    assert "Lock another period" in text
