"""Partner × claimed partner over real Kafka: the topic decides who sends, whatever a record says of itself."""

import pytest

from consumers.admin import create_topics
from consumers.batch import Checkpoint
from consumers.broker import KafkaBroker
from consumers.settings import ConsumerSettings
from consumers.topics import TOPIC_SETTINGS, topic_of
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.store.session import Database
from tests.builders import NOW
from tests.support.claims import CLAIMANTS, OWN_ALONE, claim_everything, foreign_rows, written
from tests.support.consuming import accepting, hub_worker, produce, running
from tests.support.hub import HandClock
from tests.support.small_hub import make_small_hub
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, pytest.mark.database]

EVERY_RECORD = len(CLAIMANTS) ** 2


def test_each_partner_writes_as_itself_and_as_nobody_else(broker: str, database: Database) -> None:
    make_small_hub(database, CLAIMANTS)
    topics = [topic_of(code) for code in CLAIMANTS]
    create_topics(ConsumerSettings((broker,)), topics, TOPIC_SETTINGS)
    claim_everything(lambda sender, message: produce(broker, topic_of(sender), [message]))
    clock = HandClock(NOW)
    checkpoint = Checkpoint(database, accepting(ReferenceCache(), clock), clock)

    with running(hub_worker(lambda: KafkaBroker(ConsumerSettings((broker,))), checkpoint, lambda: topics)):
        wait_until(lambda: sum(one.answered for one in written(database).values()) == EVERY_RECORD, "all are read")

    assert written(database) == OWN_ALONE
    assert foreign_rows(database) == 0
