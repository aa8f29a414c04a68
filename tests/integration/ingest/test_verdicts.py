"""The contract's verdicts, in its order, on a real database: one test a situation."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from payments_hub.domain.verdicts import Verdict
from payments_hub.store.session import Database
from tests.builders import NOW
from tests.support.hub import SIMULATED, SmallHub, arrival, nothing, report, small_hub, withdrawal

pytestmark = pytest.mark.database

VIEW = (
    "SELECT head.revision, revision.action, cell.amount FROM slice_head AS head"
    " JOIN slice_revision AS revision ON revision.id = head.content_revision_id"
    " LEFT JOIN slice_cell AS cell ON cell.revision_id = head.content_revision_id ORDER BY cell.ordinal"
)


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def test_a_first_report_is_accepted_and_becomes_the_head(hub: SmallHub) -> None:
    (receipt,) = hub.send(report(2_000_000))

    assert (receipt.verdict, receipt.current_revision, receipt.known_at) == (Verdict.ACCEPTED, 0, NOW)
    assert receipt.findings == ()
    assert hub.rows(VIEW) == [(0, "REPLACE", 2_000_000)]


def test_the_same_event_again_is_a_duplicate_that_points_to_its_first_receipt(hub: SmallHub) -> None:
    message = report(2_000_000, id="once")
    (first,) = hub.send(message)

    (second,) = hub.send(message)
    (third,) = hub.send(message)

    assert [second.verdict, third.verdict] == [Verdict.DUPLICATE, Verdict.DUPLICATE]
    assert (second.first_receipt, third.first_receipt) == (first.id, first.id)
    assert hub.number("SELECT count(*) FROM delivery") == 3
    assert hub.number("SELECT count(*) FROM slice_revision") == 1


def test_an_id_used_again_for_other_content_is_rejected(hub: SmallHub) -> None:
    hub.send(report(2_000_000, id="once"))

    (receipt,) = hub.send(report(3_000_000, id="once", revision=1))

    assert receipt.verdict is Verdict.REJECTED
    assert [finding.code for finding in receipt.findings] == ["E1102"]
    assert hub.rows(VIEW) == [(0, "REPLACE", 2_000_000)]


def test_an_id_seen_only_in_rejections_is_judged_anew(hub: SmallHub) -> None:
    hub.send(report(2_000_000, id="once", site="MALL-9999"))

    (receipt,) = hub.send(report(2_000_000, id="once"))

    assert receipt.verdict is Verdict.ACCEPTED


def test_a_rejected_message_is_kept_as_it_came(hub: SmallHub) -> None:
    body = report(2_000_000, control={"count": 1, "amount": 1})
    headers = (("trace", b"\xff\x00"), ("trace", None))

    (receipt,) = hub.take(arrival(body, headers=headers))

    assert receipt.verdict is Verdict.REJECTED
    assert hub.rows("SELECT body, truncated, headers, content_type FROM quarantine") == [
        (body, False, [["trace", "/wA="], ["trace", None]], "application/cloudevents+json")
    ]


def test_of_an_oversize_message_its_beginning_and_its_hash_are_kept(hub: SmallHub) -> None:
    body = b"[" + b"1," * 200_000

    (receipt,) = hub.send(body)

    assert [finding.code for finding in receipt.findings] == ["E1003"]
    assert hub.rows(
        "SELECT body, truncated, bytes_sha256, byte_count FROM quarantine JOIN delivery ON id = delivery_id"
    ) == [(body[:4096], True, sha256(body).digest(), len(body))]


def test_a_number_sent_again_with_the_same_content_changes_nothing(hub: SmallHub) -> None:
    hub.send(report(2_000_000))

    (receipt,) = hub.send(report(2_000_000))

    assert (receipt.verdict, receipt.current_revision, receipt.known_at) == (Verdict.NO_CHANGE, 0, None)
    assert hub.number("SELECT count(*) FROM slice_revision") == 1


def test_an_old_number_sent_again_with_its_content_changes_nothing(hub: SmallHub) -> None:
    hub.send(report(2_000_000), report(3_000_000, revision=1))

    (receipt,) = hub.send(report(2_000_000))

    assert (receipt.verdict, receipt.current_revision) == (Verdict.NO_CHANGE, 1)
    assert hub.rows(VIEW) == [(1, "REPLACE", 3_000_000)]


def test_a_higher_number_with_the_heads_content_becomes_the_heads_number(hub: SmallHub) -> None:
    hub.send(report(2_000_000))

    (same,) = hub.send(report(2_000_000, revision=1))
    (below,) = hub.send(report(9_000_000, revision=1))

    assert (same.verdict, same.current_revision) == (Verdict.NO_CHANGE, 1)
    assert (below.verdict, [finding.code for finding in below.findings]) == (Verdict.REJECTED, ["E4001"])
    assert hub.rows(VIEW) == [(1, "REPLACE", 2_000_000)]


def test_a_number_with_other_content_is_a_conflict_that_names_the_current_revision(hub: SmallHub) -> None:
    hub.send(report(2_000_000), report(3_000_000, revision=1))

    (receipt,) = hub.send(report(4_000_000))

    assert (receipt.verdict, receipt.current_revision) == (Verdict.REJECTED, 1)
    assert [(finding.code, finding.pointer, finding.got) for finding in receipt.findings] == [
        ("E4001", "/data/revision", "0")
    ]
    assert "1" in receipt.findings[0].text_en


def test_a_late_first_report_is_kept_and_does_not_undo_a_correction(hub: SmallHub) -> None:
    hub.send(report(3_000_000, revision=1))

    (receipt,) = hub.send(report(2_000_000))

    assert (receipt.verdict, receipt.current_revision) == (Verdict.SUPERSEDED, 1)
    assert hub.rows(VIEW) == [(1, "REPLACE", 3_000_000)]
    assert hub.rows("SELECT revision, amount FROM slice_revision JOIN slice_cell ON id = revision_id ORDER BY 1") == [
        (0, 2_000_000),
        (1, 3_000_000),
    ]
    assert hub.number("SELECT count(*) FROM touched_slice") == 1


def test_a_gap_in_the_numbers_warns_and_is_accepted(hub: SmallHub) -> None:
    hub.send(report(2_000_000))

    (receipt,) = hub.send(report(3_000_000, revision=3))

    assert (receipt.verdict, receipt.current_revision) == (Verdict.ACCEPTED, 3)
    assert [(finding.code, finding.severity) for finding in receipt.findings] == [("W4002", "warning")]


def test_a_delete_withdraws_what_was_sent_and_the_slice_can_come_again(hub: SmallHub) -> None:
    hub.send(report(2_000_000))

    (gone,) = hub.send(withdrawal(revision=1))
    view_between = hub.rows(VIEW)
    (back,) = hub.send(report(2_000_000, revision=2))

    assert [gone.verdict, back.verdict] == [Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert view_between == [(1, "DELETE", None)]
    assert hub.rows(VIEW) == [(2, "REPLACE", 2_000_000)]


def test_a_delete_without_a_head_is_accepted(hub: SmallHub) -> None:
    (receipt,) = hub.send(withdrawal())

    assert receipt.verdict is Verdict.ACCEPTED
    assert hub.rows(VIEW) == [(0, "DELETE", None)]


def test_nothing_to_report_is_accepted_without_cells(hub: SmallHub) -> None:
    (receipt,) = hub.send(nothing())

    assert receipt.verdict is Verdict.ACCEPTED
    assert hub.rows(VIEW) == [(0, "NIL", None)]


def test_from_provisional_to_final_is_a_change(hub: SmallHub) -> None:
    hub.send(report(2_000_000, finality="PROVISIONAL"))

    (receipt,) = hub.send(report(2_000_000, finality="FINAL", revision=1))

    assert receipt.verdict is Verdict.ACCEPTED


def test_a_revision_is_known_after_the_one_before_even_on_a_clock_that_stands(hub: SmallHub) -> None:
    receipts = hub.send(*(report(2_000_000 + number, revision=number) for number in range(3)))
    hub.clock.instant = NOW - timedelta(hours=1)
    receipts += hub.send(report(5_000_000, revision=3))

    known = [receipt.known_at for receipt in receipts]
    assert known == [NOW + timedelta(microseconds=number) for number in range(4)]


def test_the_past_of_a_simulated_partner_follows_its_messages_times(hub: SmallHub) -> None:
    early = datetime(2026, 7, 4, 2, 11, 9, tzinfo=UTC)
    earlier = report(3_000_000, partner=SIMULATED, revision=1, time="2026-07-04T01:00:00Z")

    receipts = hub.send(report(2_000_000, partner=SIMULATED), earlier, partner=SIMULATED)

    assert [receipt.known_at for receipt in receipts] == [early, early + timedelta(microseconds=1)]
    assert all(receipt.simulated for receipt in receipts)
    assert hub.rows("SELECT DISTINCT known_on FROM slice_revision") == [(early.date(),)]


def test_the_days_of_one_partner_do_not_meet(hub: SmallHub) -> None:
    receipts = hub.send(report(2_000_000, period="2026-07-02"), report(3_000_000, period="2026-07-03"))

    assert [receipt.verdict for receipt in receipts] == [Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert hub.number("SELECT count(*) FROM slice_head") == 2
