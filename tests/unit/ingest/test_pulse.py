import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_hub.contracts.decode import decode
from payments_hub.domain.geography import find_place
from payments_hub.domain.instruments import Purpose
from payments_hub.domain.places import Place
from payments_hub.ingest.pulse import PulseImport, load_aliases, read_pulse, unit_code, whole_rupees
from payments_hub.ingest.pulse_files import PulseWarningKind, Tree
from payments_hub.kernel.errors import NotFoundError
from payments_hub.kernel.periods import Period

MADE = 1_630_501_487_217
DISTRICTS = {"north goa district": (10, "1000.5"), "south goa district": (6, "600.25")}
PURPOSES = {"Merchant payments": (9, "900.5"), "Peer-to-peer payments": (7, "700.25")}


def figures(named: dict[str, tuple[int, str]], key: str) -> str:
    entries = [
        f'{{"name": "{name}", "{key}": [{{"type": "TOTAL", "count": {count}, "amount": {amount}}}]}}'
        for name, (count, amount) in named.items()
    ]
    return "[" + ", ".join(entries) + "]"


def content(inner: str) -> str:
    return f'{{"success": true, "code": "SUCCESS", "data": {inner}, "responseTimestamp": {MADE}}}'


def write(root: Path, tree: Tree, quarter: str, inner: str, state: str = "goa") -> Path:
    year, number = quarter.split("-Q")
    file = root / "data" / tree.value / "country/india/state" / state / year / f"{number}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(inner, encoding="utf-8")
    return file


def write_quarter(
    root: Path,
    quarter: str,
    *,
    districts: dict[str, tuple[int, str]] | None = None,
    purposes: dict[str, tuple[int, str]] | None = None,
    state: str = "goa",
) -> None:
    hover = figures(DISTRICTS if districts is None else districts, "metric")
    aggregated = figures(PURPOSES if purposes is None else purposes, "paymentInstruments")
    write(root, Tree.DISTRICTS, quarter, content(f'{{"hoverDataList": {hover}}}'), state)
    write(root, Tree.PURPOSES, quarter, content(f'{{"transactionData": {aggregated}}}'), state)
    write(root, Tree.USERS, quarter, content('{"aggregated": {"registeredUsers": 321, "appOpens": 0}}'), state)


def found_in(imported: PulseImport) -> list[tuple[PulseWarningKind, str]]:
    return [(warning.kind, warning.where) for warning in imported.warnings]


def sent(imported: PulseImport) -> dict[tuple[str, str, str], Any]:
    return {
        (message.flow, message.place.partition(":")[2], str(message.period)): json.loads(message.body)["data"]
        for message in imported.messages()
    }


def test_a_quarter_becomes_a_slice_for_each_place_and_flow(tmp_path: Path) -> None:
    write_quarter(tmp_path, "2018-Q1")

    found = sent(read_pulse(tmp_path))

    assert list(found) == [
        ("PLATFORM_ALL", "goa", "2018-Q1"),
        ("PLATFORM_ALL", "goa/north-goa", "2018-Q1"),
        ("PLATFORM_ALL", "goa/south-goa", "2018-Q1"),
        ("ACCOUNTS_OPEN", "goa", "2018-Q1"),
    ]
    assert found["PLATFORM_ALL", "goa", "2018-Q1"]["cells"] == [
        {"purpose": "MERCHANT", "status": "A", "count": 9, "amount": 900},
        {"purpose": "P2P", "status": "A", "count": 7, "amount": 700},
    ]
    assert found["PLATFORM_ALL", "goa/north-goa", "2018-Q1"]["cells"][0]["purpose"] == Purpose.ALL
    assert found["ACCOUNTS_OPEN", "goa", "2018-Q1"]["control"] == {"count": 321}


def test_clean_files_give_no_warning_and_messages_without_finding(tmp_path: Path) -> None:
    write_quarter(tmp_path, "2018-Q1")
    write_quarter(tmp_path, "2018-Q2")

    imported = read_pulse(tmp_path)

    assert imported.warnings == ()
    assert [finding for message in imported.messages() for finding in decode(message.body).findings] == []


def test_the_same_files_give_the_same_bytes_and_changed_ones_another_id(tmp_path: Path) -> None:
    write_quarter(tmp_path, "2018-Q1")
    first = [message.body for message in read_pulse(tmp_path).messages()]
    again = [message.body for message in read_pulse(tmp_path).messages()]
    write_quarter(tmp_path, "2018-Q1", purposes=PURPOSES | {"Merchant payments": (10, "1000.5")})

    changed = [message.body for message in read_pulse(tmp_path).messages()]

    assert again == first
    assert json.loads(changed[0])["id"] != json.loads(first[0])["id"]


def test_a_corrected_copy_is_sent_with_its_revision_and_a_reason(tmp_path: Path) -> None:
    write_quarter(tmp_path, "2018-Q1")

    (first, *_) = read_pulse(tmp_path, revision=2).messages()

    event = decode(first.body).event
    assert event is not None
    assert (event.revision, event.reason) == (2, "CORRECTION")


def test_an_amount_is_rounded_from_the_decimal_that_is_written(tmp_path: Path) -> None:
    # A float would make 2251799813685249.5 of the first, and that rounds to 2251799813685250.
    write_quarter(
        tmp_path, "2018-Q1", purposes={"Others": (9, "2251799813685249.4999"), "Merchant payments": (7, "2.5E0")}
    )

    cells = sent(read_pulse(tmp_path))["PLATFORM_ALL", "goa", "2018-Q1"]["cells"]

    assert [cell["amount"] for cell in cells] == [2_251_799_813_685_249, 2]


@given(st.decimals(0, 10**15, places=4))
def test_rounding_is_never_wrong_by_more_than_half_a_rupee(amount: Decimal) -> None:
    assert abs(whole_rupees(amount) - amount) <= Decimal("0.5")


def test_halves_do_not_drift() -> None:
    halves = [Decimal(number) + Decimal("0.5") for number in range(1_000)]

    assert sum(map(whole_rupees, halves)) == sum(halves)


def test_a_missing_file_is_a_warning_and_no_slice(tmp_path: Path) -> None:
    write_quarter(tmp_path, "2018-Q1")
    write_quarter(tmp_path, "2018-Q2")
    (tmp_path / "data/aggregated/user/country/india/state/goa/2018/1.json").unlink()

    imported = read_pulse(tmp_path)

    assert found_in(imported) == [
        (PulseWarningKind.MISSING_FILE, "aggregated/user/country/india/state/goa/2018/1.json")
    ]
    assert [key for key in sent(imported) if key[0] == "ACCOUNTS_OPEN"] == [("ACCOUNTS_OPEN", "goa", "2018-Q2")]


def test_a_state_without_a_whole_tree_is_told_quarter_by_quarter(tmp_path: Path) -> None:
    write_quarter(tmp_path, "2018-Q1")
    write_quarter(tmp_path, "2018-Q1", state="kerala")
    (tmp_path / "data/map/transaction/hover/country/india/state/kerala/2018/1.json").unlink()

    assert found_in(read_pulse(tmp_path)) == [
        (PulseWarningKind.MISSING_FILE, "map/transaction/hover/country/india/state/kerala/2018/1.json")
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        content("{}"),
        content('{"transactionData": null}'),
        content('{"transactionData": []}'),
        content('{"transactionData": [{"name": "Others", "paymentInstruments": []}]}'),
        content('{"transactionData": ' + figures({"Crypto": (1, "1.0")}, "paymentInstruments") + "}"),
        content('{"transactionData": ' + figures({"Others": (1, "-1.0")}, "paymentInstruments") + "}"),
        content('{"transactionData": ' + figures({"Others": (1, "1E400")}, "paymentInstruments") + "}"),
        content('{"transactionData": ' + figures({"Others": (1, "NaN")}, "paymentInstruments") + "}"),
        content('{"transactionData": ' + figures({"Others": (1, "true")}, "paymentInstruments") + "}"),
        content('{"transactionData": ' + figures({"Others": (1, "1.0")}, "paymentInstruments") + "}").replace(
            "true", "0"
        ),
        content('{"transactionData": [' + 2 * '{"name": "Others", "paymentInstruments": [{"type": "TOTAL"}]}' + "]}"),
    ],
)
def test_a_file_of_another_shape_is_told_and_taken_not_even_in_part(tmp_path: Path, text: str) -> None:
    write_quarter(tmp_path, "2018-Q1")
    write(tmp_path, Tree.PURPOSES, "2018-Q1", text)

    imported = read_pulse(tmp_path)

    assert found_in(imported) == [
        (PulseWarningKind.UNREADABLE_FILE, "aggregated/transaction/country/india/state/goa/2018/1.json")
    ]
    assert ("PLATFORM_ALL", "goa", "2018-Q1") not in sent(imported)


def test_a_respelt_name_is_joined_only_where_the_table_says_so(tmp_path: Path) -> None:
    old = {"kasaragod district": (8, "8.0"), "kollam district": (8, "8.0")}
    new = {"kasargod district": (9, "9.0"), "kolam district": (7, "7.0")}
    write_quarter(tmp_path, "2024-Q2", districts=old, state="kerala")
    write_quarter(tmp_path, "2024-Q3", districts=new, state="kerala")

    imported = read_pulse(tmp_path)

    assert found_in(imported) == [
        (PulseWarningKind.ENDED_PLACE, "kerala/kollam"),
        (PulseWarningKind.JOINED_NAME, "kerala/kasaragod"),
        (PulseWarningKind.NEW_PLACE, "kerala/kolam"),
    ]
    assert sent(imported)["PLATFORM_ALL", "kerala/kasaragod", "2024-Q3"]["cells"][0]["count"] == 9


def test_a_name_that_was_looked_at_and_found_to_be_another_place_stays_apart(tmp_path: Path) -> None:
    write_quarter(tmp_path, "2024-Q3", districts={"hanumakonda district": (16, "16.0")}, state="telangana")

    assert [unit.code for unit in read_pulse(tmp_path).units] == ["india", "telangana", "telangana/hanumakonda"]


def test_two_spellings_of_one_place_in_one_file_are_not_added_up(tmp_path: Path) -> None:
    twice = {"kasaragod district": (8, "8.0"), "kasargod district": (8, "8.0")}
    write_quarter(tmp_path, "2024-Q3", districts=twice, state="kerala")

    imported = read_pulse(tmp_path)

    assert (PulseWarningKind.UNREADABLE_FILE, "kerala/kasaragod") in found_in(imported)
    assert [key for key in sent(imported) if key[1] == "kerala/kasaragod"] == []


def test_districts_that_do_not_add_up_to_their_state_are_told(tmp_path: Path) -> None:
    write_quarter(tmp_path, "2018-Q1", districts={"north goa district": (15, "1700.75")})

    assert found_in(read_pulse(tmp_path)) == [(PulseWarningKind.TOTALS_DIFFER, "goa")]


def test_every_slice_is_of_a_place_of_the_dated_scheme(tmp_path: Path) -> None:
    write_quarter(tmp_path, "2018-Q1", state="andaman-&-nicobar-islands")
    imported = read_pulse(tmp_path)
    places = {place.code: place for place in imported.places()}

    found = [find_place(message.place, message.period, places) for message in imported.messages()]

    assert all(isinstance(place, Place) for place in found)
    assert places["IN-PULSE-2018-01-01:andaman-nicobar-islands"].parent_code == "IN-PULSE-2018-01-01:india"
    assert isinstance(find_place("IN-PULSE-2018-01-01:india", Period.parse("2018-Q1"), places), Place)


def test_what_the_files_hold_is_owed_and_no_quarter_after_it(tmp_path: Path) -> None:
    write_quarter(tmp_path, "2018-Q1")
    write_quarter(tmp_path, "2018-Q2", districts={"north goa district": (16, "1600.75")})

    owed = {(duty.flow, duty.place.partition(":")[2]): duty for duty in read_pulse(tmp_path).obligations()}

    assert owed["PLATFORM_ALL", "goa/south-goa"].valid_to == Period.parse("2018-Q1").end
    assert owed["PLATFORM_ALL", "goa/north-goa"].valid_to == Period.parse("2018-Q2").end
    assert owed["ACCOUNTS_OPEN", "goa"].covers(Period.parse("2018-Q1"))
    assert not owed["ACCOUNTS_OPEN", "goa"].covers(Period.parse("2018-Q3"))


def test_a_folder_without_pulse_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        read_pulse(tmp_path)


def test_the_aliases_were_judged_and_say_why() -> None:
    aliases = load_aliases()

    assert len({(alias.state, alias.name) for alias in aliases}) == len(aliases)
    assert all(alias.reason.endswith(".") for alias in aliases)
    assert {alias.is_same for alias in aliases} == {True, False}
    assert all(unit_code(alias.name) != alias.unit for alias in aliases)
