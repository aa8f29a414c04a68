from typing import Any

import pytest

from payments_hub.contracts.decode import MAX_FINDINGS, Decoded, decode
from tests.builders import CARD_CELL, cell, empty_slice_message, slice_message

ACCOUNTS: dict[str, Any] = {"flow": "ACCOUNTS_OPEN", "period": "2026-06", "without": ["currency"]}


def codes_and_pointers(decoded: Decoded) -> list[tuple[str, str]]:
    return [(finding.code, finding.pointer) for finding in decoded.findings]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(slice_message(), [], id="a-slice-of-sales"),
        pytest.param(empty_slice_message("NIL"), [], id="nil"),
        pytest.param(empty_slice_message("DELETE"), [], id="delete"),
        pytest.param(slice_message(cells=[cell(count=0, amount=0)]), [], id="a-true-zero"),
        pytest.param(
            slice_message(cells=[cell(), cell(instrument="CASH", count=None, amount=None, status="M")]),
            [],
            id="a-missing-cell",
        ),
        pytest.param(slice_message(revision=1, revision_reason="BACKCAST"), [], id="a-revision-with-its-reason"),
        pytest.param(
            slice_message(contributors={"n": 0, "top1_bp": 0, "top2_bp": 0}, cells=[cell(count=0, amount=0)]),
            [],
            id="nothing-is-shared-by-nobody",
        ),
        pytest.param(
            slice_message(**ACCOUNTS, cells=[{"instrument": "CARD", "count": 9}]), [], id="accounts-without-money"
        ),
        pytest.param(
            slice_message(flow="ACCOUNTS_OPEN", period="2026-06", cells=[{"instrument": "CARD", "count": 9}]),
            [("E3002", "/data/currency")],
            id="accounts-with-a-currency",
        ),
        pytest.param(
            slice_message(**ACCOUNTS, cells=[{"instrument": "CARD", "count": 9, "amount": 8}]),
            [("E3002", "/data/control/amount"), ("E3002", "/data/cells/0/amount")],
            id="accounts-with-an-amount",
        ),
        pytest.param(
            slice_message(**ACCOUNTS, cells=[{"instrument": "CARD", "sector": "G47", "count": 9}]),
            [("E3002", "/data/cells/0/sector")],
            id="accounts-by-sector",
        ),
        pytest.param(
            slice_message(
                flow="PLATFORM_ALL",
                period="2026-Q2",
                cells=[{"purpose": "P2P", "count": 1, "amount": 5_000, "refund_count": 0}],
            ),
            [("E3002", "/data/cells/0/refund_count")],
            id="refunds-where-the-flow-has-none",
        ),
        pytest.param(slice_message(period="2026-Q2"), [("E3002", "/data/period")], id="frequency-of-no-such-flow"),
        pytest.param(
            slice_message(cells=[cell(sector=None)]), [("E2001", "/data/cells/0/sector")], id="dimension-left-out"
        ),
        pytest.param(
            slice_message(cells=[cell(amount=None)], control={"count": 10, "amount": 0}),
            [("E2001", "/data/cells/0/amount")],
            id="amount-left-out",
        ),
        pytest.param(
            slice_message(control={"count": 27_241}), [("E2001", "/data/control/amount")], id="control-without-amount"
        ),
        pytest.param(slice_message(without=["control"]), [("E2001", "/data/control")], id="control-left-out"),
        pytest.param(slice_message(without=["cells"]), [("E2001", "/data/cells")], id="cells-left-out"),
        pytest.param(
            slice_message(action="NIL", coverage={"reporting": 1, "total": 2}),
            [("E2003", "/data/cells"), ("E2003", "/data/coverage"), ("E2003", "/data/control")],
            id="nil-with-figures",
        ),
        pytest.param(
            slice_message(coverage={"reporting": 43, "total": 42}),
            [("E2002", "/data/coverage/reporting")],
            id="more-report-than-there-are",
        ),
        pytest.param(
            slice_message(cells=[cell(), cell(instrument="CASH"), cell()]),
            [("E3003", "/data/cells/2")],
            id="third-cell-is-the-first",
        ),
        pytest.param(
            slice_message(contributors={"n": 1, "top1_bp": 9_999, "top2_bp": 0}),
            [("E3007", "/data/contributors")],
            id="one-owner-holds-all",
        ),
        pytest.param(
            slice_message(cells=[cell(contributors={"n": 0, "top1_bp": 0, "top2_bp": 0})]),
            [("E3007", "/data/cells/0/contributors")],
            id="nobody-earned-something",
        ),
        pytest.param(
            slice_message(cells=[cell(count=1, amount=60_000_000)]),
            [("W5003", "/data/cells/0/amount")],
            id="mean-ticket-above-its-band",
        ),
        pytest.param(
            slice_message(datacontenttype="text/xml"), [("E2101", "/datacontenttype")], id="data-that-is-no-json"
        ),
        pytest.param(slice_message(time="2026-02-30T00:00:00Z"), [("E2002", "/time")], id="a-day-that-never-was"),
    ],
)
def test_each_rule_names_the_place_it_objects_to(body: bytes, expected: list[tuple[str, str]]) -> None:
    assert codes_and_pointers(decode(body)) == expected


@pytest.mark.parametrize("field", ["flow", "site", "period", "action", "revision", "finality"])
def test_a_required_field_of_the_data_is_missed_by_name(field: str) -> None:
    assert ("E2001", f"/data/{field}") in codes_and_pointers(decode(slice_message(without=[field])))


@pytest.mark.parametrize("attribute", ["id", "source", "time", "data"])
def test_a_required_attribute_of_the_envelope_is_missed_by_name(attribute: str) -> None:
    assert codes_and_pointers(decode(slice_message(without=[attribute]))) == [("E2001", f"/{attribute}")]


def test_every_fault_is_told_at_once() -> None:
    body = slice_message(
        without=["finality"],
        currency="vnd",
        curency="VND",
        note="gọi 0912345678",
        cells=[
            {**CARD_CELL, "count": 170.5},
            cell(instrument="Cash", amount=-1),
            cell(contributors={"n": 2, "top1_bp": 5_000, "top2_bp": 4_000}),
            cell(),
        ],
    )

    found = codes_and_pointers(decode(body))

    assert found == [
        ("E2001", "/data/finality"),
        ("E2101", "/data/currency"),
        ("E2002", "/data/cells/0/count"),
        ("E2101", "/data/cells/1/instrument"),
        ("E2002", "/data/cells/1/amount"),
        ("E2003", "/data/curency"),
        ("E2004", "/data/note"),
        ("E3007", "/data/cells/2/contributors"),
        ("E3003", "/data/cells/3"),
    ]


def test_a_cell_that_cannot_be_read_makes_no_sum_wrong() -> None:
    body = slice_message(cells=[cell(), "CASH"], control={"count": 1, "amount": 1})

    assert codes_and_pointers(decode(body)) == [("E2002", "/data/cells/1")]


def test_a_receipt_tells_at_most_two_hundred_faults_and_says_so() -> None:
    body = slice_message(cells=[cell(sector=f"X{number}") for number in range(300)])

    decoded = decode(body)

    assert len(decoded.findings) == MAX_FINDINGS
    assert decoded.has_more_findings


def test_a_mistyped_code_comes_with_the_nearest_one() -> None:
    finding = decode(slice_message(cells=[cell(instrument="Mobile-money")])).findings[0]

    assert finding.got == "Mobile-money"
    assert finding.suggestion == "MOBILE_MONEY"
    assert "CARD" in finding.allowed


def test_a_mistyped_field_comes_with_the_nearest_one() -> None:
    assert decode(slice_message(cells=[cell(amout=5)])).findings[0].suggestion == "amount"


def test_what_was_sent_is_repeated_masked_shortened_and_harmless() -> None:
    got = decode(slice_message(note="thẻ 4111111111111111 " + "x" * 90 + "\x07")).findings[0].got

    assert got is not None
    assert "4111111111111111" not in got
    assert len(got) <= 80


def test_a_refused_message_still_says_what_it_was_about() -> None:
    key = decode(slice_message(revision=-1, site="MALL\x00")).key

    assert (key.source, key.event_id) == ("urn:hp:partner:AEON-HP", "01J8ZK3W7Q")
    assert (key.flow, key.site, key.period, key.revision) == ("POS_SALES", "MALL\ufffd", "2026-07-03", "-1")


def test_a_repeated_cell_names_its_twin_as_people_count_cells() -> None:
    body = slice_message(cells=[cell(), cell(instrument="CASH"), cell(), cell(instrument="CASH")])

    first, second = (finding for finding in decode(body).findings if finding.code == "E3003")

    assert ("cell 1." in first.text_en, "ô số 1." in first.text_vi) == (True, True)
    assert ("cell 2." in second.text_en, "ô số 2." in second.text_vi) == (True, True)


def test_an_unreadable_cell_is_nobodys_twin_and_keeps_its_place_in_the_count() -> None:
    body = slice_message(cells=[cell(count="12"), cell(instrument="CASH"), cell(), cell()])

    (finding,) = (one for one in decode(body).findings if one.code == "E3003")

    assert (finding.pointer, "cell 3." in finding.text_en) == ("/data/cells/3", True)


@pytest.mark.parametrize(
    ("amount", "is_slip"),
    [(200, True), (6_000_000_000, True), (1, False)],
    ids=["in-thousands", "thousandfold", "one"],
)
def test_a_slip_of_a_thousand_is_named_only_where_it_explains_the_mean(amount: int, is_slip: bool) -> None:  # noqa: FBT001 - a value of the table
    (finding,) = decode(slice_message(cells=[cell(count=2, amount=amount * 2)])).findings

    assert finding.code == "W5003"
    assert ("thousand" in finding.text_en, "nghìn" in finding.text_vi) == (is_slip, is_slip)


def test_a_wrong_frequency_is_told_in_words() -> None:
    (finding,) = decode(slice_message(period="2026-Q2")).findings

    assert "by the day" in finding.text_en
    assert "theo ngày" in finding.text_vi


@pytest.mark.parametrize("joined", [b"[%s,%s]", b"%s\n%s\n", b"\n%s\r\n\r\n%s"], ids=["list", "lines", "spaced-lines"])
def test_several_messages_sent_as_one_are_told_the_content_types_of_a_batch(joined: bytes) -> None:
    body = joined % (slice_message(), slice_message(id="other"))

    (finding,) = decode(body, content_type="application/cloudevents+json").findings

    assert finding.code == "E1001"
    for text in (finding.text_vi, finding.text_en):
        assert "application/cloudevents-batch+json" in text
        assert "application/x-ndjson" in text


@pytest.mark.parametrize("body", [b"[1]", b"[]", slice_message() + b"}", b"{}\nnot json", b"1\n{}"])
def test_what_is_no_batch_either_is_not_told_of_batches(body: bytes) -> None:
    (finding,) = decode(body).findings

    assert (finding.code, "batch" in finding.text_en) == ("E1001", False)
