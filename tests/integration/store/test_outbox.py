from datetime import timedelta

import pytest

from payments_hub.store import outbox
from payments_hub.store.session import Database
from tests.builders import NOW, PARTNER
from tests.support.hub import RIVAL, SmallHub, report, small_hub

pytestmark = pytest.mark.database


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def numbers(hub: SmallHub, *partners: str, each: int = 100) -> dict[str, list[int]]:
    with hub.database.transaction() as session:
        found = outbox.waiting_receipts(session, partners, each=each)
    return {partner: [one.number for one in waiting] for partner, waiting in found.items()}


def test_receipts_wait_in_their_partners_order_with_what_was_answered(hub: SmallHub) -> None:
    answered = [*hub.send(report(1_000_000), b"garbage"), *hub.send(report(2_000_000, revision=1))]
    hub.send(report(1_000_000, partner=RIVAL), partner=RIVAL)

    with hub.database.transaction() as session:
        found = outbox.waiting_receipts(session, [PARTNER], each=100)

    assert [one.receipt for one in found[PARTNER]] == answered
    assert found.keys() == {PARTNER}


def test_no_more_of_a_partner_than_was_asked_for_are_read_and_the_first_ones(hub: SmallHub) -> None:
    hub.send(*(report(1_000_000, revision=number) for number in range(5)))
    hub.send(report(1_000_000, partner=RIVAL), partner=RIVAL)

    every, first = numbers(hub, PARTNER, RIVAL), numbers(hub, PARTNER, RIVAL, each=2)

    assert (first[PARTNER], first[RIVAL]) == (every[PARTNER][:2], every[RIVAL])


def test_what_was_published_waits_no_more_and_the_rest_still_does(hub: SmallHub) -> None:
    hub.send(*(report(1_000_000, revision=number) for number in range(5)))
    waiting = numbers(hub, PARTNER)[PARTNER]

    with hub.database.transaction() as session:
        outbox.forget_published(session, PARTNER, waiting[:3])

    assert numbers(hub, PARTNER) == {PARTNER: waiting[3:]}


def test_the_outboxs_length_is_told_by_partner_with_since_when(hub: SmallHub) -> None:
    hub.send(report(1_000_000), report(2_000_000))

    with hub.database.transaction() as session:
        lengths = outbox.outbox_lengths(session)

    assert lengths == {PARTNER: outbox.OutboxLength(2, NOW)}


def test_what_waited_too_long_is_given_up_and_its_receipt_stays(hub: SmallHub) -> None:
    hub.send(report(1_000_000))
    hub.clock.instant += timedelta(days=30)
    hub.send(report(2_000_000, revision=1))

    with hub.database.transaction() as session:
        given_up = outbox.forget_waiting(session, before=hub.clock.now() - timedelta(days=29))

    assert (given_up, len(numbers(hub, PARTNER)[PARTNER])) == (1, 1)
    assert hub.number("SELECT count(*) FROM receipt") == 2


def test_only_one_transaction_at_a_time_has_the_turn(hub: SmallHub) -> None:
    with hub.database.transaction() as first, hub.database.transaction() as second:
        turns = [outbox.take_turn(first), outbox.take_turn(second)]

    with hub.database.transaction() as third:
        turns.append(outbox.take_turn(third))
    assert turns == [True, False, True]
