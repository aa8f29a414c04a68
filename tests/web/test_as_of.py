"""As known at the end of a day: the same control on every page of figures, and what changed since."""

import csv
import io
from datetime import date

import pytest
from flask.testing import FlaskClient

from payments_hub.store.session import Database
from payments_hub.web.app import create_app
from tests.builders import cell
from tests.support.hub import SmallHub, noon, report
from tests.support.two_partners import ANH_DAO, BACH_DANG, two_partners
from tests.support.web import SettableClock, make_hub, sign_in

pytestmark = pytest.mark.database

BEFORE, AFTER, TODAY = date(2026, 7, 5), date(2026, 7, 7), date(2026, 7, 9)
CORRECTED = [cell(instrument="CARD", count=130, amount=33_000_000), cell(instrument="CASH", count=70, amount=1_000_000)]


@pytest.fixture
def hub(database: Database) -> SmallHub:
    """Make a hub where June was reported on 5 July, and one day of Anh Đào's was corrected on 7 July."""
    made = two_partners(database)
    made.clock.go_to(AFTER)
    named = {"partner": ANH_DAO.code, "site": ANH_DAO.site, "period": "2026-06-03"}
    made.send(report(0, revision=1, cells=CORRECTED, **named), partner=ANH_DAO.code)
    made.drain()
    return made


def reader(hub: SmallHub, username: str = "lan") -> FlaskClient:
    client = create_app(make_hub(hub.database, SettableClock(noon(TODAY)))).test_client()
    sign_in(client, username)
    return client


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    text = client.get(address).text.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_page_as_known_on_a_day_says_so_and_offers_the_way_back(hub: SmallHub) -> None:
    text = reader(hub).get(f"/?as_of={BEFORE}").text

    assert "Số liệu như đã biết cuối ngày 5/7/2026" in text
    assert 'href="/">Về bây giờ' in text
    assert "/changes?from=2026-07-05&amp;to=2026-07-08" in text


def test_a_page_as_known_on_a_day_shows_the_figures_of_that_day(hub: SmallHub) -> None:
    client = reader(hub, "anh")

    then, now = client.get(f"/?as_of={BEFORE}").text, client.get("/").text

    assert "75,0\u00a0%" in then
    assert "75,0\u00a0%" not in now


@pytest.mark.parametrize("typed", ["5/7/2026", "2026-07-05", "05/07/2026"])
def test_another_day_may_be_typed_in_either_way(hub: SmallHub, typed: str) -> None:
    text = reader(hub).get("/", query_string={"as_of": "", "as_of_day": typed}).text

    assert "Số liệu như đã biết cuối ngày 5/7/2026" in text


@pytest.mark.parametrize(("typed", "words"), [("hôm qua", "không phải một ngày"), ("9/7/2026", "chưa kết thúc")])
def test_what_is_no_day_or_not_over_is_refused_with_what_to_do(hub: SmallHub, typed: str, words: str) -> None:
    answer = reader(hub).get("/", query_string={"as_of_day": typed})

    assert answer.status_code == 400
    assert words in answer.text
    assert "Dưới đây là số liệu bây giờ" in answer.text


def test_a_file_of_a_day_that_is_not_over_is_refused(hub: SmallHub) -> None:
    assert reader(hub).get("/figures.csv?as_of=2026-07-09").status_code == 400


def test_choosing_now_from_a_typed_day_leads_back_to_now(hub: SmallHub) -> None:
    text = reader(hub).get("/?as_of_day=5/7/2026").text

    assert '<option value="2026-07-05" selected>' in " ".join(text.split())
    assert 'value="5/7/2026"' not in text


@pytest.mark.parametrize("days", ["from=99/99/2026", "to=9/7/2026"])
def test_changes_of_a_day_that_cannot_be_asked_for_say_so_on_the_page(hub: SmallHub, days: str) -> None:
    answer = reader(hub).get(f"/changes?{days}")

    assert answer.status_code == 400
    assert "Đã thay đổi gì" in answer.text


def test_the_file_of_figures_holds_what_was_known_on_the_day(hub: SmallHub) -> None:
    client = reader(hub, "anh")

    then, now = (rows(client, address) for address in (f"/figures.csv?as_of={BEFORE}", "/figures.csv"))

    sales = [[row["amount"] for row in file if row["flow"] == "POS_SALES"] for file in (then, now)]
    assert sales == [["120000000"], ["150000000"]]


def test_the_difference_of_two_days_is_told_by_reason_and_slice(hub: SmallHub) -> None:
    text = reader(hub).get(f"/changes?from={BEFORE}&to=2026-07-08").text

    assert "1 lát mới biết, trong đó 1 lát làm đổi số đã có" in text
    assert "Đính chính" in text
    assert "+30 triệu đồng" in text.replace("\u00a0", " ")
    assert f"POS_SALES, {ANH_DAO.site_name}, ngày 3/6/2026" in text


def test_the_file_of_changes_has_every_slice_with_all_digits(hub: SmallHub) -> None:
    (row,) = rows(reader(hub), f"/changes.csv?from={BEFORE}&to=2026-07-08")

    assert (row["amount_before"], row["amount_after"], row["reason"]) == ("4000000", "34000000", "CORRECTION")


def test_a_partner_sees_its_own_changes_alone(hub: SmallHub) -> None:
    text = reader(hub, "bach").get(f"/changes?from={BEFORE}&to=2026-07-08").text

    assert "không có gì thay đổi" in text
    assert ANH_DAO.site not in text
    assert BACH_DANG.code in text


def test_days_the_wrong_way_round_are_put_in_order(hub: SmallHub) -> None:
    text = reader(hub).get(f"/changes?from=2026-07-08&to={BEFORE}").text

    assert "1 lát mới biết" in text


def test_the_page_of_changes_reads_in_english_too(hub: SmallHub) -> None:
    client = reader(hub)
    client.get("/language/en")

    text = client.get(f"/changes?from={BEFORE}&to=2026-07-08").text

    assert "What changed" in text
    assert "Correction" in text
