"""What officers do with locks and held slices: each with a reason, recorded once, and one of two wins."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from payments_hub.domain.instruments import Action
from payments_hub.domain.verdicts import Verdict
from payments_hub.kernel.errors import ConflictError, HubError, InvalidValueError, NotFoundError
from payments_hub.kernel.periods import Period
from payments_hub.services.locks import (
    LONGEST_REASON,
    MOST_AT_ONCE,
    AlreadyDecidedError,
    AlreadyLockedError,
    AlreadyUnlockedError,
    Decided,
    Lists,
    Outlook,
    lock_period,
    outlook,
    refuse_held,
    release_held,
    unlock_period,
)
from payments_hub.store.lock_pages import StoredLock, decided_slices, ended_locks, standing_locks, waiting_slices
from payments_hub.store.session import Database
from tests.builders import MALL, PARTNER
from tests.support.hub import MARKET, RIVAL, SmallHub, nothing, report, small_hub, withdrawal

pytestmark = pytest.mark.database

JULY = Period.parse("2026-07")
LAN, MAI = "account:lan", "account:mai"
Decide = Callable[..., Decided]


@pytest.fixture
def hub(database: Database) -> SmallHub:
    return small_hub(database)


def lock(hub: SmallHub, period: Period = JULY, reason: str = "Đã chốt sổ", flow: str = "POS_SALES") -> StoredLock:
    with hub.database.transaction() as session:
        return lock_period(session, flow, period, reason=reason, by=LAN, now=hub.clock.now())


def unlock(hub: SmallHub, number: int, reason: str = "Mở lại") -> StoredLock:
    with hub.database.transaction() as session:
        return unlock_period(session, number, reason=reason, by=MAI, now=hub.clock.now())


def decide(hub: SmallHub, how: Decide, *deliveries: int, reason: str = "Đúng", by: str = LAN) -> Decided:
    with hub.database.transaction() as session:
        lists = Lists(hub.references.current(session), hub.clock)
        return how(session, deliveries, reason=reason, by=by, lists=lists)


def waiting(hub: SmallHub) -> list[int]:
    with hub.database.transaction() as session:
        return [held.delivery_id for held in waiting_slices(session, limit=100)]


def acts(hub: SmallHub) -> list[tuple[str, str, str, str]]:
    query = "SELECT actor, action, subject, details->>'reason' FROM audit_entry ORDER BY number"
    return [(str(actor), str(action), str(subject), str(reason)) for actor, action, subject, reason in hub.rows(query)]


def test_a_lock_is_recorded_with_its_reason(hub: SmallHub) -> None:
    made = lock(hub, reason="  Đã   chốt sổ ")

    with hub.database.transaction() as session:
        assert standing_locks(session) == [made]
    assert (made.flow, made.period, made.reason, made.locked_by, made.waiting) == (
        "POS_SALES",
        JULY,
        "Đã chốt sổ",
        LAN,
        0,
    )
    assert acts(hub) == [(LAN, "period_locked", "POS_SALES/2026-07", "Đã chốt sổ")]


@pytest.mark.parametrize("reason", ["", " \n ", "x" * (LONGEST_REASON + 1), "a\0b", "a\u202eb"])
def test_nothing_is_done_without_a_reason_that_can_be_read(hub: SmallHub, reason: str) -> None:
    with pytest.raises(InvalidValueError):
        lock(hub, reason=reason)

    assert acts(hub) == []


def test_a_flow_that_there_is_not_is_not_locked(hub: SmallHub) -> None:
    with pytest.raises(InvalidValueError):
        lock(hub, flow="POS")


def test_the_same_period_is_locked_once_and_a_wider_one_beside_it(hub: SmallHub) -> None:
    lock(hub)
    lock(hub, Period.parse("2026-Q3"))

    with pytest.raises(AlreadyLockedError):
        lock(hub)
    assert len(acts(hub)) == 2


def test_a_period_is_locked_anew_after_it_was_unlocked(hub: SmallHub) -> None:
    first = lock(hub)
    unlock(hub, first.number)

    second = lock(hub)

    assert second.number != first.number


def test_unlocking_releases_nothing_and_says_what_still_waits(hub: SmallHub) -> None:
    made = lock(hub)
    hub.send(report(1_000_000))

    ended = unlock(hub, made.number)

    assert (ended.waiting, len(waiting(hub)), hub.number("SELECT count(*) FROM slice_head")) == (1, 1, 0)
    with hub.database.transaction() as session:
        assert (standing_locks(session), ended_locks(session, 10)) == ([], [ended])
    assert acts(hub)[1] == (MAI, "period_unlocked", "POS_SALES/2026-07", "Mở lại")


def test_a_lock_ends_once(hub: SmallHub) -> None:
    made = lock(hub)
    unlock(hub, made.number)

    with pytest.raises(AlreadyUnlockedError, match="account:mai"):
        unlock(hub, made.number)
    assert len(acts(hub)) == 2


def test_a_lock_that_there_is_not_does_not_end(hub: SmallHub) -> None:
    with pytest.raises(NotFoundError):
        unlock(hub, 77)


@pytest.mark.parametrize(
    ("how", "verdict", "action", "heads"),
    [
        (release_held, Verdict.ACCEPTED, "held_released", 2),
        (refuse_held, Verdict.REJECTED, "held_refused", 0),
    ],
    ids=["released", "refused"],
)
def test_several_slices_are_decided_as_one_act(
    hub: SmallHub, how: Decide, verdict: Verdict, action: str, heads: int
) -> None:
    lock(hub)
    hub.send(report(1_000_000, site=MALL), report(2_000_000, site=MARKET))

    decided = decide(hub, how, *waiting(hub), reason="Đã hỏi lại đối tác")

    assert ([receipt.verdict for receipt in decided.receipts], decided.too_late) == ([verdict, verdict], 0)
    assert hub.number("SELECT count(*) FROM slice_head") == heads
    assert acts(hub)[1:] == [(LAN, action, f"{PARTNER}/POS_SALES/{MALL}/2026-07-03 +1", "Đã hỏi lại đối tác")]
    with hub.database.transaction() as session:
        assert {(held.decided_by, held.reason) for held in decided_slices(session, limit=9)} == {
            (LAN, "Đã hỏi lại đối tác")
        }


def test_who_comes_second_is_told_who_came_first(hub: SmallHub) -> None:
    lock(hub)
    hub.send(report(1_000_000))
    [delivery] = waiting(hub)
    decide(hub, refuse_held, delivery, by=MAI)

    with pytest.raises(AlreadyDecidedError, match=MAI):
        decide(hub, release_held, delivery)
    assert len(acts(hub)) == 2


def test_what_others_decided_before_is_counted_and_the_rest_is_done(hub: SmallHub) -> None:
    lock(hub)
    hub.send(report(1_000_000, site=MALL), report(2_000_000, site=MARKET))
    first, second = waiting(hub)
    decide(hub, release_held, first, by=MAI)

    decided = decide(hub, release_held, first, second)

    assert (len(decided.receipts), decided.too_late) == (1, 1)
    assert acts(hub)[-1][2] == f"{PARTNER}/POS_SALES/{MARKET}/2026-07-03"


@pytest.mark.parametrize("deliveries", [(), tuple(range(1, MOST_AT_ONCE + 2))], ids=["none", "too many"])
def test_one_to_two_hundred_slices_are_decided_at_once(hub: SmallHub, deliveries: tuple[int, ...]) -> None:
    with pytest.raises(InvalidValueError):
        decide(hub, release_held, *deliveries)


def test_a_delivery_that_was_never_held_undoes_the_whole_decision(hub: SmallHub) -> None:
    lock(hub)
    hub.send(report(1_000_000))
    [delivery] = waiting(hub)

    with pytest.raises(NotFoundError):
        decide(hub, release_held, delivery, delivery + 1)
    assert (waiting(hub), len(acts(hub))) == ([delivery], 1)


def test_of_many_who_decide_at_once_one_wins_and_the_others_are_told(hub: SmallHub) -> None:
    lock(hub)
    hub.send(report(1_000_000))
    [delivery] = waiting(hub)
    start = Barrier(8)

    def officer(number: int) -> object:
        start.wait()
        how = release_held if number % 2 else refuse_held
        return outcome(lambda: decide(hub, how, delivery, by=f"account:officer{number}"))

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(officer, range(8)))

    assert sorted(str(one) for one in outcomes) == ["ALREADY_DECIDED"] * 7 + ["done"]
    assert hub.number("SELECT count(*) FROM receipt") == 2
    assert len(acts(hub)) == 2


def test_of_many_who_lock_at_once_one_wins_and_the_others_are_told(hub: SmallHub) -> None:
    start = Barrier(8)

    def officer(_number: int) -> object:
        start.wait()
        return outcome(lambda: lock(hub))

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(officer, range(8)))

    assert sorted(str(one) for one in outcomes) == ["ALREADY_LOCKED"] * 7 + ["done"]
    assert len(acts(hub)) == 1


def outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except ConflictError as error:
        return error.code
    except HubError as error:
        return f"unexpected {error.code}"
    return "done"


@pytest.mark.parametrize(
    ("head", "held", "expected"),
    [
        (None, report(5), Outlook(Verdict.ACCEPTED, Action.REPLACE, 10, 5)),
        (report(4), report(5, revision=1), Outlook(Verdict.ACCEPTED, Action.REPLACE, 10, 5)),
        (report(5), report(5, revision=1), Outlook(Verdict.NO_CHANGE, Action.REPLACE, 10, 5)),
        (report(4, revision=2), report(5, revision=1), Outlook(Verdict.SUPERSEDED, Action.REPLACE, 10, 5)),
        (report(4), nothing(revision=1), Outlook(Verdict.ACCEPTED, Action.NIL, None, None)),
        (report(4), withdrawal(revision=1), Outlook(Verdict.ACCEPTED, Action.DELETE, None, None)),
    ],
    ids=["first", "higher", "equal", "lower", "nil", "delete"],
)
def test_what_a_release_would_do_is_told_and_holds(
    hub: SmallHub, head: bytes | None, held: bytes, expected: Outlook
) -> None:
    hub.send(*([] if head is None else [head]))
    lock(hub)
    hub.send(held)
    with hub.database.transaction() as session:
        [found] = waiting_slices(session, limit=9)

    decided = decide(hub, release_held, found.delivery_id)

    assert outlook(found) == expected
    assert decided.receipts[0].verdict is expected.verdict


def test_a_decision_touches_no_other_partners_slices(hub: SmallHub) -> None:
    lock(hub)
    hub.send(report(1_000_000))
    hub.send(report(3, partner=RIVAL), partner=RIVAL)
    first, second = waiting(hub)

    decide(hub, release_held, first)

    assert waiting(hub) == [second]
