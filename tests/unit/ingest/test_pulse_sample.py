"""The importer against real files of the public repository; they lie beside the project, never in it."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from payments_hub.contracts.decode import decode
from payments_hub.ingest.checks import check
from payments_hub.ingest.pulse import PARTNER, PULSE_SCHEME, PulseImport, read_pulse
from payments_hub.ingest.pulse_files import PURPOSES, PulseWarningKind, Tree
from payments_hub.ingest.reference import Reference, RegisteredPartner
from payments_hub.kernel.money import Currency
from payments_hub.kernel.periods import Period, period_range
from tests.builders import NOW

SAMPLE = Path(__file__).resolve().parents[4] / "shared" / "data" / "pulse_sample"
STATES = ("goa", "kerala", "ladakh", "telangana")

pytestmark = pytest.mark.skipif(not SAMPLE.is_dir(), reason="the sample of PhonePe Pulse is not beside the project")


@pytest.fixture(scope="module")
def imported() -> PulseImport:
    return read_pulse(SAMPLE)


def raw_figures(tree: Tree, state: str, quarter: Period) -> list[tuple[int, Decimal]]:
    """Read a file's figures again, by other code than the importer's, least count first."""
    file = SAMPLE / "data" / tree.value / "country/india/state" / state / f"{quarter.start.year}"
    text = (file / f"{str(quarter)[-1]}.json").read_text(encoding="utf-8")
    found = json.loads(text, parse_float=Decimal)["data"]
    entries = found["transactionData"] if tree is Tree.PURPOSES else found["hoverDataList"]
    values = "paymentInstruments" if tree is Tree.PURPOSES else "metric"
    return sorted((entry[values][0]["count"], Decimal(entry[values][0]["amount"])) for entry in entries)


def sent_figures(imported: PulseImport, state: str, quarter: Period) -> tuple[list[tuple[int, int]], ...]:
    """List what is sent for a state and for its districts, least count first."""
    of_state: list[tuple[int, int]] = []
    of_districts: list[tuple[int, int]] = []
    for found in imported.slices:
        unit = found.place.partition(":")[2]
        if found.flow == "PLATFORM_ALL" and found.period == quarter and unit.partition("/")[0] == state:
            figures = [(cell.count or 0, cell.amount or 0) for cell in found.cells]
            (of_districts if "/" in unit else of_state).extend(figures)
    return sorted(of_state), sorted(of_districts)


QUARTERS = tuple(period_range(Period.parse("2018-Q1"), Period.parse("2024-Q4")))


@pytest.mark.parametrize("state", STATES)
def test_every_count_is_the_raw_one_and_every_amount_within_half_a_rupee(imported: PulseImport, state: str) -> None:
    for quarter in QUARTERS:
        of_state, of_districts = sent_figures(imported, state, quarter)
        for sent, raw in (
            (of_state, raw_figures(Tree.PURPOSES, state, quarter)),
            (of_districts, raw_figures(Tree.DISTRICTS, state, quarter)),
        ):
            assert [count for count, _ in sent] == [count for count, _ in raw]
            assert all(abs(amount - exact) <= Decimal("0.5") for (_, amount), (_, exact) in zip(sent, raw, strict=True))


@pytest.mark.parametrize(
    ("tree", "is_district", "flow"),
    [
        (Tree.PURPOSES, False, "PLATFORM_ALL"),
        (Tree.DISTRICTS, True, "PLATFORM_ALL"),
        (Tree.USERS, False, "ACCOUNTS_OPEN"),
    ],
)
def test_every_sum_is_within_half_a_rupee_a_figure(
    imported: PulseImport,
    tree: Tree,
    is_district: bool,  # noqa: FBT001 - a column of the table above
    flow: str,
) -> None:
    cells = [
        cell
        for found in imported.slices
        if found.flow == flow and ("/" in found.place) == is_district
        for cell in found.cells
    ]
    totals = imported.totals[tree]

    assert len(cells) == totals.figures
    assert sum(cell.count or 0 for cell in cells) == totals.count
    assert abs(sum(cell.amount or 0 for cell in cells) - totals.amount) <= Decimal(totals.figures) / 2


def test_the_raw_totals_are_those_of_the_files(imported: PulseImport) -> None:
    raw = [figure for state in STATES for quarter in QUARTERS for figure in raw_figures(Tree.PURPOSES, state, quarter)]

    assert imported.totals[Tree.PURPOSES].figures == len(raw) == len(STATES) * len(QUARTERS) * len(PURPOSES)
    assert imported.totals[Tree.PURPOSES].amount == sum(amount for _, amount in raw)


def test_the_names_that_changed_in_2024_are_joined_or_told(imported: PulseImport) -> None:
    found = [(warning.kind, warning.where) for warning in imported.warnings]

    assert found == [
        (PulseWarningKind.ENDED_PLACE, "telangana/warangal-rural"),
        (PulseWarningKind.ENDED_PLACE, "telangana/warangal-urban"),
        (PulseWarningKind.JOINED_NAME, "kerala/kasaragod"),
        (PulseWarningKind.JOINED_NAME, "telangana/jaya-shankar-bhalupally"),
        (PulseWarningKind.JOINED_NAME, "telangana/mahbubnagar"),
        (PulseWarningKind.JOINED_NAME, "telangana/peddapalle"),
        (PulseWarningKind.NEW_PLACE, "telangana/hanumakonda"),
        (PulseWarningKind.NEW_PLACE, "telangana/warangal"),
    ]


def test_every_message_passes_the_contract_and_the_checks(imported: PulseImport) -> None:
    partner = RegisteredPartner(PARTNER, currency=Currency.INR)
    owed = {(duty.partner, duty.flow, duty.place): (duty,) for duty in imported.obligations()}
    places = {place.code: place for place in imported.places()}
    reference = Reference({PARTNER: partner}, places, {PULSE_SCHEME.code: PULSE_SCHEME}, owed)

    decoded = [decode(message.body) for message in imported.messages()]
    findings = [
        finding
        for one in decoded
        for finding in (*one.findings, *check(one, partner=partner, reference=reference, now=NOW))
    ]

    assert len(decoded) == 1_652
    assert findings == []
