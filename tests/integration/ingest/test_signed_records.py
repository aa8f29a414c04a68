"""Records of a partner that signs: what is not signed by it is refused and told of, whatever its topic let in."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count, product

import pytest
from sqlalchemy import text

from payments_hub.contracts.receipt_v1 import ReceiptV1
from payments_hub.domain.verdicts import Transport, Verdict
from payments_hub.ingest.accept import accept
from payments_hub.ingest.arrivals import Arrival
from payments_hub.ingest.replays import try_again
from payments_hub.services.signing_keys import revoke_signing_key
from payments_hub.store.session import Database
from tests.builders import NOW, PARTNER
from tests.support.claims import CLAIMANTS, foreign_rows
from tests.support.hub import RIVAL, HandClock, SmallHub, arrival, report, small_hub
from tests.support.signing import SIGNED_AT, Signer, as_record, ed25519_signer, hmac_signer
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts

pytestmark = pytest.mark.database

EVENTS = "SELECT kind, partner, folded FROM security_event ORDER BY kind"
LAST_USES = "SELECT kid, last_used_at FROM signing_key WHERE last_used_at IS NOT NULL"


def record(body: bytes | None, *headers: tuple[str, bytes | None], partner: str = PARTNER) -> Arrival:
    return arrival(body, partner=partner, transport=Transport.KAFKA, headers=headers, content_type=None)


def signed(signer: Signer, body: bytes, *more: tuple[str, bytes | None], partner: str = PARTNER) -> Arrival:
    return record(body, *as_record(signer.headers(body)), *more, partner=partner)


def told(receipt: ReceiptV1) -> tuple[Verdict, list[str]]:
    return receipt.verdict, [finding.code for finding in receipt.findings if finding.severity == "error"]


ACCEPTED: tuple[Verdict, list[str]] = (Verdict.ACCEPTED, [])
UNSIGNED = (Verdict.REJECTED, ["E1103"])
AMBIGUOUS = (Verdict.REJECTED, ["E1001"])


@pytest.mark.parametrize("make", [ed25519_signer, hmac_signer])
def test_what_its_key_signed_is_accepted(database: Database, make: Callable[[Database, str], Signer]) -> None:
    hub = small_hub(database)
    signer = make(database, PARTNER)

    [receipt] = hub.take(signed(signer, report(1)))

    assert told(receipt) == ACCEPTED


def test_without_a_signature_it_is_refused_and_told_of(database: Database) -> None:
    hub = small_hub(database)
    ed25519_signer(database, PARTNER)

    receipts = hub.take(*(record(report(number)) for number in (1, 2, 3)))

    assert [told(receipt) for receipt in receipts] == [UNSIGNED] * 3
    assert hub.rows(EVENTS) == [("signature", PARTNER, 2)]
    assert hub.number("SELECT count(*) FROM quarantine") == 3
    assert hub.number("SELECT count(*) FROM slice_head") == 0


def test_a_partner_without_a_key_need_not_sign_and_its_headers_are_not_looked_at(database: Database) -> None:
    hub = small_hub(database)
    ed25519_signer(database, RIVAL)

    [receipt] = hub.take(record(report(1), ("webhook-signature", b"\xff"), ("webhook-signature", None)))

    assert told(receipt) == ACCEPTED
    assert hub.rows(EVENTS) == []


AMBIGUOUS_HEADERS: list[tuple[str, bytes | None]] = [
    ("webhook-signature", b"v1,AAAA"),
    ("Webhook-Signature", b"v1,AAAA"),
    ("WEBHOOK-ID", b"msg-1"),
    ("webhook-timestamp", None),
    ("webhook-id", b"\xff"),
    ("webhook-id", b""),
]


def test_a_header_that_could_be_read_in_two_ways_is_ambiguous(database: Database) -> None:
    hub, body = small_hub(database), report(1)
    signer = ed25519_signer(database, PARTNER)

    receipts = hub.take(*(signed(signer, body, header) for header in AMBIGUOUS_HEADERS))
    alone = hub.take(*(record(body, header) for header in AMBIGUOUS_HEADERS[1:]))

    assert {*map(str, map(told, receipts)), *map(str, map(told, alone))} == {str(AMBIGUOUS)}


def test_a_header_in_another_case_alone_is_ambiguous_too(database: Database) -> None:
    hub, body = small_hub(database), report(1)
    signer = ed25519_signer(database, PARTNER)
    headers = {name.title(): value for name, value in signer.headers(body).items()}

    [receipt] = hub.take(record(body, *as_record(headers)))

    assert told(receipt) == AMBIGUOUS


def test_an_attribute_that_no_signature_covers_is_refused(database: Database) -> None:
    hub, names = small_hub(database), ["ce_id", "ce-source", "CE_TYPE"]
    signer = ed25519_signer(database, PARTNER)

    receipts = hub.take(*(signed(signer, report(1), (name, b"anything")) for name in names))

    assert [(receipt.verdict, receipt.findings[0].code) for receipt in receipts] == [(Verdict.REJECTED, "E1103")] * 3
    assert [receipt.findings[0].got for receipt in receipts] == names


def test_a_tombstone_is_empty_and_unsigned(database: Database) -> None:
    hub = small_hub(database)
    signer = ed25519_signer(database, PARTNER)

    [receipt] = hub.take(record(None, *as_record(signer.headers(b"something"))))

    assert told(receipt) == (Verdict.REJECTED, ["E1103", "E1001"])


def test_another_partners_signature_on_ones_topic_is_refused_twice_over(database: Database) -> None:
    hub = small_hub(database)
    ed25519_signer(database, PARTNER)
    rivals = ed25519_signer(database, RIVAL)

    [receipt] = hub.take(signed(rivals, report(1, partner=RIVAL)))

    assert told(receipt) == (Verdict.REJECTED, ["E1103", "E1101"])
    assert [event[:2] for event in hub.rows(EVENTS)] == [("foreign_source", PARTNER), ("signature", PARTNER)]


def test_a_public_key_of_another_partner_signs_for_that_partner_alone(database: Database) -> None:
    hub = small_hub(database)
    rivals = hmac_signer(database, RIVAL)
    with database.transaction() as session:
        session.execute(text("UPDATE signing_key SET partner_id = (SELECT id FROM partner WHERE code = 'AEON-HP')"))

    [receipt] = hub.take(signed(rivals, report(1, partner=RIVAL)))

    assert told(receipt) == (Verdict.REJECTED, ["E1101"])


def test_an_impostor_neither_uses_up_an_id_nor_learns_that_it_was_used(database: Database) -> None:
    hub, body = small_hub(database), report(1)
    signer = ed25519_signer(database, PARTNER)
    other = report(2, id="another")

    forged = hub.take(record(other), record(body))
    true = hub.take(signed(signer, other), signed(signer, body))
    again = hub.take(record(other))

    assert [told(receipt) for receipt in forged] == [UNSIGNED] * 2
    assert [receipt.verdict for receipt in true] == [Verdict.ACCEPTED, Verdict.REJECTED]  # the same revision twice
    assert [told(receipt) for receipt in again] == [UNSIGNED]
    assert again[0].event_id is None


def test_a_signed_record_played_a_thousand_times_counts_once(database: Database) -> None:
    hub, body = small_hub(database), report(1)
    signer = ed25519_signer(database, PARTNER)
    hub.take(signed(signer, body))

    receipts = [receipt for _batch in range(4) for receipt in hub.take(*[signed(signer, body)] * 250)]

    assert {receipt.verdict for receipt in receipts} == {Verdict.DUPLICATE}
    assert hub.number("SELECT count(*) FROM slice_revision") == 1
    assert hub.number("SELECT count(*) FROM slice_cell") == 1


def test_how_long_ago_a_record_was_signed_does_not_matter(database: Database) -> None:
    hub, body = small_hub(database), report(1)
    signer = ed25519_signer(database, PARTNER)

    [receipt] = hub.take(record(body, *as_record(signer.headers(body, at=SIGNED_AT - 400 * 86_400))))

    assert told(receipt) == ACCEPTED


def test_while_keys_change_both_sign_and_a_revoked_one_does_not_from_the_next_batch_on(database: Database) -> None:
    hub = small_hub(database)
    old, new = ed25519_signer(database, PARTNER), hmac_signer(database, PARTNER)
    before = hub.take(*(signed(signer, report(1, revision=number)) for number, signer in enumerate((old, new))))

    with database.transaction() as session:
        revoke_signing_key(session, old.kid, NOW)
    after = hub.take(*(signed(signer, report(number, revision=number)) for number, signer in ((2, old), (3, new))))

    assert [receipt.verdict for receipt in before] == [Verdict.ACCEPTED, Verdict.NO_CHANGE]
    assert told(after[0]) == UNSIGNED
    assert after[1].verdict is Verdict.ACCEPTED


def test_with_the_last_key_revoked_nothing_need_be_signed(database: Database) -> None:
    hub = small_hub(database)
    signer = ed25519_signer(database, PARTNER)
    [before] = hub.take(record(report(1)))

    with database.transaction() as session:
        revoke_signing_key(session, signer.kid, NOW)
    [after] = hub.take(record(report(1)))

    assert (told(before), told(after)) == (UNSIGNED, ACCEPTED)


@pytest.mark.parametrize("scope", [None, PARTNER], ids=["the city's reader", "the partner's reader"])
def test_lists_that_a_reader_loaded_let_nothing_unsigned_in(database: Database, scope: str | None) -> None:
    hub = small_hub(database)
    ed25519_signer(database, PARTNER)
    number = hub.number("SELECT id FROM partner WHERE code = :code", code=PARTNER) if scope else None
    with database.reading(number) as session:
        as_read = hub.references.current(session).partners[PARTNER].signing_keys

    [receipt] = hub.take(record(report(1)))

    assert (as_read, told(receipt)) == ((), UNSIGNED)


def test_a_key_shows_its_last_use_to_the_minute(database: Database) -> None:
    hub, clock = small_hub(database), HandClock(NOW)
    hub = SmallHub(database, clock, hub.references)
    used, _idle = ed25519_signer(database, PARTNER), ed25519_signer(database, PARTNER)
    uses = []

    for passed in (0, 59, 61):
        clock.instant = NOW + timedelta(seconds=passed)
        hub.take(signed(used, report(passed, revision=passed)), record(report(1)))
        uses.append(hub.rows(LAST_USES))

    assert uses == [[(used.kid, NOW)], [(used.kid, NOW)], [(used.kid, NOW + timedelta(seconds=61))]]


def test_a_message_that_a_revoked_key_signed_stays_rejected_when_it_is_judged_again(database: Database) -> None:
    """Its bytes lie in quarantine for another fault; by the time that is mended, the key may be a thief's."""
    hub = small_hub(database)
    first = ed25519_signer(database, PARTNER)
    ed25519_signer(database, PARTNER)
    hub.take(signed(first, report(1, site="MALL-9999")))
    numbers = [row[0] for row in hub.rows("SELECT delivery_id FROM quarantine")]

    found = []
    for _time in range(2):
        with database.transaction() as session:
            [trial] = try_again(session, numbers, reference=hub.references.current(session), clock=HandClock(NOW))
            revoke_signing_key(session, first.kid, NOW)
        found.append([finding.code for finding in trial.findings_after if finding.severity == "error"])

    assert found == [["E2101"], ["E1103", "E2101"]]


def everything_claimed(signers: dict[str, Signer]) -> list[Arrival]:
    """Let every key sign a message in every name, and put it on every topic."""
    numbers = count(1)
    return [
        signed(signers[key], nothing_to_report(claimed, next(numbers)), partner=topic)
        for topic, claimed, key in product(CLAIMANTS, CLAIMANTS, CLAIMANTS)
    ]


def test_of_topic_claimed_partner_and_key_only_what_agrees_in_all_three_counts(database: Database) -> None:
    make_small_hub(database, CLAIMANTS)
    signers = {code: ed25519_signer(database, code) for code in CLAIMANTS}

    SmallHub(database).take(*everything_claimed(signers))

    assert [verdicts(database, code) for code in CLAIMANTS] == [{"ACCEPTED": 1, "REJECTED": 8}] * len(CLAIMANTS)
    assert foreign_rows(database) == 0


def test_without_verifying_whoever_reaches_a_topic_writes_as_its_partner(database: Database) -> None:
    """What the test before this one would miss if nothing were verified: the topic and the name agree, the key not."""
    make_small_hub(database, CLAIMANTS)
    hub = SmallHub(database)
    with database.transaction() as session:
        keyless = hub.references.current(session)
    signers = {code: ed25519_signer(database, code) for code in CLAIMANTS}

    with database.transaction() as session:
        accept(session, everything_claimed(signers), reference=keyless, clock=HandClock(NOW))

    assert {code: verdicts(database, code)["ACCEPTED"] for code in CLAIMANTS} == dict.fromkeys(CLAIMANTS, 3)
