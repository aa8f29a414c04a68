"""Two people of one partner who answer the same warnings at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest

from payments_hub.domain.people import Role, Viewer
from payments_hub.domain.warnings import AnswerKind
from payments_hub.kernel.errors import ConflictError
from payments_hub.services.audit import Act, record
from payments_hub.services.warnings import Answer, Answerer, WarningAbout, answer_all, find_warning
from payments_hub.store.session import Database
from payments_hub.store.warnings import GivenAnswer, save_answer
from tests.builders import PARTNER
from tests.support.hub import SmallHub, small_hub
from tests.support.series import CARD, YESTERDAY, at_night, day_cells, day_report, with_past

pytestmark = pytest.mark.database

AN = Answerer("an", Viewer(Role.PARTNER, PARTNER))
FAIR = Answer("RIGHT_ONCE", "Hội chợ cuối tuần")
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
def hub(database: Database) -> SmallHub:
    hub = with_past(small_hub(database))
    at_night(hub)
    return hub


def test_who_answers_all_while_another_answers_one_of_them_is_told_and_neither_fails(hub: SmallHub) -> None:
    first, second = warned(hub, 0, CARD * 20), warned(hub, 1, CARD * 40)

    with ThreadPoolExecutor(max_workers=1) as pool, hub.database.transaction() as session:
        warning = find_warning(session, second, partner=PARTNER)
        given = GivenAnswer(AnswerKind.NORMAL, None, "binh", hub.clock.now())
        assert save_answer(session, warning, given, instrument="CARD")
        all_of_them = pool.submit(in_own_transaction, hub, (first, second))
        wait_until_one_waits(hub)
        record(session, Act("account:binh", "warning_answered", "one", {}), hub.clock.now())
        session.commit()
        with pytest.raises(ConflictError):
            all_of_them.result(timeout=20)

    assert hub.rows("SELECT actor FROM audit_entry") == [("account:binh",)]
    assert hub.rows("SELECT answered_by FROM warning_answer") == [("binh",)]


def warned(hub: SmallHub, revision: int, card: int) -> WarningAbout:
    (receipt,) = hub.send(day_report(YESTERDAY, revision=revision, cells=day_cells(YESTERDAY, card=card)))
    return WarningAbout("W5003", "/data/cells/1", receipt.id)


def in_own_transaction(hub: SmallHub, abouts: tuple[WarningAbout, ...]) -> None:
    with hub.database.transaction() as session:
        answer_all(session, abouts, FAIR, AN, hub.clock.now())


def wait_until_one_waits(hub: SmallHub) -> None:
    deadline = monotonic() + 10
    while not hub.number(WAITING):
        assert monotonic() < deadline
