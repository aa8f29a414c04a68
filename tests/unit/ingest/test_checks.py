from datetime import UTC, date, datetime
from typing import Any

import pytest

from payments_hub.contracts.decode import decode
from payments_hub.contracts.findings import Finding
from payments_hub.domain.sites import Interval
from payments_hub.ingest.checks import check
from payments_hub.ingest.reference import Reference
from payments_hub.kernel.periods import Frequency
from tests.builders import (
    COMMUNE,
    MALL,
    NOW,
    OLD_COMMUNE,
    PARTNER,
    cell,
    empty_slice_message,
    mall,
    obligation,
    reference,
    registered_partner,
    slice_message,
)

LISTS = reference()
CITY = "VN-COMMUNE-2025-07-01:31"
ACQUIRING_CELL = cell(initiation="QR")


def check_message(body: bytes, lists: Reference = LISTS, now: datetime = NOW, **partner: Any) -> list[Finding]:
    return list(check(decode(body), partner=registered_partner(**partner), reference=lists, now=now))


def acquiring(site: str, period: str) -> bytes:
    return slice_message(flow="ACQ_P2M", site=site, period=period, cells=[ACQUIRING_CELL])


def acquiring_lists(site: str, *frequencies: Frequency) -> Reference:
    return reference(*(obligation(one, flow="ACQ_P2M", place=site) for one in frequencies or (Frequency.MONTH,)))


def test_a_message_that_fits_the_lists_gets_no_finding() -> None:
    assert check_message(slice_message()) == []


def test_a_nil_is_checked_like_any_slice() -> None:
    assert [finding.code for finding in check_message(empty_slice_message("NIL", site="MALL-0099"))] == ["E2101"]


def test_a_source_that_is_not_the_credentials_names_the_right_one() -> None:
    (finding,) = check_message(slice_message(source="urn:hp:partner:AEON"))

    assert (finding.code, finding.pointer) == ("E1101", "/source")
    assert finding.suggestion == f"urn:hp:partner:{PARTNER}"


@pytest.mark.parametrize(
    ("site", "suggestion"),
    [
        ("MALL-0012", MALL),
        ("mall-0021", MALL),
        ("Trung tam thuong mai Le Chan", MALL),
        ("11407", COMMUNE),
        ("VN-COMMUNE:11407", COMMUNE),
        ("VN-COMMUNE-2025-07-02:11407", COMMUNE),
        ("somewhere", None),
    ],
    ids=["code", "letters", "name", "bare", "undated", "misdated", "nothing-near"],
)
def test_an_unknown_place_comes_with_the_one_that_was_meant(site: str, suggestion: str | None) -> None:
    (finding,) = check_message(slice_message(site=site))

    assert (finding.code, finding.pointer) == ("E2101", "/data/site")
    assert finding.suggestion == suggestion


@pytest.mark.parametrize(
    ("site", "word"), [("11407", "without its dated scheme"), ("VN-COMMUNE:11407", "lacks the date")]
)
def test_a_bare_or_undated_area_code_is_told_what_it_lacks(site: str, word: str) -> None:
    assert word in check_message(slice_message(site=site))[0].text_en


@pytest.mark.parametrize(
    ("site", "period", "codes"),
    [
        (OLD_COMMUNE, "2025-06", []),
        (OLD_COMMUNE, "2025-07", ["E2102"]),
        (COMMUNE, "2025-07", []),
        (COMMUNE, "2025-06", ["E2102"]),
    ],
    ids=["old-before", "old-after", "new-after", "new-before"],
)
def test_an_area_must_be_valid_in_the_period(site: str, period: str, codes: list[str]) -> None:
    found = check_message(acquiring(site, period), acquiring_lists(site))

    assert [finding.code for finding in found] == codes


def test_a_period_on_both_sides_of_the_cut_is_told_the_day_of_the_cut() -> None:
    body = slice_message(
        flow="PLATFORM_ALL", site=CITY, period="2025", cells=[{"purpose": "ALL", "count": 1, "amount": 9_000}]
    )

    finding = check_message(body)[0]

    assert finding.code == "E2102"
    assert "2025-07-01" in finding.text_vi
    assert "in two" in finding.text_en
    assert "∅" not in finding.text_vi


def test_a_period_before_every_scheme_is_told_so_and_not_to_split_it() -> None:
    finding = next(one for one in check_message(acquiring(COMMUNE, "2004-03")) if one.code == "E2102")

    assert "No area scheme" in finding.text_en
    assert "from 2025-07-01 on" in finding.text_en
    assert "∅" not in finding.text_vi
    assert "tách" not in finding.text_vi


def test_a_place_of_the_wrong_kind_is_told_in_words() -> None:
    finding = check_message(slice_message(site=COMMUNE))[0]

    assert "area unit" in finding.text_en
    assert "mall, market, tourist site" in finding.text_en
    assert "đơn vị hành chính" in finding.text_vi
    assert "AREA" not in finding.text_vi


def test_a_frequency_other_than_the_registered_one_is_told_in_words() -> None:
    finding = check_message(acquiring(COMMUNE, "2026-06"), acquiring_lists(COMMUNE, Frequency.DAY))[0]

    assert "by the day" in finding.text_en
    assert "theo ngày" in finding.text_vi


def test_a_day_on_which_the_site_was_closed_is_refused() -> None:
    reopened = mall(Interval(date(2020, 1, 1), date(2026, 6, 30)), Interval(date(2026, 7, 4)))

    found = check_message(slice_message(), reference(places=[reopened]))

    assert [finding.code for finding in found] == ["E2103"]


def test_a_month_in_which_the_site_was_open_on_one_day_is_not() -> None:
    closing = mall(Interval(date(2020, 1, 1), date(2026, 6, 1)))
    points = slice_message(
        flow="ACCEPTANCE_POINTS",
        period="2026-06",
        cells=[{"instrument": "CARD", "initiation": "CHIP", "count": 4}],
        without=["currency"],
    )

    assert (
        check_message(points, reference(obligation(Frequency.MONTH, flow="ACCEPTANCE_POINTS"), places=[closing])) == []
    )


def test_a_flow_takes_only_its_kinds_of_places() -> None:
    (finding,) = check_message(slice_message(site=COMMUNE))

    assert (finding.code, finding.pointer) == ("E3002", "/data/site")


def test_a_flow_that_is_not_owed_names_what_is() -> None:
    body = slice_message(
        flow="ACCEPTANCE_POINTS",
        period="2026-06",
        cells=[{"instrument": "CARD", "initiation": "CHIP", "count": 4}],
        without=["currency"],
    )

    (finding,) = check_message(body)

    assert (finding.code, finding.pointer) == ("E3002", "/data/flow")
    assert "POS_SALES" in finding.text_en


def test_a_month_that_reaches_into_agreements_of_two_frequencies_would_count_twice() -> None:
    days = obligation(Frequency.DAY, flow="ACQ_P2M", place=COMMUNE, valid_to=date(2026, 6, 15))
    months = obligation(Frequency.MONTH, flow="ACQ_P2M", place=COMMUNE, valid_from=date(2026, 6, 16))

    findings = check_message(acquiring(COMMUNE, "2026-06"), lists=reference(days, months))

    assert [one.code for one in findings] == ["E3002"]


def test_days_beside_the_months_that_are_owed_would_count_twice() -> None:
    (finding,) = check_message(acquiring(COMMUNE, "2026-06-30"), acquiring_lists(COMMUNE))

    assert (finding.code, finding.pointer) == ("E3002", "/data/period")
    assert "twice" in finding.text_en


def test_the_obligation_of_the_periods_own_time_decides() -> None:
    until_may = obligation(Frequency.MONTH, flow="ACQ_P2M", place=COMMUNE, valid_to=date(2026, 5, 31))
    from_june = obligation(Frequency.DAY, flow="ACQ_P2M", place=COMMUNE, valid_from=date(2026, 6, 1))
    lists = reference(until_may, from_june)

    assert check_message(acquiring(COMMUNE, "2026-05"), lists) == []
    assert check_message(acquiring(COMMUNE, "2026-06-01"), lists) == []
    assert [one.code for one in check_message(acquiring(COMMUNE, "2026-06"), lists)] == ["E3002"]


def test_a_past_from_before_the_obligation_may_be_sent() -> None:
    lists = reference(obligation(valid_from=date(2026, 7, 1)))

    assert check_message(slice_message(period="2026-06-30"), lists) == []


@pytest.mark.parametrize(
    ("now", "codes"),
    [
        (datetime(2026, 7, 4, 16, 59, 59, tzinfo=UTC), ["E3001"]),
        (datetime(2026, 7, 4, 17, 0, tzinfo=UTC), []),
    ],
    ids=["one-second-before-midnight-in-the-city", "midnight-in-the-city"],
)
def test_a_day_is_over_at_the_citys_midnight(now: datetime, codes: list[str]) -> None:
    found = check_message(slice_message(period="2026-07-04", time="2026-07-04T16:00:00Z"), now=now)

    assert [finding.code for finding in found] == codes


@pytest.mark.parametrize(
    ("time", "codes"),
    [("2026-07-05T03:05:00Z", []), ("2026-07-05T03:05:01Z", ["E2002"])],
    ids=["five-minutes", "a-second-more"],
)
def test_a_senders_clock_may_be_five_minutes_ahead(time: str, codes: list[str]) -> None:
    assert [finding.code for finding in check_message(slice_message(time=time))] == codes


def test_a_partner_reports_in_its_own_currency() -> None:
    (finding,) = check_message(slice_message(currency="INR", cells=[cell(count=10, amount=5_000)]))

    assert (finding.code, finding.pointer, finding.allowed) == ("E2101", "/data/currency", ("VND",))


def test_a_message_that_cannot_be_decoded_is_checked_as_far_as_it_can_be_read() -> None:
    found = check_message(slice_message(source="urn:hp:partner:OTHER", revision=-1, site="MALL-0099"))

    assert [finding.code for finding in found] == ["E1101", "E2101"]


def test_of_a_message_of_an_unknown_version_nothing_is_checked() -> None:
    assert check_message(slice_message(type="vn.haiphong.cashless.slice.v2", site="MALL-0099")) == []
