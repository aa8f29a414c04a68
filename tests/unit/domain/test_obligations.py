"""Lines of obligations: every fault at once, overlaps, and what saving would change."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments_hub.domain.coverage import Obligation
from payments_hub.domain.languages import Language
from payments_hub.domain.obligations import (
    FaultCode,
    KnownNames,
    ObligationLine,
    changed_owings,
    difference,
    overlap,
    overlap_faults,
    read_lines,
)
from payments_hub.kernel.periods import Frequency
from tests.builders import COMMUNE, MALL, PARTNER, obligation

KNOWN = KnownNames(frozenset({PARTNER}), {MALL: "MALL", COMMUNE: "AREA"})
JULY = date(2026, 7, 1)


def line(number: int = 2, **cells: str) -> ObligationLine:
    written = {
        "partner": PARTNER,
        "flow": "POS_SALES",
        "place": MALL,
        "frequency": "D",
        "due_days": "1",
        "valid_from": "2026-07-01",
        "valid_to": "",
    }
    return ObligationLine(number, written | cells)


def test_a_line_without_a_fault_is_an_agreement() -> None:
    good, faults = read_lines([line(valid_from="1/7/2026", valid_to="31/12/2026", frequency="d")], KNOWN)

    assert [duty for _, duty in good] == [obligation(valid_from=JULY, valid_to=date(2026, 12, 31))]
    assert faults == []


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"partner": "AEON-HPP"}, FaultCode.PARTNER_UNKNOWN),
        ({"flow": "POS_SALE"}, FaultCode.FLOW_UNKNOWN),
        ({"place": "MALL-0099"}, FaultCode.PLACE_UNKNOWN),
        ({"place": COMMUNE}, FaultCode.PLACE_KIND),
        ({"frequency": "W"}, FaultCode.FREQUENCY_UNKNOWN),
        ({"frequency": "M"}, FaultCode.FREQUENCY_NOT_OF_FLOW),
        ({"due_days": "-1"}, FaultCode.DUE_DAYS),
        ({"due_days": "367"}, FaultCode.DUE_DAYS),
        ({"due_days": "\u0661"}, FaultCode.DUE_DAYS),
        ({"valid_from": ""}, FaultCode.DATE),
        ({"valid_from": "2026-02-30"}, FaultCode.DATE),
        ({"valid_to": "07/2026"}, FaultCode.DATE),
        ({"valid_to": "2026-06-30"}, FaultCode.DATES_REVERSED),
    ],
    ids=lambda value: value.value if isinstance(value, FaultCode) else ",".join(value.values()),
)
def test_a_fault_is_named_with_its_line(cells: dict[str, str], code: FaultCode) -> None:
    good, faults = read_lines([line(7, **cells)], KNOWN)

    assert good == []
    assert [(fault.line, fault.code) for fault in faults] == [(7, code)]


def test_every_fault_of_a_line_and_of_a_file_is_told_at_once() -> None:
    _, faults = read_lines([line(2, partner="X", flow="Y", due_days="soon"), line(3), line(4, place="Z")], KNOWN)

    assert [(fault.line, fault.column) for fault in faults] == [
        (2, "partner"),
        (2, "flow"),
        (2, "due_days"),
        (4, "place"),
    ]


def test_the_nearest_name_is_suggested_in_both_languages() -> None:
    (fault,) = read_lines([line(partner="AEON-HPP")], KNOWN)[1]

    assert "AEON-HP?" in fault.words.of(Language.VI)
    assert "AEON-HP?" in fault.words.of(Language.EN)


def test_two_lines_that_share_a_day_are_a_fault_of_the_second() -> None:
    lines = [line(2, valid_to="2026-12-31"), line(3, valid_from="2026-12-31")]

    faults = overlap_faults(read_lines(lines, KNOWN)[0], [])

    assert [(fault.line, fault.code) for fault in faults] == [(3, FaultCode.OVERLAP)]


def test_a_line_that_shares_a_day_with_a_saved_one_is_a_fault() -> None:
    faults = overlap_faults(read_lines([line(2)], KNOWN)[0], [obligation()])

    assert [(fault.line, fault.code) for fault in faults] == [(2, FaultCode.OVERLAP)]


def test_ending_one_and_beginning_the_next_in_one_file_is_no_fault() -> None:
    lines = [line(2, valid_from="2020-01-01", valid_to="2026-06-30"), line(3)]

    assert overlap_faults(read_lines(lines, KNOWN)[0], [obligation()]) == []


def test_the_difference_tells_what_comes_changes_and_stays() -> None:
    later = obligation(valid_from=JULY, due_days=3)
    saved = [obligation(valid_to=date(2026, 6, 30)), obligation(place="MALL-0003")]

    found = difference([obligation(), obligation(place="MALL-0003"), later], saved)

    assert (found.added, found.changed, found.unchanged) == ((later,), ((saved[0], obligation()),), 1)


@pytest.mark.parametrize(
    ("before", "after", "stretches"),
    [
        (None, obligation(valid_from=JULY), [(JULY, date.max)]),
        (obligation(), obligation(due_days=9), []),
        (obligation(), obligation(valid_to=JULY), [(JULY, date.max)]),
        (obligation(valid_to=JULY), obligation(valid_to=date(2026, 9, 1)), [(JULY, date(2026, 9, 1))]),
        (obligation(), obligation(Frequency.MONTH), [(date(2020, 1, 1), date.max)] * 2),
    ],
    ids=["added", "due-days", "ended", "lengthened", "frequency"],
)
def test_other_slices_are_expected_where_an_agreement_changed(
    before: Obligation | None, after: Obligation, stretches: list[tuple[date, date]]
) -> None:
    owings = changed_owings(difference([after], [before] if before else []))

    assert [(owing.first, owing.last) for owing in owings] == stretches


DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 1))


@given(one=st.tuples(DAYS, DAYS), other=st.tuples(DAYS, DAYS))
def test_sharing_a_day_is_symmetric_and_is_what_it_says(one: tuple[date, date], other: tuple[date, date]) -> None:
    first, second = (obligation(valid_from=min(days), valid_to=max(days)) for days in (one, other))
    shared = max(first.valid_from, second.valid_from) <= min(max(one), max(other))

    assert overlap(first, second) is overlap(second, first) is shared
