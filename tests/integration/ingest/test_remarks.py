"""What ingest says of accepted slices that are unlike their past: it warns, and no warning changes a verdict."""

from datetime import timedelta
from typing import Any

import pytest

from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.instruments import Instrument
from payments_hub.domain.verdicts import Verdict
from payments_hub.ingest.decisions import Decision, release
from payments_hub.store.session import Database
from tests.builders import cell
from tests.support.hub import RIVAL, WEST, SmallHub, nothing, report, small_hub, withdrawal
from tests.support.series import CARD, YESTERDAY, at_night, day_cells, day_report, with_past

pytestmark = pytest.mark.database


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


@pytest.fixture
def known(hub: SmallHub) -> SmallHub:
    """Lend a hub that knows what is usual of the mall."""
    with_past(hub)
    at_night(hub)
    return hub


def told(receipt: ReceiptV1) -> list[tuple[str, str]]:
    return [(finding.code, finding.pointer) for finding in receipt.findings]


def test_an_ordinary_day_is_accepted_without_a_word(known: SmallHub) -> None:
    (receipt,) = known.send(day_report(YESTERDAY))

    assert (receipt.verdict, receipt.findings) == (Verdict.ACCEPTED, ())


@pytest.mark.parametrize("times", [10, 100], ids=["tenfold", "B56-a-hundredfold"])
def test_a_day_of_many_times_the_usual_is_accepted_with_a_warning_that_tells_the_range(
    known: SmallHub, times: int
) -> None:
    (receipt,) = known.send(day_report(YESTERDAY, cells=day_cells(YESTERDAY, times=times)))

    assert receipt.verdict is Verdict.ACCEPTED
    assert told(receipt) == [("W5001", "/data/control/amount")]
    assert str(receipt.findings[0].got) in receipt.findings[0].text_vi


def test_without_bands_nothing_is_remarkable(hub: SmallHub) -> None:
    with_past(hub)

    (receipt,) = hub.send(day_report(YESTERDAY, cells=day_cells(YESTERDAY, times=10)))

    assert receipt.findings == ()


def test_another_partners_past_is_not_what_a_partner_is_compared_with(known: SmallHub) -> None:
    (receipt,) = known.send(day_report(YESTERDAY, partner=RIVAL, cells=day_cells(YESTERDAY, times=10)), partner=RIVAL)

    assert receipt.findings == ()


@pytest.mark.parametrize("card", [CARD * 20, CARD // 20], ids=["large", "small"])
def test_a_mean_payment_out_of_its_instruments_range_names_the_cell_as_it_was_sent(known: SmallHub, card: int) -> None:
    """The flow's own range of believable payments lets both pass."""
    (receipt,) = known.send(day_report(YESTERDAY, cells=day_cells(YESTERDAY, card=card)))

    assert ("W5003", "/data/cells/1") in told(receipt)
    assert receipt.verdict is Verdict.ACCEPTED
    finding = next(one for one in receipt.findings if one.code == "W5003")
    assert "this series' own range" in finding.text_en
    assert "thousand" not in finding.text_en


@pytest.mark.parametrize("instrument", Instrument)
@pytest.mark.parametrize("slip", [1_000, 0.001], ids=["a-thousand-times", "a-thousandth"])
def test_a_slip_of_a_thousand_is_caught_in_any_instrument(hub: SmallHub, instrument: str, slip: float) -> None:
    """20,000 đồng a payment: a thousand times as much is still a payment that the flow's own range believes."""
    days = [YESTERDAY - timedelta(days=number) for number in range(30, -1, -1)]
    cells = [{"instrument": instrument, "sector": "G47", "count": 40 + day.day, "amount": 800_000} for day in days]
    hub.send(*(day_report(day, cells=[one]) for day, one in zip(days[:-1], cells[:-1], strict=True)))
    at_night(hub)

    (receipt,) = hub.send(day_report(YESTERDAY, cells=[cells[-1] | {"amount": round(800_000 * slip)}]))

    assert "W5003" in {finding.code for finding in receipt.findings}
    assert receipt.verdict is Verdict.ACCEPTED


def test_a_cell_is_named_once_where_the_flows_own_range_names_it_too(known: SmallHub) -> None:
    (receipt,) = known.send(day_report(YESTERDAY, cells=day_cells(YESTERDAY, card=CARD * 1_000)))

    assert told(receipt) == [("W5003", "/data/cells/1/amount"), ("W5001", "/data/control/amount")]


def test_the_figures_of_the_day_before_sent_again_are_remarkable(hub: SmallHub) -> None:
    before = YESTERDAY - timedelta(days=1)
    hub.send(day_report(before))

    (receipt,) = hub.send(day_report(YESTERDAY, cells=day_cells(before)))

    assert told(receipt) == [("W5005", "/data/cells")]
    assert str(before) in receipt.findings[0].text_en


def test_a_copy_is_seen_within_one_batch_too(hub: SmallHub) -> None:
    before = YESTERDAY - timedelta(days=1)

    _first, second = hub.send(day_report(before), day_report(YESTERDAY, cells=day_cells(before)))

    assert told(second) == [("W5005", "/data/cells")]


def test_two_days_without_a_payment_are_no_copy(hub: SmallHub) -> None:
    zero = [cell(count=0, amount=0)]

    receipts = hub.send(*(day_report(YESTERDAY - timedelta(days=number), cells=zero) for number in (1, 0)))

    assert [receipt.findings for receipt in receipts] == [(), ()]


def test_two_days_of_nothing_to_report_are_no_copy(hub: SmallHub) -> None:
    receipts = hub.send(*(nothing(period=str(YESTERDAY - timedelta(days=number))) for number in (1, 0)))

    assert [receipt.findings for receipt in receipts] == [(), ()]


def test_months_have_their_own_month_before(hub: SmallHub) -> None:
    merchants: dict[str, Any] = {"flow": "ACQ_P2M", "site": WEST, "cells": [cell(initiation="QR")]}
    hub.send(report(0, period="2026-04", **merchants))

    (may,) = hub.send(report(0, period="2026-05", **merchants))

    assert told(may) == [("W5005", "/data/cells")]


@pytest.mark.parametrize(
    ("revised", "pointer"),
    [
        (report(1_900_000, revision=1), "/data/control/amount"),
        (nothing(revision=1), "/data/action"),
    ],
    ids=["amount", "nothing"],
)
def test_a_revision_that_drops_over_a_third_is_remarkable(hub: SmallHub, revised: bytes, pointer: str) -> None:
    hub.send(report(3_000_000))

    (receipt,) = hub.send(revised)

    assert receipt.verdict is Verdict.ACCEPTED
    assert told(receipt) == [("W5006", pointer)]


def test_a_revision_that_drops_cells_is_remarkable_though_the_amount_stays(hub: SmallHub) -> None:
    hub.send(report(0, cells=[cell(instrument=code, amount=1_000_000) for code in ("CARD", "CASH", "E_WALLET")]))

    (receipt,) = hub.send(report(3_000_000, revision=1))

    assert told(receipt) == [("W5006", "/data/cells")]


@pytest.mark.parametrize("revised", [report(2_000_000, revision=1), withdrawal(revision=1)], ids=["a-third", "delete"])
def test_a_small_drop_and_what_is_taken_back_on_purpose_are_not(hub: SmallHub, revised: bytes) -> None:
    hub.send(report(3_000_000))

    (receipt,) = hub.send(revised)

    assert receipt.findings == ()


def test_a_remark_is_made_on_what_was_accepted_alone(known: SmallHub) -> None:
    known.send(day_report(YESTERDAY, revision=3))

    late, same = known.send(
        day_report(YESTERDAY, revision=1, cells=day_cells(YESTERDAY, times=10)), day_report(YESTERDAY, revision=4)
    )

    assert [late.verdict, same.verdict] == [Verdict.SUPERSEDED, Verdict.NO_CHANGE]
    assert [late.findings, same.findings] == [(), ()]


def test_a_held_slice_is_remarked_on_once_it_is_let_in(known: SmallHub) -> None:
    known.rows(
        "INSERT INTO period_lock (flow, frequency, start, last, reason, locked_by, locked_at) VALUES"
        " ('POS_SALES', 'D', :day, :day, 'closed', 'account:officer', now()) RETURNING id",
        day=YESTERDAY,
    )
    (held,) = known.send(day_report(YESTERDAY, cells=day_cells(YESTERDAY, times=10)))
    (delivery,) = known.rows("SELECT delivery_id FROM held_slice")[0]

    with known.database.transaction() as session:
        reference, decision = known.references.current(session), Decision("account:officer", "sổ đã mở lại")
        (let_in,) = release(session, [delivery], decision, reference=reference, clock=known.clock)

    assert told(held) == [("H4003", "/data/period")]
    assert (let_in.verdict, told(let_in)) == (Verdict.ACCEPTED, [("W5001", "/data/control/amount")])


def test_the_same_slice_gets_the_same_remarks_whatever_else_is_in_its_batch(known: SmallHub) -> None:
    large = day_cells(YESTERDAY, times=10)
    (alone,) = known.send(day_report(YESTERDAY, cells=large))
    known.send(withdrawal(revision=1, period=str(YESTERDAY)))

    among = known.send(
        day_report(YESTERDAY - timedelta(days=90)), day_report(YESTERDAY, revision=2, cells=large), report(5_000)
    )

    assert among[1].findings == alone.findings
