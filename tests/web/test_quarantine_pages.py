"""Quarantine for people: lists, one record, a dry run, a replay; and nobody sees another's."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.people import Role
from payments_hub.kernel.periods import Frequency
from payments_hub.services import quarantine
from payments_hub.store.partners import save_obligations
from payments_hub.store.places import refresh_reach, save_site
from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.builders import NOW, PARTNER
from tests.support.hub import RIVAL, SINCE, WEST, SmallHub, report, site, small_hub
from tests.support.web import SettableClock, add_person, form_secret, make_hub, sign_in

pytestmark = pytest.mark.database

NEW_MALL = "MALL-0777"


@pytest.fixture
def hub(database: Database) -> SmallHub:
    """Make a hub that has rejected two slices of a mall that is not listed, one that is garbage, and a rival's."""
    made = small_hub(database)
    made.send(report(1_000_000, site=NEW_MALL), report(2_000_000, site=NEW_MALL, period="2026-07-02"))
    made.send(b'{"note": "<script>alert(1)</script> 0912345678"')
    made.send(b"rival's garbage", partner=RIVAL)
    return made


def reader(hub: SmallHub, role: Role, partner: str | None = None) -> FlaskClient:
    add_person(hub.database, "lan", role, partner)
    client = create_app(make_hub(hub.database, SettableClock(NOW))).test_client()
    sign_in(client)
    return client


def list_the_mall(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        save_site(session, site(NEW_MALL, WEST))
        save_obligations(session, [Obligation(PARTNER, "POS_SALES", NEW_MALL, Frequency.DAY, 1, SINCE)])
        refresh_reach(session)


def numbers(hub: SmallHub, partner: str = PARTNER) -> list[int]:
    query = "SELECT delivery.id FROM delivery JOIN partner ON partner.id = partner_id WHERE code = :code ORDER BY 1"
    return [row[0] for row in hub.rows(query, code=partner)]


def test_causes_are_grouped_with_the_number_of_deliveries(hub: SmallHub) -> None:
    text = reader(hub, Role.OPERATOR).get("/quarantine/causes").text

    assert "E2101" in text
    assert NEW_MALL in text
    assert "?partner=AEON-HP&amp;code=E2101&amp;field=%2Fdata%2Fsite&amp;got=MALL-0777" in text


def test_a_cause_leads_to_its_deliveries_alone(hub: SmallHub) -> None:
    query = {"partner": PARTNER, "code": "E2101", "field": "/data/site", "got": NEW_MALL}

    text = reader(hub, Role.OPERATOR).get("/quarantine", query_string=query).text

    first, second, garbage = numbers(hub)
    assert f'href="/quarantine/{first}"' in text
    assert f'href="/quarantine/{second}"' in text
    assert f'href="/quarantine/{garbage}"' not in text


def test_one_record_shows_its_bytes_inert_with_personal_data_masked_and_every_fault(hub: SmallHub) -> None:
    text = reader(hub, Role.OPERATOR).get(f"/quarantine/{numbers(hub)[2]}").text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text
    assert "0912345678" not in text
    assert "E1001" in text


def test_the_bytes_as_they_came_are_a_file_that_no_browser_opens(hub: SmallHub) -> None:
    answer = reader(hub, Role.PARTNER, PARTNER).get(f"/quarantine/{numbers(hub)[2]}/raw")

    assert answer.data.startswith(b'{"note": "<script>')
    assert answer.mimetype == "application/octet-stream"
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("way", ["/quarantine/{}", "/quarantine/{}/raw"])
def test_another_partners_record_looks_like_one_that_never_was(hub: SmallHub, way: str) -> None:
    client = reader(hub, Role.PARTNER, RIVAL)

    foreign, missing = client.get(way.format(numbers(hub)[0])), client.get(way.format(999_999))

    assert (foreign.status_code, missing.status_code) == (404, 404)


def test_a_partners_lists_hold_its_own_alone_whatever_is_asked_for(hub: SmallHub) -> None:
    client = reader(hub, Role.PARTNER, RIVAL)

    pages = [client.get(f"/quarantine{way}?partner={PARTNER}").text for way in ("", "/causes", ".csv")]

    assert not any(NEW_MALL in page for page in pages)


def test_a_dry_run_shows_the_difference_and_writes_nothing(hub: SmallHub) -> None:
    client = reader(hub, Role.OPERATOR)
    list_the_mall(hub)

    text = client.get("/quarantine/trial?code=E2101").text

    assert "2 sẽ xong, 0 giữ nguyên" in text
    assert "– → 1.000.000" in text
    assert hub.number("SELECT count(*) FROM slice_revision") == 0


def test_a_replay_settles_the_selection_is_linked_and_is_recorded(hub: SmallHub) -> None:
    client = reader(hub, Role.OPERATOR)
    list_the_mall(hub)
    form = {"csrf_token": form_secret(client, "/quarantine/trial?code=E2101"), "code": "E2101", "reason": "thêm TTTM"}

    done = client.post("/quarantine/replay", data=form)
    page = client.get(done.headers["Location"]).text

    assert done.status_code == 303
    assert "2 lần nhận đã xong, 0 vẫn bị từ chối" in page
    assert "E2101" in page
    assert hub.number("SELECT count(*) FROM slice_revision") == 2
    assert hub.rows("SELECT action, actor FROM audit_entry")[-1] == ("deliveries_replayed", "account:lan")


def test_a_replay_of_one_chosen_record_leaves_the_others(hub: SmallHub) -> None:
    client = reader(hub, Role.OPERATOR)
    list_the_mall(hub)
    one = str(numbers(hub)[0])
    form = {"csrf_token": form_secret(client, f"/quarantine/trial?delivery={one}"), "delivery": one, "reason": "thử"}

    client.post("/quarantine/replay", data=form)

    assert hub.rows("SELECT delivery_id FROM slice_revision") == [(int(one),)]


def test_a_replay_without_a_reason_is_asked_for_one_and_does_nothing(hub: SmallHub) -> None:
    client = reader(hub, Role.OPERATOR)
    list_the_mall(hub)
    form = {"csrf_token": form_secret(client, "/quarantine/trial?code=E2101"), "code": "E2101", "reason": " "}

    answer = client.post("/quarantine/replay", data=form)

    assert answer.status_code == 422
    assert "Hãy ghi lý do" in answer.text
    assert hub.number("SELECT count(*) FROM replay") == 0


@pytest.mark.parametrize("role", [Role.ANALYST, Role.OFFICER])
def test_who_may_not_see_quarantine_is_refused(hub: SmallHub, role: Role) -> None:
    assert reader(hub, role).get("/quarantine").status_code == 403


def test_a_partner_may_look_but_not_replay(hub: SmallHub) -> None:
    client = reader(hub, Role.PARTNER, PARTNER)

    assert client.get("/quarantine/trial?code=E2101").status_code == 403
    assert "/quarantine/trial" not in client.get("/quarantine/causes").text


def test_a_partner_sees_of_a_replay_its_own_deliveries_alone(hub: SmallHub) -> None:
    operator = reader(hub, Role.OPERATOR)
    list_the_mall(hub)
    form = {"csrf_token": form_secret(operator, "/quarantine/trial"), "reason": "tất cả"}
    made = operator.post("/quarantine/replay", data=form).headers["Location"]
    add_person(hub.database, "go", Role.PARTNER, RIVAL)
    rival = operator.application.test_client()
    sign_in(rival, "go")

    text = rival.get(made).text

    assert NEW_MALL not in text
    assert f'href="/quarantine/{numbers(hub, RIVAL)[0]}"' in text


def test_the_pages_read_in_english_too(hub: SmallHub) -> None:
    client = reader(hub, Role.OPERATOR)
    client.get("/language/en")

    assert "Code not in the list" in client.get("/quarantine/causes").text
    assert "The bytes as received" in client.get(f"/quarantine/{numbers(hub)[0]}").text


def test_many_that_stay_rejected_do_not_hide_the_others_from_the_next_replay(
    hub: SmallHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "LARGEST_REPLAY", 1)
    tried = []

    for _ in range(4):
        with hub.database.transaction() as session:
            lists = hub.references.current(session)
            _made, (trial,) = quarantine.replay_selection(
                session, quarantine.Selection(), by="command:test", reason="again", reference=lists, clock=hub.clock
            )
        hub.clock.instant += timedelta(seconds=1)
        tried.append(trial.delivery_id)

    assert sorted(tried) == sorted([*numbers(hub), *numbers(hub, RIVAL)])
