"""The database is stopped while a partner posts: no verdict, no receipt, and after its return all is there, once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from payments_hub.services.partners import create_key
from payments_hub.store.figures import stored_sums
from payments_hub.web.app import create_app
from tests.builders import NOW, PARTNER
from tests.support.hub import SmallHub, report, small_hub
from tests.support.outage import Outage, stoppable_server
from tests.support.web import SettableClock, make_hub

pytestmark = pytest.mark.database

AMOUNTS = [1_000_000 + number for number in range(40)]
GOOD = [report(amount, period=f"{date(2026, 5, 1) + timedelta(days=day)}") for day, amount in enumerate(AMOUNTS)]
BAD = [b"garbage %d" % number for number in range(5)]
TRIES_DURING_AN_OUTAGE = 3


@dataclass(slots=True)
class PatientPartner:
    """A partner's machine that sends a message again until it is judged."""

    client: FlaskClient
    key: str
    bring_back: Callable[[], None]
    refused: list[TestResponse] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def send(self, *bodies: bytes) -> None:
        for body in bodies:
            self.statuses.append(self._send_until_judged(body))

    def _send_until_judged(self, body: bytes) -> int:
        for attempt in range(2 * TRIES_DURING_AN_OUTAGE):
            answer = self.client.post(
                "/api/v1/slices",
                data=body,
                content_type="application/cloudevents+json",
                headers={"Authorization": f"Bearer {self.key}"},
            )
            if answer.status_code != 503:
                return answer.status_code
            self.refused.append(answer)
            if attempt == TRIES_DURING_AN_OUTAGE - 1:
                self.bring_back()
        raise TimeoutError("never judged")


@pytest.fixture
def outage() -> Iterator[Outage]:
    with stoppable_server() as made:
        yield made


@pytest.fixture
def partner(outage: Outage) -> Iterator[PatientPartner]:
    small_hub(outage.database)
    with outage.database.transaction() as session:
        key = create_key(session, PARTNER, NOW)
    with create_app(make_hub(outage.database, SettableClock(NOW))).test_client() as client:
        yield PatientPartner(client, key, outage.end)


def test_a_stopped_database_is_503_without_a_receipt_and_nothing_is_lost_or_doubled(
    outage: Outage, partner: PatientPartner
) -> None:
    partner.send(*GOOD[:15], *BAD[:2])
    outage.armed.set()
    partner.send(BAD[2], *GOOD[15:25])
    outage.armed.set()
    partner.send(GOOD[25], *BAD[3:], *GOOD[26:])

    assert [answer.status_code for answer in partner.refused] == [503] * 2 * TRIES_DURING_AN_OUTAGE
    assert {answer.headers["Retry-After"] for answer in partner.refused} == {"5"}
    assert {frozenset(answer.json or {}) for answer in partner.refused} == {
        frozenset({"code", "message", "fields", "request_id"})
    }
    assert sorted(partner.statuses) == [201] * len(GOOD) + [422] * len(BAD)
    hub = SmallHub(outage.database)
    with outage.database.transaction() as session:
        assert stored_sums(session) == {"POS_SALES": (10 * len(GOOD), sum(AMOUNTS))}
    assert hub.rows("SELECT verdict, count(*) FROM receipt GROUP BY verdict ORDER BY verdict") == [
        ("ACCEPTED", len(GOOD)),
        ("REJECTED", len(BAD)),
    ]
    assert hub.number("SELECT count(*) FROM quarantine") == len(BAD)
    assert hub.number("SELECT count(*) FROM delivery") == len(GOOD) + len(BAD)
