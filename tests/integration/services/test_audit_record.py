from concurrent.futures import ThreadPoolExecutor

import pytest

from payments_hub.domain.audit import Act, first_bad
from payments_hub.services.audit import record
from payments_hub.store import audit
from payments_hub.store.session import Database
from tests.builders import NOW

pytestmark = pytest.mark.database

ACT = Act("account:lan", "period_locked", "POS_SALES/2026-10", {"reason": "Đã đối chiếu", "lock": 3, "note": None})
RECORDERS = 8


def record_one(database: Database, act: Act = ACT) -> int:
    with database.transaction() as session:
        return record(session, act, NOW)


def record_and_fail(database: Database) -> None:
    with database.transaction() as session:
        record(session, ACT, NOW)
        raise ZeroDivisionError


def test_an_act_is_read_back_as_it_was_recorded(database: Database) -> None:
    record_one(database)

    with database.transaction() as session, audit.entries(session) as chain:
        [entry] = chain

    assert (entry.number, entry.at, entry.act) == (1, NOW, ACT)


def test_many_who_record_at_once_make_one_chain_without_gaps(database: Database) -> None:
    with ThreadPoolExecutor(RECORDERS) as pool:
        numbers = sorted(pool.map(lambda _: record_one(database), range(40)))

    with database.transaction() as session, audit.entries(session) as chain:
        bad = first_bad(chain)

    assert (numbers, bad) == (list(range(1, 41)), None)


def test_an_act_that_is_undone_leaves_no_number_behind(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        record_and_fail(database)

    number = record_one(database)

    assert number == 1


def test_what_no_text_of_the_database_holds_is_replaced(database: Database) -> None:
    record_one(database, Act("account:lan", "noted", "a\0b", {"reason": "nửa \ud800 chữ"}))

    with database.transaction() as session, audit.entries(session) as chain:
        [entry] = chain

    assert (entry.act.subject, entry.act.details["reason"]) == ("a�b", "nửa ? chữ")
