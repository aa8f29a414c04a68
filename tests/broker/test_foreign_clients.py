"""
Any client of Kafka and any writer of CloudEvents works: clients that nobody here wrote send in both modes and with
every codec, and the hub takes each message for what it is, the same as if it had come as we write it.
"""

from collections.abc import Callable, Sequence

import pytest

from consumers.batch import Checkpoint
from consumers.broker import KafkaBroker
from consumers.settings import ConsumerSettings
from consumers.topics import topic_of
from payments_hub.ingest.reference_cache import ReferenceCache
from payments_hub.kernel.clock import SystemClock
from payments_hub.store.session import Database
from tests.support.consuming import accepting, hub_worker, running, stored_position
from tests.support.foreign_clients import (
    CODECS,
    Send,
    Wrapped,
    binary,
    by_the_package,
    missing,
    send_by_java,
    send_by_kafka_python,
    send_by_kcat,
    structured,
)
from tests.support.small_hub import make_small_hub, nothing_to_report, verdicts
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.broker,
    pytest.mark.database,
    pytest.mark.skipif(missing() is not None, reason=f"{missing()} is missing"),
]

Sending = tuple[Send, str, Sequence[Wrapped]]


def sendings(partner: str) -> list[Sending]:
    """Let every client send messages of its own in every codec; whatever the client, the two modes by turns."""
    found: list[Sending] = []
    number = 0
    for send in (send_by_kafka_python, send_by_kcat, send_by_java):
        # Each start of a JVM costs seconds; two codecs, of which one is the heaviest, stand for it.
        for codec in ("none", "zstd") if send is send_by_java else CODECS:
            messages = [nothing_to_report(partner, number), nothing_to_report(partner, number + 1)]
            number += 2
            found.append((send, codec, [structured(messages[0]), binary(messages[1])]))
    package = [by_the_package(nothing_to_report(partner, number + one), in_binary=bool(one)) for one in range(2)]
    return [*found, (send_by_kafka_python, "lz4", package)]


def test_messages_of_every_client_in_both_modes_and_every_codec_are_what_they_say(
    broker: str, new_partner: Callable[..., str], database: Database
) -> None:
    partner = new_partner()
    topic = topic_of(partner)
    make_small_hub(database, [partner])
    sent = sendings(partner)
    number = sum(len(messages) for _, _, messages in sent)
    for send, codec, messages in sent:
        send(broker, topic, messages, codec)
    checkpoint = Checkpoint(database, accepting(ReferenceCache(), SystemClock()), SystemClock())

    with running(hub_worker(lambda: KafkaBroker(ConsumerSettings((broker,))), checkpoint, lambda: [topic])):
        wait_until(lambda: stored_position(database, topic) == number, "every message is read")
        accepted = verdicts(database, partner)
        again = [structured(nothing_to_report(partner, one)) for one in range(number - 2)]
        send_by_kafka_python(broker, topic, again, "none")
        wait_until(lambda: stored_position(database, topic) == 2 * number - 2, "all is read again")

    assert accepted == {"ACCEPTED": number}
    # The same event by another client and in another mode is the same event, not another with its id.
    assert verdicts(database, partner) == {"ACCEPTED": number, "DUPLICATE": number - 2}
