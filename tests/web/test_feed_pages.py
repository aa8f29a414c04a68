"""Feeds for people: a partner's calendar and what stands beside it, the list of all, and nobody sees another's."""

import csv
import io
import json
import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text as sql

from payments_hub.domain.keys import KeyTerms, end_of
from payments_hub.domain.people import Role
from payments_hub.domain.sites import Interval
from payments_hub.services.partners import create_key
from payments_hub.store.places import refresh_reach, save_site
from payments_hub.store.reference_state import note_reference_change
from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.builders import MALL, NOW, PARTNER, cell
from tests.support.hub import MARKET, RIVAL, SIMULATED, WEST, SmallHub, nothing, report, site, small_hub, withdrawal
from tests.support.web import SettableClock, add_person, make_hub, sign_in

pytestmark = pytest.mark.database

ROLES = [role for role in Role if role is not Role.PARTNER]


@pytest.fixture
def hub(database: Database) -> SmallHub:
    """Make a hub whose first partner sent four days of its mall in different ways, and nothing of its market."""
    made = small_hub(database)
    made.send(report(1_000_000, period="2026-07-03"), nothing(period="2026-07-02"))
    made.send(report(1_000_000, period="2026-07-01", coverage={"reporting": 30, "total": 42}))
    made.send(report(0, period="2026-06-30", cells=[cell(instrument="MOBILEMONEY")]))
    made.send(report(1_000_000, period="2026-07-03", partner=RIVAL), partner=RIVAL)
    return made


def reader(hub: SmallHub, role: Role = Role.OPERATOR, partner: str | None = None) -> FlaskClient:
    add_person(hub.database, "lan", role, partner)
    client = create_app(make_hub(hub.database, SettableClock(NOW))).test_client()
    sign_in(client)
    return client


def states(client: FlaskClient, address: str) -> dict[tuple[str, str], str]:
    """Read a calendar's file: the state of each place and period."""
    text = client.get(address).text.removeprefix("\ufeff")
    return {(row["place"], row["period"]): row["state"] for row in csv.DictReader(io.StringIO(text))}


def open_rejections(client: FlaskClient) -> int:
    """Read how many rejected messages the page says were not sent again."""
    text = client.get(f"/feeds/{PARTNER}?flow=POS_SALES.D").text
    found = re.search(r"(\d+) thông điệp bị từ chối chưa gửi lại", text)
    return int(found[1]) if found else 0


def test_each_slice_shows_what_became_of_it(hub: SmallHub) -> None:
    found = states(reader(hub), f"/feeds/{PARTNER}/calendar.csv?flow=POS_SALES.D")

    days = ["2026-06-29", "2026-06-30", "2026-07-01", "2026-07-02", "2026-07-03", "2026-07-04", "2026-07-05"]
    assert [found[MALL, day] for day in days] == [
        *("MISSING", "REJECTED", "PARTIAL", "NIL", "LATE", "NOT_DUE", "NOT_DUE")
    ]
    assert {found[MARKET, day] for day in days} == {"MISSING", "NOT_DUE"}
    assert len(found) == 2 * 28


def test_a_closed_place_owes_nothing_and_is_not_silent(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        save_site(
            session, site(MARKET, WEST, kind="MARKET", open_intervals=[Interval(date(2020, 1, 1), date(2026, 6, 1))])
        )
        refresh_reach(session)

    client = reader(hub)
    page = client.get(f"/feeds/{PARTNER}?flow=POS_SALES.D&from=2026-05-20")
    found = states(client, f"/feeds/{PARTNER}/calendar.csv?flow=POS_SALES.D&from=2026-05-20")

    assert (found[MARKET, "2026-06-01"], found[MARKET, "2026-06-02"]) == ("MISSING", "CLOSED")
    assert page.status_code == 200


def test_the_page_opens_with_what_is_wrong_and_links_cells_to_their_receipts(hub: SmallHub) -> None:
    receipt = hub.rows("SELECT id FROM receipt WHERE verdict = 'REJECTED'")[0][0]

    text = reader(hub).get(f"/feeds/{PARTNER}?flow=POS_SALES.D").text

    assert "1 thông điệp bị từ chối chưa gửi lại." in text
    assert "1 địa điểm im lặng, lâu nhất 26 ngày quá hạn." in text
    assert f'href="/receipts/{receipt}"' in text
    assert "E2101" in text
    assert "MOBILEMONEY → MOBILE_MONEY" in text


def test_the_page_reads_in_english_too(hub: SmallHub) -> None:
    client = reader(hub)
    client.get("/language/en")

    text = client.get(f"/feeds/{PARTNER}?flow=POS_SALES.D").text

    assert "1 rejected and not sent again." in text
    assert "missing, overdue" in text
    assert "Địa điểm" not in text


def test_a_rejected_message_that_was_sent_again_waits_no_more(hub: SmallHub) -> None:
    hub.send(report(1_000_000, period="2026-06-30"))

    text = reader(hub).get(f"/feeds/{PARTNER}?flow=POS_SALES.D").text

    assert "bị từ chối chưa gửi lại" not in text
    assert "1 đã gửi lại." in text


def test_a_rejected_withdrawal_waits_though_the_slice_has_an_older_head_and_its_copy_comes_again(hub: SmallHub) -> None:
    older = report(2_000_000, period="2026-06-28")
    faulty = json.loads(withdrawal(revision=1, period="2026-06-28"))
    del faulty["data"]["revision_reason"]

    hub.send(older, json.dumps(faulty).encode())
    verdicts = [receipt.verdict for receipt in hub.send(older)]

    assert verdicts == ["DUPLICATE"]
    assert open_rejections(reader(hub)) == 2


def test_a_rejection_at_an_unknown_site_waits_whatever_comes_for_the_site_that_was_meant(hub: SmallHub) -> None:
    hub.send(report(1_000_000, period="2026-06-28", site="MALL-0012"))

    hub.send(report(1_000_000, period="2026-06-28"))

    assert open_rejections(reader(hub)) == 2


def test_the_page_says_what_sent_again_means_and_leads_to_all_that_is_still_rejected(hub: SmallHub) -> None:
    text = reader(hub).get(f"/feeds/{PARTNER}?flow=POS_SALES.D").text

    assert "Chưa gửi lại: bị từ chối trong 28 ngày qua" in text
    assert f'href="/quarantine?partner={PARTNER}"' in text
    assert f'href="/quarantine/causes?partner={PARTNER}"' in text
    assert f'href="/receipts?partner={PARTNER}"' in text


def test_who_may_not_see_quarantine_is_led_to_receipts_alone(hub: SmallHub) -> None:
    text = reader(hub, Role.ANALYST).get(f"/feeds/{PARTNER}?flow=POS_SALES.D").text

    assert 'href="/quarantine' not in text
    assert f'href="/receipts?partner={PARTNER}"' in text


def test_the_ratio_of_a_line_says_how_many_days_it_counts(hub: SmallHub) -> None:
    assert "Nhận / hạn, 28 ngày" in reader(hub).get(f"/feeds/{PARTNER}?flow=POS_SALES.D").text


def test_long_numbers_of_causes_are_written_as_people_write_them(hub: SmallHub) -> None:
    hub.send(report(1_000_000, period="2026-06-27", control={"count": 10, "amount": 98_765_432}))

    text = reader(hub).get(f"/feeds/{PARTNER}?flow=POS_SALES.D").text

    assert "98.765.432" in text
    assert "98765432" not in text


def test_an_unknown_field_is_called_by_its_name_whatever_stood_in_it(hub: SmallHub) -> None:
    for day, value in (("2026-06-26", 5), ("2026-06-27", 7)):
        hub.send(report(1_000_000, period=day, cells=[{**cell(), "amout": value}]))

    text = reader(hub).get(f"/feeds/{PARTNER}?flow=POS_SALES.D").text

    assert text.count("<strong>E2003 /data/cells/*/amout → amount</strong>") == 1


def test_a_keys_end_is_its_last_day(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        create_key(session, PARTNER, NOW, KeyTerms(expires_at=end_of(date(2026, 12, 31))))

    text = reader(hub).get(f"/feeds/{PARTNER}").text

    assert "hết ngày 31/12/2026" in text
    assert "1/1/2027" not in text


def test_the_days_deliveries_are_reconciled(hub: SmallHub) -> None:
    hub.send(b"garbage")

    text = " ".join(reader(hub).get(f"/feeds/{PARTNER}").text.split())

    assert text.count("khớp </td>") == 1
    assert "lệch" not in text


def test_monthly_flows_have_a_calendar_of_months(hub: SmallHub) -> None:
    found = states(reader(hub), f"/feeds/{PARTNER}/calendar.csv?flow=ACQ_P2M.M")

    assert len(found) == 2 * 18
    assert found[WEST, "2026-06"] == "MISSING"


def test_an_open_warning_about_a_series_leads_its_partner_to_the_answer(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        session.execute(sql(_SILENCE), {"partner": PARTNER, "place": MALL})
    number = hub.number("SELECT id FROM series_warning")

    text = reader(hub, Role.PARTNER, PARTNER).get(f"/feeds/{PARTNER}?flow=POS_SALES.D").text

    assert "W5002" in text
    assert "Chờ đối tác trả lời." in text
    assert f'href="/warnings/{number}/answer"' in text


def test_live_keys_are_listed_by_their_prefix_alone(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        prefix, secret = create_key(session, PARTNER, NOW).split(".")

    text = reader(hub, Role.PARTNER, PARTNER).get(f"/feeds/{PARTNER}").text

    assert prefix in text
    assert secret not in text


@pytest.mark.parametrize("role", ROLES)
def test_who_sees_the_city_sees_every_partner(hub: SmallHub, role: Role) -> None:
    client = reader(hub, role)

    listed = client.get("/feeds").text

    assert all(f'href="/feeds/{code}"' in listed for code in (PARTNER, RIVAL, SIMULATED))
    assert "Dữ liệu mô phỏng" in listed
    assert client.get(f"/feeds/{RIVAL}").status_code == 200


def test_a_partner_is_led_to_its_own_and_finds_no_other(hub: SmallHub) -> None:
    client = reader(hub, Role.PARTNER, PARTNER)

    led, own = client.get("/feeds"), client.get(f"/feeds/{PARTNER}")
    foreign, nobody = client.get(f"/feeds/{RIVAL}"), client.get("/feeds/NOBODY-HP")

    assert (led.status_code, led.location) == (303, f"/feeds/{PARTNER}")
    assert own.status_code == 200
    assert RIVAL not in own.text
    assert (foreign.status_code, nobody.status_code) == (404, 404)
    assert client.get(f"/feeds/{RIVAL}/calendar.csv").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["flow=NOTHING.D", "flow=POS_SALES.M"],
)
def test_a_flow_that_is_not_owed_is_not_there(hub: SmallHub, query: str) -> None:
    assert reader(hub).get(f"/feeds/{PARTNER}?{query}").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "flow=POS_SALES",
        "from=0001-01-01",
        "from=9999-12-31",
        "from=x",
        "page=99999999999",
        "page=-1",
    ],
)
def test_an_odd_address_shows_the_newest_calendar(hub: SmallHub, query: str) -> None:
    assert reader(hub).get(f"/feeds/{PARTNER}?{query}").status_code == 200


def test_a_partner_that_owes_nothing_is_told_so(hub: SmallHub) -> None:
    with hub.database.transaction() as session:
        session.execute(sql("DELETE FROM obligation"))
        note_reference_change(session)

    page = reader(hub, Role.PARTNER, PARTNER).get(f"/feeds/{PARTNER}").text

    assert "chưa có nghĩa vụ báo cáo nào" in page


_SILENCE = """
INSERT INTO series_warning (partner_id, flow, place_id, frequency, start, code, finding, raised_on)
SELECT partner.id, 'POS_SALES', place.id, 'D', '2026-07-01', 'W5002', '{"text_vi": "Im lặng", "text_en": "Silent"}',
       '2026-07-03'
FROM partner, place WHERE partner.code = :partner AND place.code = :place
"""
