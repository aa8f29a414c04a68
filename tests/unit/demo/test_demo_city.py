import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from payments_hub.demo.city import MM_P2M, NEW_SITE, POS_SALES, RENOVATED_SITE, City, build_city
from payments_hub.demo.messages import Message, messages, messages_into_lock, true_figures
from payments_hub.demo.plan import sendings, slice_keys
from payments_hub.demo.profiles import PARTNERS, SITE_PROFILES
from payments_hub.demo.slices import SliceFigures, SliceKey
from payments_hub.demo.stories import SILENT_SITE, VERDICTS, Step, held_key
from payments_hub.demo.targets import TARGETS
from payments_hub.demo.truth import expected_heads, expected_view, sums_by_flow, sums_by_month
from payments_hub.domain.coverage import expected_slices
from payments_hub.domain.flows import FLOWS
from payments_hub.domain.geography import area_places, load_schemes
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.errors import InvalidValueError
from payments_hub.kernel.periods import Frequency, Period

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
OCTOBER = Period.parse("2026-10")


@pytest.fixture(scope="module")
def city() -> City:
    return build_city(NOW)


@pytest.fixture(scope="module")
def view(city: City) -> Mapping[SliceKey, SliceFigures]:
    return expected_view(city)


@pytest.fixture(scope="module")
def sent(city: City) -> list[Message]:
    return list(messages(city))


def test_the_city_has_eighteen_whole_months_before_today(city: City) -> None:
    assert len(city.months) == 18
    assert (str(city.months[0]), str(city.months[-1])) == ("2025-05", "2026-10")
    assert city.today == date(2026, 11, 22)


@pytest.mark.parametrize("now", [datetime(2026, 6, 30, tzinfo=UTC), datetime(2031, 3, 1, tzinfo=UTC)])
def test_there_is_no_city_before_the_first_scheme_or_after_the_last_known_tet(now: datetime) -> None:
    with pytest.raises(InvalidValueError):
        build_city(now)


def test_every_partner_is_simulated_and_operates_one_to_three_sites(city: City) -> None:
    operated = Counter(profile.operator for profile in city.profiles)

    assert all(partner.simulated for partner in PARTNERS)
    assert set(operated) < {partner.code for partner in PARTNERS}
    assert set(operated.values()) <= {1, 2, 3}


def test_twelve_sites_lie_in_both_former_provinces_and_in_communes_that_went_whole(city: City) -> None:
    before, since = load_schemes()
    whole = {(change.old_place_code, change.new_place_code) for change in since.changes if not change.old_unit_split}
    districts = {unit.code: unit.parent for unit in before.units}

    moves = {(site.areas[0].place_code, site.areas[1].place_code) for site in city.sites}

    assert len(city.sites) == 12
    assert moves <= whole
    assert {districts[districts[old.partition(":")[2]] or ""] for old, _ in moves} == {"30", "31"}


def test_one_site_closes_for_weeks_and_one_opens_in_the_middle(city: City) -> None:
    renovated, new = city.site(RENOVATED_SITE), city.site(NEW_SITE)

    assert len(renovated.open_intervals) == 2
    assert new.open_intervals[0].first == date(2026, 2, 12)


def test_exactly_what_is_owed_was_planned(city: City) -> None:
    places = {place.code: place for place in (*city.places, *area_places())}
    periods = [*city.months, *Period.parse("2025-09").split(Frequency.DAY)]

    owed = {
        SliceKey(slot.partner, slot.flow, slot.place, slot.period)
        for period in periods
        for slot in expected_slices(city.obligations, places, period)
    }

    assert owed == {key for key in slice_keys(city) if key.period in periods}


def test_months_use_the_area_scheme_that_held_in_them(city: City) -> None:
    places = Counter((str(key.period), key.place.partition(":")[0]) for key in slice_keys(city) if key.flow == MM_P2M)

    assert places["2025-06", "VN-COMMUNE-2025-01-04"] == 374
    assert places["2025-07", "VN-COMMUNE-2025-07-01"] == 114
    assert len(places) == 18


def test_nothing_was_sent_before_its_period_ended_or_after_now(sent: list[Message]) -> None:
    assert all(datetime.combine(message.key.period.end, datetime.min.time(), UTC) < message.sent_at for message in sent)
    assert max(message.sent_at for message in sent) <= NOW


def test_messages_come_in_order_of_sending(sent: list[Message]) -> None:
    assert all(earlier.sent_at <= later.sent_at for earlier, later in pairwise(sent))


def test_a_message_says_its_own_time_unless_it_lay_on_its_way(sent: list[Message]) -> None:
    late = [
        message.step
        for message in sent
        if json.loads(message.body)["time"] != f"{message.sent_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    ]

    assert sorted(late) == [Step.EXACT_REPEAT, Step.OVERTAKEN]


def test_the_volume_is_a_demonstration_that_a_laptop_takes(
    sent: list[Message], view: Mapping[SliceKey, SliceFigures]
) -> None:
    sums = sums_by_flow(view)

    assert 11_000 < len(sent) < 13_000
    assert 90_000 < sum(totals.cells for totals in sums.values()) < 120_000
    assert max(len(message.body) for message in sent) < 8_192


def test_hours_later_the_same_messages_were_sent_and_a_few_more() -> None:
    at_four = sendings(build_city(NOW - timedelta(hours=14)))
    at_six_in_the_evening = sendings(build_city(NOW))

    assert at_six_in_the_evening[: len(at_four)] == at_four
    assert len(at_six_in_the_evening) > len(at_four)


def test_the_same_city_writes_the_same_bytes_and_another_seed_other_ones(city: City, sent: list[Message]) -> None:
    again = next(messages(build_city(NOW)))
    other = next(messages(build_city(NOW, seed=7)))

    assert again == sent[0]
    assert other.body != sent[0].body


def test_every_kind_of_verdict_is_due_to_some_message(city: City, sent: list[Message]) -> None:
    steps = [*(message.step for message in sent), *(message.step for message in messages_into_lock(city))]

    assert {VERDICTS[step] for step in steps} == set(Verdict)
    assert [VERDICTS[step] for step in steps].count(Verdict.REJECTED) == 2


def test_no_event_id_is_used_twice_but_in_the_exact_repeat(sent: list[Message]) -> None:
    ids = Counter((message.partner, message.event_id) for message in sent)

    assert sorted(ids.values())[-2:] == [1, 2]
    assert len({message.body for message in sent}) == len(sent) - 1


def test_control_totals_are_right_but_in_the_one_that_is_planted(sent: list[Message]) -> None:
    wrong = []
    for message in sent:
        found = json.loads(message.body)["data"]
        sums = {name: sum(cell[name] for cell in found.get("cells", [])) for name in ("count", "amount")}
        if found["action"] == "REPLACE" and sums != found["control"]:
            wrong.append(message.step)

    assert wrong == [Step.WRONG_CONTROL]


def test_what_is_expected_is_what_the_bytes_say_at_their_highest_revision(
    sent: list[Message], view: Mapping[SliceKey, SliceFigures]
) -> None:
    latest: dict[SliceKey, dict[str, object]] = {}
    refused = {Step.WRONG_CODE, Step.WRONG_CONTROL}
    for message in sorted((found for found in sent if found.step not in refused), key=lambda found: found.revision):
        latest[message.key] = json.loads(message.body)["data"]
    shown = {
        key: tuple(found.get("control", {"count": 0, "amount": 0}).values())  # type: ignore[attr-defined]  # JSON
        for key, found in latest.items()
        if found["action"] != "DELETE"
    }

    assert shown == {key: (figures.count, figures.amount) for key, figures in view.items()}


def test_all_corrections_in_the_view_is_the_truth(city: City, view: Mapping[SliceKey, SliceFigures]) -> None:
    settled = {key for key in expected_heads(city) if key.period < OCTOBER}

    assert all(view[key] == true_figures(city, key) for key in sorted(settled)[::40])


def test_the_revision_into_the_lock_would_change_what_is_shown(
    city: City, view: Mapping[SliceKey, SliceFigures]
) -> None:
    (held,) = messages_into_lock(city)

    control = json.loads(held.body)["data"]["control"]

    assert held.key == held_key(city)
    assert control["amount"] != view[held.key].amount


def test_a_silent_site_has_a_gap_that_goes_on_until_today(view: Mapping[SliceKey, SliceFigures]) -> None:
    days = [key.period.start for key in view if key.place == SILENT_SITE]

    assert max(days) == date(2026, 11, 17)


def test_every_possible_owner_split_is_possible(view: Mapping[SliceKey, SliceFigures]) -> None:
    cells = [cell for figures in view.values() for cell in figures.cells]

    assert all(cell.contributors is None or cell.contributors.are_possible() for cell in cells)
    assert all((cell.contributors is None) == (cell.count == 0) for cell in cells)
    assert all(cell.contributors.n <= (cell.count or 0) for cell in cells if cell.contributors)


def test_sectors_and_instruments_are_among_those_of_the_flow(view: Mapping[SliceKey, SliceFigures]) -> None:
    assert all(cell.sector in FLOWS[key.flow].sector_codes for key, figures in view.items() for cell in figures.cells)


def test_cashless_share_grows_every_quarter_and_differs_by_place(view: Mapping[SliceKey, SliceFigures]) -> None:
    shares = [totals.cashless_share for (flow, _), totals in sums_by_month(view).items() if flow == POS_SALES]
    by_site = {
        profile.code: sums_by_flow(
            {
                key: figures
                for key, figures in view.items()
                if key.place == profile.code and OCTOBER.contains(key.period)
            }
        )[POS_SALES].cashless_share
        for profile in SITE_PROFILES
    }

    assert all(earlier < later for earlier, later in pairwise(shares[::3]))
    assert max(by_site.values()) - min(by_site.values()) > 0.3


def test_targets_say_that_they_are_simulated() -> None:
    assert all(target.title_vi.startswith("Mục tiêu mô phỏng") for target in TARGETS)
    assert all(target.title_en.startswith("Simulated target") for target in TARGETS)
