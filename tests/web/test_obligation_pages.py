"""Obligations for people: the list, a file first shown and then saved, one to add or to end; a partner sees its own."""

import io
import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.people import Role
from payments_hub.kernel.periods import Frequency
from payments_hub.store.partners import all_obligations, save_obligations
from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.builders import MALL, NOW, PARTNER, obligation
from tests.support.hub import MARKET, RIVAL, SmallHub, small_hub
from tests.support.web import SettableClock, add_person, form_secret, make_hub, sign_in

pytestmark = pytest.mark.database

HEADER = "partner,flow,place,frequency,due_days,valid_from,valid_to"
ENDED = f"{PARTNER},POS_SALES,{MALL},D,1,2020-01-01,2026-06-30"
LATER = f"{PARTNER},POS_SALES,{MALL},D,3,2026-07-01,"
ENDED_DUTY = obligation(valid_to=date(2026, 6, 30))
LATER_DUTY = obligation(due_days=3, valid_from=date(2026, 7, 1))


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def reader(hub: SmallHub, role: Role = Role.OFFICER, partner: str | None = None) -> FlaskClient:
    add_person(hub.database, "lan", role, partner)
    client = create_app(make_hub(hub.database, SettableClock(NOW))).test_client()
    sign_in(client)
    return client


def send_file(client: FlaskClient, *lines: str) -> TestResponse:
    content = io.BytesIO("\n".join((HEADER, *lines)).encode())
    form = {"csrf_token": form_secret(client, "/obligations/import"), "file": (content, "obligations.csv")}
    return client.post("/obligations/import", data=form)


def send_form(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    return client.post(address, data={"csrf_token": form_secret(client, address), **fields})


def hidden_fields(answer: TestResponse) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', answer.text))


def saved(hub: SmallHub) -> set[Obligation]:
    with hub.database.transaction() as session:
        return set(all_obligations(session))


def test_a_file_is_shown_first_and_saved_once_confirmed(hub: SmallHub) -> None:
    client, before = reader(hub), saved(hub)

    shown = send_file(client, ENDED, LATER)
    unchanged = saved(hub)
    confirmed = client.post("/obligations/import/confirm", data=hidden_fields(shown))

    assert shown.status_code == 200
    assert "Sẽ thêm 1, đổi 1; 0 giữ nguyên." in shown.text
    assert unchanged == before
    assert (confirmed.status_code, confirmed.location) == (303, "/obligations?saved=2")
    assert saved(hub) >= {ENDED_DUTY, LATER_DUTY}
    assert "Đã lưu 2 nghĩa vụ." in client.get(confirmed.location).text
    assert hub.rows("SELECT actor, action FROM audit_entry WHERE action LIKE 'obligation%'") == [
        ("account:lan", "obligations_imported")
    ]


def test_all_faults_of_a_file_are_shown_and_nothing_can_be_confirmed(hub: SmallHub) -> None:
    client, before = reader(hub), saved(hub)

    shown = send_file(client, ENDED, LATER.replace(MALL, "MALL-0999").replace(",D,", ",W,"), LATER, LATER)
    client.get("/language/en")
    english = send_file(client, LATER)

    assert shown.status_code == 422
    assert "3 chỗ cần sửa." in shown.text
    assert "hỏi người vận hành, họ đăng ký chúng" in shown.text
    assert "content" not in hidden_fields(shown)
    assert "Shares days with the saved one from 1 Jan 2020 on." in english.text
    assert saved(hub) == before


def test_the_template_can_be_filled_in_and_changes_nothing_as_it_is(hub: SmallHub) -> None:
    client, before = reader(hub), saved(hub)

    template = client.get("/obligations/template.csv").text
    shown = send_file(client, *template.removeprefix("\ufeff").splitlines()[1:])

    assert template.removeprefix("\ufeff").startswith("partner,flow,place,frequency,due_days,valid_from,valid_to\r\n")
    assert 'href="/obligations/template.csv"' in client.get("/obligations/import").text
    assert "Tệp này không đổi gì." in shown.text
    assert (template.count("POS_SALES"), template.count("ACQ_P2M"), saved(hub)) == (1, 1, before)


def test_what_somebody_changed_in_between_is_shown_again_and_not_saved(hub: SmallHub) -> None:
    client = reader(hub)
    shown = send_file(client, ENDED, LATER)
    with hub.database.transaction() as session:
        save_obligations(session, [ENDED_DUTY])

    confirmed = client.post("/obligations/import/confirm", data=hidden_fields(shown))

    assert confirmed.status_code == 409
    assert "nghĩa vụ đã được người khác đổi" in confirmed.text
    assert LATER_DUTY not in saved(hub)
    assert client.post("/obligations/import/confirm", data=hidden_fields(confirmed)).status_code == 303


@pytest.mark.parametrize("content", [b"", b"x" * 45_001], ids=["nothing", "too-large"])
def test_no_file_or_too_large_a_one_is_refused_at_its_field(hub: SmallHub, content: bytes) -> None:
    client = reader(hub)
    form = {"csrf_token": form_secret(client, "/obligations/import"), "file": (io.BytesIO(content), "a.csv")}

    answer = client.post("/obligations/import", data=form)

    assert answer.status_code == 422
    assert 'href="#file"' in answer.text


def test_one_is_added_by_a_form_that_keeps_what_was_typed(hub: SmallHub) -> None:
    client = reader(hub)
    fields = {"partner": RIVAL, "flow": "ACCEPTANCE_POINTS", "place": "MALL-0022", "frequency": "M", "due_days": "5"}

    wrong = send_form(client, "/obligations/add", **fields, valid_from="1/7/2026")
    added = send_form(client, "/obligations/add", **fields | {"place": MALL}, valid_from="1/7/2026")
    again = send_form(client, "/obligations/add", **fields | {"place": MALL}, valid_from="1/7/2026")

    assert wrong.status_code == 422
    assert 'id="place-wrong"' in wrong.text
    assert 'value="MALL-0022"' in wrong.text
    assert added.status_code == 303
    assert Obligation(RIVAL, "ACCEPTANCE_POINTS", MALL, Frequency.MONTH, 5, date(2026, 7, 1)) in saved(hub)
    assert again.status_code == 422
    assert 'id="valid_from-wrong"' in again.text


def test_one_is_ended_on_a_day(hub: SmallHub) -> None:
    client = reader(hub)
    number = hub.number("SELECT min(obligation.id) FROM obligation")
    address = f"/obligations/{number}/end"

    answers = [send_form(client, address, last=last).status_code for last in ("soon", "31/12/2019", "30/6/2026")]

    assert answers == [422, 422, 303]
    assert ENDED_DUTY in saved(hub)
    assert hub.rows("SELECT action, subject FROM audit_entry WHERE action LIKE 'obligation%'") == [
        ("obligation_ended", f"{PARTNER}/POS_SALES/{MALL}/2020-01-01")
    ]


def test_the_list_narrows_by_partner_flow_and_place(hub: SmallHub) -> None:
    client = reader(hub, Role.ANALYST)

    whole = client.get("/obligations").text
    narrowed = client.get(f"/obligations?partner={RIVAL}&flow=POS_SALES&place=market").text
    file = client.get(f"/obligations.csv?partner={RIVAL}&flow=POS_SALES&place=market").text

    assert "12 nghĩa vụ, 12 đang có hiệu lực." in whole
    assert "Thêm một nghĩa vụ" not in whole
    assert "1 nghĩa vụ, 1 đang có hiệu lực." in narrowed
    assert file.splitlines()[1:] == [f"{RIVAL},POS_SALES,{MARKET},D,1,2020-01-01,,no"]


def test_a_partner_sees_its_own_and_changes_nothing(hub: SmallHub) -> None:
    client = reader(hub, Role.PARTNER, PARTNER)

    listed = client.get(f"/obligations?partner={RIVAL}").text
    file = client.get(f"/obligations.csv?partner={RIVAL}").text

    assert "4 nghĩa vụ" in listed
    assert f'<code class="muted">{RIVAL}</code>' not in listed
    assert RIVAL not in file
    assert client.get("/obligations/add").status_code == 403
    assert client.get("/obligations/1/end").status_code == 403
