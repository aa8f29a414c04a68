"""
Partner × claimed partner over real Kafka: the broker lets each write its own topic alone, and the topic decides.

Everybody signs in with a password over TLS, and has the rules that the hub makes.
"""

from itertools import permutations

import pytest
from kafka.errors import TopicAuthorizationFailedError

from consumers.batch import Checkpoint
from consumers.broker import KafkaBroker
from consumers.topics import topic_of
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.store.session import Database
from tests.builders import NOW
from tests.support.claims import CLAIMANTS, OWN_ALONE, claim_everything, foreign_rows, written
from tests.support.consuming import accepting, hub_worker, running
from tests.support.hub import HandClock
from tests.support.secure_kafka import SecureKafka, set_up
from tests.support.small_hub import make_small_hub
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.broker, pytest.mark.database]

EVERY_RECORD = len(CLAIMANTS) ** 2


def test_each_partner_writes_as_itself_and_as_nobody_else(secure: SecureKafka, database: Database) -> None:
    make_small_hub(database, CLAIMANTS)
    set_up(secure, CLAIMANTS)
    topics = [topic_of(code) for code in CLAIMANTS]
    clock = HandClock(NOW)
    checkpoint = Checkpoint(database, accepting(ReferenceCache(), clock), clock)

    claim_everything(lambda sender, message: secure.send(sender, topic_of(sender), message))
    for sender, owner in permutations(CLAIMANTS, 2):
        with pytest.raises(TopicAuthorizationFailedError):
            secure.send(sender, topic_of(owner), b"never there")
    with running(hub_worker(lambda: KafkaBroker(secure.settings()), checkpoint, lambda: topics)):
        wait_until(lambda: sum(one.answered for one in written(database).values()) == EVERY_RECORD, "all are read")

    assert written(database) == OWN_ALONE
    assert foreign_rows(database) == 0
