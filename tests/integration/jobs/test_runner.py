"""Slots, leases and claims, one step at a time on a clock that the test sets."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from payments_hub.jobs.runner import MOST_MISSED_SLOTS, Job, Runner
from payments_hub.store import leases, requests
from payments_hub.store.session import Database
from tests.support.hub import HandClock

pytestmark = pytest.mark.database

START = datetime(2026, 7, 5, 3, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@dataclass
class Office:
    """A database with two schedulers on one clock, and a job that writes its slots down."""

    database: Database
    clock: HandClock = field(default_factory=lambda: HandClock(START))
    before_end: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        self.first, self.second = (Runner(self.database, self.clock, lease_seconds=10) for _ in range(2))
        with self.database.transaction() as session:
            session.execute(text("CREATE TABLE line (slot timestamptz)"))

    def job(self, *, catches_up: bool = True, every_seconds: int = 60) -> Job:
        return Job("line", "Write a line.", every_seconds, self._write, catches_up=catches_up)

    def lines(self) -> list[datetime]:
        with self.database.transaction() as session:
            return list(session.scalars(text("SELECT slot FROM line ORDER BY slot")))

    def _write(self, session: Session, slot: datetime) -> str:
        session.execute(text("INSERT INTO line (slot) VALUES (:slot)"), {"slot": slot})
        self.before_end()
        return "a line"


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def fail() -> None:
    raise ArithmeticError


def test_one_scheduler_holds_the_lease_and_runs_each_slot_once(office: Office) -> None:
    held = [runner.keep_lease() is not None for runner in (office.first, office.second)]
    ran = [runner.tick(office.job()) for runner in (office.first, office.second, office.first)]

    assert (held, ran) == ([True, False], [1, 0, 0])
    assert office.lines() == [START]


def test_a_slot_once_run_is_not_run_by_the_next_holder(office: Office) -> None:
    office.first.keep_lease()
    office.first.tick(office.job())
    office.clock.instant += timedelta(seconds=11)
    office.second.keep_lease()

    assert office.second.tick(office.job()) == 0
    assert office.lines() == [START]


def test_a_lease_runs_out_or_is_given_back(office: Office) -> None:
    office.first.keep_lease()
    office.clock.instant += timedelta(seconds=9)
    early = office.second.keep_lease()
    office.first.give_lease_back()
    given = office.second.keep_lease()
    office.clock.instant += timedelta(seconds=10)
    late = office.first.keep_lease()

    assert early is None
    assert [lease and lease.token for lease in (given, late)] == [2, 3]


def test_a_scheduler_that_keeps_its_lease_keeps_its_token(office: Office) -> None:
    tokens = set()
    for _ in range(4):
        lease = office.first.keep_lease()
        tokens.add(lease and lease.token)
        office.clock.instant += timedelta(seconds=9)

    assert tokens == {1}


def test_who_lost_the_lease_while_at_work_stores_nothing(office: Office) -> None:
    office.first.keep_lease()

    def lose() -> None:
        office.clock.instant += timedelta(seconds=11)
        office.second.keep_lease()
        office.before_end = lambda: None

    office.before_end = lose
    ran = [office.first.tick(office.job()), office.second.tick(office.job())]

    assert ran == [0, 1]
    assert office.lines() == [START]


def test_missed_slots_are_run_later_in_their_order(office: Office) -> None:
    office.first.keep_lease()
    office.first.tick(office.job())
    office.clock.instant += 3 * MINUTE
    office.first.keep_lease()

    assert office.first.tick(office.job()) == 3
    assert office.lines() == [START + number * MINUTE for number in range(4)]


def test_a_long_stop_is_caught_up_bit_by_bit_and_wholly(office: Office) -> None:
    office.first.keep_lease()
    office.first.tick(office.job())
    office.clock.instant += (MOST_MISSED_SLOTS + 5) * MINUTE
    office.first.keep_lease()

    ran = [office.first.tick(office.job()) for _ in range(3)]

    assert ran == [MOST_MISSED_SLOTS, 5, 0]
    assert office.lines() == [START + number * MINUTE for number in range(MOST_MISSED_SLOTS + 6)]


def test_a_job_that_does_not_catch_up_runs_the_present_slot_alone(office: Office) -> None:
    office.first.keep_lease()
    office.first.tick(office.job(catches_up=False))
    office.clock.instant += 3 * MINUTE
    office.first.keep_lease()

    assert office.first.tick(office.job(catches_up=False)) == 1
    assert office.lines() == [START, START + 3 * MINUTE]


def test_a_slot_whose_job_failed_is_free_again(office: Office) -> None:
    office.first.keep_lease()
    office.first.tick(office.job())
    office.clock.instant += MINUTE
    office.before_end = fail
    with pytest.raises(ArithmeticError):
        office.first.tick(office.job())
    office.before_end = lambda: None
    office.clock.instant += MINUTE
    office.first.keep_lease()

    office.first.tick(office.job())

    assert office.lines() == [START + number * MINUTE for number in range(3)]


def test_forgetting_old_runs_keeps_each_jobs_last(office: Office) -> None:
    office.first.keep_lease()
    yearly = office.job(every_seconds=365 * 86_400)
    office.first.tick(yearly)
    office.clock.instant += timedelta(days=30)
    with office.database.transaction() as session:
        forgotten = leases.forget_runs(session, before=office.clock.now())
    office.first.keep_lease()

    assert forgotten == 0
    assert office.first.tick(yearly) == 0


def test_old_runs_are_forgotten(office: Office) -> None:
    office.first.keep_lease()
    office.first.tick(office.job())
    office.clock.instant += MINUTE
    office.first.keep_lease()
    office.first.tick(office.job())

    with office.database.transaction() as session:
        assert leases.forget_runs(session, before=office.clock.now()) == 1


def test_a_job_asked_for_twice_is_run_once(office: Office) -> None:
    with office.database.transaction() as session:
        requests.ask_for(session, "forecasting", START)
        requests.ask_for(session, "forecasting", START)

    with office.database.transaction() as session:
        assert [requests.take_requests(session, "forecasting") for _ in range(2)] == [["forecasting"], []]
