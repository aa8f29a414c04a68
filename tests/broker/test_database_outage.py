"""The database is stopped while a feed is read: a fault of ours is no verdict, and nothing is lost or doubled."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from sqlalchemy import text

from consumers.batch import Checkpoint
from consumers.broker import KafkaBroker, Polled
from consumers.settings import ConsumerSettings
from consumers.topics import topic_of
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.kernel.clock import SystemClock
from payments_hub.kernel.errors import UnavailableError
from tests.support.consuming import accepting, hub_worker, produce, running, stored_position
from tests.support.outage import Outage, stoppable_server
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, pytest.mark.database]

GOOD, BAD, BEFORE = 300, 5, 120


@dataclass(frozen=True, slots=True)
class CarelessCheckpoint(Checkpoint):
    """A checkpoint as one must not be: it takes an outage for a fault of the records, and passes them over."""

    dead_letters: list[bytes | None] = field(default_factory=list)

    def store(self, polled: Polled) -> int:
        try:
            return Checkpoint.store(self, polled)
        except UnavailableError:
            self.dead_letters.extend(record.value for record in polled.records)
            return len(polled.records)


@pytest.fixture
def outage() -> Iterator[Outage]:
    with stoppable_server() as made:
        yield made


def send_and_read_through_the_outage(outage: Outage, checkpoint: Checkpoint, broker: str, partner: str) -> int:
    """
    Read some records in peace, lose the database in the middle of the next ones, and read on when it is back.

    Returns:
        How many connections to Kafka it took.

    """
    topic = topic_of(partner)
    connections: list[KafkaBroker] = []
    rounds: list[bool] = []
    make_small_hub(outage.database, [partner])
    records = [nothing_to_report(partner, number) for number in range(GOOD)]
    for number in range(BAD):
        records.insert(60 * number + 30, b"garbage %d" % number)

    def connect() -> KafkaBroker:
        connections.append(KafkaBroker(ConsumerSettings((broker,))))
        return connections[-1]

    produce(broker, topic, records[:BEFORE])
    with running(hub_worker(connect, checkpoint, lambda: [topic], beat=lambda: rounds.append(outage.begun.is_set()))):
        wait_until(lambda: stored_position(outage.database, topic) == BEFORE, "the first records are stored")
        outage.armed.set()
        produce(broker, topic, records[BEFORE:])
        wait_until(lambda: sum(rounds) > 4, "the worker comes round, and round again, while the database is away")
        outage.end()
        wait_until(lambda: stored_position(outage.database, topic) == GOOD + BAD, "all records are stored")
    return len(connections)


def quarantined(outage: Outage) -> int:
    with outage.database.transaction() as session:
        return int(session.execute(text("SELECT count(*) FROM quarantine")).scalar_one())


def test_records_of_an_outage_are_judged_after_it_each_once(
    outage: Outage, broker: str, new_partner: Callable[..., str]
) -> None:
    partner, clock = new_partner(), SystemClock()
    checkpoint = Checkpoint(outage.database, accepting(ReferenceCache(), clock), clock)

    connections = send_and_read_through_the_outage(outage, checkpoint, broker, partner)

    assert verdicts(outage.database, partner) == {"ACCEPTED": GOOD, "REJECTED": BAD}
    assert (quarantined(outage), connections) == (BAD, 1)


def test_an_outage_taken_for_a_fault_of_the_records_would_set_good_ones_aside(
    outage: Outage, broker: str, new_partner: Callable[..., str]
) -> None:
    partner, clock = new_partner(), SystemClock()
    checkpoint = CarelessCheckpoint(outage.database, accepting(ReferenceCache(), clock), clock)

    send_and_read_through_the_outage(outage, checkpoint, broker, partner)

    assert quarantined(outage) + len(checkpoint.dead_letters) > BAD
