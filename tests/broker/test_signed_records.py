"""Signed records over real Kafka: headers go through the broker as they were sent, and a forger's record counts not."""

import pytest

from consumers.admin import create_topics
from consumers.batch import Checkpoint
from consumers.broker import KafkaBroker
from consumers.settings import ConsumerSettings
from consumers.topics import TOPIC_SETTINGS, topic_of
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.store.session import Database
from tests.builders import NOW
from tests.support.consuming import accepting, hub_worker, producing, running
from tests.support.hub import HandClock
from tests.support.signing import as_record, ed25519_signer, hmac_signer
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, pytest.mark.database]

PARTNER = "SIGNED-HP"


def test_of_records_that_reached_a_topic_the_signed_ones_count(broker: str, database: Database) -> None:
    make_small_hub(database, [PARTNER])
    signers = [ed25519_signer(database, PARTNER), hmac_signer(database, PARTNER)]
    topic, clock = topic_of(PARTNER), HandClock(NOW)
    create_topics(ConsumerSettings((broker,)), [topic], TOPIC_SETTINGS)
    bodies = [nothing_to_report(PARTNER, number) for number in range(4)]
    with producing(broker) as producer:
        for signer, body in zip(signers, bodies, strict=False):
            producer.send(topic, body, headers=list(as_record(signer.headers(body))))
        producer.send(topic, bodies[2])
        producer.send(topic, bodies[3], headers=list(as_record(signers[0].headers(bodies[0]))))
    checkpoint = Checkpoint(database, accepting(ReferenceCache(), clock), clock)

    with running(hub_worker(lambda: KafkaBroker(ConsumerSettings((broker,))), checkpoint, lambda: [topic])):
        wait_until(lambda: sum(verdicts(database, PARTNER).values()) == len(bodies), "all are read")

    assert verdicts(database, PARTNER) == {"ACCEPTED": 2, "REJECTED": 2}
